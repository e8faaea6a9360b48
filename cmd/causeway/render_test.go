package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"causeway/connectors"
	_ "causeway/connectors/connectortest" // its flag -update
	"causeway/connectors/kit"
	"causeway/core"
)

// rendering is what causeway render prints of a kind.
type rendering struct {
	Payloads []json.RawMessage
	Notes    []core.Note
	Score    int
}

// feed runs the program with an input, in a folder without a config.
func feed(t *testing.T, input string, args ...string) result {
	t.Helper()
	c := exec.CommandContext(soon(t), program, args...)
	c.Dir, c.Env, c.Stdin = t.TempDir(), environment(), strings.NewReader(input)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

func rendered(t *testing.T, r result) map[string]rendering {
	t.Helper()
	var all map[string]rendering
	if err := json.Unmarshal([]byte(r.out), &all); err != nil {
		t.Fatalf("%v: %s%s", err, r.out, r.err)
	}
	return all
}

func kindNames() []string {
	var names []string
	for _, k := range offline() {
		names = append(names, k.Name)
	}
	slices.Sort(names)
	return names
}

func offline() []core.Kind { return connectors.Kinds(kit.Offline(func(string) {})) }

func TestRender(t *testing.T) {
	t.Parallel()
	const rich = `{"message":"More news?","metadata":{"templateId":"6","payload":[{"title":"Yes"},{"title":"No"}]}}`
	const list = `{"type":"list","body":"b","items":[{"image":"https://ex.com/1.png","button":{"type":"reply","title":"Soup"}}]}`
	for _, c := range []struct {
		name, input string
		args        []string
		kinds       []string
		payloads    int
		code        int
	}{
		{"every kind", rich, nil, kindNames(), 1, 0},
		{"one", rich, []string{"-channel", "telegram"}, []string{"telegram"}, 1, 0},
		{"two, in one order", rich, []string{"-channel", "whatsapp-cloud", "-channel", "telegram"}, []string{"telegram", "whatsapp-cloud"}, 1, 0},
		{"an answer of two", "[" + rich + `,{"message":"b"}]`, []string{"-channel", "telegram"}, []string{"telegram"}, 2, 0},
		{"our content", `{"type":"text","body":"b"}`, []string{"-channel", "telegram", "-strict"}, []string{"telegram"}, 1, 0},
		{"our message", `{"content":{"type":"text","body":"b"}}`, []string{"-channel", "telegram"}, []string{"telegram"}, 1, 0},
		{"lost, and nobody minds", list, []string{"-channel", "telegram"}, []string{"telegram"}, 1, 0},
		{"lost", list, []string{"-channel", "telegram", "-strict"}, []string{"telegram"}, 1, 1},
		{"not read", `{"message":"m","metadata":{"templateId":"99"}}`, []string{"-channel", "telegram", "-strict"}, []string{"telegram"}, 1, 1},
		{"fine", `{"message":"hi"}`, []string{"-strict"}, kindNames(), 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := feed(t, c.input, append([]string{"render"}, c.args...)...)
			all := rendered(t, r)
			if got := slices.Sorted(maps.Keys(all)); r.code != c.code || !slices.Equal(got, c.kinds) {
				t.Fatalf("exit %d with %q, want %d with %q: %s", r.code, got, c.code, c.kinds, r.err)
			}
			for kind, one := range all {
				if len(one.Payloads) != c.payloads || one.Notes == nil {
					t.Errorf("%s: %d calls, want %d: %s", kind, len(one.Payloads), c.payloads, r.out)
				}
			}
			if (r.err != "") != (c.code != 0) || c.code != 0 && !strings.Contains(r.err, "telegram: lost: ") {
				t.Errorf("said %q", r.err)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, input, says string
		args              []string
		code              int
	}{
		{"an unknown kind", `{"message":"m"}`, strings.Join([]string{"telegram", "whatsapp-cloud"}, ", "), []string{"-channel", "telex"}, 2},
		{"an unknown flag", `{"message":"m"}`, "-loud", []string{"-loud"}, 2},
		{"a file's name", `{"message":"m"}`, "standard input", []string{"message.json"}, 2},
		{"nothing", ``, "nothing to read", nil, 1},
		{"no JSON", `hello`, "read the message", nil, 1},
		{"a content that cannot be sent", `{"type":"selection"}`, "cannot be sent", nil, 1},
		{"too much", `{"message":"` + strings.Repeat("x", 300<<10) + `"}`, "longer than", nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := feed(t, c.input, append([]string{"render"}, c.args...)...)
			if r.code != c.code || !strings.Contains(r.err, c.says) || r.out != "" {
				t.Errorf("exit %d, said %q, printed %q", r.code, r.err, r.out)
			}
		})
	}
}

// Every example of Kommunicate's pages, as each kind of channel shows it. A file
// for each kind; -update writes them anew.
func TestExamplesRendered(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../kommunicate/testdata/answers/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	pages := map[string]*strings.Builder{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := feed(t, string(body), "render")
		var all map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.out), &all); err != nil || r.code != 0 {
			t.Fatalf("%s: exit %d, %v: %s", file, r.code, err, r.err)
		}
		for kind, one := range all {
			if pages[kind] == nil {
				pages[kind] = &strings.Builder{}
			}
			fmt.Fprintf(pages[kind], "== %s ==\n%s\n", strings.TrimSuffix(filepath.Base(file), ".json"), one)
		}
	}
	for kind, page := range pages {
		path := filepath.Join("testdata", "render", kind+".golden")
		if flag.Lookup("update").Value.String() == "true" { // connectortest's flag
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(page.String()), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != page.String() {
			t.Errorf("%s is not as it was, %v (-update writes it anew)", path, err)
		}
	}
}
