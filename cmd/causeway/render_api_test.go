package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// TestRenderOverTheAPI: the running bridge shows of every example what the command
// shows, sends nothing, and has a schema for each kind.
func TestRenderOverTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	files, err := filepath.Glob("../../kommunicate/testdata/answers/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var example any
		if json.Unmarshal(body, &example) != nil {
			continue // with commas that only bots may write
		}
		if _, several := example.([]any); !several {
			example = []any{example}
		}
		var got, want any
		w.must(annKey, "POST", "render", message{"answer": example}, &got)
		if err := json.Unmarshal([]byte(feed(t, string(body), "render").out), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nover the API %v\nby the command %v", filepath.Base(file), got, want)
		}
	}
	for _, kind := range kindNames() {
		var schema struct{ Type, Title string }
		w.must(annKey, "GET", "schema/"+kind+".json", nil, &schema)
		if schema.Type != "array" || schema.Title == "" {
			t.Errorf("%s: %+v", kind, schema)
		}
	}
	if n := len(w.conversations("tg")) + len(w.conversations("wa")); n > 0 {
		t.Errorf("%d conversations began", n)
	}
}
