package twilio_test

import (
	"fmt"
	"strings"
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/connectors/twilio"
	"causeway/core"
)

// withMMS is the kind of a channel whose settings say mms.
func withMMS(env kit.Env) core.Kind {
	k := twilio.SMS(env)
	k.Capabilities = (&twilio.Settings{MMS: true}).Shows(k.Capabilities)
	return k
}

// sent is what comes of an answer, a line a call.
func sent(t *testing.T, k core.Kind, say ...core.Content) []string {
	t.Helper()
	var answer []core.Saying
	for _, c := range say {
		answer = append(answer, core.Saying{Content: c})
	}
	valid := withSpecs(t, limits)
	var lines []string
	calls := 0
	for _, f := range core.Fit(answer, k.Capabilities, core.FitOptions{Choose: "Please choose"}) {
		for _, part := range f.Parts {
			payloads, err := k.Render(core.Outgoing{To: "+15551230000", Content: part, Ref: core.RefOf(7, calls)})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range payloads {
				m, _ := p.Body.(*twilio.Message)
				if err := valid(p); err != nil {
					t.Errorf("the schema: %v", err)
				}
				if m.Ref != core.RefOf(7, calls) {
					t.Errorf("call %d is named %s", calls, m.Ref)
				}
				calls++
				line := ""
				if m.Message.MediaUrl != nil {
					line = fmt.Sprintf("%d files ", len(*m.Message.MediaUrl))
				}
				if m.Message.Body != nil {
					line += *m.Message.Body
				}
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func TestMMS(t *testing.T) {
	photo := func(n int, caption string) core.Media {
		return core.Media{Media: core.Image, MIME: "image/jpeg", URL: fmt.Sprintf("https://example.com/%d.jpg", n), Caption: caption}
	}
	album := func(n int, caption string) core.Album {
		var a core.Album
		for i := range n {
			a.Items = append(a.Items, photo(i, caption))
		}
		return a
	}
	long := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		say  core.Content
		want []string
	}{
		"a picture":                  {photo(1, "hello"), []string{"1 files hello"}},
		"no words":                   {photo(1, ""), []string{"1 files "}},
		"a film":                     {core.Media{Media: core.Video, URL: "https://example.com/v.mp4", Size: 400 << 10}, []string{"1 files "}},
		"a film that is too large":   {core.Media{Media: core.Video, URL: "https://example.com/v.mp4", Size: 600 << 10}, []string{"https://example.com/v.mp4"}},
		"pictures":                   {album(3, "a"), []string{"3 files a\na\na"}},
		"more pictures than fit":     {album(12, ""), []string{"10 files ", "2 files "}},
		"more words than fit":        {album(3, long), []string{"1 files " + long, "1 files " + long, "1 files " + long}},
		"words that just fit":        {album(2, strings.Repeat("x", 799)), []string{"2 files " + strings.Repeat("x", 799) + "\n" + strings.Repeat("x", 799)}},
		"a place is words as before": {core.Location{Latitude: 1, Longitude: 2}, []string{"https://maps.google.com/?q=1,2"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sent(t, withMMS(env()), c.say); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				t.Errorf("got %.200q, want %.200q", got, c.want)
			}
		})
	}
	for name, answer := range connectortest.Corpus(t) {
		t.Run(name, func(t *testing.T) {
			for _, say := range answer {
				sent(t, withMMS(env()), say.Content)
			}
		})
	}
	if got := sent(t, twilio.SMS(env()), photo(1, "hello")); len(got) != 1 || strings.Contains(got[0], "files") {
		t.Errorf("without the setting, a picture is %q", got)
	}
}
