package core_test

import (
	"flag"
	"fmt"
	"html"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"causeway/core"

	"pgregory.net/rapid"
)

// Whatever is said and whatever the channel can show: nothing is lost in
// silence, nothing is over a limit, and what fits stays as it is.
func TestFitHoldsItsPromises(t *testing.T) {
	runs := "10000"
	if testing.Short() || raceEnabled {
		runs = "1000"
	}
	if told := flag.Lookup("rapid.checks"); told.Value.String() == told.DefValue { // make properties tells more
		if err := flag.Set("rapid.checks", runs); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set("rapid.checks", told.DefValue) })
	}
	rapid.Check(t, func(t *rapid.T) {
		caps := capabilities(t)
		a := &author{t: t}
		answer := a.answer()
		fitted := core.Fit(answer, caps, options)
		a.findAll(fitted)
		tokens := map[string]bool{}
		for _, f := range fitted {
			for _, part := range f.Parts {
				checkPart(t, part, caps)
				checkStable(t, part, caps)
			}
			for _, o := range f.Options {
				if tokens[o.Button.Token] || o.Button.Token == "" {
					t.Fatalf("token %q is given twice or empty", o.Button.Token)
				}
				tokens[o.Button.Token] = true
			}
		}
	})
}

var options = core.FitOptions{
	Choose: "Please choose",
	Token:  func(m, n int) string { return fmt.Sprintf("t%d.%d", m, n) },
}

// author writes answers and remembers what is in them.
type author struct {
	t       *rapid.T
	n       int
	leaves  []string // must be in the parts or in a note
	replies []core.Button
}

func (a *author) flip(label string) bool { return rapid.Bool().Draw(a.t, label) }

func (a *author) upTo(n int, label string) int { return rapid.IntRange(0, n).Draw(a.t, label) }

var atoms = []string{
	"word", "Straße", "пример", "日本語の文", "🇩🇪🇫🇷🇯🇵", "👨‍👩‍👧‍👦", "e\u0301\u0302", "שלום", "مرحبا", "👍🏽", "a&b", "x<y", "नमस्ते", "[z]",
	"*s*", "_u_", strings.Repeat("long", 12), "한국어", "1️⃣",
	strings.Repeat("👨‍👩‍👧‍👦", 8), strings.Repeat("🇩🇪", 20), strings.Repeat("e\u0301\u0302", 30),
}

// words is a text that is nowhere else in the answer.
func (a *author) words(most int) string {
	a.n++
	text := []string{"q" + strconv.Itoa(a.n) + "q"}
	for range a.upTo(most, "words") {
		text = append(text, rapid.SampledFrom(atoms).Draw(a.t, "atom"))
	}
	leaf := strings.Join(text, rapid.SampledFrom([]string{" ", " ", "\n"}).Draw(a.t, "space"))
	a.leaves = append(a.leaves, leaf)
	return leaf
}

func (a *author) maybe(most int) string {
	if a.flip("some") {
		return a.words(most)
	}
	return ""
}

func (a *author) address() string {
	a.n++
	schemes := []string{"https://ex.com/%d", "https://ex.com/%d", "tel:+49%d", "app://%d"}
	u := fmt.Sprintf(rapid.SampledFrom(schemes).Draw(a.t, "scheme"), a.n)
	a.leaves = append(a.leaves, u)
	return u
}

func (a *author) image() string {
	a.n++
	u := fmt.Sprintf("https://img.ex.com/%d.png", a.n)
	a.leaves = append(a.leaves, u)
	return u
}

// marked is words in a format.
func (a *author) marked(most int) (string, core.Format) {
	switch text := a.words(most); a.upTo(5, "format") {
	case 0:
		return "<p>Hi</p><b>" + html.EscapeString(text) + "</b>", core.HTML
	case 1:
		return "**Hi** " + markdown(text), core.Markdown
	case 2:
		return html.EscapeString(text) + "<br><i", core.HTML // broken
	default:
		return text, core.Plain
	}
}

