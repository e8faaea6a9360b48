package connectors_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"causeway/connectors"
	"causeway/connectors/kit"
	"causeway/core"

	"pgregory.net/rapid"
)

// Whatever is said, on every kind: each word, address and mark of it is in the
// native calls, or a note names it. make properties runs it with 100,000 messages.
func TestNothingIsLostInSilence(t *testing.T) {
	checks(t, 500)
	kinds := connectors.Kinds(kit.Offline(func(address string) { t.Errorf("rendering called %s", address) }))
	rapid.Check(t, func(t *rapid.T) {
		a := &author{T: t}
		say := []core.Saying{a.saying(kinds)}
		for _, k := range kinds {
			shown, err := core.Preview(k, say, "Please choose")
			if err != nil {
				t.Fatal(err)
			}
			a.findAll(k.Name, say[0], shown)
			a.findMarks(k, say[0], shown)
		}
	})
}

// checks is how often rapid tries, if nobody said otherwise.
func checks(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	before := f.Value.String()
	if before != f.DefValue {
		return
	}
	if err := flag.Set("rapid.checks", strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
}

// author fills contents of all types, field by field, with words that stand
// nowhere else, and remembers them.
type author struct {
	*rapid.T
	n      int
	leaves [][]string
	marked []marked
}

func (a *author) upTo(n int, label string) int { return rapid.IntRange(0, n).Draw(a.T, label) }

func (a *author) word() string {
	a.n++
	return "q" + strconv.Itoa(a.n) + "q"
}

var between = []string{" ", " ", "\n", " *_` ", " <b>&amp; ", " 日本語 ", " שלום ", " e\u0301\u0302 ", " 👨‍👩‍👧‍👦 ", ". ", " [x](y) ", " \\ "}

// words are some words, now and then very many.
func (a *author) words() string {
	count := 1 + a.upTo(4, "words")
	if a.upTo(20, "long") == 0 {
		count = 1 + a.upTo(900, "many words")
	}
	return a.leaf(count)
}

func (a *author) leaf(count int) string {
	var leaf []string
	var text strings.Builder
	gap := rapid.SampledFrom(between).Draw(a.T, "between")
	for i := range count {
		if i > 0 {
			text.WriteString(gap)
		}
		leaf = append(leaf, a.word())
		text.WriteString(leaf[i])
	}
	a.leaves = append(a.leaves, leaf)
	return text.String()
}

func (a *author) address(schemes ...string) string {
	w := a.word()
	a.leaves = append(a.leaves, []string{w})
	return rapid.SampledFrom(append(schemes, "https://ex.com/", "https://files.ex.com/f/")).Draw(a.T, "scheme") + w
}

// unshown are fields that come back with a tap, are an address only of files that
// came in, or are the engine's.
var unshown = []string{"ID", "Message", "Language", "Metadata", "Submission", "Token", "Ref", "Missing", "Size", "MIME", "Native", "Category"}

func (a *author) saying(kinds []core.Kind) core.Saying {
	c := rapid.SampledFrom(core.Sendable()).Draw(a.T, "content")
	v := reflect.New(reflect.TypeOf(c)).Elem()
	a.fill(v, "")
	content, _ := v.Interface().(core.Content)
	if template, ok := content.(core.Template); ok {
		template.Language = "en"
		content = template
	}
	say := core.Saying{Content: content}
	if a.upTo(9, "with a fallback") == 0 {
		say.Fallback = "instead of it"
	}
	if a.upTo(9, "with native calls") == 0 {
		say.Native = map[string][]core.Native{kinds[0].Name: {{Op: "sendMessage", Body: json.RawMessage(`{"text":"own"}`)}}}
	}
	return say
}

func (a *author) fill(v reflect.Value, name string) {
	if v.Kind() == reflect.Slice && v.Type() != reflect.TypeFor[json.RawMessage]() {
		n := a.upTo(4, name)
		if a.upTo(9, "many") == 0 {
			n = a.upTo(14, name)
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			a.fill(v.Index(i), name)
		}
		return
	}
	switch x := v.Addr().Interface().(type) {
	case *core.Format:
		*x = rapid.SampledFrom([]core.Format{core.Plain, core.HTML, core.Markdown}).Draw(a.T, name)
	case *core.MediaType:
		*x = rapid.SampledFrom([]core.MediaType{core.Image, core.Video, core.Audio, core.Voice, core.File, core.Sticker}).Draw(a.T, name)
	case *core.ButtonType:
		*x = rapid.SampledFrom([]core.ButtonType{core.Reply, core.Link, core.Submit}).Draw(a.T, name)
	case *core.FieldType:
		*x = rapid.SampledFrom([]core.FieldType{core.TextField, core.SecretField, core.HiddenField, core.RadioField, core.CheckboxField, core.DropdownField}).Draw(a.T, name)
	case *json.RawMessage:
		*x = json.RawMessage(`[{"type":"body","parameters":[{"type":"text","text":"` + a.leaf(1) + `"}]}]`)
	case *string:
		a.text(x, name)
	case *float64:
		*x = float64(a.upTo(180, name)) - 90
	case *bool:
		*x = rapid.Bool().Draw(a.T, name)
	case *core.Button:
		a.fillIn(v, name)
		if x.Type != core.Link { // it opens nothing
			a.leaves = slices.DeleteFunc(a.leaves, func(leaf []string) bool { return strings.HasSuffix(x.URL, leaf[0]) })
			x.URL = ""
		}
	default:
		a.fillIn(v, name)
	}
}

func (a *author) text(s *string, name string) {
	switch {
	case name == "URL":
		*s = a.address("tel:", "app://x/")
	case name == "File" || name == "Image":
		*s = a.address()
	case name == "Name" || name == "Value" || name == "Pattern" || name == "Save" || name == "Event":
		*s = a.leaf(1)
	case a.upTo(3, name) > 0:
		*s = a.words()
	}
}

func (a *author) fillIn(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if hidden := strings.Contains(" "+strings.Join(unshown, " ")+" ", " "+field.Name+" "); !hidden || v.Type() == reflect.TypeFor[core.FormSubmit]() && field.Name == "Message" {
				name := field.Name
				if v.Type() == reflect.TypeFor[core.Media]() && name == "URL" {
					name = "File" // only buttons open what is no page
				}
				a.fill(v.Field(i), name)
			}
		}
		a.dress(v)
	case reflect.Pointer:
		if rapid.Bool().Draw(a.T, name) {
			v.Set(reflect.New(v.Type().Elem()))
			a.fill(v.Elem(), name)
		}
	}
}

// findAll looks for every word in the calls, and for the first of each leaf in
// the notes, which name what is long by its beginning.
func (a *author) findAll(kind string, say core.Saying, r core.Rendering) {
	calls, err := json.Marshal(r.Payloads)
	if err != nil {
		a.Fatal(err)
	}
	var noted strings.Builder
	for _, n := range r.Notes {
		fmt.Fprintln(&noted, n.Rule, n.Path, n.From, n.To)
		if n.Path == "" && (n.Rule == "native" || n.Rule == "fallback") {
			return // they stand for the whole content, and name it
		}
	}
	for _, leaf := range a.leaves {
		if strings.Contains(noted.String(), leaf[0]) {
			continue
		}
		for _, w := range leaf {
			if !strings.Contains(string(calls), w) {
				a.Fatalf("%s: %s is lost in silence\nsaid %.1000s\ncalls %.1000s\nnotes %.1000s", kind, w, fmt.Sprintf("%+v", say), calls, noted.String())
			}
		}
	}
}
