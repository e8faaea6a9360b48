package api

import (
	"context"
	"encoding/json"
	"fmt"
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

// changed is the frame of a change of Bob's availability.
func changed(seq int64, to core.Availability) string {
	return fmt.Sprintf("id: %d\nevent: agent.changed\ndata: {\"seq\":%d,\"type\":\"agent.changed\",\"conversation_id\":0,\"at\":\"2026-03-01T12:00:00Z\","+
		"\"data\":{\"agent\":\"bob\",\"availability\":\"%s\",\"connected\":false,\"effective\":\"%s\"}}\n\n", seq, seq, to, to)
}

// logged is the seq that the log has come to.
func (r *rig) logged() int64 { return int64(len(r.entries())) }

func streamOf(r *rig, p *pipe) stream {
	return stream{log: r.store.Log, changed: r.store.Changed, may: func() bool { return true }, write: p.write}
}

func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRig(t), &pipe{}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		n := r.logged()
		for _, a := range []core.Availability{core.Online, core.Away, core.Offline} {
			r.available("bob", a)
		}
		go func() { done <- streamOf(r, p).run(ctx, n+1) }()
		synctest.Wait()
		if got, want := p.take(), "retry: 2000\n\n"+changed(n+2, core.Away)+changed(n+3, core.Offline); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		r.available("bob", core.Online)
		synctest.Wait()
		if got := p.take(); got != changed(n+4, core.Online) {
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
		r, p := newRig(t), &pipe{}
		var seen atomic.Int64
		s := streamOf(r, p)
		s.attend = func(ctx context.Context) time.Duration {
			seen.Add(1)
			return r.attends(ctx, "bob")
		}
		const again = 20 * time.Second // a third of the minute after which an agent is offline
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.run(ctx, 0) }()
		for want := int64(1); want < 4; want++ {
			if synctest.Wait(); seen.Load() != want {
				t.Errorf("seen %d times, want %d", seen.Load(), want)
			}
			time.Sleep(again)
		}
		synctest.Wait()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if all, err := r.store.Agents(t.Context(), []string{"bob", "ann"}); err != nil || !all[0].Connected || all[1].Connected {
			t.Errorf("agents are %+v %v", all, err)
		}
	})
}

// A change that comes between reading the log and waiting is not slept over.
func TestStreamMissesNoChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRig(t), &pipe{}
		n := r.logged()
		s := streamOf(r, p)
		var races atomic.Bool
		s.log = func(ctx context.Context, after int64, limit int) ([]core.LogEntry, error) {
			found, err := r.store.Log(ctx, after, limit)
			if len(found) == 0 && races.CompareAndSwap(true, false) {
				r.available("bob", core.Offline)
			}
			return found, err
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.run(ctx, n) }()
		synctest.Wait()
		races.Store(true)
		r.available("bob", core.Away)
		synctest.Wait()
		if got := p.take(); got != "retry: 2000\n\n"+changed(n+1, core.Away)+changed(n+2, core.Offline) {
			t.Errorf("got %q", got)
		}
		stop()
		<-done
	})
}

func TestStreamGoesOnOverManyBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p := newRig(t), &pipe{}
		var crowd []core.Item
		for i := range 3*batch + 1 {
			crowd = append(crowd, heard("+1", fmt.Sprint("message ", i)))
		}
		r.hear(crowd...)
		all := r.entries()
		if len(all) <= 3*batch || all[len(all)-1].Seq != int64(len(all)) {
			t.Fatalf("%d entries up to %+v", len(all), all[len(all)-1])
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- streamOf(r, p).run(ctx, 0) }()
		synctest.Wait()
		if p.take() != "retry: 2000\n\n"+string(frames(all)) {
			t.Error("entries are missing, or twice")
		}
		stop()
		<-done
	})
}

// Whatever an entry's data is, a frame has it on one line.
func TestFrames(t *testing.T) {
	for data, want := range map[string]string{"{\n \"a\": 1 }": `{"seq":4,"type":"x","conversation_id":7,"at":"2026-03-01T12:00:00Z","data":{"a":1}}`, "{broken": "{}"} {
		got := string(frames([]core.LogEntry{{Seq: 4, Type: "x", Conversation: 7, At: noon, Data: json.RawMessage(data)}}))
		if got != "id: 4\nevent: x\ndata: "+want+"\n\n" {
			t.Errorf("%q is written %q", data, got)
		}
	}
}

func TestStreamEnds(t *testing.T) {
	for name, set := range map[string]func(*stream, *pipe, *rig) string{
		"the server closes": func(s *stream, _ *pipe, _ *rig) string {
			closing := make(chan struct{})
			close(closing)
			s.closing = closing
			return ""
		},
		"the key is gone": func(s *stream, _ *pipe, _ *rig) string {
			s.may = func() bool { return false }
			return errRevoked.Error()
		},
		"the reader is too slow": func(_ *stream, p *pipe, _ *rig) string {
			p.err = context.DeadlineExceeded
			return p.err.Error()
		},
		"the store fails": func(_ *stream, _ *pipe, r *rig) string {
			r.end()
			return "database is closed"
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			r, p := newRig(t), &pipe{}
			s := streamOf(r, p)
			want := set(&s, p, r)
			if err := s.run(t.Context(), 0); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		})
	}
}
