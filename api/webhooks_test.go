package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/core"
)

// counted says how many webhook calls the figures show more than at the last time.
func (r *rig) counted(last map[string]int) (more map[string]int) {
	r.t.Helper()
	w := r.call("GET", "/metrics", "", "")
	expect(r.t, w, 200, "")
	more = map[string]int{}
	for _, found := range webhooksTotal.FindAllStringSubmatch(w.Body.String(), -1) {
		n, err := strconv.Atoi(found[2])
		if err != nil {
			r.t.Fatal(err)
		}
		if n > last[found[1]] {
			more[found[1]] = n - last[found[1]]
		}
		last[found[1]] = n
	}
	return more
}

var webhooksTotal = regexp.MustCompile(`(?m)^causeway_webhooks_total(\{.*\}) (\d+)$`)

func TestWebhookAnswers(t *testing.T) {
	r, last := newRig(t), map[string]int{}
	for _, c := range []struct {
		err    error
		status int
		code   Code
		result string
	}{
		{nil, 200, "", "ok"},
		{core.ErrUnverified, 401, CodeUnverified, "unverified"},
		{core.ErrUnreadable, 400, CodeUnreadable, "unreadable"},
		{core.ErrNotFound, 404, CodeNotFound, "error"},
		{core.ErrBusy, 503, CodeBusy, "busy"},
		{fmt.Errorf("%w: COMMIT: %w", core.ErrStore, os.ErrDeadlineExceeded), 503, CodeNotStored, "error"},
		{errors.New("expected MAC CANARY"), 500, CodeInternal, "error"},
	} {
		if r.wire.err = nil; c.err != nil {
			r.wire.err = fmt.Errorf("receive CANARY: %w", c.err)
		}
		w := r.call("POST", "/webhooks/one", "", `{"said":"CANARY"}`)
		expect(t, w, c.status, c.code)
		if strings.Contains(w.Body.String(), "CANARY") {
			t.Errorf("%v: the answer tells the inside: %s", c.err, w.Body)
		}
		if got := w.Header().Get("Retry-After"); (got == "5") != (c.status == 503) {
			t.Errorf("%v: Retry-After %q", c.err, got)
		}
		if got, want := r.counted(last), map[string]int{fmt.Sprintf(`{channel="one",result=%q}`, c.result): 1}; !maps.Equal(got, want) {
			t.Errorf("%v: counted %v", c.err, got)
		}
	}
}

// A provider is told that all is well only once all is on disk.
func TestWebhookThatCannotBeStored(t *testing.T) {
	r, last := newRig(t), map[string]int{}
	r.end()
	expect(t, r.call("POST", "/webhooks/one", "", "{}"), 503, CodeNotStored)
	if got := r.counted(last); len(got) != 1 || got[`{channel="one",result="error"}`] != 1 {
		t.Errorf("counted %v", got)
	}
}

func TestWebhookIsHandedOnAsItCame(t *testing.T) {
	r := newRig(t)
	r.wire.gives = core.Delivery{Items: []core.Item{heard("+1", "by webhook")}, Reply: core.ReplyBody{Type: "application/json", Body: []byte(`{"method":"x"}`)}}
	body := "\ufeff{\"t\":\"\\u00e9 😀\"}\r\n\x00\xff"
	w := r.call("POST", "/webhooks/one?b=2&a=1&a=3&empty=", "", body, "X-Sig", "s", "Content-Type", "text/x")
	expect(t, w, 200, "")
	got := r.wire.last()
	if got.Method != "POST" || string(got.Body) != body || got.Header["X-Sig"] != "s" || got.Header["Content-Type"] != "text/x" {
		t.Errorf("request %+v", got)
	}
	if got.URL != "https://chat.example.com/webhooks/one?b=2&a=1&a=3&empty=" || got.Query["a"] != "1" || got.Query["b"] != "2" {
		t.Errorf("address %q %v", got.URL, got.Query)
	}
	if w.Body.String() != `{"method":"x"}` || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("reply %q %v", w.Body, w.Header())
	}
	// It is in the ledger as it came, and what it reported in its conversation.
	ledger, err := r.store.Deliveries(t.Context(), "one", 0, 1)
	if err != nil || len(ledger) != 1 || string(ledger[0].Body) != body {
		t.Errorf("stored %+v %v", ledger, err)
	}
	if all := r.messages(r.bots); len(all) != 2 || all[1].Text != "by webhook" {
		t.Errorf("messages %+v", all)
	}
}

func TestWebhookHandshake(t *testing.T) {
	r := newRig(t)
	r.wire.gives.Reply = core.ReplyBody{Body: []byte("<script>1</script>")}
	w := r.call("GET", "/webhooks/one?hub.challenge=1", "", "")
	expect(t, w, 200, "")
	if got := w.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("an echo could run: %q", got)
	}
	if got := r.wire.last(); got.Query["hub.challenge"] != "1" || len(got.Body) != 0 {
		t.Errorf("request %+v", got)
	}
	r.wire.gives.Reply = core.ReplyBody{}
	if w := r.call("POST", "/webhooks/one", "", "{}"); w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("an empty reply is %d %q", w.Code, w.Body)
	}
}

