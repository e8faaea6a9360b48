package config

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/core"
)

// decoder fills Go values from the tree by the keys in their tags, strictly. It goes
// on after a problem, so that all are told at once; what is absent or empty
// keeps the value that it had.
type decoder struct{ *report }

var (
	durationType = reflect.TypeFor[time.Duration]()
	sizeType     = reflect.TypeFor[Size]()
	secretType   = reflect.TypeFor[core.Secret]()
	prefixType   = reflect.TypeFor[netip.Prefix]()
)

func (d decoder) into(n *node, v reflect.Value, key string) {
	if n == nil || n.shape == null || n.spoiled {
		return
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.into(n, v.Elem(), key)
		return
	}
	if d.special(n, v, key) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v, key)
	case reflect.Slice:
		d.slice(n, v, key)
	case reflect.Map:
		d.table(n, v, key)
	case reflect.Interface:
		v.Set(reflect.ValueOf(n.plain()))
	default:
		d.scalar(n, v, key)
	}
}

// special reads the types that are written in a way of their own.
func (d decoder) special(n *node, v reflect.Value, key string) bool {
	switch v.Type() {
	case durationType:
		read(d, n, v, key, parseDuration)
	case sizeType:
		read(d, n, v, key, parseSize)
	case prefixType:
		read(d, n, v, key, parsePrefix)
	case secretType:
		d.secret(n, v, key)
	default:
		reader, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
		if !ok {
			return false
		}
		if s, ok := d.written(n, key, "text, in quotes"); ok {
			if err := reader.UnmarshalText([]byte(s)); err != nil {
				d.at(n, key, "%s", without(err.Error(), s))
			}
		}
	}
	return true
}

// read parses a scalar as it is written.
func read[T any](d decoder, n *node, v reflect.Value, key string, parse func(string) (T, error)) {
	s, ok := d.written(n, key, "one value")
	if !ok {
		return
	}
	value, err := parse(s)
	if err != nil {
		d.at(n, key, "%s", err)
		return
	}
	v.Set(reflect.ValueOf(value))
}

// written is a text, or the digits of a number.
func (d decoder) written(n *node, key, want string) (string, bool) {
	if n.shape == text || n.shape == number {
		return n.scalar, true
	}
	d.at(n, key, "must be %s", want)
	return "", false
}

func (d decoder) secret(n *node, v reflect.Value, key string) {
	s, ok := d.written(n, key, "text, in quotes")
	if !ok {
		return
	}
	d.hide(s)
	switch {
	case isPlaceholder(s):
		d.at(n, key, "is a placeholder; write the secret itself, best as ${NAME} from the environment")
	case s != strings.TrimSpace(s):
		d.at(n, key, "begins or ends with a space or a line break; take it away")
	default:
		v.SetString(s)
	}
}

func (d decoder) structure(n *node, v reflect.Value, key string, also ...string) {
	if n.shape != mapping {
		d.at(n, key, "must be keys with values, such as {key: value}")
		return
	}
	fields := fieldsOf(v)
	for _, e := range n.entries {
		at := join(key, presentable(e.key))
		if field, ok := fields[e.key]; ok {
			d.into(e.value, field, at)
			continue
		}
		if slices.Contains(also, e.key) {
			continue
		}
		place := &node{line: e.line, column: e.column}
		if e.value.shape == null {
			// It may be a value whose key was forgotten: it is not shown.
			d.at(place, join(key, "?"), "a word stands here that is no key and has no value")
			continue
		}
		d.at(place, at, "is not a key that is known here; %s", meant(e.key, append(names(fields), also...)))
	}
}

// fieldsOf is the fields of a struct by key, those of embedded ones included.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		switch name, how := keyOf(v.Type().Field(i)); how {
		case embedded:
			for k, field := range fieldsOf(v.Field(i)) {
				if _, outer := fields[k]; !outer {
					fields[k] = field
				}
			}
		case keyed:
			fields[name] = v.Field(i)
		case hidden:
		}
	}
	return fields
}

