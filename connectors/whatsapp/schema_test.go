package whatsapp

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"causeway/core"
)

// validator checks native calls against the schema "Message" of a published
// OpenAPI file: as much of JSON Schema as stands in it.
func validator(spec []byte) (func(core.Payload) error, error) {
	s, err := schemasOf(spec)
	if err != nil {
		return nil, err
	}
	return func(p core.Payload) error {
		data, err := json.Marshal(p.Body)
		if err != nil {
			return err
		}
		var body map[string]any
		if err := json.Unmarshal(data, &body); err != nil {
			return err
		}
		_, err = s.check(s.of(body), body, "")
		return err
	}, nil
}

type schemas map[string]any

// parsed keeps what was read: the file is large, and several tests want it.
var parsed sync.Map

func schemasOf(spec []byte) (schemas, error) {
	sum := sha256.Sum256(spec)
	if s, ok := parsed.Load(sum); ok {
		return s.(schemas), nil
	}
	var file struct {
		Components struct {
			Schemas map[string]any `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(spec, &file); err != nil {
		return nil, err
	}
	s := schemas(file.Components.Schemas)
	if s["Message"] == nil {
		return nil, fmt.Errorf("there is no schema Message")
	}
	parsed.Store(sum, s)
	return s, nil
}

// of is the one of Message's schemas that the body's type names: its error says
// more than that none of twelve fits.
func (s schemas) of(body map[string]any) any {
	kind, _ := body["type"].(string)
	if kind == "" {
		return s["Message"]
	}
	name := strings.ToUpper(kind[:1]) + kind[1:] + "Message"
	if s[name] == nil {
		return s["Message"]
	}
	return s[name]
}

// check reports the keys of an object that some part of the schema knows.
func (s schemas) check(schema, v any, at string) (map[string]bool, error) {
	rules, ok := schema.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: there is no such schema", at)
	}
	if ref, ok := rules["$ref"].(string); ok {
		return s.check(s[ref[strings.LastIndex(ref, "/")+1:]], v, at)
	}
	if err := plainRules(rules, v, at); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, part := range list(rules["allOf"]) {
		more, err := s.check(part, v, at)
		if err != nil {
			return nil, err
		}
		maps.Copy(known, more)
	}
	for _, word := range []string{"oneOf", "anyOf"} {
		if err := s.some(word, rules, v, at, known); err != nil {
			return nil, err
		}
	}
	return known, s.members(rules, v, at, known)
}

func (s schemas) some(word string, rules map[string]any, v any, at string, known map[string]bool) error {
	all := list(rules[word])
	if len(all) == 0 {
		return nil
	}
	fitting := 0
	var last error
	for _, part := range all {
		more, err := s.check(part, v, at)
		if err != nil {
			last = err
			continue
		}
		fitting++
		maps.Copy(known, more)
	}
	if fitting == 0 {
		return fmt.Errorf("%s: none of %s fits: %w", at, word, last)
	}
	if word == "oneOf" && fitting > 1 {
		return fmt.Errorf("%s: %d of oneOf fit", at, fitting)
	}
	return nil
}

func (s schemas) members(rules map[string]any, v any, at string, known map[string]bool) error {
	if items, ok := v.([]any); ok && rules["items"] != nil {
		for i, item := range items {
			if _, err := s.check(rules["items"], item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	for _, key := range list(rules["required"]) {
		if _, there := o[key.(string)]; !there {
			return fmt.Errorf("%s: %v is missing", at, key)
		}
	}
	properties, _ := rules["properties"].(map[string]any)
	for key, schema := range properties {
		known[key] = true
		if member, there := o[key]; there {
			if _, err := s.check(schema, member, at+"."+key); err != nil {
				return err
			}
		}
	}
	if rules["additionalProperties"] == false || rules["unevaluatedProperties"] == false {
		for key := range o {
			if !known[key] {
				return fmt.Errorf("%s.%s is not known", at, key)
			}
		}
	}
	return nil
}

func plainRules(rules map[string]any, v any, at string) error {
	if enum := list(rules["enum"]); len(enum) > 0 && !slices.Contains(enum, v) {
		return fmt.Errorf("%s: %v is not one of %v", at, v, enum)
	}
	if kinds := rules["type"]; kinds != nil && !slices.Contains(append(list(kinds), kinds), any(kindOf(v))) {
		return fmt.Errorf("%s: a %s, not a %v", at, kindOf(v), kinds)
	}
	length, unit := 0, ""
	switch v := v.(type) {
	case string:
		length, unit = utf8.RuneCountInString(v), "Length"
		if pattern, ok := rules["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
			return fmt.Errorf("%s: %q does not fit %s", at, v, pattern)
		}
	case []any:
		length, unit = len(v), "Items"
	default:
		return nil
	}
	if most, ok := whole(rules["max"+unit]); ok && length > most {
		return fmt.Errorf("%s: %d is more than %d", at, length, most)
	}
	if least, ok := whole(rules["min"+unit]); ok && length < least {
		return fmt.Errorf("%s: %d is less than %d", at, length, least)
	}
	return nil
}

func kindOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func whole(v any) (int, bool) {
	switch n := v.(type) {
	case uint64:
		return int(n), true
	case int:
		return n, true
	case int64:
		return int(n), true
	}
	return 0, false
}
