package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"causeway/core"
)

// pipe is a reader's end of a stream, in memory.
type pipe struct {
	mu   sync.Mutex
	text strings.Builder
	err  error
}

func (p *pipe) write(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.Write(b)
	return p.err
}

func (p *pipe) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.text.Reset()
	return p.text.String()
}

func frame(seq int) string {
	return fmt.Sprintf("id: %d\nevent: message.created\ndata: {\"seq\":%d,\"type\":\"message.created\",\"conversation_id\":7,\"at\":\"2026-03-01T12:00:00Z\",\"data\":{\"a\":1}}\n\n", seq, seq)
}

func streamOf(m *memory, p *pipe) stream {
	return stream{log: m.Log, changed: m.Changed, may: func() bool { return true }, write: p.write}
}

func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := &memory{changed: make(chan struct{})}, &pipe{}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		for range 3 {
			m.happen("message.created")
		}
		go func() { done <- streamOf(m, p).run(ctx, 1) }()
		synctest.Wait()
		if got, want := p.take(), "retry: 2000\n\n"+frame(2)+frame(3); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		m.happen("message.created")
		synctest.Wait()
		if got := p.take(); got != frame(4) {
			t.Fatalf("after a change %q", got)
		}
		time.Sleep(heartbeat - time.Second)
		if got := p.take(); got != "" {
			t.Fatalf("too early %q", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := p.take(); got != ":\n\n" {
			t.Fatalf("heartbeat %q", got)
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
}

// While an agent reads, the agent is seen, as often as the store wants.
func TestStreamOfAnAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := &memory{changed: make(chan struct{})}, &pipe{}
		var seen atomic.Int64
		s := streamOf(m, p)
		s.attend = func(context.Context) time.Duration { seen.Add(1); return 20 * time.Second }
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.run(ctx, 0) }()
		for want := int64(1); want < 4; want++ {
			if synctest.Wait(); seen.Load() != want {
				t.Errorf("seen %d times, want %d", seen.Load(), want)
			}
			time.Sleep(20 * time.Second)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// A change that comes between reading the log and waiting is not slept over.
func TestStreamMissesNoChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := &memory{changed: make(chan struct{})}, &pipe{}
		s := streamOf(m, p)
		raced := false
		s.log = func(ctx context.Context, after int64, limit int) ([]core.LogEntry, error) {
			found, err := m.Log(ctx, after, limit)
			if !raced {
				raced = true
				m.happen("message.created")
			}
			return found, err
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.run(ctx, 0) }()
		synctest.Wait()
		if got := p.take(); got != "retry: 2000\n\n"+frame(1) {
			t.Errorf("got %q", got)
		}
		stop()
		<-done
	})
}

func TestStreamGoesOnOverManyBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, p := &memory{changed: make(chan struct{})}, &pipe{}
		var want strings.Builder
		want.WriteString("retry: 2000\n\n")
		for i := range 3*batch + 1 {
			m.happen("message.created")
			want.WriteString(frame(i + 1))
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- streamOf(m, p).run(ctx, 0) }()
		synctest.Wait()
		if p.take() != want.String() {
			t.Error("entries are missing, or twice")
		}
		stop()
		<-done
	})
}

func TestStreamEnds(t *testing.T) {
	for name, set := range map[string]func(*stream, *pipe, *memory) error{
		"the server closes": func(s *stream, _ *pipe, _ *memory) error {
			closing := make(chan struct{})
			close(closing)
			s.closing = closing
			return nil
		},
		"the key is gone": func(s *stream, _ *pipe, _ *memory) error {
			s.may = func() bool { return false }
			return errRevoked
		},
		"the reader is too slow": func(_ *stream, p *pipe, _ *memory) error {
			p.err = context.DeadlineExceeded
			return p.err
		},
		"the store fails": func(_ *stream, _ *pipe, m *memory) error {
			m.fail = errors.New("disk")
			return m.fail
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, p := &memory{changed: make(chan struct{})}, &pipe{}
			s := streamOf(m, p)
			want := set(&s, p, m)
			if err := s.run(t.Context(), 0); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		})
	}
}

func TestEventsAsAPage(t *testing.T) {
	r := newRig(t)
	for range 3 {
		r.store.happen("message.created")
	}
	for path, want := range map[string]string{
		"/api/v1/events?after=1&limit=1": `{"items":[{"seq":2,"type":"message.created","conversation_id":7,"at":"2026-03-01T12:00:00Z","data":{"a":1}}],"next":"2"}`,
		"/api/v1/events?after=3":         `{"items":[],"next":"3"}`,
	} {
		w := r.call("GET", path, annKey, "")
		expect(t, w, 200, "")
		if got := strings.TrimSpace(w.Body.String()); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	expect(t, r.call("GET", "/api/v1/events?after=-1", annKey, ""), 422, CodeInvalid)
	// Who read further than the log goes read another one, and would miss events.
	expect(t, r.call("GET", "/api/v1/events?after=4", annKey, ""), 422, CodeUnknownEvent)
	expect(t, r.call("GET", "/api/v1/events", annKey, "", "Accept", streamType, "Last-Event-ID", "4"), 422, CodeUnknownEvent)
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
	for range 3 {
		r.store.happen("message.created")
	}
	const readTime = 100 * time.Millisecond
	s, url := r.listen(t, readTime)
	events := r.follow(t, url, "Last-Event-ID", "2")
	if id := next(events); id != "3" {
		t.Fatalf("resumed at %q", id)
	}
	late := time.AfterFunc(2*readTime, func() { r.store.happen("message.created") })
	defer late.Stop()
	if id := next(events); id != "4" {
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
	if got := strings.Join(r.store.seen, " "); got != "ann" {
		t.Errorf("seen were %q", got)
	}
}

func TestTooManyStreams(t *testing.T) {
	r := newRig(t)
	r.streams = make(chan struct{})
	w := r.call("GET", "/api/v1/events", annKey, "", "Accept", streamType)
	expect(t, w, 503, CodeBusy)
}
