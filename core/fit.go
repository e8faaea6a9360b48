package core

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FitOptions is what Fit must be told besides the answer and the channel.
type FitOptions struct {
	// Token gives the opaque token of option n of the answer's message m, both
	// from 0, messages counted after joining. It is at most 40 bytes long. If it
	// is nil, the token is "m.n".
	Token func(message, option int) string
	// Choose is the text above buttons where none is given and the channel
	// demands one: "Please choose".
	Choose string
	First  int // the first number for numbered text; 1 if 0
	// Kind names the kind whose calls of an author's own are taken, and Takes says
	// why one is not. Without Takes, none is.
	Kind  string
	Takes func(Native) error
	// Unmarked is what the kind's Unmarked says.
	Unmarked func(body string, f Format) []string
}

// Fit makes all messages of one answer fit a channel. It is pure, and loses
// nothing in silence: each word, address and option of the answer is in the
// parts, or a note says what became of it.
//
// The result has one Fitted for each message, except that a plain text is joined
// to buttons or a list right after it which have no text of their own, where the
// channel demands one. Numbers count on over the whole answer. A private message
// has no parts.
//
// What Render can rely on: text is within Capabilities, in its unit; no part has
// both a header and media above; a button is of type Reply or Link, has a title
// that is unique within its part, and carries a token or a web address and no
// more than is shown; a format is one of Capabilities.Formats or Plain. Choices
// are shown as buttons and a List as a list: Fit has decided which.
func Fit(answer []Saying, caps Capabilities, o FitOptions) []Fitted {
	number := max(o.First, 1)
	var all []Fitted
	for _, s := range answer {
		f := fitter{caps: caps, options: o, message: len(all), number: number}
		f.Saying = s
		if f.overridden(s) {
			all = append(all, f.Fitted)
			continue
		}
		if text, ok := f.instead(s); ok {
			all = append(all, text)
			continue
		}
		if together, ok := f.under(all); ok {
			f = together
			all = all[:f.message]
		} else if !f.Private {
			f.unseen(f.Content)
			f.add(f.Content)
		}
		number = f.number
		all = append(all, f.Fitted)
	}
	return all
}

// under is the message below the text of the one before it, where the channel
// demands a text and f has none. It reports false, too, if the text would lose its
// marks by that, because there is less room above buttons.
func (f fitter) under(all []Fitted) (fitter, bool) {
	if len(all) == 0 || !f.caps.NeedsBody {
		return f, false
	}
	joined, ok := join(all[len(all)-1], f.Saying)
	if !ok {
		return f, false
	}
	f.message, f.Saying, f.Notes = len(all)-1, joined, slices.Clip(f.Notes)
	f.same("body", "joined", "", PlainText(joined.Content))
	f.unseen(f.Content)
	f.add(f.Content)
	unmarked := func(n Note) bool { return n.Rule == "plain" && n.Severity == Degraded }
	return f, !slices.ContainsFunc(f.Notes, unmarked) || slices.ContainsFunc(all[len(all)-1].Notes, unmarked)
}

// join puts a text above the buttons or the list that follow it without a text.
func join(above Fitted, s Saying) (Saying, bool) {
	text, ok := above.Content.(Text)
	if !ok || isNative(above.Parts) || above.Private || s.Private || blank(text.Body) || above.ReplyTo != 0 && s.ReplyTo != 0 {
		return s, false
	}
	switch c := s.Content.(type) {
	case Choices:
		if !blank(c.Body) || len(c.Buttons) == 0 {
			return s, false
		}
		c.Body, c.Format = text.Body, text.Format
		s.Content = c
	case List:
		if !blank(c.Body) || len(c.Items) == 0 {
			return s, false
		}
		c.Body, c.Format = text.Body, text.Format
		s.Content = c
	default:
		return s, false
	}
	if len(above.Metadata) > 0 {
		both := maps.Clone(above.Metadata)
		maps.Copy(both, s.Metadata)
		s.Metadata = both
	}
	s.ReplyTo = max(s.ReplyTo, above.ReplyTo)
	return s, true
}

