package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"causeway/core"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Each example of Kommunicate's pages that a kind shows without anything degraded
// or lost is one that the kind's schema, as the bridge serves it, allows.
func TestSchemaAllowsWhatIsShownWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	files, err := filepath.Glob("../../kommunicate/testdata/answers/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	schemas := map[string]*jsonschema.Schema{}
	for _, kind := range kindNames() {
		schemas[kind] = w.schema(kind)
	}
	whole := 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		example, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			continue // with commas that only bots may write
		}
		if _, several := example.([]any); !several {
			example = []any{example}
		}
		for kind, shown := range rendered(t, feed(t, string(body), "render")) {
			if slices.ContainsFunc(shown.Notes, func(n core.Note) bool { return n.Severity != core.Same }) {
				continue
			}
			whole++
			if err := schemas[kind].Validate(example); err != nil {
				t.Errorf("%s on %s: %v", filepath.Base(file), kind, err)
			}
		}
	}
	if whole < 10*len(schemas) {
		t.Errorf("only %d examples are shown whole", whole)
	}
}

// schema is the schema of a kind as the bridge serves it.
func (w *world) schema(kind string) *jsonschema.Schema {
	w.t.Helper()
	var raw json.RawMessage
	w.must(annKey, "GET", "schema/"+kind+".json", nil, &raw)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(kind+".json", document); err != nil {
		w.t.Fatal(err)
	}
	schema, err := c.Compile(kind + ".json")
	if err != nil {
		w.t.Fatal(err)
	}
	return schema
}
