package kommunicate_test

import (
	"encoding/json"
	"flag"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"causeway/core"
	"causeway/kommunicate"

	"pgregory.net/rapid"
)

// What validates is read without a notice and shown without anything degraded or
// lost, whatever the channel can show.
func TestWhatValidatesIsShown(t *testing.T) {
	checks(t, 300)
	rapid.Check(t, func(t *rapid.T) {
		showsWhatValidates(t, core.Kind{Capabilities: someCapabilities(t), Render: nothing})
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

func showsWhatValidates(t *rapid.T, k core.Kind) {
	body, err := json.Marshal(grow(t, decoded(t, kommunicate.Schema(k.Title, k.Capabilities))))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := kommunicate.ReadAnswer(body)
	if err != nil || len(answer.Notices) > 0 {
		t.Fatalf("%.3000s\n%v %q", body, err, answer.Notices)
	}
	shown, err := core.Preview(k, answer.Say, "Please choose")
	if err != nil {
		t.Fatalf("%.3000s\n%v", body, err)
	}
	for _, n := range shown.Notes {
		if n.Severity != core.Same {
			t.Fatalf("%+v\n%.3000s\n%+v", k.Capabilities, body, n)
		}
	}
}

func nothing(core.Outgoing) ([]core.Payload, error) { return nil, nil }

// someCapabilities are those of a channel that there could be.
func someCapabilities(t *rapid.T) core.Capabilities {
	size := func(label string, from, to int) int { return rapid.IntRange(from, to).Draw(t, label) }
	flip := func(label string) bool { return rapid.Bool().Draw(t, label) }
	limits := func(label string, most int) core.Limits {
		return core.Limits{
			Max: size(label+" max", 0, most), Title: size(label+" title", 0, 30), Body: size(label+" body", 20, 600),
			Description: size(label+" description", 0, 1) * 40,
		}
	}
	c := core.Capabilities{
		Unit: rapid.SampledFrom([]core.Unit{core.Runes, core.UTF16, core.Bytes}).Draw(t, "unit"),
		Text: size("text", 40, 1200), Caption: size("caption", 0, 3) * 50, Media: map[core.MediaType]core.Medium{},
		Album: size("album", 0, 4), Header: size("header", 0, 1) * 30, Footer: size("footer", 0, 1) * 30,
		Buttons: limits("buttons", 6), Links: limits("links", 4), List: limits("list", 8),
		Mixed: flip("mixed"), NeedsBody: flip("needs body"), Cards: size("cards", 0, 3),
	}
	c.Buttons.Description, c.Links.Description = 0, 0
	if flip("html") {
		c.Formats = []core.Format{core.HTML}
	}
	for _, m := range []core.MediaType{core.Image, core.Video} {
		if flip(string(m)) {
			c.Media[m] = core.Medium{Caption: flip("captioned")}
			if flip("of some sorts") {
				c.Media[m] = core.Medium{MIME: []string{string(m) + "/x", ".x"}}
			}
		}
		if flip("above") {
			c.Above = append(c.Above, m)
		}
	}
	return c
}

// decoded is a schema as others read it.
func decoded(t rapid.TB, schema map[string]any) map[string]any {
	raw, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// grow makes a value that a schema allows. It knows the words that Schema uses,
// and fails on others.
func grow(t *rapid.T, s map[string]any) any {
	if v, ok := s["const"]; ok {
		return v
	}
	if all, ok := s["enum"].([]any); ok {
		return rapid.SampledFrom(all).Draw(t, "enum")
	}
	if ways, ok := s["anyOf"].([]any); ok {
		way, _ := rapid.SampledFrom(ways).Draw(t, "way").(map[string]any)
		return grow(t, way)
	}
	switch s["type"] {
	case "string":
		return growText(t, s)
	case "integer":
		return rapid.IntRange(0, 9).Draw(t, "number")
	case "boolean":
		return rapid.Bool().Draw(t, "flag")
	case "array":
		return growArray(t, s)
	case "object":
		return growObject(t, s)
	}
	t.Fatalf("no value for %v", s)
	return nil
}

func growArray(t *rapid.T, s map[string]any) any {
	items, _ := s["items"].(map[string]any)
	least, most := number(s["minItems"]), number(s["maxItems"])
	if rapid.IntRange(0, 3).Draw(t, "few") > 0 {
		most = max(least, min(most, 2))
	}
	all := []any{}
	for range rapid.IntRange(least, min(most, 12)).Draw(t, "length") {
		v := grow(t, items)
		if !slices.ContainsFunc(contained(s), func(c map[string]any) bool {
			return c["maxContains"] != nil && has([]any{v}, c) && has(all, c) // maxContains is 1
		}) {
			all = append(all, v)
		}
	}
	for _, c := range contained(s) {
		if c["minContains"] == nil && !has(all, c) {
			all[0] = rapid.Custom(func(t *rapid.T) any { return grow(t, items) }).Filter(func(v any) bool { return has([]any{v}, c) }).Draw(t, "contained")
		}
	}
	return all
}

// contained are what a schema of an array, and those in its allOf, say of what
// is in it.
func contained(s map[string]any) []map[string]any {
	more, _ := s["allOf"].([]any)
	var found []map[string]any
	for _, one := range append([]any{s}, more...) {
		if one, _ := one.(map[string]any); one["contains"] != nil {
			found = append(found, one)
		}
	}
	return found
}

// has reports whether one of all is what a schema's contains asks for.
func has(all []any, s map[string]any) bool {
	wanted, _ := s["contains"].(map[string]any)
	return slices.ContainsFunc(all, func(v any) bool { return holds(wanted, v) })
}

// holds reports whether v has what a schema of properties requires.
func holds(s map[string]any, v any) bool {
	if ways, ok := s["anyOf"].([]any); ok {
		return slices.ContainsFunc(ways, func(way any) bool {
			one, _ := way.(map[string]any)
			return holds(one, v)
		})
	}
	o, ok := v.(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range required {
		key, _ := name.(string)
		ok = ok && o[key] != nil
	}
	properties, _ := s["properties"].(map[string]any)
	for name, inner := range properties {
		inside, _ := inner.(map[string]any)
		if enum, ok := inside["enum"].([]any); ok && !slices.Contains(enum, o[name]) {
			return false
		}
		if inside["const"] != nil && inside["const"] != o[name] {
			return false
		}
		if words, text := o[name].(string); text && len(words) < number(inside["minLength"]) {
			return false
		}
		ok = ok && (o[name] == nil || inside["type"] != "object" && inside["anyOf"] == nil || holds(inside, o[name]))
	}
	return ok
}

func growObject(t *rapid.T, s map[string]any) any {
	properties, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	o := map[string]any{}
	for _, name := range sortedNames(properties) {
		if slices.Contains(required, any(name)) || rapid.Bool().Draw(t, name) {
			inner, _ := properties[name].(map[string]any)
			o[name] = grow(t, inner)
		}
	}
	scarce := len(o) < number(s["minProperties"])
	if names := sortedNames(properties); scarce && len(names) > 0 {
		inner, _ := properties[names[0]].(map[string]any)
		o[names[0]], scarce = grow(t, inner), false
	}
	if s["additionalProperties"] != false && (scarce || rapid.Bool().Draw(t, "more")) {
		o["more"] = "x"
	}
	return o
}

func sortedNames(m map[string]any) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}

var pieces = []string{
	"word ", "Straße", "日本", "🇩🇪", "👨‍👩‍👧‍👦", "e\u0301", "שלום", "a&amp;b", "<b>x</b>", "<ul><li>a<li>b</ul>", "<ol><li>1<ol><li>2</ol></ol>", "<br>", "*m*", "\n",
	"<a href=\"https://ex.com/a\">a</a>", "<li>", "[A-Za-z]{2,}", "^(a|b+)?$", "{3,2}", "(?:", "(a{99}){99}", "\\d**", "[z-a]", "\\", "<img src=http://a>", "<p", "&lt;",
}

// growText fills a string up to what its length and pattern allow.
func growText(t *rapid.T, s map[string]any) string {
	pattern, _ := s["pattern"].(string)
	matches := regexp.MustCompile(pattern)
	most := number(s["maxLength"])
	if s["format"] == "uri" && rapid.Bool().Draw(t, "long host") {
		host := 253
		for host > 1 && !matches.MatchString("https://"+strings.Repeat("h", host)) {
			host--
		}
		return "https://" + strings.Repeat("h", host)
	}
	if s["format"] == "uri" {
		return rapid.StringMatching(pattern).Filter(func(u string) bool { return len(u) <= most }).Draw(t, "address")
	}
	if s["format"] == "regex" && rapid.Bool().Draw(t, "any expression") {
		return rapid.StringMatching(pattern).Filter(func(e string) bool { return len(e) <= most }).Draw(t, "expression")
	}
	text := ""
	if number(s["minLength"]) > 0 {
		text = rapid.SampledFrom([]string{"x", "é", "語", "👍"}).Filter(matches.MatchString).Draw(t, "first")
	}
	full := rapid.Bool().Draw(t, "full")
	for range rapid.IntRange(0, 8).Draw(t, "pieces") {
		piece := rapid.SampledFrom(pieces).Draw(t, "piece")
		for full && len([]rune(text)) < most-len(piece) && len(text) < 2000 && matches.MatchString(text+piece) {
			text += piece
		}
	}
	for _, c := range strings.Repeat("xé語👍", 8) { // up to the very last
		if full && len([]rune(text)) < most && len(text) < 2000 && matches.MatchString(text+string(c)) {
			text += string(c)
		}
	}
	return text
}

// A schema has nothing that would not be read the same by others: patterns that
// engines share, and no property without a type.
func TestSchemaIsPlain(t *testing.T) {
	caps := core.Capabilities{
		Unit: core.UTF16, Text: 4096, Formats: []core.Format{core.HTML}, Buttons: core.Limits{Max: 3, Title: 20, Body: 1024},
		List: core.Limits{Max: 10, Title: 24, Description: 72, Body: 4096}, Links: core.Limits{Max: 1, Title: 20, Body: 1024},
	}
	visit(decoded(t, kommunicate.Schema("a channel", caps)), func(s map[string]any) {
		if p, ok := s["pattern"].(string); ok {
			if _, err := regexp.Compile(p); err != nil {
				t.Error(err)
			}
		}
		if s["type"] == "object" && s["additionalProperties"] == nil {
			t.Errorf("%v takes anything", s)
		}
	})
}

func visit(v any, see func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		see(v)
		for _, e := range v {
			visit(e, see)
		}
	case []any:
		for _, e := range v {
			visit(e, see)
		}
	}
}

// A schema has a shape for all that a bot can ask for.
func TestSchemaKnowsAllShapes(t *testing.T) {
	caps := core.Capabilities{Unit: core.Runes, Text: 1000, Buttons: core.Limits{Max: 3, Title: 20}, Media: map[core.MediaType]core.Medium{core.Image: {}, core.Video: {}}}
	found := map[string]bool{}
	visit(decoded(t, kommunicate.Schema("a channel", caps)), func(s map[string]any) {
		required, _ := s["required"].([]any)
		for _, name := range required {
			key, _ := name.(string)
			found[key] = true
		}
		if id, ok := s["const"].(string); ok {
			found[id] = true
		}
	})
	for _, want := range []string{
		"3", "6", "7", "8", "9", "10", "11", "12", "14", "html", "KM_FIELD", "KM_AUTO_SUGGESTION",
		"KM_ASSIGN_TO", "KM_ASSIGN_TEAM", "resolveConversation", "updateUserDetail", "addTags",
	} {
		if !found[want] {
			t.Errorf("there is no shape for %s", want)
		}
	}
}
