package kit_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

func TestSigned(t *testing.T) {
	const secret, prefix = core.Secret("key"), "sha256="
	body := []byte(`{"text":"\u00e4"}`)
	good := kit.Sign(secret, prefix, body)
	if !kit.Signed(secret, prefix, good, body) {
		t.Fatal("its own signature is refused")
	}
	for n := range len(good) {
		if kit.Signed(secret, prefix, good[:n], body) {
			t.Errorf("the first %d characters were taken", n)
		}
	}
	raw, _ := hex.DecodeString(strings.TrimPrefix(good, prefix))
	for what, header := range map[string]string{
		"none": "", "no prefix": good[len(prefix):], "longer": good + "0", "upper case": prefix + strings.ToUpper(good[len(prefix):]),
		"raw bytes": prefix + string(raw), "another prefix": "sha1=" + good[len(prefix):], "spaces": " " + good, "zeros": prefix + strings.Repeat("0", 64),
	} {
		if kit.Signed(secret, prefix, header, body) {
			t.Errorf("%s: %q was taken", what, header)
		}
	}
	if kit.Signed(secret, prefix, good, append(body, '\n')) {
		t.Error("another body was taken")
	}
	if kit.Signed("", prefix, kit.Sign("", prefix, body), body) {
		t.Error("an empty secret was taken")
	}
}

