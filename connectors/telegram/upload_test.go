package telegram_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
)

const (
	notFetched = `{"ok":false,"error_code":400,"description":"Bad Request: wrong type of the web page content"}`
	badPicture = `{"ok":false,"error_code":400,"description":"Bad Request: PHOTO_INVALID_DIMENSIONS"}`
	badMarkup  = `{"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: x"}`
)

// telling is a Bot API on loopback that gives its answers in turn and keeps
// what it was asked.
type telling struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // methods
	got   []map[string]string
}

func tell(t *testing.T, answers ...string) *telling {
	s := &telling{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it broke off, and so nothing was asked
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		fields := form(r)
		s.mu.Lock()
		defer s.mu.Unlock()
		_, method, _ := strings.Cut(r.URL.Path, token+"/")
		s.asked, s.got = append(s.asked, method), append(s.got, fields)
		if len(s.asked) > len(answers) {
			t.Errorf("a call too many: %s", method)
			return
		}
		_, _ = io.WriteString(w, answers[len(s.asked)-1])
	}))
	t.Cleanup(s.Close)
	return s
}

type hosting struct {
	*httptest.Server
	served atomic.Int32
}

// files serves one file of so many bytes under every address but /gone. It breaks
// off /broken, and says of /shrinks, the first time, that it is large.
func files(t *testing.T, size int) *hosting {
	s := &hosting{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.served.Add(1)
		w.Header().Set("Content-Length", fmt.Sprint(size))
		switch r.URL.Path {
		case "/shrinks":
			if s.served.Load() == 1 {
				w.Header().Set("Content-Length", fmt.Sprint(11<<20))
			}
		case "/gone":
			w.Header().Del("Content-Length")
			http.NotFound(w, r)
			return
		case "/named":
			w.Header().Set("Content-Disposition", `attachment; filename="tea menu.pdf"`)
		case "/broken":
			w.Header().Set("Content-Length", fmt.Sprint(size+1))
		}
		_, _ = w.Write(make([]byte, size))
	}))
	t.Cleanup(s.Close)
	return s
}

func openFor(t *testing.T, api string, env kit.Env, set telegram.Settings) core.Connector {
	t.Helper()
	set.Token, set.Secret, set.APIURL = token, "SECRET_webhook", api
	c, err := telegram.Kind(env).Open("tg", &set)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func rendered(t *testing.T, c core.Content) core.Payload {
	t.Helper()
	all, err := telegram.Kind(kit.Default()).Render(core.Outgoing{To: "5512345678/15", Content: c, Quote: "5512345678:3"})
	if err != nil || len(all) != 1 {
		t.Fatalf("%d calls, %v", len(all), err)
	}
	return all[0]
}

// A file that Telegram cannot fetch is fetched by us, through the guard, and
// uploaded; one that nobody can fetch is left to Telegram.
func TestUpload(t *testing.T) {
	const file, photo = core.File, core.Image
	for name, c := range map[string]struct {
		media   core.MediaType
		path    string
		size    int
		trusted bool
		answers []string
		asked   string
		parts   map[string]string // of the last call; a file is shown by its length
		fault   core.FaultKind
		fetches int // if not one a call
	}{
		"a private address": {file, "/a.docx", 400_000, true, []string{sent}, "sendDocument", map[string]string{"document": "400000", "caption": "look", "message_thread_id": "15"}, "", 0},
		"a named file":      {file, "/named", 10, true, []string{sent}, "sendDocument", map[string]string{"document.name": "tea menu.pdf"}, "", 0},
		"markup refused":    {file, "/a.docx", 300_000, true, []string{badMarkup, sent}, "sendDocument sendDocument", map[string]string{"document": "300000", "parse_mode": ""}, "", 0},
		"guarded":           {file, "/a.docx", 10, false, []string{notFetched}, "sendDocument", nil, core.Permanent, 0},
		"gone":              {file, "/gone", 10, true, []string{notFetched}, "sendDocument", nil, core.Permanent, 0},
		"broken off":        {file, "/broken", 10, true, nil, "", nil, core.Temporary, 0},
		"a picture too odd": {photo, "/a.jpg", 10, true, []string{badPicture, sent}, "sendPhoto sendDocument", map[string]string{"document": "10"}, "", 0},
		"a picture too big": {photo, "/shrinks", 10, true, []string{sent}, "sendDocument", map[string]string{"document": "10"}, "", 2},
		"a file too big":    {file, "/a.bin?a=1&b=2", 51 << 20, true, []string{sent}, "sendMessage", map[string]string{"text": "<b>look</b>\nURL/a.bin?a=1&amp;b=2", "parse_mode": "HTML"}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			web, api, env := files(t, c.size), tell(t, c.answers...), kit.Default()
			if c.trusted {
				env.HTTP = env.HTTP.Trusting(web.URL)
			}
			tg := openFor(t, api.URL, env, telegram.Settings{LinkPreviews: true})
			caption := core.Media{Media: c.media, URL: web.URL + c.path, Caption: "<b>look</b>", Format: core.HTML}
			if c.parts["caption"] != "" {
				caption.Caption, caption.Format = "look", core.Plain
			}
			_, err := tg.Send(t.Context(), rendered(t, caption))
			if f := core.FaultOf(err); (f == nil) != (c.fault == "") || f != nil && f.Kind != c.fault {
				t.Fatalf("%v, want %q", err, c.fault)
			}
			if got := strings.Join(api.asked, " "); got != c.asked {
				t.Errorf("asked %q, want %q", got, c.asked)
			}
			if tries := int(web.served.Load()); c.trusted && tries != max(1, strings.Count(c.asked, "sendDocument")+strings.Count(c.asked, "sendPhoto"), c.fetches) {
				t.Errorf("the file was asked for %d times", tries)
			}
			for field, want := range c.parts {
				want = strings.Replace(want, "URL", web.URL, 1)
				if got := api.got[len(api.got)-1][field]; got != want && fmt.Sprint(len(got)) != want {
					t.Errorf("%s is %.80q, want %q", field, got, want)
				}
			}
		})
	}
}

