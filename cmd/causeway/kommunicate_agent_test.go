package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"causeway/simulator"
)

// answersDir has the answers that stand on Kommunicate's pages, a file each, and
// beside each what is to be understood of it.
const answersDir = "../../kommunicate/testdata/answers"

// TestCustomAgentPage: "Custom AI Agent Integration", on a bot at a URL.
func TestCustomAgentPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", scripted(map[string]string{
		"WELCOME":  `[{"message":"I am the helper."}]`,
		"three":    `[{"message":"first"},{"message":"second"},{"message":"third"}]`,
		"empty":    `[]`,
		"nothing":  ``,
		"null":     `null`,
		"no words": `[{"message":""},{}]`,
		"human":    `[{"message":"our agents will get back to you","metadata":{"KM_ASSIGN_TO":""}}]`,
		"ben":      `[{"message":"Ben it is.","metadata":{"KM_ASSIGN_TO":"ben@example.com"}}]`,
	}))
	w.employ("twin", helper.url, "")
	twins := w.branch("twins")
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, new_conversations_to_bot: helper, channels: [{channel: twins, bot: twin}], welcome_message: Not with a bot.}", ann)
	w.start()
	w.hold([]sentence{
		{"WELCOME comes with a new conversation, and the answer is the welcome", func(w *world) {
			for _, who := range w.both() {
				who.Say("hello")
				sees(w.t, who, "re: hello")
				who.Say("again")
				shows(w.t, who, "I am the helper.", "re: hello", "re: again")
				c := w.conversation(who.channel, who.name, nil)
				var said []string
				for _, h := range helper.of(c.ID) {
					said = append(said, h.EventName+h.Message)
				}
				sameTexts(w.t, who.channel, said, []string{"WELCOME", "hello", "again"})
			}
		}},
		{"the data comes in this format", func(w *world) {
			z := stranger(w.tg)
			z.Say("hello")
			c := w.conversation("tg", z.User().FirstName, nil)
			for _, what := range []string{"WELCOME", ""} {
				w.inFormat(helper.hearsOf(w.t, c.ID, "it", named(what)), map[string]any{
					"botId": "helper", "from": fmt.Sprint("telegram:", z.User().ID), "groupId": float64(c.ID), "applicationKey": "acme", "applicationId": "acme",
					"eventName": what, "message": map[string]string{"": "hello"}[what], "contentType": 0.0,
				})
			}
		}},
		{"one webhook serves several bots", func(w *world) {
			z := stranger(twins)
			z.Say("hello")
			sees(w.t, z, "re: hello")
			if c := w.conversation("twins", z.User().FirstName, ownedBy("twin")); helper.of(c.ID)[1].BotID != "twin" {
				w.t.Errorf("%+v", helper.of(c.ID))
			}
		}},
		{"each object of the array is a message, in order", func(w *world) {
			z := stranger(w.tg)
			z.Say("three")
			shows(w.t, z, "I am the helper.", "first", "second", "third")
		}},
		{"an empty answer says nothing", func(w *world) {
			z := stranger(w.tg)
			for _, says := range []string{"empty", "nothing", "null", "no words"} {
				z.Say(says)
			}
			z.Say("hi")
			shows(w.t, z, "I am the helper.", "re: hi")
			if c := w.conversation("tg", z.User().FirstName, ownedBy("helper")); len(w.notices(c.ID)) != 0 {
				w.t.Errorf("%q", w.notices(c.ID))
			}
		}},
		{"a file is told of by an event, with what it is", func(w *world) {
			for channel, send := range map[string]func(phone){
				"tg": func(z phone) {
					z.(*simulator.TelegramPerson).SendDocument("a.pdf", "application/pdf", []byte("%PDF-1.4 "), "see")
				},
				"wa": func(z phone) { z.(*simulator.WhatsAppPerson).SendImage(picture(w.t, 1), "see") },
			} {
				z, user := w.newcomer(channel)
				send(z)
				c := w.of(channel, user)
				got := w.attached(helper.hearsOf(w.t, c.ID, "the file", named("KOMMUNICATE_MEDIA_EVENT")))
				payload := got["payload"].(map[string]any)
				size, sized := payload["size"].(float64)
				address, _ := payload["url"].(string)
				want := map[string]string{"tg": "application/pdf", "wa": "image/png"}[channel]
				if _, named := payload["name"].(string); got["type"] != want || !sized || size <= 0 || !named || !strings.HasPrefix(address, w.url) {
					w.t.Errorf("%s: %v", channel, got)
				}
			}
		}},
		{"a location is told of by the same event", func(w *world) {
			for channel, send := range map[string]func(phone){
				"tg": func(z phone) { z.(*simulator.TelegramPerson).SendLocation(52.5, -13.25) },
				"wa": func(z phone) {
					z.(*simulator.WhatsAppPerson).SendLocation(simulator.Location{Latitude: 52.5, Longitude: -13.25})
				},
			} {
				z, user := w.newcomer(channel)
				send(z)
				c := w.of(channel, user)
				heard := helper.hearsOf(w.t, c.ID, "the place", named("KOMMUNICATE_MEDIA_EVENT"))
				if got := w.attached(heard); fmt.Sprint(got) != "map[payload:map[lat:52.5 lon:-13.25] type:location]" || heard.ContentType != 2 {
					w.t.Errorf("%s: %v, content type %d", channel, got, heard.ContentType)
				}
			}
		}},
		{"an empty KM_ASSIGN_TO is the rules, an agent's id is that agent", func(w *world) {
			w.handsOver("human", "our agents will get back to you", ann, "")
			w.handsOver("ben", "Ben it is.", ben, "")
		}},
	})
}