// RFC 4231, test case 2.
func TestSignVector(t *testing.T) {
	got := kit.Sign("Jefe", "", []byte("what do ya want for nothing?"))
	if got != "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" {
		t.Error(got)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		secret core.Secret
		given  string
		want   bool
	}{{"abc", "abc", true}, {"abc", "abd", false}, {"abc", "ab", false}, {"abc", "abcd", false}, {"abc", "", false}, {"", "", false}, {"", "x", false}} {
		if kit.Same(c.secret, c.given) != c.want {
			t.Errorf("%q and %q: want %v", c.secret.Reveal(), c.given, c.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, " 7 ": 7 * time.Second, "0.5": 500 * time.Millisecond, "-1": 0, "x": 0, "NaN": 0, "Inf": time.Hour,
		"999999": time.Hour, "1e300": time.Hour, "Fri, 20 Nov 2026 12:00:30 GMT": 30 * time.Second, "Fri, 20 Nov 2026 11:00:00 GMT": 0, "Sat, 21 Nov 2026 12:00:00 GMT": time.Hour,
	} {
		if got := kit.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	got := kit.Excerpt([]byte("a\x00 b\n\tkey1key2\x1b[31m \xff end"), "key1", "", "key2")
	if got != "a b [secret][secret] [31m ? end" {
		t.Errorf("%q", got)
	}
	if got := kit.Excerpt([]byte("an old key and its key2 are secret"), "key", "key2", "secret"); got != "an old [secret] and its [secret] are [secret]" {
		t.Errorf("got %q", got)
	}
	if got := kit.Excerpt([]byte(strings.Repeat("ж", 500))); len([]rune(got)) != 201 {
		t.Errorf("%d runes", len([]rune(got)))
	}
}

func TestDecode(t *testing.T) {
	var v any
	for _, good := range []string{`{}`, "\xef\xbb\xbf{}", ` 1 `, strings.Repeat("[", kit.MaxDepth) + strings.Repeat("]", kit.MaxDepth), `"[[[[\"[["`} {
		if err := kit.Decode([]byte(good), &v); err != nil {
			t.Errorf("%.20q: %v", good, err)
		}
	}
	for _, bad := range []string{``, `{`, `{}{}`, `{}x`, "\x00", strings.Repeat("[", kit.MaxDepth+1) + strings.Repeat("]", kit.MaxDepth+1), strings.Repeat(`{"a":`, 1e6)} {
		if err := kit.Decode([]byte(bad), &v); !errors.Is(err, core.ErrUnreadable) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	var o struct{ A int }
	if err := kit.Decode([]byte(`{"a":"x"}`), &o); err == nil || errors.Is(err, core.ErrUnreadable) {
		t.Errorf("another shape: %v", err)
	}
}

func TestTable(t *testing.T) {
	table := kit.Table{
		{Code: 400, Text: "not found", Kind: core.Permanent, Means: "nobody there"},
		{Code: 400, Kind: core.Temporary},
		{Code: 500, To: 599, Kind: core.RateLimited, After: time.Minute, Scope: core.OneContact},
	}
	for _, c := range []struct {
		code              int
		text, kind, means string
	}{{400, "Chat NOT found", "permanent", "nobody there"}, {400, "other", "temporary", "other"}, {500, "", "rate_limited", ""}, {599, "", "rate_limited", ""}} {
		f := table.Fault(c.code, c.text)
		if f == nil || string(f.Kind) != c.kind || f.Message != c.means || f.Code != fmt.Sprint(c.code) {
			t.Errorf("%d %q: %+v", c.code, c.text, f)
		}
	}
	if f := table.Fault(550, ""); f.After != time.Minute || f.Scope != core.OneContact {
		t.Errorf("%+v", f)
	}
	if f := table.Fault(600, ""); f != nil {
		t.Errorf("%+v", f)
	}
}

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		kind   core.FaultKind
		code   string
	}{
		{"ok", say(200, `{"id":"7"}`), "", ""},
		{"slow", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "9"); w.WriteHeader(429) }, core.RateLimited, "http_429"},
		{"bad token", say(401, `{"token":"SECRET"}`), core.ChannelBroken, "http_401"},
		{"forbidden", say(403, `no`), core.ChannelBroken, "http_403"},
		{"bad request", say(400, `what is SECRET`), core.Permanent, "http_400"},
		{"sorted", say(418, `teapot`), core.WindowClosed, "tea"},
		{"moved", say(302, ``), core.Permanent, "http_302"},
		{"down", say(503, ``), core.Temporary, "http_503"},
		{"unreadable", say(200, `<html>`), core.Ambiguous, "unreadable_answer"},
		{"too large", say(200, strings.Repeat(" ", 2<<20)), core.Ambiguous, "no_answer"},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.Ambiguous, "no_answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(c.answer)
			defer s.Close()
			env := kit.Default()
			var out struct{ ID string }
			err := env.JSON(t.Context(), env.HTTP.Trusting(s.URL), kit.Call{URL: s.URL + "/SECRET", Body: map[string]string{"a": "b"}, Secrets: []core.Secret{"SECRET"}}, &out,
				func(a kit.Answer) *core.Fault {
					if a.Status == 418 {
						return &core.Fault{Kind: core.WindowClosed, Code: "tea"}
					}
					return nil
				})
			if c.kind == "" {
				if err != nil || out.ID != "7" {
					t.Errorf("%+v %v", out, err)
				}
				return
			}
			var f *core.Fault
			if !errors.As(err, &f) || f.Kind != c.kind || f.Code != c.code || strings.Contains(fmt.Sprintf("%v %+v", err, f), "SECRET") {
				t.Errorf("%+v", err)
			}
			if c.name == "slow" && f.After != 9*time.Second {
				t.Errorf("after %v", f.After)
			}
		})
	}
}

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if data, _ := io.ReadAll(r.Body); string(data) != `{"a":"b"}` || r.Header.Get("Content-Type") != "application/json" || r.Method != http.MethodPost {
			status, body = 500, "the request came otherwise: "+string(data)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestNoAnswer(t *testing.T) {
	env := kit.Default()
	for url, want := range map[string]core.FaultKind{"http://127.0.0.1:1/SECRET": core.Permanent, "http://127.0.0.1:1/SECRET ": core.Permanent} {
		err := env.JSON(t.Context(), env.HTTP, kit.Call{URL: url}, nil, nil)
		if f := core.FaultOf(err); f.Kind != want || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", url, err)
		}
	}
	err := env.JSON(t.Context(), env.HTTP.Trusting("http://127.0.0.1:1"), kit.Call{URL: "http://127.0.0.1:1/SECRET\x7f"}, nil, nil)
	if f := core.FaultOf(err); f.Kind != core.Permanent || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("a URL that is none: %v", err)
	}
	err = env.JSON(t.Context(), env.HTTP.Trusting("http://127.0.0.1:1"), kit.Call{URL: "http://127.0.0.1:1/"}, nil, nil)
	if f := core.FaultOf(err); f.Kind != core.Temporary || f.Code != "not_sent" {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestProblems(t *testing.T) {
	var p kit.Problems
	p.Need("a", " ", "it is on the page")
	p.Need("b", "x", "")
	p.URL("c", "")
	p.OneOf("d", "once", "once", "never")
	for _, bad := range []string{"x", "ftp://x", "https://", "https://u:p@x", "https://x?a=1", "https://x#a", "http://%zz"} {
		p.URL(bad, bad)
	}
	p.URL("e", "http://127.0.0.1:8081/base")
	p.OneOf("f", "", "once")
	if len(p) != 9 {
		t.Errorf("%d problems: %v", len(p), p)
	}
}

func TestOpaque(t *testing.T) {
	c := struct {
		kit.Opaque
		secret core.Secret
	}{"my channel", "SECRET"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, c); strings.Contains(got, "SECRET") || !strings.Contains(got, "my channel") {
			t.Errorf("%s: %s", verb, got)
		}
	}
}
