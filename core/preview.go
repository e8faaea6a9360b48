package core

import (
	"fmt"
	"slices"
	"time"
)

// Rendering is what an answer becomes on a kind of channel: the native calls, in
// order, what of the answer they do not show as it was meant, and the grade.
type Rendering struct {
	Payloads []Payload `json:"payloads"`
	Notes    []Note    `json:"notes"`
	Score    int       `json:"score"`
}

// exampleMessage is the id of the first message of a preview.
const exampleMessage MessageID = 1000

// Preview is what an answer would become on a kind: Fit and Render, without an
// account. It is pure and sends nothing. Addresses, tokens and references in the
// calls are made up, and the same each time. Choose is the text above buttons
// where none is given and the kind demands one.
//
// Where there are several messages, a note's path begins with the message that
// it is about: "[1].buttons[0].title". All questions of a form are shown, each
// as it would be asked; the paths of theirs begin with the field.
//
// Its error is a fault of ours: Render could not show what Fit made fit.
func Preview(k Kind, say []Saying, choose string) (Rendering, error) {
	p := previewer{kind: k, choose: choose, next: exampleMessage}
	p.Payloads, p.Notes = []Payload{}, []Note{}
	at := 0
	for i, f := range p.fit(say) {
		if joins(f) {
			at++ // the text before it was put into this one
		}
		where := ""
		if len(say) > 1 {
			where = item("", at)
		}
		if err := p.add(f, exampleMessage+MessageID(i), where); err != nil {
			return Rendering{}, fmt.Errorf("preview on %s: %w", k.Name, err)
		}
		at++
	}
	p.Score = Score(p.Notes)
	return p.Rendering, nil
}

// joins reports whether Fit put the message before f into it.
func joins(f Fitted) bool {
	return slices.ContainsFunc(f.Notes, func(n Note) bool { return n.Rule == "joined" })
}

type previewer struct {
	Rendering
	kind   Kind
	choose string
	next   MessageID
}

// fit makes an answer fit, and names its options as the engine does.
func (p *previewer) fit(say []Saying) []Fitted {
	first := p.next
	all := Fit(say, p.kind.Capabilities, FitOptions{
		Choose: p.choose, Kind: p.kind.Name, Takes: p.kind.Takes, Unmarked: p.kind.Unmarked,
		Token: func(message, option int) string { return TokenOf(first+MessageID(message), option) },
	})
	p.next += MessageID(len(all))
	return all
}

func (p *previewer) add(f Fitted, id MessageID, where string) error {
	for _, n := range f.Notes {
		n.Path = under(where, n.Path)
		p.Notes = append(p.Notes, n)
	}
	calls, err := render(p.kind, SendWork{Message: Message{ID: id}, Parts: f.Parts, To: p.kind.Example}, time.Time{})
	if err != nil {
		return err
	}
	p.Payloads = append(p.Payloads, calls...)
	if form, ok := f.Content.(Form); ok && !f.Private {
		return p.ask(form, where)
	}
	return nil
}

// ask adds the questions of a form after its first, which Fit shows. Each is a
// message of its own, fitted when it is its turn.
func (p *previewer) ask(form Form, where string) error {
	for i := form.visible(form.visible(0) + 1); i < len(form.Fields); i = form.visible(i + 1) {
		id := p.next
		for _, f := range p.fit([]Saying{{Content: form.Ask(i)}}) {
			if err := p.add(f, id, under(where, item("fields", i))); err != nil {
				return err
			}
		}
	}
	return nil
}

// under is path within what is at where.
func under(where, path string) string {
	if where == "" || path == "" {
		return where + path
	}
	return where + "." + path
}
