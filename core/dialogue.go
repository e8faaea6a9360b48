package core

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Dialogue is how far a form has been answered. It is state of its conversation.
type Dialogue struct {
	Form    MessageID  `json:"form"`
	At      int        `json:"at"` // the field that is asked; past the last one, the button
	Answers []Answered `json:"answers"`
	Wrong   int        `json:"wrong"` // answers in a row that did not fit
	// Secret: what is typed now must not be kept in clear.
	Secret bool `json:"secret,omitempty"`
	// Typed are secrets by message, until the turn has read them.
	Typed map[MessageID]string `json:"typed,omitempty"`
}

// FormTexts are the words of a dialogue.
type FormTexts struct{ Invalid, Cancel, Back string }

// mostWrong is how many answers in a row may not fit before a form is given up.
const mostWrong = 3

// Step is what an answer does to a dialogue: it goes on with Next and Ask, it is
// Done, or it Ended for a reason.
type Step struct {
	Next  Dialogue
	Ask   []Content
	Done  *FormAnswer
	Ended string // EndedCancelled or EndedInvalid
}

// Begin is the dialogue of the form that message m asked.
func (f Form) Begin(m MessageID) Dialogue {
	d := Dialogue{Form: m, At: f.visible(0)}
	d.Secret = f.secret(d.At)
	return d
}

// visible is the first field from i on that is asked; len(f.Fields) if none is.
func (f Form) visible(i int) int {
	for i < len(f.Fields) && f.Fields[i].Type == HiddenField {
		i++
	}
	return i
}

// before is the last field before i that is asked, -1 if none is.
func (f Form) before(i int) int {
	for i--; i >= 0; i-- {
		if f.Fields[i].Type != HiddenField {
			return i
		}
	}
	return -1
}

func (f Form) secret(i int) bool { return i < len(f.Fields) && f.Fields[i].Type == SecretField }

// Ask is the question of field i, or the button of a form with nothing to ask.
func (f Form) Ask(i int) Content {
	if i >= len(f.Fields) {
		return Choices{Body: f.Body, Format: f.Format, Buttons: []Button{{Type: Reply, Title: f.label(), ID: submitID}}}
	}
	field := f.Fields[i]
	title := field.Title()
	switch {
	case field.picks():
		c := Choices{Body: title}
		for _, o := range field.choices() {
			c.Buttons = append(c.Buttons, Button{Type: Reply, Title: o.Label, ID: questionID(i) + optionID(o.at)})
		}
		if len(c.Buttons) > 0 {
			return c
		}
	case field.Type == CheckboxField:
		lines := []string{title}
		for _, o := range field.choices() {
			lines = append(lines, fmt.Sprintf("%d. %s", o.number, o.Label))
		}
		return Text{Body: strings.Join(append(lines, "(1, 2 … / "+noneWord+")"), "\n")}
	}
	return Text{Body: lines(title, field.hint())}
}

func (f Form) label() string {
	if f.Submit.Label != "" {
		return f.Submit.Label
	}
	return "OK"
}

const submitID = "submit"

// hint shows how an answer is to look: as its type demands, whatever else the
// author says of it.
func (f Field) hint() string {
	form := map[FieldType]string{DateField: "YYYY-MM-DD", TimeField: "HH:MM", MomentField: "YYYY-MM-DD HH:MM"}[f.Type]
	if strings.EqualFold(f.Placeholder, form) {
		form = ""
	}
	var hints []string
	for _, hint := range []string{f.Placeholder, form} {
		if hint != "" {
			hints = append(hints, "("+hint+")")
		}
	}
	return strings.Join(hints, " ")
}

// questionID begins the ids of the options of field i, so that a second tap on
// one question is no answer to the next.
func questionID(i int) string { return "field-" + strconv.Itoa(i) + "-" }

// tap is a tap on the question that stands open, its id as the field knows it; ok
// is false for a button of anything else.
func (f Form) tap(d Dialogue, pick Selection) (Selection, bool) {
	if pick.Of != 0 && pick.Of < d.Form {
		return pick, false
	}
	if d.At >= len(f.Fields) {
		return pick, pick.ID == submitID
	}
	id, ok := strings.CutPrefix(pick.ID, questionID(d.At))
	pick.ID = id
	return pick, ok
}

// Leaves reports whether what the contact said has nothing to do with the form,
// so that the bot hears it, and the question stays open: an old button of
// another message, or words where a button alone is to be tapped.
func (f Form) Leaves(d Dialogue, said Content, t FormTexts) bool {
	pick, isPick := said.(Selection)
	if isPick {
		_, ok := f.tap(d, pick)
		return !ok && pick.ID != submitID && !strings.HasPrefix(pick.ID, "field-")
	}
	if d.At < len(f.Fields) {
		return false
	}
	word := wordOf(said)
	return word != fold(t.Cancel) && word != fold(t.Back)
}

func wordOf(said Content) string { return fold(strings.Trim(PlainText(said), " .!?\t\n")) }

