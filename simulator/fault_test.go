package simulator_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"causeway/simulator"
)

// raw sends one message and returns what came over HTTP.
func raw(b *bundle, timeout time.Duration) (status int, body string, err error) {
	ctx, done := context.WithTimeout(b.t.Context(), timeout)
	defer done()
	form := strings.NewReader(url.Values{"chat_id": {"5512345678"}, "text": {"x"}}.Encode())
	r, _ := http.NewRequestWithContext(ctx, "POST", b.URL()+"/telegram/bot"+token+"/sendMessage", form)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer w.Body.Close()
	data, err := io.ReadAll(w.Body)
	return w.StatusCode, string(data), err
}

func TestFaults(t *testing.T) {
	b, _, zoe := telegram(t)
	zoe.StartQuietly()
	for _, c := range []struct {
		mode   simulator.FaultMode
		effect bool
		status int // 0: no whole answer
		want   string
	}{
		{simulator.FaultError, false, 500, `"error_code":500`},
		{simulator.FaultError, true, 500, `"error_code":500`},
		{simulator.FaultRateLimit, false, 429, `"retry_after":1`},
		{simulator.FaultHang, false, 0, ""},
		{simulator.FaultHang, true, 0, ""},
		{simulator.FaultCut, true, 0, ""},
		{simulator.FaultTruncate, true, 0, ""},
		{simulator.FaultSlow, false, 200, `"ok":true`},
		{simulator.FaultDrip, false, 200, `"ok":true`},
		{simulator.FaultHTML, true, 502, "<html>"},
		{simulator.FaultGarbage, true, 200, "not json"},
		{simulator.FaultShape, true, 200, `"ok":"yes"`},
		{simulator.FaultHuge, false, 200, "xxxx"},
	} {
		before := len(zoe.Screen())
		b.Fault(simulator.Fault{Kind: "telegram", Account: "demo_bot", Method: "sendMessage", Mode: c.mode, Effect: c.effect, Times: 1, Delay: time.Microsecond})
		timeout := 5 * time.Second
		if c.mode == simulator.FaultHang {
			timeout = 50 * time.Millisecond
		}
		status, body, err := raw(b, timeout)
		if c.status == 0 != (err != nil) || c.status != 0 && (status != c.status || !strings.Contains(body, c.want)) {
			t.Errorf("%s: %d %.80s %v", c.mode, status, body, err)
		}
		seen := len(zoe.Screen()) > before
		if want := c.effect || c.mode == simulator.FaultSlow || c.mode == simulator.FaultDrip; seen != want {
			t.Errorf("%s effect %v: the person saw it: %v", c.mode, c.effect, seen)
		}
	}
	if status, _, err := raw(b, time.Second); status != 200 || err != nil {
		t.Errorf("a fault outlived its count: %d %v", status, err)
	}
	lift := b.Fault(simulator.Fault{Mode: simulator.FaultError, After: 1})
	for i, want := range []int{200, 500, 500} {
		if status, _, _ := raw(b, time.Second); status != want {
			t.Errorf("call %d: %d", i, status)
		}
	}
	lift()
	b.Down(503)
	if status, _, _ := raw(b, time.Second); status != 503 {
		t.Errorf("down: %d", status)
	}
	if err := b.Up(); err != nil {
		t.Fatal(err)
	}
	if err := b.Refuse(); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections() // else the first call finds its connection cut
	if _, _, err := raw(b, time.Second); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("refused: %v", err)
	}
	if err := b.Up(); err != nil {
		t.Fatal(err)
	}
	if status, _, err := raw(b, time.Second); status != 200 {
		t.Errorf("up: %d %v", status, err)
	}
}

