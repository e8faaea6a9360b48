package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// sorts are what an author may send: Meta's page "Messages API". A reaction, and
// a mark that something was read, send nothing.
var sorts = []string{"text", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "template"}

// renderNative takes a body such as {"type": "interactive", "interactive": {…}}.
// To whom it goes, what it answers and our name for it are not the author's.
func renderNative(o core.Outgoing, n core.Native) ([]core.Payload, error) {
	sort, said, err := saidIn(n)
	m := message{Type: sort, Ref: o.Ref}
	if err == nil {
		err = m.address(o.To)
	}
	if err != nil {
		return nil, fmt.Errorf("a call of WhatsApp's own: %w", err)
	}
	if o.Quote != "" {
		m.Context = &quote{MessageID: string(o.Quote)}
	}
	head, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the envelope: %w", err)
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(head, &body); err != nil {
		return nil, fmt.Errorf("write the envelope: %w", err)
	}
	body[sort] = said
	return []core.Payload{{Op: opMessages, Body: body}}, nil
}

// saidIn is what sort of message an author wrote, and what it says.
func saidIn(n core.Native) (sort string, said json.RawMessage, err error) {
	if n.Op != opMessages {
		return "", nil, errors.New("op must be " + opMessages)
	}
	body, err := kit.Own(n, append([]string{"type"}, sorts...)...)
	if err != nil {
		return "", nil, err
	}
	if json.Unmarshal(body["type"], &sort) != nil || !slices.Contains(sorts, sort) {
		return "", nil, errors.New("type must be one of " + strings.Join(sorts, ", "))
	}
	if len(body) != 2 || body[sort] == nil {
		return "", nil, fmt.Errorf("beside type there must be %s, and nothing else", sort)
	}
	return sort, body[sort], nil
}
