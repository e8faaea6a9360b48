package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/simulator"
)

// bundle is one simulator with what tests ask of it.
type bundle struct {
	*simulator.Simulator
	t     *testing.T
	clock *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

func start(t *testing.T) *bundle {
	t.Helper()
	c := &clock{at: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	s, err := simulator.Start(simulator.Options{Now: c.now, Retry: simulator.Retry{First: time.Millisecond, Max: 5 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &bundle{Simulator: s, t: t, clock: c}
}

func soon(t *testing.T) context.Context {
	ctx, done := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(done)
	return ctx
}

// reply is an answer of the Bot API.
type reply struct {
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Result      json.RawMessage `json:"result"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

const token = "7000000001:abc"

// tg calls a Bot API method urlencoded; args are names and values in turn.
func (b *bundle) tg(method string, args ...string) reply {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	w, err := http.PostForm(b.URL()+"/telegram/bot"+token+"/"+method, form)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Body.Close()
	var r reply
	if err := json.NewDecoder(w.Body).Decode(&r); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	if r.OK != (w.StatusCode == 200) || !r.OK && r.Code != w.StatusCode {
		b.t.Errorf("%s: HTTP %d with %+v", method, w.StatusCode, r)
	}
	return r
}

// graph calls the Graph API and returns the status and the error's code.
func (b *bundle) graph(verb, path, token, body string) (int, map[string]any) {
	b.t.Helper()
	r, err := http.NewRequest(verb, b.URL()+"/graph/v23.0/"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Body.Close()
	var v map[string]any
	if err := json.NewDecoder(w.Body).Decode(&v); err != nil {
		b.t.Fatalf("%s %s: %v", verb, path, err)
	}
	return w.StatusCode, v
}

// hook is a bridge's webhook: it notes what comes and answers what answer says.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer func(n int, r received) int
}

type received struct {
	header http.Header
	body   []byte
}

func listen(t *testing.T, answer func(n int, r received) int) *hook {
	h := &hook{answer: answer}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		one := received{r.Header, body}
		h.mu.Lock()
		h.got = append(h.got, one)
		n := len(h.got)
		h.mu.Unlock()
		if h.answer != nil {
			w.WriteHeader(h.answer(n, one))
		}
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) all() []received {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]received(nil), h.got...)
}

// find reads a path of keys and indexes out of JSON.
func find(t *testing.T, raw []byte, path ...any) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	if n, ok := v.(json.Number); ok {
		return n.String()
	}
	return v
}

// within waits until ok, at most five seconds.
func within(t *testing.T, ok func() bool) {
	t.Helper()
	for range 5000 {
		if ok() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("did not come to pass")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func decode(raw []byte, into any) error { return json.Unmarshal(raw, into) }
