package kommunicate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"causeway/core"
)

// Every example of Kommunicate's pages is written as it was read: the same
// contents come back, and no leaf of the example is gone.
func TestExamplesRoundTrip(t *testing.T) {
	files, err := filepath.Glob("testdata/answers/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := ReadAnswer(body)
			if err != nil {
				t.Fatal(err)
			}
			written := rewritten(t, answer.Say)
			whole, err := json.Marshal(written)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ReadAnswer(whole)
			if err != nil {
				t.Fatal(err)
			}
			if len(again.Say) != len(answer.Say) {
				t.Fatalf("%d messages of %d: %s", len(again.Say), len(answer.Say), whole)
			}
			for i, s := range answer.Say {
				if !reflect.DeepEqual(again.Say[i], s) {
					t.Errorf("message %d: %s\n got %+v\nwant %+v", i+1, whole, again.Say[i], s)
				}
			}
			if !does(answer) {
				within(t, body, whole)
			}
		})
	}
}

// does reports whether an answer does something beside what it says, which is
// not written with its messages.
func does(a core.Answer) bool {
	return a.HandOff != nil || a.Resolve || len(a.Tags) > 0 || a.Contact != nil
}

// unwritten are keys whose values are not kept, because they say what holds
// without them, or how a page in a browser looks.
var unwritten = []string{"platform", "contentType", "openLinkInNewTab", "rows", "cols", "postBackToKommunicate", "postFormDataAsMessage"}

// within fails for each leaf of body that is not in whole.
func within(t *testing.T, body, whole []byte) {
	have := leavesOf(t, whole)
	for _, leaf := range leavesOf(t, body) {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.Contains(h, leaf) }) {
			t.Errorf("%s is lost in %s", leaf, whole)
		}
	}
}

// rewritten is what was said in Kommunicate's form.
func rewritten(t *testing.T, say []core.Saying) []json.RawMessage {
	all := []json.RawMessage{}
	for _, s := range say {
		body, err := WriteMessage(core.Message{Content: s.Content, Metadata: s.Metadata})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, body)
	}
	return all
}

// leavesOf is every scalar of a JSON text in words, in strings of JSON too.
func leavesOf(t *testing.T, body []byte) []string {
	v, err := parse(body)
	if err != nil {
		t.Fatal(err)
	}
	var leaves []string
	var walk func(v any)
	walk = func(v any) {
		switch v := unwrap(v).(type) {
		case map[string]any:
			for k, e := range v {
				if !slices.Contains(unwritten, k) {
					walk(e)
				}
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case nil:
		default:
			leaves = append(leaves, strings.TrimSpace(fmt.Sprint(v)))
		}
	}
	walk(v)
	return leaves
}
