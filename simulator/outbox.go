package simulator

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// post is one webhook on its way.
type post struct {
	lane    string
	url     string
	header  http.Header
	expires time.Time // by the simulator's clock
	hook    *Webhook
	done    func(acked bool) // told once, unless the outbox was stopped before; may be nil
	failed  func(status int) // told after each failed try; may be nil
}

// outbox posts the webhooks of one account. What shares a lane is tried in
// order; lanes run beside each other over a bounded number of connections.
type outbox struct {
	s *Simulator
	// blocking: a lane waits until its head is accepted or expired (Telegram).
	// Else a failed head is retried beside the lane, which goes on (Meta).
	blocking   bool
	retryAfter bool // a failure's Retry-After is honoured
	accepts    func(status int) bool
	slots      chan struct{}
	ctx        context.Context
	stop       context.CancelFunc

	mu    sync.Mutex
	lanes map[string][]*post
}

func newOutbox(s *Simulator, connections int) *outbox {
	o := &outbox{s: s, slots: make(chan struct{}, connections), lanes: map[string][]*post{}}
	o.ctx, o.stop = context.WithCancel(s.ctx)
	return o
}

// add queues p behind the others of its lane.
func (o *outbox) add(p *post) {
	o.mu.Lock()
	defer o.mu.Unlock()
	queue, running := o.lanes[p.lane]
	o.lanes[p.lane] = append(queue, p)
	if !running {
		o.s.spawn(func() { o.drain(p.lane) })
	}
}

// drain runs one lane until it is empty.
func (o *outbox) drain(lane string) {
	for {
		o.mu.Lock()
		if len(o.lanes[lane]) == 0 || o.ctx.Err() != nil {
			delete(o.lanes, lane)
			o.mu.Unlock()
			return
		}
		p := o.lanes[lane][0]
		o.lanes[lane] = o.lanes[lane][1:]
		o.mu.Unlock()
		if o.blocking {
			o.deliver(p, 0, 0)
			continue
		}
		if acked, after := o.try(p); acked {
			p.finish(true)
		} else {
			o.s.spawn(func() { o.deliver(p, 1, after) })
		}
	}
}

// deliver tries p until it is accepted, expired, or the outbox stopped. failed
// is how many tries came before, after what the last one asked to wait.
func (o *outbox) deliver(p *post, failed int, after time.Duration) {
	for {
		pause := max(o.pause(failed), min(after, o.s.opt.Retry.Max))
		if o.s.now().Add(pause).After(p.expires) {
			o.s.ledger.gaveUp(p.hook)
			p.finish(false)
			return
		}
		if !o.s.sleep(o.ctx, pause) {
			return
		}
		var acked bool
		if acked, after = o.try(p); acked {
			p.finish(true)
			return
		}
		if o.ctx.Err() != nil {
			return
		}
		failed++
	}
}

// pause is how long to wait after so many failures: at once after the first,
// then doubling (Telegram's server source, WebhookActor; Meta's page Webhooks
// says "immediately, then with decreasing frequency").
func (o *outbox) pause(failed int) time.Duration {
	if failed < 2 {
		return 0
	}
	return min(o.s.opt.Retry.First<<min(failed-2, 20), o.s.opt.Retry.Max)
}

// try posts once and notes it.
func (o *outbox) try(p *post) (acked bool, after time.Duration) {
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
	case <-o.ctx.Done():
		return false, 0
	}
	status, header := o.s.post(o.ctx, p.url, p.header, p.hook.Body)
	acked = o.accepts(status)
	if status == 0 && o.ctx.Err() != nil {
		return false, 0 // we hung up, not they
	}
	o.s.ledger.tried(p.hook, p.url, p.header, status, acked)
	if !acked && p.failed != nil {
		p.failed(status)
	}
	if o.retryAfter && !acked {
		seconds, _ := strconv.Atoi(header.Get("Retry-After"))
		after = time.Duration(min(max(seconds, 0), 3600)) * time.Second
	}
	return acked, after
}

func (p *post) finish(acked bool) {
	if p.done != nil {
		p.done(acked)
	}
}

// post sends one body and returns the status, 0 if no answer came.
func (s *Simulator) post(ctx context.Context, url string, h http.Header, body []byte) (int, http.Header) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	for k, v := range h {
		r.Header[k] = v
	}
	w, err := s.client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer w.Body.Close()
	io.Copy(io.Discard, io.LimitReader(w.Body, 1<<20)) //nolint:errcheck // lets the connection be used again
	return w.StatusCode, w.Header
}