// What a caller says of himself changes nothing about the address that a
// signature covers.
func TestWebhookAddressIsOurs(t *testing.T) {
	r := newRig(t)
	for _, headers := range [][]string{
		{"X-Forwarded-Host", "evil.example"}, {"X-Forwarded-Proto", "ftp"}, {"Forwarded", "host=evil.example;proto=ftp"},
		{"X-Forwarded-Prefix", "/evil"}, {"X-Original-Url", "/evil"}, {"X-Rewrite-Url", "/evil"}, {"X-Forwarded-Port", "1"},
	} {
		req := httptest.NewRequest("POST", "http://evil.example/webhooks/one?a=%20b", strings.NewReader("{}"))
		req.Host = "evil.example"
		req.Header.Set(headers[0], headers[1])
		r.engine.ServeHTTP(httptest.NewRecorder(), req)
		if got := r.wire.last().URL; got != "https://chat.example.com/webhooks/one?a=%20b" {
			t.Errorf("%v: %q", headers, got)
		}
	}
}

func TestWebhookOfUnknownChannelReadsNothing(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/webhooks/two", "/webhooks/", "/webhooks/one/more", "/webhooks/..%2fone"} {
		req := httptest.NewRequest("POST", path, io.MultiReader(strings.NewReader("x"), unread{t}))
		w := httptest.NewRecorder()
		r.engine.ServeHTTP(w, req)
		expect(t, w, 404, CodeNotFound)
	}
	expect(t, r.call("PUT", "/webhooks/one", "", "{}"), 405, CodeMethodNotAllowed)
}

// unread fails the test when it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func TestWebhookBodySizes(t *testing.T) {
	r, last := newRig(t), map[string]int{}
	r.MaxBody = 1000
	post := func(size int, chunked bool) *httptest.ResponseRecorder {
		req := httptest.NewRequest("POST", "/webhooks/one", bytes.NewReader(make([]byte, size)))
		if chunked {
			req.ContentLength = -1
		}
		w := httptest.NewRecorder()
		r.engine.ServeHTTP(w, req)
		return w
	}
	for _, chunked := range []bool{false, true} {
		expect(t, post(1000, chunked), 200, "")
		if n := len(r.wire.last().Body); n != 1000 {
			t.Errorf("%d bytes came", n)
		}
		expect(t, post(1001, chunked), 413, CodeTooLarge)
	}
	if got := r.counted(last); !maps.Equal(got, map[string]int{`{channel="one",result="ok"}`: 2, `{channel="one",result="too_large"}`: 2}) {
		t.Errorf("counted %v", got)
	}
	roomGivenBack(t, r)
}

func TestRoom(t *testing.T) {
	r := newRoom(3*piece, 2*piece)
	read := func(body io.Reader) (func(), error) {
		_, free, err := r.read(httptest.NewRequest("POST", "/", body), 1<<20)
		return free, err
	}
	first, err := read(bytes.NewReader(make([]byte, piece/2)))
	if err != nil {
		t.Fatal(err)
	}
	if r.first.Load() != 2*piece || r.left.Load() != 2*piece {
		t.Errorf("room left: %d and %d", r.first.Load(), r.left.Load())
	}
	second, err := read(bytes.NewReader(make([]byte, 4*piece)))
	if !errors.Is(err, core.ErrBusy) {
		t.Errorf("no room, and %v", err)
	}
	// Small bodies come in beside large ones that have taken all the room.
	small, err := read(bytes.NewReader(make([]byte, piece/2)))
	if err != nil {
		t.Errorf("a small body beside large ones: %v", err)
	}
	none, err := read(bytes.NewReader(make([]byte, piece/2)))
	if !errors.Is(err, core.ErrBusy) {
		t.Errorf("a fourth body, and %v", err)
	}
	none()
	small()
	second()
	first()
	third, err := read(io.MultiReader(strings.NewReader("half"), broken{}))
	if !errors.Is(err, core.ErrUnreadable) {
		t.Errorf("half a body: %v", err)
	}
	third()
	if r.first.Load() != 3*piece || r.left.Load() != 2*piece {
		t.Errorf("room was not given back: %d and %d", r.first.Load(), r.left.Load())
	}
}

// roomGivenBack checks that nobody holds room any more.
func roomGivenBack(t *testing.T, r *rig) {
	t.Helper()
	if first, left := r.room.first.Load(), r.room.left.Load(); first != roomForFirst || left != roomForBodies {
		t.Errorf("%d and %d bytes of room were not given back", roomForFirst-first, roomForBodies-left)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Many at once share the room, and all of it is there again afterwards.
func TestWebhooksAtOnce(t *testing.T) {
	r := newRig(t)
	body := bytes.Repeat([]byte("x"), 100_000)
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			w := httptest.NewRecorder()
			r.engine.ServeHTTP(w, httptest.NewRequest("POST", "/webhooks/one", bytes.NewReader(body)))
			if w.Code != http.StatusOK {
				t.Errorf("status %d", w.Code)
			}
		})
	}
	wait.Wait()
	roomGivenBack(t, r)
	if ledger, err := r.store.Deliveries(t.Context(), "one", 0, 100); err != nil || len(ledger) != 1+50 {
		t.Errorf("%d calls are in the ledger: %v", len(ledger), err)
	}
}

// A provider that hangs up does not stop what has begun: else every call of a
// slow hour would be done in vain.
func TestWebhookOfACallerWhoHungUp(t *testing.T) {
	r := newRig(t)
	r.wire.gives.Items = []core.Item{heard("+1", "before I went")}
	free := r.hold()
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	time.AfterFunc(50*time.Millisecond, free)
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, httptest.NewRequest("POST", "/webhooks/one", strings.NewReader("{}")).WithContext(ctx))
	expect(t, w, 200, "")
	if all := r.messages(r.bots); len(all) != 2 || all[1].Text != "before I went" {
		t.Errorf("messages %+v", all)
	}
}
