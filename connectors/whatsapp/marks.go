package whatsapp

import "causeway/core"

// opMark tells the contact that a message, and all before it, was read: Meta's
// pages "Mark messages as read" and "Typing indicators". It sends nothing.
const opMark = "mark_read"

// mark is the body of opMark. The typing indicator ends with our answer, or
// after 25 seconds.
type mark struct {
	Product   string  `json:"messaging_product"`
	Status    string  `json:"status"`
	MessageID string  `json:"message_id"`
	Typing    *typing `json:"typing_indicator,omitempty"`
}

type typing struct {
	Type string `json:"type"`
}

// acks is what the contact is told of their message at once. Groups have no
// read marks, and what another number heard is not ours to mark. What asks for
// no answer shows no typing.
func (rd reader) acks(account string, h head, heard core.Heard) []core.Payload {
	if !rd.marks && !rd.typing || h.GroupID != "" || (account != "" && account != rd.account) {
		return nil
	}
	m := mark{Product: "whatsapp", Status: "read", MessageID: string(h.ID)}
	switch heard.Content.(type) {
	case core.Reaction, core.Deleted, core.Edited:
	default:
		if rd.typing {
			m.Typing = &typing{Type: "text"}
		}
	}
	if !rd.marks && m.Typing == nil {
		return nil
	}
	return []core.Payload{{Op: opMark, Body: m}}
}
