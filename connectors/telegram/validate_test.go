package telegram_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"causeway/core"
	"causeway/markup"
)

// limits checks what the schema does not tell: lengths and counts.
func limits(p core.Payload) error {
	data, err := json.Marshal(p.Body)
	if err != nil {
		return err
	}
	var b struct {
		Text    string            `json:"text"`
		Caption string            `json:"caption"`
		Mode    string            `json:"parse_mode"`
		Media   []json.RawMessage `json:"media"`
		VCard   string            `json:"vcard"`
		Markup  json.RawMessage   `json:"reply_markup"`
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return err
	}
	if b.Mode == "HTML" {
		b.Text, b.Caption = markup.Plain(b.Text, "html"), markup.Plain(b.Caption, "html")
	}
	switch {
	case len(utf16.Encode([]rune(b.Text))) > 4096:
		return errors.New("the text is too long")
	case len(utf16.Encode([]rune(b.Caption))) > 1024:
		return errors.New("the caption is too long")
	case p.Op == "sendMessage" && strings.TrimSpace(b.Text) == "":
		return errors.New("the text is empty")
	case p.Op == "sendMediaGroup" && (len(b.Media) < 2 || len(b.Media) > 10):
		return fmt.Errorf("a group of %d", len(b.Media))
	case len(b.VCard) > 2048:
		return errors.New("the vcard is too long")
	case len(b.Markup) > 10_000:
		return fmt.Errorf("a keyboard of %d bytes", len(b.Markup))
	}
	return nil
}

// apiSpec is the Bot API as data: each method's and type's fields.
type apiSpec struct {
	Methods map[string]fieldSet `json:"methods"`
	Types   map[string]fieldSet `json:"types"`
}

type fieldSet struct {
	Fields   []apiField `json:"fields"`
	Subtypes []string   `json:"subtypes"`
}

type apiField struct {
	Name     string   `json:"name"`
	Types    []string `json:"types"`
	Required bool     `json:"required"`
}

// validator checks that a call has all fields that it must have and none that
// the method lacks, each of one of its types, all the way down.
func validator(data []byte) (func(core.Payload) error, error) {
	var spec apiSpec
	if err := json.Unmarshal(data, &spec); err != nil {
		return nil, err
	}
	return func(p core.Payload) error {
		method, ok := spec.Methods[p.Op]
		if !ok {
			return fmt.Errorf("there is no method %s", p.Op)
		}
		body, err := json.Marshal(p.Body)
		if err != nil {
			return err
		}
		var v map[string]any
		if err := json.Unmarshal(body, &v); err != nil {
			return err
		}
		return spec.object(p.Op, v, method)
	}, nil
}

func (s apiSpec) object(at string, v map[string]any, want fieldSet) error {
	for _, f := range want.Fields {
		value, there := v[f.Name]
		if !there && f.Required {
			return fmt.Errorf("%s lacks %s", at, f.Name)
		}
		if there && !slices.ContainsFunc(f.Types, func(t string) bool { return s.value(at+"."+f.Name, value, t) == nil }) {
			return fmt.Errorf("%s.%s is none of %v: %v", at, f.Name, f.Types, s.value(at+"."+f.Name, value, f.Types[0]))
		}
	}
	for name := range v {
		if !slices.ContainsFunc(want.Fields, func(f apiField) bool { return f.Name == name }) {
			return fmt.Errorf("%s has no %s", at, name)
		}
	}
	return nil
}

func (s apiSpec) value(at string, v any, want string) error {
	wrong := fmt.Errorf("%s is %v, want %s", at, v, want)
	if inner, ok := strings.CutPrefix(want, "Array of "); ok {
		all, ok := v.([]any)
		if !ok {
			return wrong
		}
		for i, one := range all {
			if err := s.value(fmt.Sprintf("%s[%d]", at, i), one, inner); err != nil {
				return err
			}
		}
		return nil
	}
	switch want {
	case "String", "InputFile":
		if text, ok := v.(string); !ok || text == "" {
			return wrong
		}
		return nil
	case "Integer":
		if n, ok := v.(float64); !ok || n != float64(int64(n)) {
			return wrong
		}
		return nil
	case "Float":
		if _, ok := v.(float64); !ok {
			return wrong
		}
		return nil
	case "Boolean":
		if _, ok := v.(bool); !ok {
			return wrong
		}
		return nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return wrong
	}
	t := s.Types[want]
	if len(t.Subtypes) == 0 {
		return s.object(at, o, t)
	}
	for _, sub := range t.Subtypes {
		if s.object(at, o, s.Types[sub]) == nil {
			return nil
		}
	}
	return wrong
}
