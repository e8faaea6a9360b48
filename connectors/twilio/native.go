package twilio

import (
	"encoding/json"
	"errors"
	"fmt"

	"causeway/connectors/kit"
	"causeway/core"
)

// native takes an author's own parameters of a message, by the names of Twilio's
// page "Message Resource". From whom and to whom it goes, when, and where Twilio
// reports are not among them.
func (m *Message) native(n core.Native) error {
	if n.Op != opMessages {
		return errors.New("op must be " + opMessages)
	}
	body, err := kit.Own(n, "Body", "MediaUrl", "PersistentAction", "ContentSid", "ContentVariables")
	if err != nil {
		return err
	}
	for name, raw := range body {
		if err := m.parameter(name, raw); err != nil {
			return err
		}
	}
	if m.Message.Body == nil && m.Message.MediaUrl == nil && m.Message.ContentSid == nil {
		return errors.New("it needs Body, MediaUrl or ContentSid")
	}
	return nil
}

func (m *Message) parameter(name string, raw json.RawMessage) error {
	var word string
	var several []string
	isWord := json.Unmarshal(raw, &word) == nil && word != ""
	if isWord {
		several = []string{word}
	}
	isList := isWord || json.Unmarshal(raw, &several) == nil && len(several) > 0
	switch {
	case name == "MediaUrl" && isList:
		m.Message.SetMediaUrl(several)
	case name == "PersistentAction" && isList:
		m.Message.SetPersistentAction(several)
	case name == "Body" && isWord:
		m.Message.SetBody(word)
	case name == "ContentSid" && isWord:
		m.Message.SetContentSid(word)
	case name == "ContentVariables" && isWord && json.Valid([]byte(word)):
		m.Message.SetContentVariables(word)
	case name == "ContentVariables":
		var values map[string]string
		if json.Unmarshal(raw, &values) != nil || len(values) == 0 {
			return errors.New("ContentVariables must be an object of strings")
		}
		return m.variables(values)
	default:
		return fmt.Errorf("%s must be a string", name)
	}
	return nil
}
