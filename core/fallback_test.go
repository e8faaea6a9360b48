package core

import (
	"strings"
	"testing"
)

// The author's own text stands for what a channel would lose something of, and
// for nothing else.
func TestFallback(t *testing.T) {
	pictured := List{Items: []ListItem{{Image: "https://ex.com/1.png", Button: Button{Title: "Soup", Message: "I want soup"}}}}
	for name, c := range map[string]struct {
		say  Saying
		want bool
	}{
		"lost":                   {Saying{Content: pictured, Fallback: "Soup?"}, true},
		"nothing to send":        {Saying{Content: Media{Media: Image, Ref: "r"}, Fallback: "A picture"}, true},
		"only degraded":          {Saying{Content: Location{Latitude: 1}, Fallback: "Here"}, false},
		"shown":                  {Saying{Content: Text{Body: "hi"}, Fallback: "ho"}, false},
		"no fallback":            {Saying{Content: pictured}, false},
		"a fallback of no words": {Saying{Content: pictured, Fallback: " \n"}, false},
		"private":                {Saying{Content: pictured, Fallback: "Soup?", Private: true}, false},
	} {
		f := fitter{caps: Capabilities{Unit: Runes, Text: 100}, message: 2, number: 5}
		got, ok := f.instead(c.say)
		if ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
		if !ok {
			continue
		}
		if len(got.Parts) != 1 || got.Parts[0] != Content(Text{Body: c.say.Fallback}) || len(got.Options) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
		if len(got.Notes) != 1 || got.Notes[0].Rule != "fallback" || got.Notes[0].Severity != Degraded || got.Notes[0].To != c.say.Fallback {
			t.Errorf("%s: notes %+v", name, got.Notes)
		}
		if f.number != 5 || len(f.Notes) > 0 {
			t.Errorf("%s: the place moved: %+v", name, f)
		}
	}
	got, _ := fitter{caps: Capabilities{Unit: Runes, Text: 4}}.instead(Saying{Content: pictured, Fallback: "long words"})
	if len(got.Parts) < 2 || !strings.Contains(got.Notes[0].From, "I want soup") || !strings.Contains(got.Notes[0].From, "https://ex.com/1.png") {
		t.Errorf("%+v", got)
	}
}
