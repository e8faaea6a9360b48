package telegram_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-telegram/bot"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
)

const token = "123456:SECRET-TOKEN"

// api is a Bot API on loopback. answers are by method; what it was asked is kept.
type api struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]string
	asked   map[string]map[string]string
	order   []string
}

func fake(t *testing.T, answers map[string]string, change ...func(*kit.Env, *telegram.Settings)) (*api, *telegram.Connector) {
	t.Helper()
	a := &api{answers: answers, asked: map[string]map[string]string{}}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		method, ok := strings.CutPrefix(r.URL.Path, "/bot"+token+"/")
		if !ok {
			method = r.URL.Path
		}
		a.order = append(a.order, method)
		a.asked[method] = form(r)
		answer, ok := a.answers[method]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"ok":false,"error_code":404,"description":"Not Found"}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(a.Close)
	env := kit.Default()
	s, _ := telegram.Kind(env).Settings().(*telegram.Settings)
	s.Token, s.Secret, s.APIURL = token, "SECRET_webhook", a.URL+"/"
	for _, f := range change {
		f(&env, s)
	}
	c, err := telegram.Kind(env).Open("tg", s)
	if err != nil {
		t.Fatal(err)
	}
	return a, c.(*telegram.Connector)
}

// form reads the fields of a multipart request.
func form(r *http.Request) map[string]string {
	fields := map[string]string{}
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return fields
	}
	for parts := multipart.NewReader(r.Body, params["boundary"]); ; {
		p, err := parts.NextPart()
		if err != nil {
			return fields
		}
		value, _ := io.ReadAll(p)
		fields[p.FormName()] = string(value)
		if name := p.FileName(); name != "" {
			fields[p.FormName()+".name"] = name
		}
	}
}

const sent = `{"ok":true,"result":{"message_id":7,"date":1,"chat":{"id":5512345678,"type":"private"}}}`

// What the golden files show is what goes over the wire.
func TestWireIsWhatIsRendered(t *testing.T) {
	methods := []string{"sendMessage", "sendPhoto", "sendAnimation", "sendVideo", "sendAudio", "sendVoice", "sendDocument", "sendSticker", "sendMediaGroup", "sendLocation", "sendVenue", "sendContact"}
	answers := map[string]string{}
	for _, m := range methods {
		answers[m] = sent
	}
	a, c := fake(t, answers)
	k := telegram.Kind(kit.Default())
	used := map[string]bool{}
	corpus := connectortest.Corpus(t)
	corpus["gif"] = []core.Saying{{Content: core.Media{Media: core.Image, URL: "https://files.example.com/a.gif"}}}
	for name, answer := range corpus {
		for _, f := range core.Fit(answer, k.Capabilities, core.FitOptions{Token: func(m, o int) string { return fmt.Sprintf("t%d.%d", m, o) }, Choose: "?"}) {
			for _, part := range f.Parts {
				payloads, err := k.Render(core.Outgoing{To: "5512345678/15", Content: part, Quote: "5512345678:3"})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, p := range payloads {
					if id, err := c.Send(t.Context(), p); err != nil || id != "5512345678:7" {
						t.Fatalf("%s: %s: %q %v", name, p.Op, id, err)
					}
					used[p.Op] = true
					same(t, name, p, a.asked[p.Op])
				}
			}
		}
	}
	for _, m := range methods {
		if !used[m] {
			t.Errorf("the corpus never comes to %s", m)
		}
	}
}

func same(t *testing.T, name string, p core.Payload, got map[string]string) {
	t.Helper()
	data, _ := json.Marshal(p.Body)
	var want map[string]json.RawMessage
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != len(got) {
		t.Errorf("%s: %s: %d fields were rendered, %d sent: %v", name, p.Op, len(want), len(got), got)
	}
	for field, raw := range want {
		text := string(raw)
		_ = json.Unmarshal(raw, &text) // a string goes without its quotes
		var a, b any
		if json.Unmarshal([]byte(text), &a) == nil && json.Unmarshal([]byte(got[field]), &b) == nil {
			if fmt.Sprint(a) != fmt.Sprint(b) {
				t.Errorf("%s: %s.%s is %s on the wire, want %s", name, p.Op, field, got[field], text)
			}
		} else if got[field] != text {
			t.Errorf("%s: %s.%s is %q on the wire, want %q", name, p.Op, field, got[field], text)
		}
	}
}

