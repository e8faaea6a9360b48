package core

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

const (
	// callTimeout bounds one native call.
	callTimeout = 30 * time.Second
	// sendTries are some twenty minutes: a chat answer that comes later is noise.
	sendTries = 6
	// breakAt is how many faults in a row stop a channel's sends for a while.
	breakAt = 5
	// paceSleep is how long a send waits for its place where it stands; for longer
	// it goes back into its lane.
	paceSleep = time.Second
	// placeAgain is when a place is asked for again that the other nodes could not
	// be told of.
	placeAgain = time.Second
	// brokenPause is how often a stopped channel is tried.
	brokenPause = time.Minute
)

// send makes the next native call of a message, so that a retry never repeats
// the part that got through.
func (e *Engine) send(ctx context.Context, s *Setup, w SendWork) Outcome {
	now := e.o.Now()
	ch, ok := s.Channels[w.Channel]
	if s.TTL > 0 && now.Sub(w.Message.CreatedAt) > s.TTL {
		return SendFailed{Fault: &Fault{Kind: Permanent, Code: "expired", Message: "it waited longer than outbound_ttl and was not sent"}}
	}
	if !ok {
		return Later{After: brokenPause, Fault: &Fault{Kind: ChannelBroken, Code: "no_channel", Message: "the channel is not configured; the message waits"}}
	}
	if f := w.unwanted(); f != nil {
		return SendFailed{Fault: f}
	}
	calls, err := render(ch.Kind, w, now)
	switch {
	case err != nil:
		return SendFailed{Fault: &Fault{Kind: Permanent, Code: "render", Message: "the channel's form of it could not be made", Err: err}}
	case len(calls) == 0:
		return SendFailed{Fault: &Fault{Kind: Permanent, Code: "empty", Message: "nothing of it can be shown on this channel"}}
	case w.Made >= len(calls):
		return CallMade{Last: true} // the provider's reports told us of the last call
	}
	if w.Died {
		if wait := ch.Kind.Capabilities.Evidence - now.Sub(w.Begun); wait > 0 {
			return Later{After: min(wait, ch.Kind.Capabilities.Evidence)} // the clock may have been set back
		}
		if !ch.Resend {
			return SendFailed{Fault: &Fault{Kind: Ambiguous, Code: "died", Message: "we stopped while sending; whether it was sent is not known"}}
		}
	}
	return e.call(ctx, s, ch, w, calls[w.Made], w.Made+1 == len(calls))
}

func render(k Kind, w SendWork, now time.Time) ([]Payload, error) {
	var calls []Payload
	late := !w.WindowCloses.IsZero() && now.After(w.WindowCloses)
	for _, part := range w.Parts {
		out := Outgoing{To: w.To, Content: part, Ref: RefOf(w.Message.ID, len(calls)), Late: late, Human: w.Message.Sender.Type == FromAgent}
		if len(calls) == 0 {
			out.Quote = w.Quote
		}
		p, err := k.Render(out)
		if err != nil {
			return nil, err
		}
		calls = append(calls, p...)
	}
	return calls, nil
}