// newcomer is somebody new on a channel, and the userId that bots are told.
func (w *world) newcomer(channel string) (phone, string) {
	if channel == "tg" {
		z := stranger(w.tg)
		return z, fmt.Sprint("telegram:", z.User().ID)
	}
	n := fmt.Sprint(4915190000000 + strangers.Add(1))
	return w.wa.Person(simulator.WhatsAppUser{Phone: n, Name: "Stranger " + n}), "whatsapp:+" + n
}

// of waits for the conversation of a user.
func (w *world) of(channel, user string) conversation {
	w.t.Helper()
	var found conversation
	eventually(w.t, "the conversation of "+user, func() error {
		all := w.conversations(channel)
		i := slices.IndexFunc(all, func(c conversation) bool { return c.Contact.UserID == user })
		if i < 0 {
			return fmt.Errorf("it is none of %d", len(all))
		}
		found = all[i]
		return nil
	})
	return found
}

// inFormat expects a call's body to have every field of the page in its type, and
// some of them as wanted.
func (w *world) inFormat(c call, want map[string]any) {
	w.t.Helper()
	var got map[string]any
	if err := json.Unmarshal(c.body, &got); err != nil {
		w.t.Fatal(err)
	}
	for _, field := range []string{"botId", "key", "from", "message", "applicationKey", "applicationId", "eventName"} {
		if _, ok := got[field].(string); !ok {
			w.t.Errorf("%s is %T: %s", field, got[field], c.body)
		}
	}
	for _, field := range []string{"groupId", "contentType", "source", "createdAt"} {
		if _, ok := got[field].(float64); !ok {
			w.t.Errorf("%s is %T: %s", field, got[field], c.body)
		}
	}
	if _, ok := got["metadata"].(map[string]any); !ok || got["key"] == "" || c.CreatedAt < 1_700_000_000_000 {
		w.t.Errorf("%s", c.body)
	}
	for field, v := range want {
		if got[field] != v {
			w.t.Errorf("%s is %v, want %v", field, got[field], v)
		}
	}
}

// attached is the one attachment of a call.
func (w *world) attached(c call) map[string]any {
	w.t.Helper()
	_, context := c.context(w.t)
	all, _ := context["attachments"].([]any)
	if len(all) != 1 {
		w.t.Fatalf("attachments are %v", context["attachments"])
	}
	one, _ := all[0].(map[string]any)
	return one
}

