package instagram

import (
	"errors"
	"fmt"
	"strings"

	"causeway/core"
	"causeway/markup"
)

// render is the Render of both kinds. Some contents are several calls.
func (f form) render(o core.Outgoing) ([]core.Payload, error) {
	if !scopedForm.MatchString(string(o.To)) {
		return nil, errors.New("render: the address is no user id")
	}
	if n, ok := o.Content.(core.Native); ok {
		return f.native(o, n)
	}
	messages, err := f.messages(o.Content)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", typeOf(o.Content), err)
	}
	calls := make([]core.Payload, 0, len(messages))
	for i, m := range messages {
		body := f.envelope(o)
		body.Message = m
		if f.echoes {
			body.Message.Metadata = refOf(o.Ref, i)
		}
		if i > 0 {
			body.ReplyTo = nil
		}
		op := opMessages
		if m.hasUpload() {
			op = opUpload
		}
		calls = append(calls, core.Payload{Op: op, Body: body})
	}
	return calls, nil
}

// envelope is a call without what it says.
func (f form) envelope(o core.Outgoing) outgoing {
	body := outgoing{Recipient: recipient{string(o.To)}, Type: f.sort}
	if o.Late && o.Human {
		body.Type, body.Tag = typeTagged, humanAgent
	}
	if o.Quote != "" {
		body.ReplyTo = &quote{string(o.Quote)}
	}
	return body
}

// refOf is our name for the n-th call of a part whose first call has the name ref.
func refOf(ref string, n int) string {
	if n == 0 {
		return ref
	}
	m, first, ok := core.ReadToken(ref)
	if !ok {
		return ""
	}
	return core.RefOf(m, first+n)
}

func typeOf(c core.Content) core.ContentType {
	if c == nil {
		return "nothing"
	}
	return c.Type()
}

func (f form) messages(c core.Content) ([]sent, error) {
	switch c := c.(type) {
	case core.Text:
		return f.text(markup.Plain(c.Body, string(c.Format)))
	case core.Media:
		return f.media(c)
	case core.Album:
		return f.album(c)
	case core.Choices:
		return f.choices(c)
	case core.Cards:
		return f.cards(c)
	case core.Location, core.Contacts, core.List, core.Template:
		return nil, errors.New("it is shown in another form, and came as it is")
	case core.Selection, core.Reaction, core.Order, core.Edited, core.Deleted, core.Unsupported, core.Native, nil:
	}
	return nil, errors.New("it cannot be sent")
}

// text is as many messages as the words need.
func (f form) text(words string) ([]sent, error) {
	if strings.TrimSpace(words) == "" {
		return nil, errors.New("there is no text in it")
	}
	var all []sent
	for _, piece := range core.Split(words, f.caps.Text, f.caps.Unit) {
		all = append(all, sent{Text: piece})
	}
	return all, nil
}
