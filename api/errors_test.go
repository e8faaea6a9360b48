package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/core"
)

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   Code
		retry  string
	}{
		{core.ErrUnverified, 401, CodeUnverified, ""},
		{core.ErrUnreadable, 400, CodeUnreadable, ""},
		{core.ErrNotFound, 404, CodeNotFound, ""},
		{core.ErrStale, 409, CodeStaleOwner, ""},
		{core.ErrNotOwner, 409, CodeNotOwner, ""},
		{core.ErrBusy, 503, CodeBusy, "5"},
		{context.DeadlineExceeded, 503, CodeBusy, "5"},
		{core.ErrInvalid, 422, CodeInvalid, ""},
		{problem(CodeAsRequired, "x"), 422, CodeAsRequired, ""},
		{errors.New("disk CANARY"), 500, CodeInternal, ""},
	} {
		p := problemOf(fmt.Errorf("doing it: %w", c.err))
		if p.Status != c.status || p.Code != c.code || p.GetHeaders().Get("Retry-After") != c.retry {
			t.Errorf("%v: %+v %v", c.err, p, p.GetHeaders())
		}
		if strings.Contains(p.Detail, "CANARY") {
			t.Errorf("the detail tells the inside: %s", p.Detail)
		}
	}
	if p := problemOf(fmt.Errorf("say: channel %q is gone: %w", "x", core.ErrInvalid)); p.Detail != `channel "x" is gone` {
		t.Errorf("detail %q", p.Detail)
	}
}

func TestTableOfCodes(t *testing.T) {
	for code, c := range codes {
		if http.StatusText(c.status) == "" || c.status < 400 || c.title == "" || code != Code(strings.ToLower(string(code))) {
			t.Errorf("%s: %+v", code, c)
		}
		if p := problem(code, "d"); p.Type != "urn:causeway:problem:"+string(code) || p.Status != c.status {
			t.Errorf("%+v", p)
		}
	}
	for _, c := range causes {
		if codes[c.code].status == 0 {
			t.Errorf("%v has the code %s, which is not in the table", c.is, c.code)
		}
	}
}