func TestAck(t *testing.T) {
	a, c := fake(t, map[string]string{"answerCallbackQuery": `{"ok":true,"result":true}`})
	p := core.Payload{Op: "answerCallbackQuery", Body: &bot.AnswerCallbackQueryParams{CallbackQueryID: "9"}}
	if id, err := c.Send(t.Context(), p); err != nil || id != "" || a.asked["answerCallbackQuery"]["callback_query_id"] != "9" {
		t.Errorf("%q %v %v", id, err, a.asked)
	}
	a.answers["answerCallbackQuery"] = `{"ok":false,"error_code":400,"description":"Bad Request: query is too old and response timeout expired or query ID is invalid"}`
	if _, err := c.Send(t.Context(), p); err != nil {
		t.Errorf("an ack that comes late is no fault: %v", err)
	}
	a.answers["editMessageReplyMarkup"] = `{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}`
	p = core.Payload{Op: "editMessageReplyMarkup", Body: &bot.EditMessageReplyMarkupParams{ChatID: 5, MessageID: 6}}
	if _, err := c.Send(t.Context(), p); err != nil {
		t.Errorf("a keyboard that is gone needs no clearing: %v", err)
	}
	if _, there := a.asked["editMessageReplyMarkup"]["reply_markup"]; there {
		t.Errorf("a keyboard is cleared by naming none: %v", a.asked["editMessageReplyMarkup"])
	}
	a.answers["sendChatAction"] = `{"ok":true,"result":true}`
	p = core.Payload{Op: "sendChatAction", Body: &bot.SendChatActionParams{ChatID: 5, MessageThreadID: 15, Action: "typing"}}
	if id, err := c.Send(t.Context(), p); err != nil || id != "" || a.asked["sendChatAction"]["message_thread_id"] != "15" {
		t.Errorf("%q %v %v", id, err, a.asked)
	}
	if _, err := c.Send(t.Context(), core.Payload{Op: "x", Body: 5}); core.FaultOf(err).Kind != core.Permanent {
		t.Errorf("a payload that is none: %v", err)
	}
}

func TestCheck(t *testing.T) {
	a, c := fake(t, map[string]string{"getMe": `{"ok":true,"result":{"id":1,"is_bot":true}}`, "getWebhookInfo": `{"ok":true,"result":{"url":""}}`})
	if err := c.Check(t.Context()); err != nil {
		t.Error(err)
	}
	for answer, want := range map[string]core.FaultKind{
		`{"ok":false,"error_code":401,"description":"Unauthorized"}`:                                                    core.ChannelBroken,
		`{"ok":false,"error_code":404,"description":"Not Found"}`:                                                       core.ChannelBroken,
		`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}`: core.RateLimited,
		`<html>`: core.Temporary,
	} {
		a.answers["getMe"] = answer
		if f := core.FaultOf(c.Check(t.Context())); f == nil || f.Kind != want {
			t.Errorf("%s: %v, want %s", answer, f, want)
		}
	}
	a.Close()
	err := c.Check(t.Context())
	if f := core.FaultOf(err); f == nil || f.Kind != core.Temporary || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestSubscribe(t *testing.T) {
	const hook = "https://chat.example.com/webhooks/tg"
	all := `["my_chat_member","message","edited_message","callback_query","message_reaction"]`
	info := func(url, allowed, lastError string) string {
		return fmt.Sprintf(`{"ok":true,"result":{"url":%q,"has_custom_certificate":false,"pending_update_count":0,"allowed_updates":%s,"last_error_message":%q}}`, url, allowed, lastError)
	}
	for _, c := range []struct {
		name, info string
		sets       bool
	}{
		{"as it should be", info(hook, all, ""), false},
		{"an old error", info(hook, all, "Connection timed out"), false},
		{"another secret", info(hook, all, "Wrong response from the webhook: 401 Unauthorized"), true},
		{"none", info("", "null", ""), true},
		{"another address", info("https://old.example.com/", all, ""), true},
		{"fewer updates", info(hook, `["message"]`, ""), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, tg := fake(t, map[string]string{"getWebhookInfo": c.info, "setWebhook": `{"ok":true,"result":true}`})
			if err := tg.Subscribe(t.Context(), hook); err != nil {
				t.Fatal(err)
			}
			if slices.Contains(a.order, "setWebhook") != c.sets {
				t.Errorf("calls: %v", a.order)
			}
			if asked := a.asked["setWebhook"]; c.sets && (asked["url"] != hook || asked["secret_token"] != "SECRET_webhook" || !strings.Contains(asked["allowed_updates"], "callback_query")) {
				t.Errorf("setWebhook was asked %v", asked)
			}
		})
	}
	a, tg := fake(t, map[string]string{"getWebhookInfo": info("", "null", "")})
	if f := core.FaultOf(tg.Subscribe(t.Context(), hook)); f == nil || f.Kind != core.ChannelBroken {
		t.Errorf("setWebhook failed: %v after %v", f, a.order)
	}
}