func (e *Engine) call(ctx context.Context, s *Setup, ch Channel, w SendWork, p Payload, last bool) Outcome {
	leave, ok := e.crowd.enter("channel " + string(ch.ID))
	if !ok {
		return turnedAway(e.o.Now().Sub(w.Message.CreatedAt))
	}
	defer leave()
	delay, err := e.place(ctx, ch, w.To)
	if err != nil {
		return Later{After: placeAgain}
	}
	due := e.o.Now().Add(delay)
	if delay > paceSleep || !wait(ctx, delay) {
		return Later{After: delay}
	}
	begun := e.o.Now()
	if begun.Sub(due) > paceSleep {
		return Later{} // we did not run for a while, and others may have the place
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	id, details, err := sendRemarked(ctx, ch.Connector, p)
	if err == nil {
		e.trouble.over(ch.ID)
		e.pace.accept(ch.ID, w.To)
		e.o.Observer.Call(ch.ID, "ok", e.o.Now().Sub(begun))
		return CallMade{Provider: id, Details: details, Last: last, At: begun}
	}
	f := FaultOf(err)
	e.o.Observer.Call(ch.ID, string(f.Kind), e.o.Now().Sub(begun))
	return e.sendFailed(ctx, s, ch, w, f)
}

func sendRemarked(ctx context.Context, c Connector, p Payload) (ProviderID, Metadata, error) {
	if r, ok := c.(Remarker); ok {
		return r.SendRemarked(ctx, p)
	}
	id, err := c.Send(ctx, p)
	return id, nil, err
}

// sendFailed is the whole retry policy for sends.
func (e *Engine) sendFailed(ctx context.Context, s *Setup, ch Channel, w SendWork, f *Fault) Outcome {
	switch f.Kind {
	case Permanent:
		e.trouble.over(ch.ID)
		return SendFailed{Fault: f, Answered: true}
	case WindowClosed:
		e.trouble.over(ch.ID)
		return e.windowClosed(ch, w, f)
	case RateLimited:
		if f.Scope == OneContact {
			return Later{After: max(f.After, e.pace.refuse(ch.ID, w.To)), Fault: f}
		}
		return Later{After: max(f.After, time.Second), Fault: f, Pause: true, Shared: s.sharing(ch, f.Scope)}
	case ChannelBroken:
		e.troubled(ch.ID, f).WithField("why", f.Message).Warn("the channel is broken: what is to be sent waits, and is tried every minute")
		return Later{After: brokenPause, Fault: f, Pause: true}
	case Ambiguous:
		if w.Resent || !ch.Resend {
			return SendFailed{Fault: f}
		}
		return Later{After: max(ch.Kind.Capabilities.Evidence, e.backoff(0)), Fault: f, Unknown: true}
	case Temporary:
	}
	if e.failedAgain(ctx, ch.ID) >= breakAt {
		e.troubled(ch.ID, f).Warn("the provider fails again and again: what is to be sent waits for a while")
		return Later{After: max(f.After, brokenPause), Fault: f, Pause: true}
	}
	if w.Attempts+1 >= sendTries {
		return SendFailed{Fault: f}
	}
	return Later{After: max(f.After, e.backoff(w.Attempts)), Fault: f, Count: true}
}

// sharing are the other channels that a limit of the scope binds too, in order.
func (s *Setup) sharing(ch Channel, scope Scope) []ChannelID {
	own, ok := ch.Connector.(Sharer)
	if !ok || scope == OneChannel || own.Shares(scope) == "" {
		return nil
	}
	var all []ChannelID
	for id, other := range s.Channels {
		if theirs, ok := other.Connector.(Sharer); ok && id != ch.ID && theirs.Shares(scope) == own.Shares(scope) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// troubled is the log for what people must know of a channel.
func (e *Engine) troubled(id ChannelID, f *Fault) logrus.FieldLogger {
	return e.o.Log.WithFields(logrus.Fields{"channel": id, "fault": f.Kind, "code": f.Code})
}

// windowClosed holds what a person said until the contact writes, and asks them
// to by the channel's template. A bot's answer is of no use later.
func (e *Engine) windowClosed(ch Channel, w SendWork, f *Fault) Outcome {
	o := SendFailed{Fault: f, Answered: true, Hold: w.Message.Sender.Type != FromBot}
	if _, template := w.Message.Content.(Template); template {
		o.Hold = false // a template needs no window; holding it would ask for itself
	}
	if o.Hold {
		o.Reopen = ch.Reopen
	}
	return o
}

// backoff is the wait after the n-th failure (from 0): 4 s, 16 s, 1, 4, 17
// minutes, each 20 % more or less.
func (e *Engine) backoff(n int) time.Duration {
	wait := 4 * time.Second << (2 * min(n, 4))
	return time.Duration(float64(wait) * (0.8 + 0.4*e.o.Chance()))
}

// failedAgain counts one more fault of a channel, and says how many in a row that
// makes, over all nodes.
func (e *Engine) failedAgain(ctx context.Context, id ChannelID) int {
	if e.o.Shared == nil {
		return e.trouble.more(id)
	}
	n, err := e.o.Shared.Failed(context.WithoutCancel(ctx), id)
	if err != nil {
		e.o.Log.WithError(err).WithField("channel", id).Warn("a fault of the provider is not counted")
	}
	return n
}

// trouble counts each channel's faults in a row, where no other node sends.
type trouble struct {
	mu   sync.Mutex
	rows map[ChannelID]int
}

func (t *trouble) more(id ChannelID) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[id]++
	return t.rows[id]
}

func (t *trouble) over(id ChannelID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.rows, id)
}
