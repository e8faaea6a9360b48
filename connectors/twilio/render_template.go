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
	var components []component
	if err := json.Unmarshal(raw, &components); err != nil {
		return nil, fmt.Errorf("read the template's components: %w", err)
	}
	params, err := parametersOf(components)
	return numbered(params), err
}

// component is one of WhatsApp's own; those of a carousel's cards are within it.
type component struct {
	Parameters []map[string]any `json:"parameters"`
	Cards      []struct {
		Components []component `json:"components"`
	} `json:"cards"`
}

func parametersOf(components []component) (all []string, err error) {
	for _, c := range components {
		for _, p := range c.Parameters {
			word, err := parameterOf(p)
			if err != nil {
				return nil, err
			}
			all = append(all, word)
		}
		for _, card := range c.Cards {
			within, err := parametersOf(card.Components)
			if err != nil {
				return nil, err
			}
			all = append(all, within...)
		}
	}
	return all, nil
}

// parameterOf is what a parameter of WhatsApp's says: its text, the address of
// its file, its fallback, or when an offer ends. What has no word for Twilio, such
// as a file that only Meta has, is an error: it would be sent without.
func parameterOf(p map[string]any) (string, error) {
	kind, _ := p["type"].(string)
	switch v := p[kind].(type) {
	case string:
		return v, nil
	case map[string]any:
		for _, name := range []string{"link", "fallback_value"} {
			if s, ok := v[name].(string); ok {
				return s, nil
			}
		}
		if ms, ok := v["expiration_time_ms"].(float64); ok {
			return strconv.FormatInt(int64(ms), 10), nil
		}
	}
	return "", fmt.Errorf("a parameter of type %q cannot be a variable of Twilio's", kind)
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
