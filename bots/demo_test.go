package bots

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"causeway/core"
)

// The demo bot is talked to as any other: over HTTP, by its webhook.
func TestDemo(t *testing.T) {
	b := bot(t, Demo("https://cdn.example.com/demo/").ServeHTTP)
	say := func(c core.Content, meta core.Metadata) core.Answer {
		t.Helper()
		turn := hello()
		turn.Message = &core.Message{Content: c, Metadata: meta, CreatedAt: time.UnixMilli(1)}
		return reply(t, b, turn)
	}
	first := func(a core.Answer) core.Content {
		t.Helper()
		if len(a.Say) == 0 {
			t.Fatalf("says nothing: %+v", a)
		}
		return a.Say[0].Content
	}
	text := func(s string) core.Content { return core.Text{Body: s} }

	welcome := hello()
	welcome.Message, welcome.Event = nil, &core.BotEvent{Name: core.WelcomeEvent}
	greeting, ok := first(reply(t, b, welcome)).(core.Choices)
	if !ok || len(greeting.Buttons) != 4 || greeting.Body == "" {
		t.Fatalf("greeting %+v", greeting)
	}
	for _, button := range greeting.Buttons {
		a := say(core.Selection{Title: button.Title, Message: button.Message, Metadata: button.Metadata}, nil)
		if words := core.PlainText(first(a)); strings.Contains(words, "I am sorry") {
			t.Errorf("button %q is not understood: %s", button.Title, words)
		}
	}
	if c, ok := first(say(text("MENU!"), nil)).(core.Choices); !ok || len(c.Buttons) != 4 {
		t.Errorf("menu %+v", c)
	}
	if c, ok := first(say(text("dishes"), nil)).(core.Cards); !ok || len(c.Cards) != 3 || !strings.HasPrefix(c.Cards[0].Image, "https://cdn.example.com/demo/7") {
		t.Errorf("dishes %+v", c)
	} else {
		pick := c.Cards[1].Buttons[0]
		a := say(core.Selection{Title: pick.Title, Message: pick.Message, Metadata: pick.Metadata}, nil)
		if words := core.PlainText(first(a)); !strings.Contains(words, "Noted: Cheese toast") {
			t.Errorf("order: %s", words)
		}
	}
	if c, ok := first(say(text("photo"), nil)).(core.Media); !ok || c.Media != core.Image {
		t.Errorf("photo %+v", c)
	}
	if c, ok := first(say(text("links"), nil)).(core.Choices); !ok || c.Buttons[0].Type != core.Link {
		t.Errorf("links %+v", c)
	}
	if a := say(text("human"), nil); a.HandOff == nil || !reflect.DeepEqual(*a.HandOff, core.HandOff{}) {
		t.Errorf("human %+v", a)
	}
	if a := say(text("bye"), nil); !a.Resolve {
		t.Errorf("bye %+v", a)
	}
	if words := core.PlainText(first(say(text("quux & <b>"), nil))); !strings.Contains(words, "“quux & <b>”") || !strings.Contains(words, "menu") {
		t.Errorf("unknown: %s", words)
	}
	if words := core.PlainText(first(say(core.Media{Media: core.File, Name: "a.pdf", MIME: "application/pdf"}, nil))); !strings.Contains(words, "a.pdf (application/pdf)") {
		t.Errorf("file: %s", words)
	}
	if words := core.PlainText(first(say(core.Location{Latitude: 52.5, Longitude: -1}, nil))); !strings.Contains(words, "52.5, -1") {
		t.Errorf("location: %s", words)
	}
	event := hello()
	event.Message, event.Event = nil, &core.BotEvent{Name: "paid"}
	if words := core.PlainText(first(reply(t, b, event))); !strings.Contains(words, "paid") {
		t.Errorf("event: %s", words)
	}
}

func reply(t *testing.T, b core.Bot, turn core.Turn) core.Answer {
	t.Helper()
	a, err := b.Reply(t.Context(), turn)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Notices) > 0 {
		t.Errorf("notices %q", a.Notices)
	}
	return a
}

func TestDemoRefusesWhatIsNoWebhook(t *testing.T) {
	for _, c := range []struct {
		method, body string
		status       int
	}{
		{http.MethodGet, "", http.StatusMethodNotAllowed},
		{http.MethodPost, "<html>", http.StatusBadRequest},
		{http.MethodPost, `{"message":"` + strings.Repeat("a", demoBody) + `"}`, http.StatusBadRequest},
		{http.MethodPost, `{"message":"hi"}`, http.StatusOK},
	} {
		w := httptest.NewRecorder()
		Demo("").ServeHTTP(w, httptest.NewRequest(c.method, "/", strings.NewReader(c.body)))
		if w.Code != c.status {
			t.Errorf("%s %.20s: %d, want %d", c.method, c.body, w.Code, c.status)
		}
	}
}
