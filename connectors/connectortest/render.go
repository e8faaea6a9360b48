package connectortest

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"causeway/core"
)

//go:embed corpus/*.json
var corpus embed.FS

// choose is the body of choices that have none, where a provider demands one.
const choose = "Please choose"

// Corpus is every answer of the corpus by name, for other packages' tests.
func Corpus(t testing.TB) map[string][]core.Saying {
	t.Helper()
	files, err := corpus.ReadDir("corpus")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]core.Saying{}
	for _, f := range files {
		data, err := corpus.ReadFile("corpus/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		answer, err := readAnswer(data)
		if err != nil {
			t.Fatalf("%s: %v", f.Name(), err)
		}
		all[nameOf(f.Name())] = answer
	}
	return all
}

// readAnswer reads one content, or several in an array.
func readAnswer(data []byte) ([]core.Saying, error) {
	var several []json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		if err := json.Unmarshal(data, &several); err != nil {
			return nil, err
		}
	} else {
		several = []json.RawMessage{data}
	}
	var answer []core.Saying
	for _, raw := range several {
		say, err := readSaying(raw)
		if err != nil {
			return nil, err
		}
		answer = append(answer, say)
	}
	return answer, nil
}

// saying is a message with what its author wrote beside the content.
type saying struct {
	Content  json.RawMessage          `json:"content"`
	Fallback string                   `json:"fallback,omitempty"`
	Native   map[string][]core.Native `json:"native,omitempty"`
}

// readSaying reads a content alone, or within a saying.
func readSaying(raw json.RawMessage) (core.Saying, error) {
	var s saying
	if err := json.Unmarshal(raw, &s); err != nil {
		return core.Saying{}, err
	}
	if s.Content == nil {
		s.Content = raw
	}
	c, err := core.UnmarshalContent(s.Content)
	return core.Saying{Content: c, Fallback: s.Fallback, Native: s.Native}, err
}

// shownSaying writes what readSaying read; of an author's own calls those for
// this kind alone.
func shownSaying(say core.Saying, kind string) ([]byte, error) {
	raw, err := core.MarshalContent(say.Content)
	if err != nil || say.Fallback == "" && say.Native == nil {
		return raw, err
	}
	s := saying{Content: raw, Fallback: say.Fallback}
	if own := say.Native[kind]; own != nil {
		s.Native = map[string][]core.Native{kind: own}
	}
	return json.Marshal(s)
}

func fit(answer []core.Saying, k core.Kind) []core.Fitted {
	return core.Fit(answer, k.Capabilities, core.FitOptions{
		Kind: k.Name, Takes: k.Takes, Unmarked: k.Unmarked,
		Token:  func(message, option int) string { return core.TokenOf(core.MessageID(1000+message), option) },
		Choose: choose,
	})
}

func render(t *testing.T, s Subject) {
	k := s.Kind(pure(t))
	valid := s.validator(t)
	seen := map[core.ContentType]bool{}
	for name, answer := range Corpus(t) {
		for _, say := range answer {
			seen[say.Content.Type()] = true
		}
		t.Run(name, func(t *testing.T) {
			got := page(t, k, s.To, "", answer, valid)
			golden(t, filepath.Join("testdata", "render", name+".golden"), got)
		})
	}
	t.Run("quote", func(t *testing.T) {
		answer := []core.Saying{{Content: core.Text{Body: "Yes, it is."}}}
		golden(t, "testdata/render/quote.golden", page(t, k, s.To, s.Quote, answer, valid))
	})
	for _, c := range core.Sendable() {
		if !seen[c.Type()] {
			t.Errorf("the corpus has no %s", c.Type())
		}
	}
	for _, path := range stale(t) {
		t.Errorf("%s stands for no content of the corpus", path)
	}
}

// page is a golden file: what is said, what that costs on this kind, and the
// native calls that come of it.
func page(t *testing.T, k core.Kind, to core.Address, quote core.ProviderID, answer []core.Saying, valid func(core.Payload) error) []byte {
	var out bytes.Buffer
	for _, say := range answer {
		raw, err := shownSaying(say, k.Name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := indented(json.RawMessage(raw))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "-- said --\n%s", text)
	}
	for i, f := range fit(answer, k) {
		fmt.Fprintf(&out, "\n== message %d: score %d ==\n", i+1, core.Score(f.Notes))
		for _, n := range f.Notes {
			fmt.Fprintf(&out, "-- %s: %s %s %q -> %q\n", n.Severity, n.Rule, n.Path, n.From, n.To)
		}
		for p, part := range f.Parts {
			o := core.Outgoing{To: to, Content: part, Ref: core.RefOf(core.MessageID(1000+i), p), Quote: quote}
			out.Write(calls(t, k, o, valid))
		}
	}
	clean(t, "the rendering", out.String())
	return out.Bytes()
}

// calls renders o, twice, for Render is pure.
func calls(t *testing.T, k core.Kind, o core.Outgoing, valid func(core.Payload) error) []byte {
	t.Helper()
	first, again := written(t, k, o, valid), written(t, k, o, valid)
	if !bytes.Equal(first, again) {
		t.Errorf("Render is not the same twice:\n%s", difference(string(first), string(again)))
	}
	return first
}

func written(t *testing.T, k core.Kind, o core.Outgoing, valid func(core.Payload) error) []byte {
	t.Helper()
	payloads, err := k.Render(o)
	if err != nil {
		t.Fatalf("Fit let through what Render cannot show: %v", err)
	}
	if len(payloads) == 0 {
		t.Errorf("Render shows nothing of a %s", o.Content.Type())
	}
	var out bytes.Buffer
	for _, p := range payloads {
		if p.Op == "" {
			t.Error("a payload names no Op")
		}
		body, err := indented(p.Body)
		if err != nil {
			t.Fatalf("%s does not marshal: %v", p.Op, err)
		}
		fmt.Fprintf(&out, "-- %s --\n%s", p.Op, body)
		if err := valid(p); err != nil {
			t.Errorf("%s is not what the provider's schema asks for: %v\n%s", p.Op, err, body)
		}
	}
	return out.Bytes()
}

// validator is the check of native calls: limits, and what the provider
// published.
func (s Subject) validator(t *testing.T) func(core.Payload) error {
	limits, schema := s.Limits, s.schema(t)
	if limits == nil {
		return schema
	}
	return func(p core.Payload) error { return errors.Join(limits(p), schema(p)) }
}

func (s Subject) schema(t *testing.T) func(core.Payload) error {
	none := func(core.Payload) error { return nil }
	if s.Validator == nil {
		return none
	}
	spec, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "specs", s.Spec))
	if err != nil {
		t.Logf("native calls are not checked against %s: %v", s.Spec, err)
		return none
	}
	check, err := s.Validator(spec)
	if err != nil {
		t.Fatalf("read %s: %v", s.Spec, err)
	}
	return check
}

// stale lists golden files whose content is gone.
func stale(t *testing.T) []string {
	files, err := filepath.Glob("testdata/render/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	known := Corpus(t)
	var gone []string
	for _, path := range files {
		if _, ok := known[nameOf(path)]; !ok && nameOf(path) != "quote" {
			gone = append(gone, path)
		}
	}
	return gone
}
