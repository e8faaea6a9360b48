package connectors_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"causeway/core"

	"pgregory.net/rapid"
)

// marked is a word with a mark, as its author wrote it.
type marked struct {
	word, source string
	markOf
}

// markOf is one way to set a word apart: how it is written, how channels that
// have it show it, and what notes call it.
type markOf struct {
	format  core.Format
	written string
	shown   []string
	name    string
}

var markings = []markOf{
	{core.HTML, "<b>%s</b>", []string{"<b>%s</b>", "*%s*"}, "bold"},
	{core.HTML, "<em>%s</em>", []string{"<i>%s</i>", "_%s_"}, "italic"},
	{core.HTML, "<u>%s</u>", []string{"<u>%s</u>"}, "underline"},
	{core.HTML, "<del>%s</del>", []string{"<s>%s</s>", "~%s~"}, "strike"},
	{core.HTML, "<code>%s</code>", []string{"<code>%s</code>", "```%s```"}, "code"},
	{core.HTML, "<tg-spoiler>%s</tg-spoiler>", []string{"<tg-spoiler>%s</tg-spoiler>"}, "spoiler"},
	{core.HTML, "<sup>%s</sup>", nil, "raised"},
	{core.HTML, `<span style="color:red">%s</span>`, nil, "style"},
	{core.HTML, "un<b>%s</b>able", []string{"un<b>%s</b>able"}, "bold"},
	{core.Markdown, "**%s**", []string{"<b>%s</b>", "*%s*"}, "bold"},
	{core.Markdown, "*%s*", []string{"<i>%s</i>", "_%s_"}, "italic"},
	{core.Markdown, "~~%s~~", []string{"<s>%s</s>", "~%s~"}, "strike"},
	{core.Markdown, "`%s`", []string{"<code>%s</code>", "```%s```"}, "code"},
}

// dress puts a marked word before the text whose format is among the fields of v.
func (a *author) dress(v reflect.Value) {
	format, ok := v.Type().FieldByName("Format")
	if !ok {
		return
	}
	written, _ := v.FieldByIndex(format.Index).Interface().(core.Format)
	var text reflect.Value
	switch v.Type() {
	case reflect.TypeFor[core.Media]():
		text = v.FieldByName("Caption")
	case reflect.TypeFor[core.ListItem]():
		text = v.FieldByName("Button").FieldByName("Description")
	default:
		text = v.FieldByName("Body")
	}
	if written == core.Plain || text.String() == "" {
		return
	}
	m := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(markings), func(m markOf) bool { return m.format != written })).Draw(a.T, "mark")
	word := a.word()
	source := fmt.Sprintf(m.written, word)
	a.marked = append(a.marked, marked{word, source, m})
	text.SetString(source + "\n\n" + text.String())
}

// findMarks looks for each marked word as its channel marks it. Each that is not
// there is one that a note counts among what was made plain.
func (a *author) findMarks(k core.Kind, say core.Saying, r core.Rendering) {
	raw, err := json.Marshal(r.Payloads)
	if err != nil {
		a.Fatal(err)
	}
	calls := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(raw))
	told := map[string]int{}
	var lost strings.Builder
	for _, n := range r.Notes {
		switch {
		case n.Path == "" && (n.Rule == "native" || n.Rule == "fallback"):
			return // they stand for the whole content, and name it
		case n.Rule == "plain" || n.Rule == "unmarked":
			_, names, several := strings.Cut(n.From, ": ")
			if !several {
				names = n.From
			}
			for name := range strings.SplitSeq(names, ", ") {
				told[name]++
			}
		default:
			lost.WriteString(n.From)
		}
	}
	for _, m := range a.marked {
		has := func(s string) bool {
			return slices.Contains(k.Capabilities.Formats, m.format) && strings.Contains(calls, fmt.Sprintf(s, m.word))
		}
		if slices.ContainsFunc(m.shown, has) || strings.Contains(lost.String(), m.source) {
			continue
		}
		if told[m.name]--; told[m.name] < 0 {
			a.Fatalf("%s: the mark of %s is lost in silence\nsaid %.1000s\ncalls %.1000s\nnotes %+v", k.Name, m.source, fmt.Sprintf("%+v", say), calls, r.Notes)
		}
	}
}
