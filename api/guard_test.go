package api

import (
	"net/http/httptest"
	"testing"

	"pgregory.net/rapid"

	"causeway/core"
)

func TestKeys(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"bearer", []string{"Authorization", "Bearer " + opsKey}, 200},
		{"bearer in small letters", []string{"Authorization", "bearer  " + opsKey}, 200},
		{"api-key", []string{"Api-Key", opsKey}, 200},
		{"api-key beside another scheme", []string{"Authorization", "Basic eDp5", "Api-Key", opsKey}, 200},
		{"a wrong bearer is not saved by an api-key", []string{"Authorization", "Bearer x", "Api-Key", opsKey}, 401},
		{"none", nil, 401},
		{"empty", []string{"Authorization", "Bearer ", "Api-Key", ""}, 401},
		{"basic", []string{"Authorization", "Basic " + opsKey}, 401},
		{"cut", []string{"Api-Key", opsKey[:len(opsKey)-1]}, 401},
		{"longer", []string{"Api-Key", opsKey + "x"}, 401},
		{"the hidden form", []string{"Api-Key", core.Secret(opsKey).String()}, 401},
		{"a key that acts as nobody", []string{"Api-Key", "CANARY-nobody"}, 401},
		{"a role that is not known", []string{"Api-Key", "CANARY-odd"}, 401},
	} {
		w := r.call("GET", "/api/v1/agents", "", "", c.headers...)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.status)
		}
		if got := w.Header().Get("WWW-Authenticate"); (got != "") != (c.status == 401) {
			t.Errorf("%s: WWW-Authenticate is %q", c.name, got)
		}
	}
	expect(t, r.call("GET", "/api/v1/agents?apiKey="+opsKey, "", ""), 401, CodeUnauthorized)
}

// A key that is taken out of the config opens nothing from then on.
func TestKeysAreReadAnew(t *testing.T) {
	r := newRig(t)
	expect(t, r.call("GET", "/api/v1/agents", annKey, ""), 200, "")
	after := *r.dir
	after.Keys = after.Keys[:1]
	r.dir = &after
	expect(t, r.call("GET", "/api/v1/agents", annKey, ""), 401, CodeUnauthorized)
}

func TestNoKeyButItsOwn(t *testing.T) {
	d := &Directory{Keys: []Key{{Name: "a", Secret: opsKey, Role: AdminRole}, {Name: "empty", Role: AdminRole}}}
	rapid.Check(t, func(t *rapid.T) {
		shown := rapid.OneOf(rapid.String(), rapid.Map(rapid.IntRange(0, len(opsKey)), func(n int) string { return opsKey[:n] })).Draw(t, "shown")
		k, ok := d.keyOf(shown)
		if ok != (shown == opsKey) || ok && k.Name != "a" {
			t.Fatalf("%q opens %v %v", shown, ok, k)
		}
	})
}

func TestCallerOfARequestWithoutOne(t *testing.T) {
	c := callerOf(httptest.NewRequest("GET", "/", nil).Context())
	if c.usable() || byAnyKey.allows(c.Role) {
		t.Errorf("nobody may do something: %+v", c)
	}
}
