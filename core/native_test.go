package core

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// The author's own calls stand in place of the content on their kind, and on no
// other; what they offer is the content's.
func TestNative(t *testing.T) {
	menu := Choices{Buttons: []Button{{Type: Reply, Title: "Soup"}, {Type: Link, Title: "Site", URL: "https://ex.com"}, {Type: Submit, Title: "Cake"}}}
	call := func(body string) Native { return Native{Op: "send", Body: json.RawMessage(body)} }
	for name, c := range map[string]struct {
		content Content
		calls   []Native
		refused string // what the note says, empty if it is taken
	}{
		"taken":               {menu, []Native{call(`{ "a": "{{tap:1}}" }`)}, ""},
		"refused by the kind": {menu, []Native{call(`{"a":1}`), call(`{"chat":1}`)}, "no chat"},
		"no such button":      {menu, []Native{call(`{"a":"{{tap:2}}"}`)}, "no button"},
		"no JSON":             {menu, []Native{call(`{`)}, "no JSON"},
		"too long":            {menu, []Native{call(`{"a":"` + strings.Repeat("x", longestNative) + `"}`)}, "longer"},
		"too many":            {menu, make([]Native, MostNative+1), "more than"},
		"a form":              {Form{Fields: []Field{{Type: TextField, Name: "n"}}}, []Native{call(`{}`)}, "field by field"},
		"a change":            {Deleted{Of: "1"}, []Native{call(`{}`)}, "anew"},
	} {
		say := []Saying{{Content: Text{Body: "above"}}, {Content: c.content, Native: map[string][]Native{"x": c.calls, "y": nil}}}
		o := FitOptions{Kind: "x", Takes: func(n Native) error {
			if strings.Contains(string(n.Body), "chat") {
				return errors.New("no chat")
			}
			return nil
		}}
		caps := Capabilities{Unit: Runes, Text: 100, Buttons: Limits{Max: 3, Title: 20}, NeedsBody: true}
		all := Fit(say, caps, o)
		got := all[len(all)-1]
		if c.refused == "" {
			if len(all) != 2 || len(got.Parts) != 1 || string(got.Parts[0].(Native).Body) != `{"a":"1.1"}` {
				t.Errorf("%s: %+v", name, all)
			}
			if len(got.Options) != 2 || got.Options[1].Button.Title != "Cake" || got.Notes[0].Rule != "native" || Score(got.Notes) != 100 {
				t.Errorf("%s: options %+v, notes %+v", name, got.Options, got.Notes)
			}
		} else if n := got.Notes[0]; n.Rule != "native_refused" || n.Severity != Degraded || !strings.Contains(n.To, c.refused) {
			t.Errorf("%s: notes %+v", name, got.Notes)
		}
		for _, part := range got.Parts {
			if _, own := part.(Native); own != (c.refused == "") {
				t.Errorf("%s: part %+v", name, part)
			}
		}
		for _, o := range []FitOptions{{}, {Kind: "y", Takes: o.Takes}} {
			if f := Fit(say, caps, o); isNative(f[len(f)-1].Parts) {
				t.Errorf("%s: shown on another kind: %+v", name, f)
			}
		}
	}
}

// A text that is shown by a call of its author's own is not put above buttons,
// and a refusal is told beside the fallback that follows it.
func TestNativeAmongOthers(t *testing.T) {
	takes := func(Native) error { return nil }
	own := map[string][]Native{"x": {{Op: "o", Body: json.RawMessage(`{}`)}}}
	caps := Capabilities{Unit: Runes, Text: 100, Buttons: Limits{Max: 3, Title: 20}, NeedsBody: true}
	menu := Choices{Buttons: []Button{{Type: Reply, Title: "Soup"}}}
	all := Fit([]Saying{{Content: Text{Body: "above"}, Native: own}, {Content: menu}}, caps, FitOptions{Kind: "x", Takes: takes})
	if len(all) != 2 {
		t.Errorf("%+v", all)
	}
	gone := Media{Media: Image, Ref: "r"}
	f := Fit([]Saying{{Content: gone, Native: own, Fallback: "A picture"}}, caps, FitOptions{Kind: "x"})[0]
	if len(f.Notes) != 2 || f.Notes[0].Rule != "native_refused" || f.Notes[1].Rule != "fallback" {
		t.Errorf("%+v", f.Notes)
	}
	if private := Fit([]Saying{{Content: menu, Native: own, Private: true}}, caps, FitOptions{Kind: "x", Takes: takes})[0]; len(private.Parts)+len(private.Notes) != 0 {
		t.Errorf("%+v", private)
	}
}
