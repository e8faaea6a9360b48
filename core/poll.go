package core

import (
	"context"
	"fmt"
	"time"
)

// pollTimeout bounds one poll, which may wait for something to report.
const pollTimeout = 90 * time.Second

// Poll begins to fetch the events of the channels that want it. It is called at
// the start and after Swap.
func (e *Engine) Poll(ctx context.Context) error {
	var wanted []ChannelID
	for id, ch := range e.setup.Load().Channels {
		if p, ok := ch.Connector.(Poller); ok && p.Polls() {
			wanted = append(wanted, id)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	if err := e.o.Store.Poll(ctx, wanted); err != nil {
		return fmt.Errorf("begin polling: %w", err)
	}
	return nil
}

// poll fetches a channel's events once. It goes on for ever, more slowly while
// the provider fails.
func (e *Engine) poll(ctx context.Context, s *Setup, w PollWork) Outcome {
	ch, ok := s.Channels[w.Channel]
	p, polls := ch.Connector.(Poller)
	if !ok || !polls || !p.Polls() {
		return PollEnds{}
	}
	call, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	got, err := p.Poll(call, w.Offset)
	if err != nil {
		f := FaultOf(err)
		if ctx.Err() != nil {
			return Later{Fault: f}
		}
		e.o.Observer.Call(ch.ID, "poll_"+string(f.Kind), 0)
		if w.Attempts == 0 { // once, until it answers again
			e.troubled(ch.ID, f).WithField("why", f.Message).Warn("the provider does not answer polls; they go on")
		}
		return Later{After: max(f.After, min(e.backoff(w.Attempts), time.Minute)), Fault: f, Count: true}
	}
	g := Gathered{Next: got.Next, Pause: got.Pause}
	if len(got.Items) > 0 {
		g.Arrival = s.arrival(ch, got.Raw, got.Items)
		g.Stored = func(fates []ItemFate) { e.recorded(s, ch, g.Arrival, fates) }
	}
	return g
}
