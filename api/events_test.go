package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/core"
)

func TestEventsAsAPage(t *testing.T) {
	r := newRig(t)
	n := r.logged()
	for _, a := range []core.Availability{core.Online, core.Away, core.Offline} {
		r.available("bob", a)
	}
	for path, want := range map[string]string{
		fmt.Sprintf("/api/v1/events?after=%d&limit=1", n+1): fmt.Sprintf(`{"items":[{"seq":%d,"type":"agent.changed","conversation_id":0,"at":"2026-03-01T12:00:00Z",`+
			`"data":{"agent":"bob","availability":"away","connected":false,"effective":"away"}}],"next":"%d"}`, n+2, n+2),
		fmt.Sprintf("/api/v1/events?after=%d", n+3): fmt.Sprintf(`{"items":[],"next":"%d"}`, n+3),
	} {
		w := r.call("GET", path, annKey, "")
		expect(t, w, 200, "")
		if got := strings.TrimSpace(w.Body.String()); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	expect(t, r.call("GET", "/api/v1/events?after=-1", annKey, ""), 422, CodeInvalid)
	// Who read further than the log goes read another one, and would miss events.
	beyond := fmt.Sprint(n + 4)
	expect(t, r.call("GET", "/api/v1/events?after="+beyond, annKey, ""), 422, CodeUnknownEvent)
	expect(t, r.call("GET", "/api/v1/events", annKey, "", "Accept", streamType, "Last-Event-ID", beyond), 422, CodeUnknownEvent)
	expect(t, r.call("GET", "/api/v1/events", annKey, "", "Accept", streamType, "Last-Event-ID", "x"), 422, CodeInvalid)
}

// listen serves r as it is served in production, but for the time to read.
func (r *rig) listen(t *testing.T, readTime time.Duration) (*http.Server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := Server("", r.engine)
	s.ReadTimeout = readTime
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-ended })
	return s, "http://" + l.Addr().String()
}

func (r *rig) follow(t *testing.T, url string, headers ...string) *bufio.Scanner {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+annKey)
	req.Header.Set("Accept", streamType)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != 200 || got != streamType {
		t.Fatalf("%s %s", res.Status, got)
	}
	return bufio.NewScanner(res.Body)
}

// next skips to the next event's id; it is empty at the end of the stream.
func next(s *bufio.Scanner) string {
	for s.Scan() {
		if id, ok := strings.CutPrefix(s.Text(), "id: "); ok {
			return id
		}
	}
	return ""
}

// A stream outlives the server's time to read a request, resumes where its
// reader was, and ends at once when the server shuts down.
func TestStreamOverTheWire(t *testing.T) {
	r := newRig(t)
	n := r.logged()
	const readTime = 100 * time.Millisecond
	s, url := r.listen(t, readTime)
	events := r.follow(t, url, "Last-Event-ID", fmt.Sprint(n-1))
	if id := next(events); id != fmt.Sprint(n) {
		t.Fatalf("resumed at %q", id)
	}
	late := time.AfterFunc(2*readTime, func() { r.available("bob", core.Away) })
	defer late.Stop()
	if id := next(events); id != fmt.Sprint(n+1) {
		t.Fatalf("after the time to read: %q", id)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if id := next(events); id != "" {
		t.Errorf("after shutdown: %q", id)
	}
	if n := len(r.streams); n != 0 {
		t.Errorf("%d places are still taken", n)
	}
	if all, err := r.store.Agents(t.Context(), []string{"ann", "bob"}); err != nil || !all[0].Connected || all[1].Connected {
		t.Errorf("agents are %+v %v", all, err)
	}
}

func TestTooManyStreams(t *testing.T) {
	r := newRig(t)
	r.streams = make(chan struct{})
	w := r.call("GET", "/api/v1/events", annKey, "", "Accept", streamType)
	expect(t, w, 503, CodeBusy)
}
