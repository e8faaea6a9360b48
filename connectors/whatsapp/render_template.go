package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"

	"causeway/connectors/kit"
	"causeway/core"
)

// templateMessage fills the body's parameters in their order, or takes the
// components as they are.
func templateMessage(t core.Template) (message, error) {
	if t.Name == "" || t.Language == "" {
		return message{}, errors.New("a template needs its name and its language")
	}
	out := &template{Name: t.Name, Language: language{Code: t.Language}}
	switch {
	case len(t.Components) > 0:
		if err := components(t.Components); err != nil {
			return message{}, err
		}
		out.Components = t.Components
	case len(t.Params) > 0:
		body := component{Type: "body"}
		for _, p := range t.Params {
			body.Parameters = append(body.Parameters, parameter{Type: "text", Text: p})
		}
		raw, err := json.Marshal([]component{body})
		if err != nil {
			return message{}, fmt.Errorf("write the template's parameters: %w", err)
		}
		out.Components = raw
	}
	return message{Type: "template", Template: out}, nil
}

// components refuses what cannot be a list of components: objects, each with a
// type. What stands in them is Meta's to judge, for it alone knows the template.
func components(raw json.RawMessage) error {
	var list []struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("read the template's components: %w", kit.Plainly(err))
	}
	for i, c := range list {
		if c.Type == "" {
			return fmt.Errorf("the template's component %d has no type", i)
		}
	}
	return nil
}