// standing is how a field of a struct stands in the file.
type standing int

const (
	keyed standing = iota
	hidden
	embedded // its own fields stand in its place
)

// keyOf is a field's key: its yaml tag, else its json tag, else its name in
// small letters.
func keyOf(f reflect.StructField) (string, standing) {
	tag, tagged := f.Tag.Lookup("yaml")
	if !tagged {
		tag = f.Tag.Get("json")
	}
	name, options, _ := strings.Cut(tag, ",")
	inline := strings.Contains(options, "inline") || f.Anonymous && name == ""
	switch {
	case inline && f.Type.Kind() == reflect.Struct:
		return "", embedded
	case !f.IsExported() || name == "-":
		return "", hidden
	case name == "":
		return strings.ToLower(f.Name), keyed
	default:
		return name, keyed
	}
}

func names(fields map[string]reflect.Value) []string {
	all := make([]string, 0, len(fields))
	for name := range fields {
		all = append(all, name)
	}
	return all
}

func (d decoder) slice(n *node, v reflect.Value, key string) {
	if n.shape != list {
		d.at(n, key, "must be a list, such as [one, two]")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		at := fmt.Sprintf("%s[%d]", key, i)
		if item.shape == null && !item.spoiled {
			d.at(item, at, "is empty")
			continue
		}
		d.into(item, v.Index(i), at)
	}
}

func (d decoder) table(n *node, v reflect.Value, key string) {
	if n.shape != mapping {
		d.at(n, key, "must be keys with values, such as {key: value}")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range n.entries {
		value := reflect.New(v.Type().Elem()).Elem()
		d.into(e.value, value, join(key, presentable(e.key)))
		v.SetMapIndex(reflect.ValueOf(e.key).Convert(v.Type().Key()), value)
	}
}

func (d decoder) scalar(n *node, v reflect.Value, key string) {
	switch v.Kind() {
	case reflect.String:
		if s, ok := d.written(n, key, "text; put it in quotes"); ok {
			v.SetString(s)
		}
	case reflect.Bool:
		if n.is(boolean) && (n.scalar == "true" || n.scalar == "false") {
			v.SetBool(n.scalar == "true")
			return
		}
		d.at(n, key, "must be true or false, without quotes")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(n.scalar, 10, v.Type().Bits())
		if !n.is(number) || err != nil {
			d.at(n, key, "must be a whole number, without quotes")
			return
		}
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		i, err := strconv.ParseUint(n.scalar, 10, v.Type().Bits())
		if !n.is(number) || err != nil {
			d.at(n, key, "must be a whole number of 0 or more, without quotes")
			return
		}
		v.SetUint(i)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(n.scalar, v.Type().Bits())
		if !n.is(number) || err != nil {
			d.at(n, key, "must be a number, without quotes")
			return
		}
		v.SetFloat(f)
	default:
		d.at(n, key, "cannot be set in the config")
	}
}

// is reports whether a node has the shape, or comes from the environment, which
// knows only text.
func (n *node) is(s shape) bool { return n.shape == s || n.shape == text && n.fromEnv }

// plain is a node as encoding/json would see it.
func (n *node) plain() any {
	switch n.shape {
	case text:
		return n.scalar
	case number:
		if f, err := strconv.ParseFloat(n.scalar, 64); err == nil {
			return f
		}
		return n.scalar
	case boolean:
		return n.scalar == "true"
	case list:
		all := make([]any, len(n.items))
		for i, item := range n.items {
			all[i] = item.plain()
		}
		return all
	case mapping:
		all := map[string]any{}
		for _, e := range n.entries {
			all[e.key] = e.value.plain()
		}
		return all
	default:
		return nil
	}
}

// without takes a value out of an error that another package worded.
func without(message, value string) string {
	if value == "" {
		return message
	}
	message = strings.ReplaceAll(message, strconv.Quote(value), "the value")
	return strings.ReplaceAll(message, value, "the value")
}
