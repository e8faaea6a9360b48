package bots

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"causeway/core"
	"causeway/egress"
	"causeway/kommunicate"
)

const testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func loopback(t *testing.T) *egress.Client {
	t.Helper()
	c := egress.New(egress.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	t.Cleanup(c.CloseIdle)
	return c
}

// bot is a bot whose server answers with h.
func bot(t *testing.T, h http.HandlerFunc, change ...func(*Options)) core.Bot {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o := Options{ID: "helper", Name: "Helper", URL: server.URL + "/hook?token=SECRET", AppID: "acme", HTTP: loopback(t)}
	for _, c := range change {
		c(&o)
	}
	b, err := Webhook(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func hello() core.Turn {
	return core.Turn{
		ID: "turn-1", Bot: "helper", Try: 1, Source: "WEB", Conversation: core.Conversation{ID: 7},
		Message: &core.Message{Key: "m-1", Content: core.Text{Body: "hello"}, CreatedAt: time.UnixMilli(1)},
	}
}

func TestTheCall(t *testing.T) {
	signed, err := standardwebhooks.NewWebhook(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	b := bot(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(body))
		if err := signed.Verify(body, r.Header); err != nil {
			t.Errorf("signature: %v", err)
		}
		for name, want := range map[string]string{
			"Webhook-Id": "turn-1", "X-Token": "SECRET", "Content-Type": "application/json", "User-Agent": "Causeway/1",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if r.Method != http.MethodPost || r.URL.Query().Get("token") != "SECRET" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		fmt.Fprint(w, `[{"message":"hi","metadata":{"KM_ASSIGN_TO":""}},{"metadata":{"actionRequest":"odd"}}]`)
	}, func(o *Options) { o.Secret, o.HeaderName, o.HeaderValue = testSecret, "x-token", "SECRET" })
	for range 2 {
		a, err := b.Reply(t.Context(), hello())
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Say) != 1 || a.HandOff == nil || len(a.Notices) != 1 {
			t.Errorf("%+v", a)
		}
	}
	want, err := kommunicate.Request(hello(), "acme")
	if err != nil || len(bodies) != 2 || bodies[0] != string(want) || bodies[1] != string(want) {
		t.Errorf("bodies %q, want twice %q, %v", bodies, want, err)
	}
}

func TestWithoutSecretThereIsNoSignature(t *testing.T) {
	now := time.Unix(1700000000, 5)
	b := bot(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Webhook-Signature") != "" || r.Header.Get("Webhook-Timestamp") != "1700000000" {
			t.Errorf("headers %v", r.Header)
		}
	}, func(o *Options) { o.Now = func() time.Time { return now } })
	if a, err := b.Reply(t.Context(), hello()); err != nil || len(a.Say) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestFaults(t *testing.T) {
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if len(header) == 2 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(code)
		}
	}
	says := func(sort, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", sort)
			fmt.Fprint(w, body)
		}
	}
	now := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		kind   core.FaultKind
		code   string
		after  time.Duration
		says   string
	}{
		{"500", status(500), core.Temporary, "http_500", 0, "status 500"},
		{"503 with Retry-After", status(503, "Retry-After", "7"), core.Temporary, "http_503", 7 * time.Second, "status 503"},
		{"429", status(429), core.Temporary, "http_429", 0, "429"},
		{"429 with a date", status(429, "Retry-After", "Wed, 15 Jul 2026 12:00:20 GMT"), core.Temporary, "http_429", 20 * time.Second, "429"},
		{"429 with nonsense", status(429, "Retry-After", "-5"), core.Temporary, "http_429", 0, "429"},
		{"404", status(404), core.Permanent, "http_404", 0, "status 404"},
		{"401", status(401), core.Permanent, "http_401", 0, "status 401"},
		{"a redirect", status(302, "Location", "/elsewhere"), core.Permanent, "redirect", 0, "elsewhere"},
		{"HTML", says("text/html; charset=utf-8", "<html>"), core.Permanent, "unreadable", 0, "text/html"},
		{"a number", says("application/json", "7"), core.Permanent, "unreadable", 0, "no JSON array"},
		{"too large", says("application/json", `[{"message":"`+strings.Repeat("a", kommunicate.MaxBody)+`"}]`), core.Permanent, "too_large", 0, "256 KB"},
		{"a broken answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "[")
		}, core.Temporary, "connection", 0, "broke off"},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.Temporary, "connection", 0, "broke off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls atomic.Int64
			b := bot(t, func(w http.ResponseWriter, r *http.Request) { calls.Add(1); c.answer(w, r) },
				func(o *Options) { o.Now = func() time.Time { return now } })
			a, err := b.Reply(t.Context(), hello())
			checkFault(t, err, c.kind, c.code, c.says)
			if f := core.FaultOf(err); f.After != c.after {
				t.Errorf("after %v, want %v", f.After, c.after)
			}
			if len(a.Say) != 0 || calls.Load() != 1 {
				t.Errorf("says %+v after %d calls", a, calls.Load())
			}
		})
	}
}

func checkFault(t *testing.T, err error, kind core.FaultKind, code, says string) {
	t.Helper()
	var f *core.Fault
	if !errors.As(err, &f) {
		t.Fatalf("error %v is no fault", err)
	}
	if f.Kind != kind || f.Code != code || !strings.Contains(f.Message, says) {
		t.Errorf("fault %v, want %s %s with %q", f, kind, code, says)
	}
	if strings.Contains(f.Error(), "SECRET") {
		t.Errorf("%v shows a secret", f)
	}
}

