package twilio_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"causeway/connectors/twilio"
	"causeway/core"
)

// limits checks what no schema tells: lengths and counts, with the variables
// put in.
func limits(p core.Payload) error {
	m, ok := p.Body.(*twilio.Message)
	if !ok || m.Message == nil || m.Message.To == nil {
		return errors.New("this is no message to anybody")
	}
	said := 0
	for _, there := range []bool{m.Content != nil, m.Template != nil, m.Message.ContentSid != nil, m.Message.Body != nil || m.Message.MediaUrl != nil} {
		if there {
			said++
		}
	}
	if said != 1 {
		return fmt.Errorf("%d things are said at once", said)
	}
	if m.Message.Body != nil {
		if err := within("the body", *m.Message.Body, 1600); err != nil {
			return err
		}
	}
	onWhatsApp := strings.HasPrefix(*m.Message.To, "whatsapp:")
	if m.Message.MediaUrl != nil {
		if n := len(*m.Message.MediaUrl); n < 1 || n > 10 || onWhatsApp && n > 1 {
			return fmt.Errorf("WhatsApp takes one file, MMS ten, and these are %d", n)
		}
		if m.Message.Body != nil && onWhatsApp {
			if err := within("the caption", *m.Message.Body, 1024); err != nil {
				return err
			}
		}
	}
	values := map[string]string{}
	if m.Message.ContentVariables != nil {
		if err := json.Unmarshal([]byte(*m.Message.ContentVariables), &values); err != nil {
			return fmt.Errorf("the variables: %w", err)
		}
	}
	if m.Content == nil {
		return nil
	}
	return contentLimits(m, values)
}

func contentLimits(m *twilio.Message, values map[string]string) error {
	if len(m.Content.Variables) != len(values) {
		return fmt.Errorf("%d variables with samples, %d with values", len(m.Content.Variables), len(values))
	}
	put := func(s string) string {
		for n, v := range values {
			s = strings.ReplaceAll(s, "{{"+n+"}}", v)
		}
		return s
	}
	var all []error
	check := func(what, s string, most int) { all = append(all, within(what, put(s), most)) }
	t := m.Content.Types
	check("the text", t.TwilioText.Body, 1600)
	if q := t.TwilioQuickReply; q != nil {
		check("the body", q.Body, 1024)
		all = append(all, count("buttons", len(q.Actions), 3))
		for _, a := range q.Actions {
			check("a title", a.Title, 20)
			check("an id", a.Id, 200)
		}
	}
	if l := t.TwilioListPicker; l != nil {
		check("the body", l.Body, 1024)
		check("the label", l.Button, 20)
		all = append(all, count("rows", len(l.Items), 10))
		for _, i := range l.Items {
			check("a row", i.Item, 24)
			check("an id", i.Id, 200)
			if i.Description != "" {
				check("a description", i.Description, 72)
			}
		}
	}
	if a := t.TwilioCallToAction; a != nil {
		check("the body", a.Body, 640)
		all = append(all, count("links", len(a.Actions), 1))
		check("a title", a.Actions[0].Title, 20)
		check("an address", a.Actions[0].Url, 2000)
	}
	if c := t.TwilioCard; c != nil {
		check("the title", c.Title, 1024)
		all = append(all, count("buttons", len(c.Actions), 3), count("files", len(c.Media), 1))
		for _, a := range c.Actions {
			check("a title", a.Title, 20)
		}
	}
	return errors.Join(all...)
}

func within(what, s string, most int) error {
	if n := len(utf16.Encode([]rune(s))); n > most || strings.TrimSpace(s) == "" || strings.Contains(s, "{{") {
		return fmt.Errorf("%s has %d characters, of at most %d: %q", what, n, most, s)
	}
	return nil
}

func count(what string, n, most int) error {
	if n < 1 || n > most {
		return fmt.Errorf("%d %s", n, what)
	}
	return nil
}

// withSpecs adds a check against what Twilio published, where that is at hand.
func withSpecs(t *testing.T, limits func(core.Payload) error) func(core.Payload) error {
	t.Helper()
	messages, err := readSpec("twilio-api-v2010.json")
	if err != nil {
		t.Logf("native calls are not checked against Twilio's schema: %v", err)
		return limits
	}
	contents, err := readSpec("twilio-content-v1.json")
	if err != nil {
		t.Logf("native calls are not checked against Twilio's schema: %v", err)
		return limits
	}
	create, err := messages.path("paths", "/2010-04-01/Accounts/{AccountSid}/Messages.json", "post", "requestBody", "content", "application/x-www-form-urlencoded", "schema")
	if err != nil {
		t.Fatal(err)
	}
	content, err := contents.path("components", "schemas", "ContentCreateRequest")
	if err != nil {
		t.Fatal(err)
	}
	return func(p core.Payload) error {
		m, _ := p.Body.(*twilio.Message)
		if err := limits(p); err != nil {
			return err
		}
		if err := messages.holds("message", generic(m.Message), create); err != nil {
			return err
		}
		if m.Content == nil {
			return nil
		}
		return contents.holds("content", generic(m.Content), content)
	}
}

func generic(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		return err
	}
	return out
}

// spec is an OpenAPI document, as far as Twilio's need.
type spec map[string]any

func readSpec(name string) (spec, error) {
	data, err := os.ReadFile("../../../shared/specs/" + name)
	if err != nil {
		return nil, err
	}
	var s spec
	return s, json.Unmarshal(data, &s)
}

func (s spec) path(names ...string) (map[string]any, error) {
	at := map[string]any(s)
	for _, name := range names {
		next, ok := at[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("the schema has no %s in %v", name, names)
		}
		at = next
	}
	return at, nil
}

func (s spec) holds(at string, v any, rules map[string]any) error {
	if ref, ok := rules["$ref"].(string); ok {
		next, err := s.path(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
		if err != nil {
			return err
		}
		return s.holds(at, v, next)
	}
	if words, ok := rules["enum"].([]any); ok && !slices.Contains(words, v) {
		return fmt.Errorf("%s is %v, none of %v", at, v, words)
	}
	switch want, _ := rules["type"].(string); want {
	case "object":
		o, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is no object", at)
		}
		return s.object(at, o, rules)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is no array", at)
		}
		items, _ := rules["items"].(map[string]any)
		for i, one := range list {
			if err := s.holds(fmt.Sprintf("%s[%d]", at, i), one, items); err != nil {
				return err
			}
		}
	case "string":
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("%s is no string", at)
		}
		if form, ok := rules["pattern"].(string); ok && !regexp.MustCompile(form).MatchString(text) {
			return fmt.Errorf("%s is %q, not %s", at, text, form)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Errorf("%s is no boolean", at)
		}
	case "number", "integer":
		if _, ok := v.(float64); !ok {
			return fmt.Errorf("%s is no number", at)
		}
	}
	return nil
}

// object: Twilio leaves out that other members are wrong; they are.
func (s spec) object(at string, o, rules map[string]any) error {
	members, _ := rules["properties"].(map[string]any)
	for name, v := range o {
		member, known := members[name].(map[string]any)
		if !known {
			if member, known = rules["additionalProperties"].(map[string]any); !known {
				return fmt.Errorf("%s has no %s", at, name)
			}
		}
		if err := s.holds(at+"."+name, v, member); err != nil {
			return err
		}
	}
	required, _ := rules["required"].([]any)
	for _, name := range required {
		if text, _ := name.(string); o[text] == nil {
			return fmt.Errorf("%s lacks %s", at, text)
		}
	}
	return nil
}
