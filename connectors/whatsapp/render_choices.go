package whatsapp

import (
	"errors"
	"fmt"
	"strings"

	"causeway/core"
	"causeway/markup"
)

// listLabel is on the button that opens a list where nobody gave a word for it.
const listLabel = "Menu"

// choicesMessage shows up to three reply buttons, or one link. There is one
// header: a file, or words.
func choicesMessage(c core.Choices) (message, error) {
	ch := &choice{Body: words{markup.WhatsApp(c.Body, string(c.Format))}, Footer: footerOf(c.Footer)}
	switch {
	case len(c.Buttons) == 0:
		return message{}, errors.New("there is nothing to choose from")
	case strings.TrimSpace(ch.Body.Text) == "":
		return message{}, errors.New("buttons need a body")
	case c.Header != "" && c.Media != nil:
		return message{}, errors.New("there is one header, words or a file")
	case c.Header != "":
		ch.Header = &header{Type: "text", Text: c.Header}
	case c.Media != nil:
		above, err := headerOf(*c.Media)
		if err != nil {
			return message{}, err
		}
		ch.Header = above
	}
	fill := ch.replies
	if c.Buttons[0].Type == core.Link {
		fill = ch.link
	}
	if err := fill(c.Buttons); err != nil {
		return message{}, err
	}
	return message{Type: "interactive", Interactive: ch}, nil
}

// headerOf is a file above buttons. A caption has no place there.
func headerOf(f core.Media) (*header, error) {
	m, err := mediaMessage(f)
	if err != nil {
		return nil, err
	}
	if f.Caption != "" || (m.Image == nil && m.Video == nil && m.Document == nil) {
		return nil, fmt.Errorf("this %s cannot stand above buttons", f.Media)
	}
	return &header{Type: m.Type, Image: m.Image, Video: m.Video, Document: m.Document}, nil
}

func footerOf(s string) *words {
	if s == "" {
		return nil
	}
	return &words{s}
}

func (ch *choice) link(buttons []core.Button) error {
	if len(buttons) != 1 {
		return errors.New("a link stands alone")
	}
	b := buttons[0]
	if b.Title == "" || b.URL == "" {
		return errors.New("a link needs a title and an address")
	}
	ch.Type = "cta_url"
	ch.Action = action{Name: "cta_url", Parameters: &link{DisplayText: b.Title, URL: b.URL}}
	return nil
}

func (ch *choice) replies(buttons []core.Button) error {
	if len(buttons) > maxButtons {
		return fmt.Errorf("%d buttons are more than %d", len(buttons), maxButtons)
	}
	ch.Type = "button"
	for _, b := range buttons {
		r, err := rowOf(b)
		if err != nil {
			return err
		}
		ch.Action.Buttons = append(ch.Action.Buttons, button{Type: "reply", Reply: &row{ID: r.ID, Title: r.Title}})
	}
	return nil
}

// listMessage shows up to ten rows behind a button.
func listMessage(l core.List) (message, error) {
	switch {
	case len(l.Items) == 0 || len(l.Items) > maxRows:
		return message{}, fmt.Errorf("a list has 1 to %d rows, not %d", maxRows, len(l.Items))
	case len(l.Buttons) > 0 || l.Image != "":
		return message{}, errors.New("a list has no picture and no buttons beside its rows")
	case strings.TrimSpace(l.Body) == "":
		return message{}, errors.New("a list needs a body")
	}
	rows := make([]row, 0, len(l.Items))
	for _, item := range l.Items {
		r, err := rowOf(item.Button)
		if err != nil {
			return message{}, err
		}
		rows = append(rows, r)
	}
	ch := &choice{Type: "list", Body: words{l.Body}, Footer: footerOf(l.Footer)}
	if l.Header != "" {
		ch.Header = &header{Type: "text", Text: l.Header}
	}
	ch.Action = action{Button: l.Label, Sections: []section{{Rows: rows}}}
	if strings.TrimSpace(l.Label) == "" {
		ch.Action.Button = listLabel
	}
	return message{Type: "interactive", Interactive: ch}, nil
}

func rowOf(b core.Button) (row, error) {
	switch {
	case b.Type == core.Link:
		return row{}, errors.New("a link cannot stand among replies")
	case b.Token == "" || b.Title == "":
		return row{}, errors.New("a reply needs a token and a title")
	}
	return row{ID: b.Token, Title: b.Title, Description: b.Description}, nil
}