func TestTimeout(t *testing.T) {
	for name, answer := range map[string]string{"before the header": "", "within the body": "["} {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			b := bot(t, func(w http.ResponseWriter, r *http.Request) {
				if answer != "" {
					fmt.Fprint(w, answer)
					w.(http.Flusher).Flush()
				}
				<-done
			}, func(o *Options) { o.Timeout = 50 * time.Millisecond })
			defer close(done)
			_, err := b.Reply(t.Context(), hello())
			checkFault(t, err, core.Permanent, "timeout", "within 50ms")
		})
	}
}

func TestStopping(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	b := bot(t, func(http.ResponseWriter, *http.Request) {
		stop()
		<-done
	})
	defer close(done)
	_, err := b.Reply(ctx, hello())
	checkFault(t, err, core.Temporary, "shutdown", "stopping")
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	for _, c := range []struct {
		client Doer
		kind   core.FaultKind
		code   string
		says   string
	}{
		{loopback(t), core.Temporary, "unreachable", "could not be reached"},
		{egress.New(egress.Options{}), core.Permanent, "forbidden", "allow_private"},
	} {
		b, err := Webhook(Options{ID: "helper", URL: url + "/?token=SECRET", HTTP: c.client})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Reply(t.Context(), hello())
		checkFault(t, err, c.kind, c.code, c.says)
	}
}

// A connection that does not come about in time is no bot that is slow.
func TestDialTimeoutIsUnreachable(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	// In a wrapping, so that the time stays its own.
	hasty := struct{ *egress.Client }{loopback(t).Limited(100*time.Millisecond, 0)}
	for scheme, want := range map[string]struct {
		kind core.FaultKind
		code string
	}{"https": {core.Temporary, "unreachable"}, "http": {core.Permanent, "timeout"}} {
		b, err := Webhook(Options{ID: "helper", URL: scheme + "://" + silent.Addr().String(), HTTP: hasty})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Reply(t.Context(), hello())
		checkFault(t, err, want.kind, want.code, "it ")
	}
}

// Any client will do, also one that puts the URL into its errors.
func TestAPlainClientTellsNoSecret(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	b, err := Webhook(Options{ID: "helper", URL: url + "/?token=SECRET", HTTP: http.DefaultClient})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Reply(t.Context(), hello())
	checkFault(t, err, core.Temporary, "connection", "broke off")
}

func TestOptionsThatCannotWork(t *testing.T) {
	good := Options{ID: "helper", URL: "https://ex.com", HTTP: http.DefaultClient}
	for name, spoil := range map[string]func(*Options){
		"no URL":        func(o *Options) { o.URL = "" },
		"another URL":   func(o *Options) { o.URL = "ftp://ex.com" },
		"no host":       func(o *Options) { o.URL = "https:///x" },
		"no client":     func(o *Options) { o.HTTP = nil },
		"header name":   func(o *Options) { o.HeaderName = "X Token" },
		"header value":  func(o *Options) { o.HeaderName, o.HeaderValue = "X", "a\r\nSECRET: b" },
		"secret's form": func(o *Options) { o.Secret = "whsec_SECRET!" },
	} {
		o := good
		spoil(&o)
		if b, err := Webhook(o); err == nil || b != nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v, %v", name, b, err)
		}
	}
	if _, err := Webhook(good); err != nil {
		t.Error(err)
	}
}

func TestSubmit(t *testing.T) {
	type call struct{ sort, body string }
	var last call
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last = call{r.Header.Get("Content-Type"), string(body)}
		w.Header().Set("Location", "/thanks")
		w.WriteHeader(status)
		fmt.Fprint(w, strings.Repeat("x", 1<<20))
	}))
	defer server.Close()
	s := NewSubmitter(loopback(t), nil)
	sub := core.Submission{URL: server.URL + "/pay?token=SECRET", Data: map[string]string{"amount": "1 €", "b": "&"}}
	if err := s.Submit(t.Context(), sub); err != nil || last != (call{"application/x-www-form-urlencoded", "amount=1+%E2%82%AC&b=%26"}) {
		t.Errorf("%+v, %v", last, err)
	}
	sub.JSON = true
	var data map[string]string
	if err := s.Submit(t.Context(), sub); err != nil || last.sort != "application/json" || json.Unmarshal([]byte(last.body), &data) != nil || data["amount"] != "1 €" {
		t.Errorf("%+v, %v", last, err)
	}
	for code, kind := range map[int]core.FaultKind{
		201: "", 301: "", 302: "", 303: "", 307: core.Permanent, 308: core.Permanent, 404: core.Permanent, 429: core.Temporary, 500: core.Temporary,
	} {
		status = code
		err := s.Submit(t.Context(), sub)
		if kind == "" {
			if err != nil {
				t.Errorf("%d: %v", code, err)
			}
			continue
		}
		checkFault(t, err, kind, fmt.Sprintf("http_%d", code), fmt.Sprint(code))
	}
	checkFault(t, s.Submit(t.Context(), core.Submission{URL: "javascript:SECRET"}), core.Permanent, "submission", "no http or https")
	checkFault(t, NewSubmitter(egress.New(egress.Options{}), nil).Submit(t.Context(), sub), core.Permanent, "forbidden", "allow_private")
	server.Close()
	checkFault(t, s.Submit(t.Context(), sub), core.Temporary, "unreachable", "could not be reached")
}

func TestSubmitThatMayHaveHappened(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	err := NewSubmitter(loopback(t), nil).Submit(t.Context(), core.Submission{URL: server.URL})
	checkFault(t, err, core.Ambiguous, "connection", "no answer came")
}