// TestSampleBot: a server that knows nothing but Kommunicate's page, and answers
// whatever comes with the array that stands there, works as it is.
func TestSampleBot(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(answersDir, "custom-agent-messages.json"))
	if err != nil {
		t.Fatal(err)
	}
	sample := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) }))
	t.Cleanup(sample.Close)
	w := newWorld(t)
	w.config["bots"] = fmt.Sprintf("[{id: sample, url: %q}]", sample.URL)
	w.config["routing"] = "{new_conversations_to_bot: sample}"
	w.start()
	said := []string{"A message can be simple as a plain text", "A message can be a actionable message containing metadata [Suggested Reply button 1] [Suggested Reply button 2]"}
	for _, who := range w.both() {
		who.Say("hello") // and the same comes as welcome and as answer
		eventually(t, "four messages on the phone", func() error {
			if got := screen(who); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", slices.Concat(said, said)) {
				return fmt.Errorf("%q", got)
			}
			return nil
		})
		if err := who.Tap("Suggested Reply button 2"); err != nil {
			t.Fatal(err)
		}
		c := w.conversation(who.channel, who.name, ownedBy("sample"))
		w.message(c.ID, "the tap", func(m entry) bool { return m.Direction == "in" && m.Text == "Suggested Reply button 2" })
		eventually(t, "its answer", func() error {
			if n := len(screen(who)); n != 6 {
				return fmt.Errorf("%d messages", n)
			}
			return nil
		})
		if n := w.notices(c.ID); len(n) != 0 {
			t.Errorf("%s: %q", who.channel, n)
		}
	}
}

// TestEveryAnswerOfThePages: whatever stands on the pages as a bot's answer is
// taken on each channel, does what it asks for and costs no notice but those that
// are written beside it.
func TestEveryAnswerOfThePages(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(answersDir, "*.json"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d answers, %v", len(files), err)
	}
	pictures := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".mp4") {
			w.Header().Set("Content-Type", "video/mp4")
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture(t, 1))
	}))
	t.Cleanup(pictures.Close)
	w := newWorld(t)
	w.hire("helper", unwelcome(func(c *call) {
		body, err := os.ReadFile(filepath.Join(answersDir, c.Message+".json"))
		if err != nil {
			t.Errorf("it heard %+v: %v", c.heard, err)
		}
		_, _ = c.w.Write(bytes.ReplaceAll(body, []byte("https://ex.com"), []byte(pictures.URL))) // the bridge may be gone
	}))
	w.start()
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			for _, channel := range []string{"tg", "wa"} {
				w.in(t).answersAsOnThePage(name, channel)
			}
		})
	}
}

func (w *world) answersAsOnThePage(name, channel string) {
	w.t.Helper()
	golden, err := os.ReadFile(filepath.Join(answersDir, name+".golden"))
	if err != nil {
		w.t.Fatal(err)
	}
	var want struct {
		Say     []struct{ Content struct{ Type string } }
		HandOff *struct{ To, Team string } `json:"hand_off"`
		Resolve bool
		Tags    []string
		Contact *struct{ Name, Email string }
		Notices []string
	}
	if err := json.Unmarshal(golden, &want); err != nil {
		w.t.Fatal(err)
	}
	z, user := w.newcomer(channel)
	z.Say(name)
	c := w.of(channel, user)
	n := len(want.Say)
	var got []string
	eventually(w.t, "the answer is sent", func() error {
		got = nil
		for _, m := range w.messages(c.ID) {
			if m.Sender.Type != "bot" {
				continue
			}
			if m.Status == "queued" || m.Status == "sending" {
				return fmt.Errorf("%q is %s", m.Text, m.Status)
			}
			got = append(got, m.Content.Type+" "+m.Status)
		}
		if len(got) < n {
			return fmt.Errorf("%q", got)
		}
		return nil
	})
	for i, m := range got[:n] {
		kind, status, _ := strings.Cut(m, " ")
		if kind != want.Say[i].Content.Type || status == "failed" || status == "suppressed" {
			w.t.Errorf("%s: message %d is %s, want %s", channel, i+1, m, want.Say[i].Content.Type)
		}
	}
	for _, notice := range w.notices(c.ID) {
		if !slices.Contains(want.Notices, notice) && want.HandOff == nil {
			w.t.Errorf("%s: notice %q", channel, notice)
		}
	}
	w.becomes(c.ID, "all that was asked for", func(c thread) bool {
		return (c.Owner.ID == "helper") == (want.HandOff == nil) && (c.Status == "resolved") == want.Resolve && slices.Equal(c.Tags, want.Tags) &&
			(want.Contact == nil || want.Contact.Email == c.Contact.Email && (want.Contact.Name == "" || want.Contact.Name == c.Contact.Name))
	})
}