// What huma refuses before a handler runs looks like all other problems, and
// does not send back what was sent.
func TestProblemsBeforeTheHandler(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     Code
	}{
		{"no route", "GET", "/nothing", "", nil, 404, CodeNotFound},
		{"no route below", "GET", "/api/v1/nothing", "", nil, 404, CodeNotFound},
		{"slash at the end", "GET", "/api/v1/agents/", "", nil, 404, CodeNotFound},
		{"wrong method", "DELETE", "/api/v1/agents", "", nil, 405, CodeMethodNotAllowed},
		{"id is no number", "GET", "/api/v1/conversations/CANARY", "", nil, 422, CodeInvalid},
		{"id is 0", "GET", "/api/v1/conversations/0", "", nil, 422, CodeInvalid},
		{"id is too large", "GET", "/api/v1/conversations/9007199254740992", "", nil, 422, CodeInvalid},
		{"limit too large", "GET", "/api/v1/conversations?limit=201", "", nil, 422, CodeInvalid},
		{"limit 0", "GET", "/api/v1/conversations?limit=0", "", nil, 422, CodeInvalid},
		{"unknown status", "GET", "/api/v1/conversations?status=CANARY", "", nil, 422, CodeInvalid},
		{"unknown filter", "GET", "/api/v1/conversations?CANARY=1&sort=id;drop", "", nil, 422, CodeInvalid},
		{"strange cursor", "GET", "/api/v1/conversations?cursor=1%20OR%201=1", "", nil, 422, CodeInvalid},
		{"negative cursor", "GET", "/api/v1/conversations?cursor=-1", "", nil, 422, CodeInvalid},
		{"padded cursor", "GET", "/api/v1/conversations?cursor=007", "", nil, 422, CodeInvalid},
		{"no body", "PATCH", "/api/v1/conversations/7", "", nil, 400, CodeUnreadable},
		{"no JSON", "PATCH", "/api/v1/conversations/7", "CANARY", nil, 400, CodeUnreadable},
		{"two values", "PATCH", "/api/v1/conversations/7", `{} {}`, nil, 400, CodeUnreadable},
		{"name twice", "PATCH", "/api/v1/conversations/7", `{"title":"a","title":"CANARY"}`, nil, 400, CodeUnreadable},
		{"unknown field", "PATCH", "/api/v1/conversations/7", `{"title":"a","channel":"CANARY"}`, nil, 422, CodeInvalid},
		{"other case", "PATCH", "/api/v1/conversations/7", `{"Title":"CANARY"}`, nil, 422, CodeInvalid},
		{"wrong type", "PATCH", "/api/v1/conversations/7", `{"title":["CANARY"]}`, nil, 422, CodeInvalid},
		{"null list", "PATCH", "/api/v1/conversations/7", `{"tags":[null]}`, nil, 422, CodeInvalid},
		{"deep", "PATCH", "/api/v1/conversations/7", `{"metadata":` + strings.Repeat(`{"a":`, 99) + "1" + strings.Repeat("}", 100), nil, 400, CodeUnreadable},
		{"too large", "PATCH", "/api/v1/conversations/7", `{"title":"` + strings.Repeat("a", 1<<20) + `"}`, nil, 413, CodeTooLarge},
		{"a form", "PATCH", "/api/v1/conversations/7", `title=CANARY`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, CodeUnsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := r.call(c.method, c.path, opsKey, c.body, c.headers...)
			expect(t, w, c.status, c.code)
			if strings.Contains(w.Body.String(), "CANARY\"") {
				t.Errorf("the answer repeats what was sent: %s", w.Body)
			}
			if c.code == CodeMethodNotAllowed && w.Header().Get("Allow") != "GET" {
				t.Errorf("Allow is %q", w.Header().Get("Allow"))
			}
		})
	}
}

func TestOwnFaultsAreLoggedAndNotTold(t *testing.T) {
	r := newRig(t)
	expect(t, r.call("GET", "/readyz", "", ""), 200, "")
	r.end()
	for _, path := range []string{"/api/v1/conversations", "/api/v1/events", "/api/v1/agents", at(r.bots, ""), at(r.bots, "/messages"), "/api/v1/teams", "/api/v1/deliveries"} {
		r.log.take()
		w := r.call("GET", path, opsKey, "")
		expect(t, w, 500, CodeInternal)
		if strings.Contains(w.Body.String(), "database") {
			t.Errorf("told: %s", w.Body)
		}
		if logged := r.log.take(); !strings.Contains(logged, "database is closed") {
			t.Errorf("not logged: %s", logged)
		}
	}
	// What cannot be stored now is said to be worth another try.
	for _, w := range []*httptest.ResponseRecorder{
		r.call("PATCH", at(r.bots, ""), opsKey, `{"title":"a"}`), r.call("PUT", "/api/v1/agents/ann/availability", opsKey, `{"status":"away"}`),
	} {
		expect(t, w, 503, CodeNotStored)
		if w.Header().Get("Retry-After") != "5" {
			t.Errorf("Retry-After is %q", w.Header().Get("Retry-After"))
		}
	}
	expect(t, r.call("GET", "/readyz", "", ""), 503, CodeNotReady)
	expect(t, r.call("GET", "/healthz", "", ""), 200, "")
}

// A panic is one request's end only.
func TestPanic(t *testing.T) {
	r := newRig(t)
	r.dir.Routing = nil
	expect(t, r.call("POST", "/api/v1/routing/dry-run", opsKey, `{"channel":"one"}`), 500, CodeInternal)
	if logged := r.log.take(); !strings.Contains(logged, "panicked") {
		t.Errorf("not logged: %s", logged)
	}
	expect(t, r.call("GET", "/healthz", "", ""), 200, "")
}
