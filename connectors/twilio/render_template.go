package twilio

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"causeway/core"
)

// sidForm is a content's sid; what else a template is named by is its friendly
// name.
var sidForm = regexp.MustCompile(`^HX[0-9a-zA-Z]{8,}$`)

// template sends a content that was approved. Components are its variables by
// name, or the components of WhatsApp's own templates, whose parameters become
// the variables 1, 2 and so on in their order.
func (m *Message) template(t core.Template) error {
	switch {
	case t.Name == "":
		return errors.New("a template needs its sid or its name")
	case sidForm.MatchString(t.Name):
		m.Message.SetContentSid(t.Name)
	default:
		m.Template = &TemplateName{FriendlyName: t.Name, Language: t.Language}
	}
	values := numbered(t.Params)
	if len(t.Components) > 0 {
		var err error
		if values, err = variablesOf(t.Components); err != nil {
			return err
		}
	}
	for name, value := range values {
		values[name] = oneLine(value) // WhatsApp refuses line ends
	}
	return m.variables(values)
}

func numbered(params []string) map[string]string {
	values := map[string]string{}
	for i, p := range params {
		values[strconv.Itoa(i+1)] = p
	}
	return values
}

func variablesOf(raw json.RawMessage) (map[string]string, error) {
	var named map[string]any
	if json.Unmarshal(raw, &named) == nil {
		values := map[string]string{}
		for name, v := range named {
			values[name] = wordOf(v)
		}
		return values, nil
	}
	var components []struct {
		Parameters []map[string]any `json:"parameters"`
	}
	if err := json.Unmarshal(raw, &components); err != nil {
		return nil, fmt.Errorf("read the template's components: %w", err)
	}
	var params []string
	for _, c := range components {
		for _, p := range c.Parameters {
			params = append(params, parameterOf(p))
		}
	}
	return numbered(params), nil
}

// parameterOf is what a parameter of WhatsApp's says: its text, the address of
// its file, or its fallback.
func parameterOf(p map[string]any) string {
	kind, _ := p["type"].(string)
	switch v := p[kind].(type) {
	case string:
		return v
	case map[string]any:
		for _, name := range []string{"link", "fallback_value"} {
			if s, ok := v[name].(string); ok {
				return s
			}
		}
	}
	return ""
}

func wordOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(v)
}
