// Package connectortest is the test that every connector passes. A connector's
// own test file is one call of Run; the rest is data in its testdata folder:
//
//	testdata/render/<name>.golden  every content of the corpus as this kind shows it
//	testdata/receive/<name>.json   a webhook call, and what it must report
//	testdata/send/<name>.json      what the provider answers, and what must come of it
//
// go test ./connectors/... -update writes the golden parts anew; read the diff.
// It knows no kind of channel.
package connectortest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Subject is a kind under test.
type Subject struct {
	Kind func(kit.Env) core.Kind
	// Settings is one entry of the config's channels, as JSON without id and
	// kind. Every secret in it contains "SECRET", and none may ever show.
	Settings string
	To       core.Address
	Quote    core.ProviderID // some message that can be quoted
	// Secrets are the settings that webhook calls are proven with.
	Secrets []string
	// Prove puts on a webhook call what the provider proves itself with, given
	// the settings.
	Prove func(r *core.Request, settings map[string]any)
	// Covers: the proof covers the body.
	Covers bool
	// URLs are the settings that the fake provider's address goes into;
	// "api_url" if none are named.
	URLs []string
	// Limits checks a native call against limits that no schema tells; nil for
	// none.
	Limits func(core.Payload) error
	// Spec is a file that the provider or others published, of which Validator
	// makes a check of native calls. It is looked for in the folder shared/specs
	// beside the checkout; where that is not, the check is skipped.
	Spec      string
	Validator func(spec []byte) (func(core.Payload) error, error)
}

// Run checks all that core.Kind and core.Connector promise.
func Run(t *testing.T, s Subject) {
	t.Run("settings", func(t *testing.T) { settings(t, s) })
	t.Run("render", func(t *testing.T) { render(t, s) })
	t.Run("changes", func(t *testing.T) { changes(t, s) })
	t.Run("grown", func(t *testing.T) { grown(t, s) })
	t.Run("own", func(t *testing.T) { own(t, s) })
	t.Run("receive", func(t *testing.T) { receive(t, s) })
	t.Run("send", func(t *testing.T) { send(t, s) })
}

// now is the time in all of this package's tests.
var now = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)

// pure is an Env whose every call fails the test.
func pure(t testing.TB) kit.Env {
	env := kit.Offline(func(address string) { t.Errorf("a pure method called %s", address) })
	env.Now = func() time.Time { return now }
	return env
}

func live() kit.Env {
	env := kit.Default()
	env.Now = func() time.Time { return now }
	return env
}

// with is the subject's settings with some changed.
func (s Subject) with(t testing.TB, changed map[string]any) map[string]any {
	t.Helper()
	all := map[string]any{}
	if err := json.Unmarshal([]byte(s.Settings), &all); err != nil {
		t.Fatalf("Subject.Settings: %v", err)
	}
	maps.Copy(all, changed)
	return all
}

// decode reads settings as config does: strictly, over the kind's defaults.
func decode(k core.Kind, all map[string]any) (any, error) {
	data, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	into := k.Settings()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return into, d.Decode(into)
}

func (s Subject) open(t testing.TB, env kit.Env, all map[string]any) core.Connector {
	t.Helper()
	k := s.Kind(env)
	set, err := decode(k, all)
	if err != nil {
		t.Fatalf("decode settings: %v", err)
	}
	c, err := k.Open("test", set)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return c
}

// fixture reads the file at path into a T.
func fixture[T any](t testing.TB, path string) (in T) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &in); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return in
}

// Told fails the test unless err is a fault of that kind and code that says
// something, and no secret.
func Told(t testing.TB, err error, kind core.FaultKind, code string) {
	t.Helper()
	f := core.FaultOf(err)
	if f == nil || f.Kind != kind || f.Code != code || f.Message == "" || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("the fault is %v, want %s %s", err, kind, code)
	}
}

// clean fails the test if text shows a secret.
func clean(t testing.TB, what, text string) {
	t.Helper()
	if strings.Contains(text, "SECRET") {
		t.Errorf("%s shows a secret: %s", what, text)
	}
}

// golden compares with the file at path, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if *update && !bytes.Equal(want, got) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v (-update writes it)", err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs (-update writes it anew)\n%s", path, difference(string(want), string(got)))
	}
}

// difference shows the first lines that differ.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n want: %s\n  got: %s", i+1, a, b)
		}
	}
	return ""
}

// indented is v as JSON for people: indented, and < > & as they are.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func fixtures(t testing.TB, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata/%s has no fixtures (%v)", folder, err)
	}
	return files
}

func nameOf(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