func markdown(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r < 0x80 && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

func (a *author) buttons(most int) []core.Button {
	var all []core.Button
	for range a.upTo(most, "buttons") {
		all = append(all, a.button())
	}
	return all
}

func (a *author) button() core.Button {
	b := core.Button{
		Type:  rapid.SampledFrom([]core.ButtonType{core.Reply, core.Reply, core.Submit, core.Link}).Draw(a.t, "type"),
		Title: rapid.SampledFrom([]string{"Yes", "No", "yes"}).Draw(a.t, "title"),
	}
	if a.flip("own title") {
		b.Title = a.words(6)
	}
	if a.upTo(4, "described") == 0 {
		b.Description = a.words(12)
	}
	if b.Type == core.Link {
		b.URL = a.address()
		return b
	}
	a.n++
	b.ID, b.Message = strconv.Itoa(a.n), "says "+strconv.Itoa(a.n)
	a.replies = append(a.replies, b)
	return b
}

func (a *author) media() core.Media {
	m := core.Media{
		Media: rapid.SampledFrom([]core.MediaType{core.Image, core.Video, core.Audio, core.Voice, core.File, core.Sticker}).Draw(a.t, "media"),
		URL:   a.image(), Size: int64(a.upTo(20, "size")) << 20,
	}
	if a.flip("captioned") {
		m.Caption, m.Format = a.marked(15)
	}
	return m
}

func (a *author) answer() []core.Saying {
	var all []core.Saying
	for range 1 + a.upTo(3, "messages") {
		all = append(all, core.Saying{Content: a.content()})
	}
	return all
}

func (a *author) content() core.Content {
	switch a.upTo(11, "content") {
	case 0:
		body, format := a.marked(40)
		return core.Text{Body: body, Format: format}
	case 1:
		return a.media()
	case 2:
		var album core.Album
		for range a.upTo(12, "files") {
			album.Items = append(album.Items, a.media())
		}
		return album
	case 3:
		return core.Location{Latitude: float64(a.upTo(90, "latitude")), Name: a.maybe(3), Address: a.maybe(5)}
	case 4:
		return core.Contacts{Contacts: []core.AddressCard{{
			Name: a.maybe(3), Phones: []string{a.words(0)}, Emails: []string{a.words(0)}, VCard: a.maybe(3),
		}}}
	case 5:
		return core.Template{Name: a.words(0), Params: []string{a.words(4), a.words(0)}}
	case 6:
		return core.Unsupported{Text: a.words(3)}
	case 7:
		return core.Text{}
	case 8, 9:
		c := core.Choices{Header: a.maybe(8), Footer: a.maybe(8), Buttons: a.buttons(12)}
		if a.flip("body") {
			c.Body, c.Format = a.marked(40)
		}
		if a.upTo(2, "with media") == 0 {
			m := a.media()
			c.Media = &m
		}
		return c
	case 10:
		return a.list()
	default:
		return a.cards()
	}
}

func (a *author) list() core.List {
	l := core.List{Header: a.maybe(8), Body: a.maybe(40), Footer: a.maybe(5), Label: a.maybe(4), Buttons: a.buttons(3)}
	if a.flip("pictured") {
		l.Image = a.image()
	}
	for range a.upTo(12, "items") {
		it := core.ListItem{Button: a.button()}
		if a.upTo(4, "item pictured") == 0 {
			it.Image = a.image()
		}
		l.Items = append(l.Items, it)
	}
	return l
}

func (a *author) cards() core.Cards {
	var c core.Cards
	if a.flip("body") {
		c.Body, c.Format = a.marked(20)
	}
	for range a.upTo(4, "cards") {
		card := core.Card{
			Overlay: a.maybe(2), Title: a.maybe(6), Extra: a.maybe(2), Subtitle: a.maybe(8), Description: a.maybe(20),
			Buttons: a.buttons(5),
		}
		if a.flip("pictured") {
			card.Image = a.image()
		}
		if a.flip("linked") {
			card.URL = a.address()
		}
		c.Cards = append(c.Cards, card)
	}
	return c
}

// findAll looks for every leaf in what came out.
func (a *author) findAll(fitted []core.Fitted) {
	var shown, noted strings.Builder
	offered := map[string]core.Button{}
	for _, f := range fitted {
		for _, p := range f.Parts {
			for _, s := range texts(p) {
				shown.WriteString(s + " ")
			}
		}
		for _, n := range f.Notes {
			noted.WriteString(n.From + " ")
		}
		for _, o := range f.Options {
			offered[o.Button.ID] = o.Button
		}
	}
	all := shown.String()
	places := []string{all, html.UnescapeString(strings.ReplaceAll(all, "<br>", " ")), strings.ReplaceAll(all, `\`, ""), noted.String()}
	for i := range places {
		places[i] = dense(places[i])
	}
	for _, leaf := range a.leaves {
		if !slices.ContainsFunc(places, func(p string) bool { return stands(p, leaf) }) {
			a.t.Fatalf("%q is lost in silence\nshown: %s\nnoted: %s", leaf, all, noted.String())
		}
	}
	for _, b := range a.replies {
		got := offered[b.ID]
		got.Token = ""
		b.Title = strings.Join(strings.Fields(b.Title), " ")
		if !reflect.DeepEqual(got, b) {
			a.t.Fatalf("option %+v is offered as %+v", b, got)
		}
	}
}

// stands reports whether a leaf is in dense text, whole or word after word: a
// caption that is split has its file between the parts.
func stands(p, leaf string) bool {
	if strings.Contains(p, dense(leaf)) {
		return true
	}
	for _, word := range strings.Fields(leaf) {
		at := strings.Index(p, word)
		if at < 0 {
			return false
		}
		p = p[at+len(word):]
	}
	return true
}

func dense(s string) string { return strings.Join(strings.Fields(s), "") }

func capabilities(t *rapid.T) core.Capabilities {
	caps := rapid.SampledFrom(channels).Draw(t, "channel").caps
	if rapid.Bool().Draw(t, "as it is") {
		return caps
	}
	size := func(label string, from, to int) int { return rapid.IntRange(from, to).Draw(t, label) }
	caps.Unit = rapid.SampledFrom([]core.Unit{core.Runes, core.UTF16, core.Bytes}).Draw(t, "unit")
	caps.Text = size("text", 40, 300)
	caps.Caption = size("caption", 0, 2) * 60
	caps.Header, caps.Footer = size("header", 0, 1)*40, size("footer", 0, 1)*40
	caps.Mixed = rapid.Bool().Draw(t, "mixed")
	caps.NeedsBody = rapid.Bool().Draw(t, "needs body")
	limits := func(label string, most int) core.Limits {
		return core.Limits{
			Max: size(label+" max", 0, most), Title: size(label+" title", 12, 60),
			Description: size(label+" description", 0, 1) * 60, Body: size(label+" body", 40, 200),
		}
	}
	caps.Buttons, caps.Links, caps.List = limits("buttons", 6), limits("links", 4), limits("list", 10)
	caps.Buttons.Description, caps.Links.Description = 0, 0
	return caps
}