func TestOpenMedia(t *testing.T) {
	const file = "/file/bot" + token + "/photos/file_1.jpg"
	a, c := fake(t, map[string]string{"getFile": `{"ok":true,"result":{"file_id":"A","file_unique_id":"a","file_size":4,"file_path":"photos/file_1.jpg"}}`, file: "JPEG"})
	f, err := c.OpenMedia(t.Context(), "A")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Body.Close()
	data, err := io.ReadAll(f.Body)
	if err != nil || string(data) != "JPEG" || f.Name != "file_1.jpg" || f.Size != 4 || a.asked["getFile"]["file_id"] != "A" {
		t.Errorf("%q %+v %v", data, f, err)
	}
	for _, bad := range []struct {
		name   string
		change func()
		want   core.FaultKind
	}{
		{"the file is gone", func() { delete(a.answers, file) }, core.Permanent},
		{"it is too big", func() {
			a.answers["getFile"] = `{"ok":false,"error_code":400,"description":"Bad Request: file is too big"}`
		}, core.Permanent},
		{"no path", func() { a.answers["getFile"] = `{"ok":true,"result":{"file_id":"A"}}` }, core.Temporary},
		{"nobody listens", a.Close, core.Temporary},
	} {
		bad.change()
		_, err := c.OpenMedia(context.Background(), "A")
		var f *core.Fault
		if !errors.As(err, &f) || f.Kind != bad.want || strings.Contains(fmt.Sprintf("%+v", err), "SECRET") {
			t.Errorf("%s: %v", bad.name, err)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		set  telegram.Settings
		keys []string
	}{
		{telegram.Settings{Token: "t", Secret: "s", Mode: "webhook", Resend: "once"}, nil},
		{telegram.Settings{Token: "t", Secret: "s", Mode: "webhook", Resend: "never", APIURL: "http://127.0.0.1:8081"}, nil},
		{telegram.Settings{Token: " ", Mode: "webhook", Resend: "once"}, []string{"token", "secret"}},
		{telegram.Settings{Token: "t", Mode: "polling", Resend: "once"}, nil},
		{telegram.Settings{Mode: "polling", Resend: "once"}, []string{"token"}},
		{telegram.Settings{Token: "t", Secret: "s", Mode: "pulling", Resend: "twice", APIURL: "ftp://x"}, []string{"api_url", "resend", "mode"}},
		{telegram.Settings{Token: "t", Secret: "s", Resend: "once"}, []string{"mode"}},
	} {
		var keys []string
		for _, p := range c.set.Validate() {
			keys = append(keys, p.Key)
		}
		if !slices.Equal(keys, c.keys) {
			t.Errorf("%+v: problems with %v, want %v", c.set, keys, c.keys)
		}
	}
	k := telegram.Kind(kit.Default())
	for _, s := range []any{&telegram.Settings{Token: "t"}, &telegram.Settings{Secret: "s"}, nil, 5} {
		if _, err := k.Open("tg", s); err == nil {
			t.Errorf("%v was opened", s)
		}
	}
}
