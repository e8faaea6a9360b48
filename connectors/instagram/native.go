package instagram

import (
	"encoding/json"
	"errors"
	"fmt"

	"causeway/connectors/kit"
	"causeway/core"
)

// native is a call whose message is as its author wrote it.
type native struct {
	outgoing
	Message map[string]json.RawMessage `json:"message"`
}

// native takes a body such as {"message": {"attachment": {…}}}: Meta's page "Send
// API". To whom it goes, its tag and our name for it are not the author's.
func (f form) native(o core.Outgoing, n core.Native) ([]core.Payload, error) {
	message, err := messageIn(n)
	if err != nil {
		return nil, fmt.Errorf("a call of Meta's own: %w", err)
	}
	if f.echoes {
		name, err := json.Marshal(o.Ref)
		if err != nil {
			return nil, fmt.Errorf("write the reference: %w", err)
		}
		message["metadata"] = name
	}
	return []core.Payload{{Op: opMessages, Body: native{f.envelope(o), message}}}, nil
}

func messageIn(n core.Native) (map[string]json.RawMessage, error) {
	if n.Op != opMessages {
		return nil, errors.New("op must be " + opMessages)
	}
	body, err := kit.Own(n, "message")
	if err != nil {
		return nil, err
	}
	return kit.Within(body, "message", "text", "attachment", "attachments", "quick_replies")
}
