package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// follower reads the event stream, and comes back after what it has whenever the
// stream ends, as a browser's EventSource does.
type follower struct {
	w    *world
	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex
	got   []event
	came  int // connections
	wrong error
}

func (w *world) follow() *follower {
	ctx, stop := context.WithCancel(context.Background())
	f := &follower{w: w, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		for ctx.Err() == nil {
			f.connect(ctx)
		}
	}()
	w.t.Cleanup(func() { stop(); <-f.done })
	return f
}

// connect reads one stream to its end.
func (f *follower) connect(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.w.url+"/api/v1/events", nil)
	if err != nil {
		f.fails(err)
		return
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Authorization", "Bearer "+adminKey)
	r.Header.Set("Last-Event-ID", strconv.Itoa(len(f.events())))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		tick() // it is down
		return
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		tick()
		return
	}
	f.mu.Lock()
	f.came++
	f.mu.Unlock()
	var id, name string
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			id = value
		case "event":
			name = value
		case "data":
			f.take(id, name, value)
		}
	}
}

// take keeps an event; each must follow on the one before.
func (f *follower) take(id, name, data string) {
	var e event
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		return // the connection broke within a line
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if want := int64(len(f.got) + 1); f.wrong == nil && (e.Seq != want || id != strconv.FormatInt(want, 10) || name != e.Type) {
		f.wrong = fmt.Errorf("event %s %s with %s, want %d", id, name, data, want)
	}
	f.got = append(f.got, e)
}

func (f *follower) fails(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wrong = err
}

func (f *follower) events() []event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.got[:len(f.got):len(f.got)]
}

// agrees expects that the stream told the whole log, as it stands now, and
// nothing else.
func (f *follower) agrees(t *testing.T) {
	t.Helper()
	var log []event
	eventually(t, "the stream catches up", func() error {
		log = f.w.events()
		if n := len(f.events()); n < len(log) {
			return fmt.Errorf("%d of %d events", n, len(log))
		}
		return nil
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wrong != nil {
		t.Error(f.wrong)
	}
	for i, e := range log {
		if got := f.got[i]; got.Seq != e.Seq || got.Type != e.Type || string(got.Data) != string(e.Data) {
			t.Fatalf("the stream told %d %s %s; the log has %d %s %s", got.Seq, got.Type, got.Data, e.Seq, e.Type, e.Data)
		}
	}
}