// Hear takes what the contact said to the question that stands open. A tap on an
// earlier question has it asked again.
func (f Form) Hear(d Dialogue, said Content, t FormTexts) Step {
	d.Typed = nil
	if pick, ok := said.(Selection); ok {
		if pick, ok = f.tap(d, pick); !ok {
			return f.ask(d)
		}
		said = pick
	}
	word := wordOf(said)
	if _, text := said.(Text); text && word != "" {
		switch word {
		case fold(t.Cancel):
			return Step{Ended: EndedCancelled}
		case fold(t.Back):
			return f.back(d)
		}
	}
	if d.At >= len(f.Fields) {
		return f.done(d)
	}
	field := f.Fields[d.At]
	values, ok := field.read(said)
	if !ok {
		return f.wrong(d, field, t)
	}
	d.Answers = append(d.Answers, Answered{Name: field.Name, Values: values, Many: field.Type == CheckboxField, Secret: field.Type == SecretField})
	d.Wrong, d.At = 0, f.visible(d.At+1)
	if d.At >= len(f.Fields) {
		return f.done(d)
	}
	return f.ask(d)
}

func (f Form) ask(d Dialogue) Step {
	d.Secret = f.secret(d.At)
	return Step{Next: d, Ask: []Content{f.Ask(d.At)}}
}

func (f Form) back(d Dialogue) Step {
	if at := f.before(d.At); at >= 0 {
		d.At, d.Wrong = at, 0
		d.Answers = d.Answers[:max(0, len(d.Answers)-1)]
	}
	return f.ask(d)
}

func (f Form) wrong(d Dialogue, field Field, t FormTexts) Step {
	if d.Wrong++; d.Wrong >= mostWrong {
		return Step{Ended: EndedInvalid}
	}
	why := field.Error
	if why == "" {
		why = t.Invalid
	}
	step := f.ask(d)
	step.Ask = append([]Content{Text{Body: why}}, step.Ask...)
	return step
}

// done puts the answers in the order of the fields, hidden ones among them.
func (f Form) done(d Dialogue) Step {
	a := FormAnswer{Of: d.Form, Message: f.Submit.Message, ToBot: f.Submit.ToBot, Metadata: f.Submit.Metadata, Event: f.Submit.Event}
	if a.Message == "" {
		a.Message = f.label()
	}
	given := d.Answers
	for _, field := range f.Fields {
		if field.Type == HiddenField {
			a.add(Answered{Name: field.Name, Values: []string{field.Value}, Hidden: true})
			continue
		}
		if len(given) > 0 {
			a.add(given[0])
			given = given[1:]
		}
	}
	if f.Submit.Plain && len(a.Answers) > 0 && !a.Answers[0].Secret {
		a.Message = strings.Join(a.Answers[0].Values, ", ")
	}
	if f.Submit.InText {
		a.Message = lines(a.Message, a.Lines())
	}
	return Step{Next: d, Done: &a}
}

// add adds an answer under a name of its own: of two fields of one name, neither
// takes the other's place in what is delivered.
func (a *FormAnswer) add(one Answered) {
	name := one.Name
	for n := 2; slices.ContainsFunc(a.Answers, func(o Answered) bool { return o.Name == one.Name }); n++ {
		one.Name = name + " (" + strconv.Itoa(n) + ")"
	}
	a.Answers = append(a.Answers, one)
}

// Submission is the call that delivers the form, nil if there is none.
func (f Form) Submission(a FormAnswer) *Submission {
	if f.Submit.URL == "" {
		return nil
	}
	s := &Submission{URL: f.Submit.URL, JSON: f.Submit.JSON, Data: map[string]string{}, Lists: map[string][]string{}}
	for _, one := range a.Answers {
		if one.Many {
			s.Lists[one.Name] = one.Values
			continue
		}
		s.Data[one.Name] = strings.Join(one.Values, ", ")
	}
	return s
}

// formContent makes a form fit: what it says before the first question, and the first
// question. The dialogue asks the others, each fitted by itself.
func (f *fitter) formContent(c Form) {
	first := c.visible(0)
	if first < len(c.Fields) && !blank(c.Body) {
		f.text("body", prose{text: c.Body, format: c.Format})
	}
	for i, field := range c.Fields {
		path := fmt.Sprintf("fields[%d]", i)
		leaves := []string{field.Title(), field.Name, field.Value, field.Placeholder, field.Pattern, field.Error}
		for _, o := range field.Options {
			leaves = append(leaves, o.Label, o.Value)
		}
		if field.Type == HiddenField {
			f.same(path, "kept", lines(leaves...), "")
			continue
		}
		f.same(path, "asked", lines(leaves...), "a question of its own")
		if picked := field.selected(); picked != "" {
			f.same(at(path, "options"), "not_selected", picked, "")
		}
		if _, ok := field.regex(); !ok {
			f.degrade(path+".pattern", "regex_unchecked", field.Pattern, "")
		}
	}
	f.same("submit", "delivered", lines(c.Submit.Label, c.Submit.Message, c.Submit.URL, c.Submit.Save, c.Submit.Event), "")
	f.add(c.Ask(first))
}
