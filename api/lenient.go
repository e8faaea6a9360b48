package api

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/kommunicate"
)

// word is a JSON string, number or boolean as words: clients of Kommunicate write
// teamId as a number and booleans as strings.
type word string

// UnmarshalJSON takes strings, numbers and booleans.
func (t *word) UnmarshalJSON(data []byte) error {
	var v any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		*t = word(v)
	case json.Number:
		*t = word(v.String())
	case bool:
		*t = word(strconv.FormatBool(v))
	case nil:
	default:
		return invalid("a string, a number or a boolean is wanted")
	}
	return nil
}

// Schema says so in the document.
func (word) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}, {Type: huma.TypeBoolean}}}
}

// names is a list of strings, or its JSON in a string.
type names []string

// UnmarshalJSON takes a list, a string that holds one, or one name alone.
func (n *names) UnmarshalJSON(data []byte) error {
	var inner string
	if json.Unmarshal(data, &inner) == nil {
		if inner == "" {
			return nil
		}
		if !strings.HasPrefix(strings.TrimSpace(inner), "[") {
			*n = names{inner}
			return nil
		}
		data = []byte(inner)
	}
	var list []word
	if err := json.Unmarshal(data, &list); err != nil {
		return invalid("a list of names is wanted")
	}
	for _, name := range list {
		*n = append(*n, string(name))
	}
	return nil
}

// Schema says so in the document.
func (names) Schema(huma.Registry) *huma.Schema {
	list := &huma.Schema{Type: huma.TypeArray, Items: word("").Schema(nil)}
	return &huma.Schema{OneOf: []*huma.Schema{list, {Type: huma.TypeString, Description: "The list as JSON, or one name."}}}
}

// yes is a boolean, also as a string or a number.
type yes bool

// UnmarshalJSON takes true, "true", 1 and "1", and what says no in the same ways.
func (y *yes) UnmarshalJSON(data []byte) error {
	var w word
	if err := w.UnmarshalJSON(data); err != nil {
		return err
	}
	switch strings.ToLower(string(w)) {
	case "true", "1":
		*y = true
	case "", "false", "0":
		*y = false
	default:
		return invalid("true or false is wanted, not %.20q", string(w))
	}
	return nil
}

// Schema says so in the document.
func (yes) Schema(r huma.Registry) *huma.Schema { return word("").Schema(r) }

// fields is a JSON object, or its JSON in a string.
type fields core.Metadata

// UnmarshalJSON takes an object, or a string that holds one.
func (f *fields) UnmarshalJSON(data []byte) error {
	var inner string
	if json.Unmarshal(data, &inner) == nil {
		if inner == "" {
			return nil
		}
		data = []byte(inner)
	}
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		return invalid("an object is wanted, or its JSON in a string")
	}
	*f = object
	return nil
}

// Schema says so in the document.
func (fields) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeObject, AdditionalProperties: true}, {Type: huma.TypeString, Description: "The object as JSON."},
	}}
}

// statusWord is a conversation's status, by our name or by Kommunicate's number.
type statusWord core.ConversationStatus

// UnmarshalJSON takes "resolved", 2 and "2".
func (s *statusWord) UnmarshalJSON(data []byte) error {
	var w word
	if err := w.UnmarshalJSON(data); err != nil {
		return err
	}
	status, ok := kommunicate.ReadStatus(string(w))
	if !ok {
		return invalid("status must be open, waiting, resolved or spam, or Kommunicate's number: 0, 7, 2 or 3")
	}
	*s = statusWord(status)
	return nil
}

// Schema says so in the document.
func (statusWord) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Enum:        []any{"open", "waiting", "resolved", "spam", "0", "7", "2", "3", 0.0, 7.0, 2.0, 3.0},
		Description: "By name, or by Kommunicate's number, in the same order.",
	}
}
