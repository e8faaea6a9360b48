package api

import (
	"strings"
	"testing"

	"causeway/core"
)

func TestDecode(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		name, json, wrong string
	}{
		{"plain", `{"body":"a"}`, ""},
		{"unknown", `{"body":"a","extra":1}`, "extra is not known"},
		{"other case", `{"Body":"a"}`, "Body is not known"},
		{"twice", `{"body":"a","body":"b"}`, "stands twice"},
		{"twice, escaped", `{"body":"a","\u0062ody":"b"}`, "stands twice"},
		{"wrong type", `{"body":1}`, "a number is not expected here"},
		{"two values", `{} {}`, "more than one"},
		{"garbage after", `{} x`, "more than one"},
		{"nothing", ``, "broken"},
		{"half", `{"body":`, "broken"},
		{"half a name", `{"bo`, "broken"},
		{"bracket", `]`, "broken"},
		{"mixed brackets", `{"a":[}`, "broken"},
		{"comma", `{"body":"a",}`, "broken"},
		{"huge number", `{"body":1e999}`, "broken"},
		{"deep", deep(deepest + 1), "nests deeper"},
		{"very deep", strings.Repeat("[", 1_000_000), "nests deeper"},
	} {
		var into core.Text
		err := decode([]byte(c.json), &into)
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.wrong)
		}
	}
	var free any
	if err := decode([]byte(deep(deepest)), &free); err != nil {
		t.Errorf("just deep enough: %v", err)
	}
}

func TestDecodeBelow(t *testing.T) {
	for _, c := range []struct{ json, wrong string }{
		{`{"buttons":[{"type":"reply","title":"a","metadata":{"Free":1,"free":2}}]}`, ""},
		{`{"buttons":[{"type":"reply","title":"a","Title":"b"}]}`, "buttons[0].Title is not known"},
		{`{"media":{"media":"image","href":"x"},"buttons":[]}`, "media.href is not known"},
		{`{"buttons":[{"submission":{"data":{"Any":"a"},"x":1}}]}`, "buttons[0].submission.x is not known"},
	} {
		var into core.Choices
		err := decode([]byte(c.json), &into)
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || err.Error() != c.wrong) {
			t.Errorf("%s: %v, want %q", c.json, err, c.wrong)
		}
	}
}
