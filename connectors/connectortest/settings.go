package connectortest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"causeway/core"
)

// validated is what settings implement to be checked.
type validated interface{ Validate() []core.Problem }

func settings(t *testing.T, s Subject) {
	k := s.Kind(pure(t))
	if k.Name == "" || k.Title == "" || k.Source == "" || k.Render == nil || k.Open == nil {
		t.Fatalf("the kind is not whole: %q %q %q", k.Name, k.Title, k.Source)
	}
	first, second := k.Settings(), k.Settings()
	if v := reflect.ValueOf(first); v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct || first == second {
		t.Fatalf("Settings gives %T, want a new pointer to a struct each time", first)
	}
	if _, err := decode(k, s.with(t, map[string]any{"no_such_key": 1})); err == nil {
		t.Error("a key that the settings lack was taken")
	}
	set, err := decode(k, s.with(t, nil))
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	if v, ok := set.(validated); ok {
		if p := v.Validate(); len(p) > 0 {
			t.Errorf("the subject's own settings have problems: %v", p)
		}
	} else {
		t.Errorf("%T has no Validate", set)
	}
	unsaid(t, s)
	c, err := k.Open("test", set)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	data, _ := json.Marshal(set)
	clean(t, "JSON of the settings", string(data))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		clean(t, "the settings as "+verb, fmt.Sprintf(verb, set))
		clean(t, "the connector as "+verb, fmt.Sprintf(verb, c))
		clean(t, "the connector in a struct as "+verb, fmt.Sprintf(verb, struct{ C core.Connector }{c}))
	}
	if a, ok := c.(core.Account); ok {
		app, account := a.Account()
		clean(t, "the account", app+account)
	}
}

// unsaid leaves out each secret in turn: the problem names its key, and a
// channel without the secret of its webhooks does not start.
func unsaid(t *testing.T, s Subject) {
	k := s.Kind(pure(t))
	for key, value := range s.with(t, nil) {
		if text, ok := value.(string); !ok || len(s.secrets(t)) == 0 || !contains(s.secrets(t), text) {
			continue
		}
		set, err := decode(k, s.with(t, map[string]any{key: ""}))
		if err != nil {
			t.Errorf("without %s: %v", key, err)
			continue
		}
		named := false
		if v, ok := set.(validated); ok {
			for _, p := range v.Validate() {
				named = named || p.Key == key && p.Text != ""
			}
		}
		if !named {
			t.Errorf("no problem names the missing %s", key)
		}
	}
}

func contains(all []string, one string) bool {
	for _, a := range all {
		if a == one {
			return true
		}
	}
	return false
}