func TestRedeliverAndForge(t *testing.T) {
	b, _, ann, h := whatsapp(t, simulator.WhatsAppNumber{})
	ann.Say("one")
	ann.Say("two")
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	statuses := b.Redeliver(soon(t), simulator.Filter{Kind: "whatsapp"}, 4)
	if len(statuses) != 2 || statuses[0] != 200 || len(h.all()) != 4 {
		t.Errorf("%v, %d posts", statuses, len(h.all()))
	}
	same := map[string]int{}
	for _, r := range h.all() {
		same[string(r.body)+r.header.Get("X-Hub-Signature-256")]++
	}
	if len(same) != 2 {
		t.Error("not byte for byte")
	}
	w := b.Webhooks(simulator.Filter{})[0]
	for _, how := range []simulator.Forgery{simulator.Unsigned, simulator.WrongSigned, simulator.Tampered} {
		if _, err := b.Forge(soon(t), w, how); err != nil {
			t.Error(err)
		}
	}
	got := h.all()[4:]
	if got[0].header.Get("X-Hub-Signature-256") != "" || len(got[1].header.Get("X-Hub-Signature-256")) != 71 || string(got[2].body) == string(w.Body) {
		t.Errorf("%+v", got)
	}
}

func TestControl(t *testing.T) {
	b, _, _ := telegram(t)
	ask := func(method, path, body string) (int, []byte) {
		r, _ := http.NewRequest(method, b.URL()+path, strings.NewReader(body))
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		data, _ := io.ReadAll(w.Body)
		return w.StatusCode, data
	}
	const me = "/sim/telegram/demo_bot/people/42/"
	if status, v := ask("POST", me+"say", `{"text":"hi","from":"Ann"}`); status != 200 || find(t, v, "text") != "hi" {
		t.Errorf("%d %s", status, v)
	}
	b.tg("sendMessage", "chat_id", "42", "text", "?", "reply_markup", `{"inline_keyboard":[[{"text":"Go","callback_data":"1"}]]}`)
	if status, v := ask("POST", me+"tap", `{"button":"Go"}`); status != 200 {
		t.Errorf("%d %s", status, v)
	}
	if status, v := ask("POST", me+"location", `{"latitude":1,"longitude":2,"name":"n","address":"a"}`); status != 200 {
		t.Errorf("%d %s", status, v)
	}
	if status, v := ask("POST", me+"photo", `{"caption":"c"}`); status != 200 || find(t, v, "caption") != "c" {
		t.Errorf("%d %s", status, v)
	}
	if _, v := ask("GET", me+"screen", ""); find(t, v, 1, "buttons", 0, 0, "text") != "Go" || find(t, v, 3, "media", "kind") != "photo" {
		t.Errorf("%s", v)
	}
	if _, v := ask("GET", "/sim/calls?method=sendMessage", ""); find(t, v, 0, "params", "text") != "?" {
		t.Errorf("%s", v)
	}
	for path, want := range map[string]int{me + "dance": 400, "/sim/telegram/nobody/people/1/say": 400, "/sim/whatsapp/1/people/1/say": 400} {
		if status, v := ask("POST", path, `{"text":"x"}`); status != want {
			t.Errorf("%s: %d %s", path, status, v)
		}
	}
	if status, v := ask("POST", "/sim/faults", `{"method":"getMe","mode":"error","status":502,"times":1}`); status != 200 || b.tg("getMe").Code != 502 {
		t.Errorf("%d %s", status, v)
	}
	if status, v := ask("GET", "/sim", ""); status != 200 || !strings.Contains(string(v), "people/{id}/screen") {
		t.Errorf("%d %s", status, v)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	b, _, zoe := telegram(t)
	b.tg("setWebhook", "url", "http://127.0.0.1:9/") // nobody listens: lanes back off
	zoe.Say("hi")
	b.Fault(simulator.Fault{Mode: simulator.FaultHang})
	ended := make(chan bool)
	go func() { raw(b, 5*time.Second); ended <- true }()
	within(t, func() bool { return len(b.Calls(simulator.Filter{Method: "sendMessage"})) == 1 })
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	<-ended
	http.DefaultClient.CloseIdleConnections()
	within(t, func() bool { return runtime.NumGoroutine() <= before+2 })
}
