package core

import (
	"fmt"
	"strings"
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
	r := Rendering{Payloads: []Payload{}, Notes: []Note{}}
	at := 0
	for i, f := range Fit(say, k.Capabilities, FitOptions{Choose: choose, Token: exampleToken(0)}) {
		if joins(f) {
			at++ // the text before it was put into this one
		}
		where := ""
		if len(say) > 1 {
			where = item("", at)
		}
		if err := r.add(k, f, exampleMessage+MessageID(i), where); err != nil {
			return Rendering{}, err
		}
		if form, ok := f.Content.(Form); ok && !f.Private {
			if err := r.ask(k, form, choose, where); err != nil {
				return Rendering{}, err
			}
		}
		at++
	}
	r.Score = Score(r.Notes)
	return r, nil
}

// joins reports whether Fit put the message before f into it.
func joins(f Fitted) bool { return len(f.Notes) > 0 && f.Notes[0].Rule == "joined" }

// exampleToken names options as the engine does; first is how many messages went
// before.
func exampleToken(first int) func(message, option int) string {
	return func(message, option int) string {
		return TokenOf(exampleMessage+MessageID(first+message), option)
	}
}

func (r *Rendering) add(k Kind, f Fitted, id MessageID, where string) error {
	for _, n := range f.Notes {
		n.Path = under(where, n.Path)
		r.Notes = append(r.Notes, n)
	}
	calls, err := render(k, SendWork{Message: Message{ID: id}, Parts: f.Parts, To: k.Example})
	if err != nil {
		return fmt.Errorf("preview on %s: %w", k.Name, err)
	}
	r.Payloads = append(r.Payloads, calls...)
	return nil
}

// ask adds the questions of a form after its first, which Fit shows.
func (r *Rendering) ask(k Kind, form Form, choose, where string) error {
	for i := form.visible(form.visible(0) + 1); i < len(form.Fields); i = form.visible(i + 1) {
		// Each question is a message of its own, fitted when it is its turn.
		question := []Saying{{Content: form.Ask(i)}}
		for _, f := range Fit(question, k.Capabilities, FitOptions{Choose: choose, Token: exampleToken(i)}) {
			if err := r.add(k, f, exampleMessage+MessageID(i), under(where, item("fields", i))); err != nil {
				return err
			}
		}
	}
	return nil
}

// under is path within what is at where.
func under(where, path string) string {
	switch {
	case where == "" || path == "":
		return where + path
	case strings.HasPrefix(path, "["):
		return where + path
	}
	return where + "." + path
}
