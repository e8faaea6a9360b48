package kommunicate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"causeway/core"
)

// object is a JSON object, read as leniently as bots write: numbers and
// booleans may be strings, and objects and arrays may be strings of JSON.
// A nil object has nothing in it.
type object map[string]any

// parse reads one JSON value. It takes commas before a closing bracket, which
// stand in Kommunicate's own examples.
func parse(data []byte) (any, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	clean, err := tidy(data)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(clean))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return tame(v), nil
}

// tame makes strings of numbers that no float holds, such as 1e999: what a bot
// attaches is kept as JSON, and must be readable again.
func tame(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = tame(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = tame(inner)
		}
	case json.Number:
		if _, err := v.Float64(); err != nil {
			return v.String()
		}
	}
	return v
}

// tidy leaves out commas before a closing bracket, and bounds the depth.
func tidy(data []byte) ([]byte, error) {
	out := data
	copied := false
	comma, depth, quoted := -1, 0, false
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
			comma = -1
		case quoted, c == ' ', c == '\t', c == '\r', c == '\n':
		case c == ',':
			comma = i
		case c == '[' || c == '{':
			comma = -1
			if depth++; depth > maxDepth {
				return nil, fmt.Errorf("nested more than %d deep", maxDepth)
			}
		case c == ']' || c == '}':
			depth--
			if comma >= 0 {
				if !copied {
					out, copied = slices.Clone(data), true
				}
				out[comma] = ' '
			}
			comma = -1
		default:
			comma = -1
		}
	}
	return out, nil
}

// unwrap reads a string that holds an object or an array, also one that was
// made a string twice; anything else stays as it is.
func unwrap(v any) any {
	for range 2 {
		text, ok := v.(string)
		if !ok {
			return v
		}
		switch t := strings.TrimSpace(text); {
		case strings.HasPrefix(t, "{"), strings.HasPrefix(t, "["), strings.HasPrefix(t, `"`):
		default:
			return v
		}
		inner, err := parse([]byte(text))
		if err != nil {
			return v
		}
		v = inner
	}
	return v
}

// object is the object under key, or nil.
func (o object) object(key string) object {
	m, _ := unwrap(o[key]).(map[string]any)
	return m
}

// list is the array under key, or nil.
func (o object) list(key string) []any {
	l, _ := unwrap(o[key]).([]any)
	return l
}

// has reports whether key stands there with anything but null.
func (o object) has(key string) bool { return o[key] != nil }

// text is the first of keys that holds words, a number or a boolean.
func (o object) text(keys ...string) string {
	for _, k := range keys {
		if s := textOf(o[k]); s != "" {
			return s
		}
	}
	return ""
}

// flag is a boolean, also one written as a string.
func (o object) flag(key string, otherwise bool) bool {
	switch strings.ToLower(strings.TrimSpace(textOf(o[key]))) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	return otherwise
}

// without is o as metadata, less some keys; nil if nothing is left.
func (o object) without(keys ...string) core.Metadata {
	left := core.Metadata{}
	for k, v := range o {
		if !slices.Contains(keys, k) {
			left[k] = v
		}
	}
	if len(left) == 0 {
		return nil
	}
	return left
}

// textOf is a scalar in words; empty for null, objects and arrays.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	}
	return ""
}