// fitter makes one message fit.
type fitter struct {
	Fitted
	caps    Capabilities
	options FitOptions
	message int
	number  int // the next for numbered text
}

func (f *fitter) add(c Content) {
	switch c := c.(type) {
	case Text:
		f.text("body", prose{text: c.Body, format: c.Format})
	case Media:
		f.media("", c)
	case Album:
		f.album(c)
	case Location:
		f.location(c)
	case Contacts:
		f.contacts(c)
	case Choices:
		f.choices(c)
	case List:
		f.list(c)
	case Cards:
		f.cards(c)
	case Form:
		f.formContent(c)
	case Template:
		f.template(c)
	case Reaction:
		f.change(f.caps.Reactions && c.To != "", c)
	case Deleted:
		f.change(f.caps.Edits && c.Of != "", c)
	case Edited:
		f.edit(c)
	case FormAnswer, Selection, Order, Unsupported, Native:
		f.lose("", "not_sendable", lines(string(c.Type()), PlainText(c)))
	default:
		f.lose("", "empty", "")
	}
}

// change passes on what alters an earlier message, where the channel can.
func (f *fitter) change(can bool, c Content) {
	if can {
		f.emit(c)
		return
	}
	f.lose("", "not_sendable", lines(string(c.Type()), PlainText(c)))
}

// edit passes on a text in place of another, if it fits in one message.
func (f *fitter) edit(c Edited) {
	t, ok := c.New.(Text)
	if ok {
		p := f.styled("new.body", prose{text: t.Body, format: t.Format}, f.caps.Text)
		c.New = Text{Body: p.text, Format: p.format}
		ok = !blank(p.text) && f.fits(p.words(), f.caps.Text)
	}
	f.change(ok && f.caps.Edits && c.Of != "", c)
}

func (f *fitter) template(c Template) {
	if f.caps.Template {
		if len(c.Components) > 0 && len(c.Params) > 0 {
			f.lose("params", "components_given", lines(c.Params...))
			c.Params = nil
		}
		f.emit(c)
		return
	}
	f.lose("name", "template", c.Name)
	if len(c.Components) > 0 {
		f.lose("components", "template", string(c.Components))
	}
	if text := lines(c.Params...); !blank(text) {
		f.text("params", prose{text: text})
	}
}

func (f *fitter) emit(c Content) { f.Parts = append(f.Parts, c) }

// longestNote bounds what a note repeats of the content, in runes, unless it is
// lost.
const longestNote = 2000

func (f *fitter) note(s Severity, path, rule, from, to string) {
	f.Notes = append(f.Notes, Note{
		Path: path, Rule: rule, Severity: s,
		From: Cut(from, longestNote, Runes), To: Cut(to, longestNote, Runes),
	})
}

// same notes what works alike. All of it is named, in several notes if it is long.
func (f *fitter) same(path, rule, from, to string) {
	for _, piece := range Split(from, longestNote, Runes) {
		f.note(Same, path, rule, piece, to)
	}
}

func (f *fitter) degrade(path, rule, from, to string) { f.note(Degraded, path, rule, from, to) }

// lose notes what is not shown, and repeats the whole of it: it stands nowhere else.
func (f *fitter) lose(path, rule, from string) {
	f.Notes = append(f.Notes, Note{Path: path, Rule: rule, From: from, Severity: Lost})
}

func (f *fitter) fits(s string, limit int) bool { return fits(s, limit, f.caps.Unit) }

// option takes one pick on and returns its token. shown is its number, or 0.
func (f *fitter) option(b Button, shown int) string {
	n := len(f.Options)
	b.Token = strconv.Itoa(f.message) + "." + strconv.Itoa(n)
	if f.options.Token != nil {
		b.Token = f.options.Token(f.message, n)
	}
	f.Options = append(f.Options, Option{Button: b, Number: shown})
	return b.Token
}

func blank(s string) bool {
	if s != "" && s[0] > ' ' && s[0] < utf8.RuneSelf {
		return false
	}
	return strings.TrimSpace(s) == ""
}

// at is the path of a field of what is at path.
func at(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}

func item(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