func TestUploadOfAnAlbum(t *testing.T) {
	web := files(t, 200_000)
	api := tell(t, sent)
	env := kit.Env{HTTP: kit.Default().HTTP.Trusting(web.URL)}
	tg := openFor(t, api.URL, env, telegram.Settings{})
	p := rendered(t, core.Album{Items: []core.Media{
		{Media: core.Image, URL: web.URL + "/a.jpg", Caption: "one"}, {Media: core.Video, URL: web.URL + "/b.mp4"},
	}})
	if _, err := tg.Send(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	got := api.got[0]
	if len(got["0-a.jpg"]) != 200_000 || len(got["1-b.mp4"]) != 200_000 || !strings.Contains(got["media"], `"attach://0-a.jpg"`) || !strings.Contains(got["media"], `"one"`) {
		t.Errorf("%d and %d bytes, %s", len(got["0-a.jpg"]), len(got["1-b.mp4"]), got["media"])
	}
	again := rendered(t, core.Album{Items: []core.Media{{Media: core.Image, URL: web.URL + "/gone"}, {Media: core.Image, URL: web.URL + "/b.jpg"}}})
	if f := core.FaultOf(sendTo(t, tell(t, notFetched), env, again)); f == nil || f.Kind != core.Permanent {
		t.Errorf("half of the album is gone: %v", f)
	}
}

func sendTo(t *testing.T, api *telling, env kit.Env, p core.Payload) error {
	t.Helper()
	_, err := openFor(t, api.URL, env, telegram.Settings{LinkPreviews: true}).Send(t.Context(), p)
	return err
}

// What a call is refused for and can be done without is left out.
func TestCures(t *testing.T) {
	refused := func(text string) string {
		return `{"ok":false,"error_code":400,"description":"Bad Request: ` + text + `"}`
	}
	moved := `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-100}}`
	ask := core.Choices{Body: "<b>Look</b>", Format: core.HTML, Buttons: []core.Button{
		{Type: core.Link, Title: "A & B", URL: "https://example.com/?a=1&b=2"}, {Type: core.Reply, Title: "No", Token: "t"},
	}}
	for name, c := range map[string]struct {
		say     core.Content
		answers []string
		parts   map[string]string // of the last call
	}{
		"a quote that is gone": {core.Text{Body: "x"}, []string{refused("message to be replied not found"), sent}, map[string]string{"text": "x", "reply_parameters": "", "message_thread_id": "15"}},
		"a closed topic":       {core.Text{Body: "x"}, []string{refused("TOPIC_CLOSED"), sent}, map[string]string{"text": "x", "message_thread_id": ""}},
		"both":                 {core.Text{Body: "x"}, []string{refused("message thread not found"), refused("message to be replied not found"), sent}, map[string]string{"text": "x", "message_thread_id": "", "reply_parameters": ""}},
		"another chat":         {core.Text{Body: "x"}, []string{moved, sent}, map[string]string{"text": "x", "chat_id": "-100", "message_thread_id": "", "reply_parameters": ""}},
		"a refused link": {ask, []string{refused("BUTTON_URL_INVALID"), sent}, map[string]string{
			"text": "<b>Look</b>\nA &amp; B: https://example.com/?a=1&amp;b=2", "reply_markup": `{"inline_keyboard":[[{"text":"No","callback_data":"t"}]]}`,
		}},
		"an album's markup": {core.Album{Items: []core.Media{{Media: core.Image, URL: "https://e.example/a.jpg", Caption: "<b>a</b>", Format: core.HTML}, {Media: core.Image, URL: "https://e.example/b.jpg"}}},
			[]string{badMarkup, sent}, map[string]string{"media": `[{"type":"photo","media":"https://e.example/a.jpg","caption":"a"},{"type":"photo","media":"https://e.example/b.jpg"}]`}},
	} {
		t.Run(name, func(t *testing.T) {
			api := tell(t, c.answers...)
			p := rendered(t, c.say)
			before := fmt.Sprintf("%+v", p.Body)
			if err := sendTo(t, api, kit.Default(), p); err != nil || len(api.got) != len(c.answers) {
				t.Fatalf("%d calls, %v", len(api.got), err)
			}
			for field, want := range c.parts {
				if got := api.got[len(api.got)-1][field]; got != want {
					t.Errorf("%s is %q, want %q", field, got, want)
				}
			}
			if after := fmt.Sprintf("%+v", p.Body); after != before {
				t.Errorf("the call that was given was changed: %s, before %s", after, before)
			}
		})
	}
}

// What has no room for its links is refused, not cut.
func TestNoRoomForLinks(t *testing.T) {
	api := tell(t, `{"ok":false,"error_code":400,"description":"Bad Request: BUTTON_URL_INVALID"}`)
	full := core.Choices{Media: &core.Media{Media: core.Image, URL: "https://e.example/a.jpg"}, Body: strings.Repeat("x", 1020), Buttons: []core.Button{
		{Type: core.Link, Title: "Go", URL: "https://example.com/"},
	}}
	if f := core.FaultOf(sendTo(t, api, kit.Default(), rendered(t, full))); f == nil || f.Kind != core.Permanent || f.Message != "Telegram refuses the URL of a link button" {
		t.Errorf("%v", f)
	}
}

// An animation is in no group.
func TestAnimations(t *testing.T) {
	at := "https://files.example.com/"
	for name, c := range map[string]struct {
		say core.Content
		ops string
	}{
		"by its name":       {core.Media{Media: core.Image, URL: at + "a.GIF?x=.jpg"}, "sendAnimation"},
		"by its type":       {core.Media{Media: core.Video, URL: at + "a", MIME: "image/gif"}, "sendAnimation"},
		"the type is surer": {core.Media{Media: core.Image, URL: at + "a.gif", MIME: "image/png"}, "sendPhoto"},
		"as a file":         {core.Media{Media: core.File, URL: at + "a.gif", MIME: "image/gif"}, "sendDocument"},
		"in an album":       {core.Album{Items: []core.Media{{Media: core.Image, URL: at + "1.jpg"}, {Media: core.Image, URL: at + "2.gif"}, {Media: core.Image, URL: at + "3.jpg"}, {Media: core.Video, URL: at + "4.mp4"}}}, "sendPhoto sendAnimation sendMediaGroup"},
	} {
		all, err := telegram.Kind(kit.Default()).Render(core.Outgoing{To: "5", Content: c.say, Quote: "5:3"})
		var ops []string
		quotes := 0
		for _, p := range all {
			ops = append(ops, p.Op)
			if data, err := json.Marshal(p.Body); err != nil || strings.Contains(string(data), "reply_parameters") {
				quotes++
			}
		}
		if err != nil || strings.Join(ops, " ") != c.ops || quotes != 1 {
			t.Errorf("%s: %q, %d quote, %v", name, ops, quotes, err)
		}
	}
}

func TestSettingsOfSending(t *testing.T) {
	api := tell(t, sent, sent)
	tg := openFor(t, api.URL, kit.Default(), telegram.Settings{LinkPreviews: false})
	p := rendered(t, core.Text{Body: "https://example.com"})
	if _, err := tg.Send(t.Context(), p); err != nil || api.got[0]["link_preview_options"] != `{"is_disabled":true}` {
		t.Errorf("%v %v", api.got, err)
	}
	if err := sendTo(t, api, kit.Default(), p); err != nil || api.got[1]["link_preview_options"] != "" {
		t.Errorf("%v %v", api.got, err)
	}
	for status, want := range map[int][2]core.FaultKind{ // resend once, never
		500: {core.Temporary, core.Ambiguous}, 502: {core.Temporary, core.Ambiguous}, 504: {core.Temporary, core.Ambiguous}, 503: {core.Temporary, core.Temporary},
		429: {core.RateLimited, core.RateLimited}, 403: {core.Permanent, core.Permanent},
	} {
		for i, resend := range []string{kit.ResendOnce, kit.ResendNever} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				fmt.Fprintf(w, `{"ok":false,"error_code":%d,"description":"x"}`, status)
			}))
			_, err := openFor(t, s.URL, kit.Default(), telegram.Settings{Resend: resend}).Send(t.Context(), p)
			s.Close()
			if f := core.FaultOf(err); f == nil || f.Kind != want[i] {
				t.Errorf("%d, resend %s: %v, want %s", status, resend, err, want[i])
			}
		}
	}
}
