package config

import (
	"bytes"
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"causeway/core"
)

// Redacted is the config that is in force, defaults included, as YAML. Every
// secret that is set shows as [secret], and user and query of
// an address as redacted.
func (c *Config) Redacted() string {
	whole := shownFields(reflect.ValueOf(*c))
	channels := make([]yaml.MapSlice, len(c.Channels))
	for i, ch := range c.Channels {
		channels[i] = append(yaml.MapSlice{
			{Key: "id", Value: string(ch.ID)},
			{Key: "kind", Value: ch.Kind.Name},
		}, shownFields(reflect.ValueOf(ch.Settings).Elem())...)
	}
	for i, item := range whole {
		if item.Key == "agents" {
			whole = append(whole[:i:i], append(yaml.MapSlice{{Key: "channels", Value: channels}}, whole[i:]...)...)
			break
		}
	}
	var out bytes.Buffer
	if err := yaml.NewEncoder(&out, yaml.IndentSequence(true)).Encode(whole); err != nil {
		return fmt.Sprintf("# cannot be shown: %v\n", err)
	}
	return out.String()
}

// shownFields is a struct as YAML keys, in the order of its fields.
func shownFields(v reflect.Value) yaml.MapSlice {
	keys := yaml.MapSlice{}
	for i := range v.NumField() {
		switch name, how := keyOf(v.Type().Field(i)); how {
		case embedded:
			keys = append(keys, shownFields(v.Field(i))...)
		case keyed:
			keys = append(keys, yaml.MapItem{Key: name, Value: shown(v.Field(i))})
		case hidden:
		}
	}
	return keys
}

func shown(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case core.Secret:
		if value == "" {
			return ""
		}
		return value.String()
	case time.Duration:
		return duration(value)
	case Size:
		return value.String()
	case netip.Prefix:
		return value.String()
	case string:
		return shownText(value)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return shown(v.Elem())
	case reflect.Struct:
		return shownFields(v)
	case reflect.Slice:
		items := make([]any, v.Len())
		for i := range items {
			items[i] = shown(v.Index(i))
		}
		return items
	case reflect.Map:
		table := yaml.MapSlice{}
		byKey := func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) }
		for _, k := range slices.SortedFunc(slices.Values(v.MapKeys()), byKey) {
			table = append(table, yaml.MapItem{Key: k.String(), Value: shown(v.MapIndex(k))})
		}
		return table
	case reflect.String:
		return shownText(v.String())
	default:
		return v.Interface()
	}
}

// shownText takes out of an address what may be a password.
func shownText(s string) string {
	u, err := url.Parse(s)
	if err != nil || !strings.Contains(s, "://") {
		return s
	}
	if u.User != nil {
		u.User = url.User("redacted")
	}
	if u.RawQuery != "" {
		u.RawQuery = "redacted"
	}
	return u.String()
}
