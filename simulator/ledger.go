package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Call is one call that a provider's API received.
type Call struct {
	N          int               `json:"n"`
	Kind       string            `json:"kind"`    // telegram, whatsapp
	Account    string            `json:"account"` // bot username, phone number id
	HTTPMethod string            `json:"http_method"`
	Method     string            `json:"method"` // sendMessage; messages, media …
	Params     map[string]string `json:"params,omitempty"`
	Files      map[string]int    `json:"files,omitempty"` // uploaded parts and their sizes
	Body       json.RawMessage   `json:"body,omitempty"`  // a JSON body as it came
	At         time.Time         `json:"at"`
	Status     int               `json:"status"` // answered, or that a fault took the place of
	Problem    string            `json:"problem,omitempty"`
	Fault      FaultMode         `json:"fault,omitempty"`
	MessageID  string            `json:"message_id,omitempty"` // the message that it made
}

// Said is one thing that a person did and that a webhook told.
type Said struct {
	Kind      string `json:"kind"`
	Account   string `json:"account"`
	Person    string `json:"person"`
	MessageID string `json:"message_id"` // Telegram: the message in its chat, or the callback query's id
	Type      string `json:"type"`
	Text      string `json:"text,omitempty"`
}

// Webhook is one webhook, or one Telegram update fetched by getUpdates instead.
type Webhook struct {
	N        int             `json:"n"`
	Kind     string          `json:"kind"`
	Account  string          `json:"account"`
	Event    string          `json:"event"` // message, callback_query, status …
	Key      string          `json:"key"`   // update_id, or the first wamid in it
	URL      string          `json:"url,omitempty"`
	Header   http.Header     `json:"header,omitempty"`
	Body     json.RawMessage `json:"body"`
	Said     []Said          `json:"said,omitempty"`
	Created  time.Time       `json:"created"`
	Tries    int             `json:"tries"`
	Statuses []int           `json:"statuses,omitempty"` // one a try; 0: no answer
	Acked    bool            `json:"acked"`              // accepted by a webhook's answer, or confirmed by getUpdates
	Expired  bool            `json:"expired"`            // given up, as the provider would
}

// Filter narrows what the ledger lists; empty fields match all.
type Filter struct {
	Kind, Account, Method, Event, Person string
}

type ledger struct {
	mu       sync.Mutex
	keep     int
	calls    []Call
	hooks    []*Webhook
	nCalls   int
	nHooks   int
	open     int           // webhooks neither acked nor expired
	expired  int           // webhooks given up
	progress chan struct{} // closed and renewed when open changes
}

func newLedger(keep int) *ledger {
	return &ledger{keep: keep, progress: make(chan struct{})}
}

// called notes a call with its answer.
func (l *ledger) called(c Call, a answer, f FaultMode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nCalls++
	c.N, c.Status, c.Problem, c.MessageID, c.Fault = l.nCalls, a.status, a.problem, a.messageID, f
	if len(l.calls) >= l.keep {
		l.calls = slices.Delete(l.calls, 0, l.keep/4+1)
	}
	l.calls = append(l.calls, c)
}

// opened notes a webhook that is to be delivered.
func (l *ledger) opened(w *Webhook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nHooks++
	w.N = l.nHooks
	if len(l.hooks) >= l.keep {
		l.hooks = slices.Delete(l.hooks, 0, l.keep/4+1)
	}
	l.hooks = append(l.hooks, w)
	l.open++
}

// tried notes one try of a webhook and the status it was answered with.
func (l *ledger) tried(w *Webhook, url string, h http.Header, status int, acked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.URL, w.Header = url, h
	w.Tries++
	w.Statuses = append(w.Statuses, status)
	if acked {
		l.settle(w, &w.Acked)
	}
}

func (l *ledger) confirmed(w *Webhook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settle(w, &w.Acked)
}

func (l *ledger) gaveUp(w *Webhook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !w.Acked && !w.Expired {
		l.expired++
	}
	l.settle(w, &w.Expired)
}

// settle ends a webhook's open state once. The lock is held.
func (l *ledger) settle(w *Webhook, how *bool) {
	if w.Acked || w.Expired {
		return
	}
	*how = true
	l.open--
	if l.open == 0 {
		close(l.progress)
		l.progress = make(chan struct{})
	}
}

// Calls lists what the APIs received, oldest first.
func (s *Simulator) Calls(f Filter) []Call {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Call
	for _, c := range l.calls {
		if matches(f.Kind, c.Kind) && matches(f.Account, c.Account) && matches(f.Method, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// Webhooks lists what was posted or is still to be, oldest first.
func (s *Simulator) Webhooks(f Filter) []Webhook {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Webhook
	for _, w := range l.hooks {
		if !matches(f.Kind, w.Kind) || !matches(f.Account, w.Account) || !matches(f.Event, w.Event) {
			continue
		}
		if f.Person != "" && !slices.ContainsFunc(w.Said, func(d Said) bool { return d.Person == f.Person }) {
			continue
		}
		c := *w
		c.Statuses = slices.Clone(w.Statuses)
		out = append(out, c)
	}
	return out
}

// Acked lists what persons did and the bridge accepted with 2xx: every one of
// these must be found in the bridge.
func (s *Simulator) Acked(f Filter) []Said {
	var out []Said
	for _, w := range s.Webhooks(f) {
		for _, d := range w.Said {
			if w.Acked && matches(f.Person, d.Person) {
				out = append(out, d)
			}
		}
	}
	return out
}

// WaitDelivered waits until every webhook was accepted, or until ctx ends. It
// fails also when one was given up.
func (s *Simulator) WaitDelivered(ctx context.Context) error {
	for {
		s.ledger.mu.Lock()
		open, expired, progress := s.ledger.open, s.ledger.expired, s.ledger.progress
		s.ledger.mu.Unlock()
		if expired > 0 {
			return fmt.Errorf("webhooks given up: %d", expired)
		}
		if open == 0 {
			return nil
		}
		select {
		case <-progress:
		case <-ctx.Done():
			return fmt.Errorf("webhooks not accepted: %d: %w", open, ctx.Err())
		}
	}
}

func matches(want, have string) bool { return want == "" || want == have }
