package instagram

import (
	"errors"
	"strings"

	"causeway/core"
	"causeway/markup"
)

// cards are generic templates. What of a card an element has no room for is not
// lost: more buttons are in another element of the same title, a longer text
// follows whole, and a card of nothing but a title is words.
func (f form) cards(c core.Cards) ([]sent, error) {
	r := row{form: f}
	if words := markup.Plain(c.Body, string(c.Format)); strings.TrimSpace(words) != "" {
		r.after = append(r.after, words)
	}
	r.flush()
	for _, card := range c.Cards {
		if err := r.add(card); err != nil {
			return nil, err
		}
	}
	r.flush()
	if len(r.all) == 0 {
		return nil, errors.New("there is no card")
	}
	return r.all, nil
}

// row is elements that are shown side by side, and the words after them.
type row struct {
	form
	all      []sent
	elements []element
	after    []string
}

func (r *row) add(card core.Card) error {
	if strings.TrimSpace(card.Title) == "" {
		return errors.New("a card needs a title")
	}
	buttons, err := buttonsOf(card.Buttons)
	if err != nil {
		return err
	}
	title, subtitle := card.Title, lines(card.Overlay, card.Subtitle, card.Description)
	if card.Extra != "" {
		title += " · " + card.Extra
	}
	if card.Image == "" && subtitle == "" && len(buttons) == 0 {
		r.flush()
		r.after = append(r.after, lines(title, card.URL))
		r.flush()
		return nil
	}
	e := element{Title: cut(title), Subtitle: cut(subtitle), ImageURL: card.Image}
	if card.URL != "" {
		e.Action = &button{Type: "web_url", URL: card.URL}
	}
	if e.Title != title || e.Subtitle != subtitle {
		r.after = append(r.after, lines(title, subtitle))
	}
	for first := true; first || len(buttons) > 0; first = false {
		n := min(len(buttons), maxButtons)
		e.Buttons, buttons = buttons[:n:n], buttons[n:]
		r.put(e)
		e = element{Title: e.Title}
	}
	return nil
}

// cut shortens a text of an element, whose length is counted in characters on
// both kinds.
func cut(s string) string { return core.Cut(s, maxElementText, core.UTF16) }

func (r *row) put(e element) {
	r.elements = append(r.elements, e)
	if len(r.elements) == maxElements {
		r.show()
	}
}

// show ends a template; the words after it may wait for the next.
func (r *row) show() {
	if len(r.elements) > 0 {
		r.all = append(r.all, templateOf(shown{Template: "generic", Elements: r.elements}))
	}
	r.elements = nil
}

func (r *row) flush() {
	r.show()
	for _, words := range r.after {
		if messages, err := r.text(words); err == nil {
			r.all = append(r.all, messages...)
		}
	}
	r.after = nil
}
