package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// deepest is how deep the JSON of a request may nest.
const deepest = 32

// decode reads JSON more strictly than encoding/json: one value, no name twice
// in an object, no deep nesting, and into structs only names that are known, in
// just that case.
func decode(data []byte, v any) error {
	if err := wellFormed(data); err != nil {
		return err
	}
	if _, free := v.(*any); !free {
		var plain any
		if err := json.Unmarshal(data, &plain); err != nil {
			return fmt.Errorf("the JSON is broken: %w", err)
		}
		if err := known(plain, reflect.TypeOf(v), ""); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(data, v); err != nil {
		var said *Problem
		if errors.As(err, &said) {
			return said
		}
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return misplaced(wrong)
		}
		return fmt.Errorf("the JSON is broken: %w", err)
	}
	return nil
}

// misplaced says in a caller's words what is of the wrong type: fields of a
// struct within ours stand under its name, which is not in the JSON.
func misplaced(e *json.UnmarshalTypeError) error {
	field := strings.TrimPrefix(e.Field, "around.")
	if field == "" {
		field = "the body"
	}
	article := "a"
	if strings.HasPrefix(e.Value, "a") || strings.HasPrefix(e.Value, "o") {
		article = "an"
	}
	return fmt.Errorf("%s: %s %s is not expected here", field, article, e.Value)
}

// nest is an object or array that is open while reading.
type nest struct {
	names map[string]bool // nil in an array
	name  bool            // the next token of an object is a name
}

func wellFormed(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var open []*nest
	for done := false; !done; {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf("the JSON is broken: %w", endless(err))
		}
		switch token {
		case json.Delim('{'):
			open = append(open, &nest{names: map[string]bool{}, name: true})
		case json.Delim('['):
			open = append(open, &nest{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			done = closed(open)
		default:
			if done, err = scalar(open, token); err != nil {
				return err
			}
		}
		if len(open) > deepest {
			return fmt.Errorf("the JSON nests deeper than %d", deepest)
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one JSON value")
	}
	return nil
}

// scalar takes a token that is no bracket: a name, or a value.
func scalar(open []*nest, token json.Token) (done bool, err error) {
	if len(open) == 0 {
		return true, nil
	}
	in := open[len(open)-1]
	if !in.name {
		return closed(open), nil
	}
	name, _ := token.(string)
	if in.names[name] {
		return false, fmt.Errorf("the name %.50q stands twice in one object", name)
	}
	in.names[name], in.name = true, false
	return false, nil
}

// closed notes the end of a value, and reports whether it was the last.
func closed(open []*nest) bool {
	if len(open) == 0 {
		return true
	}
	in := open[len(open)-1]
	in.name = in.names != nil
	return false
}

// endless names the end of input for what it is.
func endless(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// known reports the first name in v that a value of type t has no field for.
func known(v any, t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		return knownNames(v, t, path)
	case []any:
		if t.Kind() != reflect.Slice {
			return nil
		}
		for i, e := range v {
			if err := known(e, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func knownNames(v map[string]any, t reflect.Type, path string) error {
	var fields map[string]reflect.Type
	if t.Kind() == reflect.Struct {
		fields = fieldsOf(t)
	}
	for name, e := range v {
		at := strings.TrimPrefix(path+"."+name, ".")
		switch t.Kind() {
		case reflect.Struct:
			field, ok := fields[name]
			if !ok {
				return fmt.Errorf("%.200s is not known", at)
			}
			if err := known(e, field, at); err != nil {
				return err
			}
		case reflect.Map:
			if err := known(e, t.Elem(), at); err != nil {
				return err
			}
		}
	}
	return nil
}

// fieldsOf is the type of each field by its name in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields[name] = f.Type
	}
	return fields
}
