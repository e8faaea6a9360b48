package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// conflict is why a getUpdates was cut short.
type conflict struct{ text string }

func (c *conflict) Error() string { return c.text }

func (c *conflict) refusal() *refusal {
	return &refusal{code: http.StatusConflict, text: c.text}
}

// getUpdates confirms all below offset at the call, and waits up to timeout for
// the first update (Bot API, getUpdates). The server clamps timeout to 50 s.
func (b *Bot) getUpdates(ctx context.Context, p params) (any, *refusal) {
	limit, ok := p.int("limit")
	if !ok || limit < 1 || limit > 100 {
		limit = 100
	}
	timeout, _ := p.int("timeout")
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)

	b.mu.Lock()
	u := &b.updates
	if u.box != nil {
		b.mu.Unlock()
		return nil, (&conflict{"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}).refusal()
	}
	if u.cut != nil {
		u.cut(&conflict{"Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"})
	}
	u.cut = cut
	if names, ok := p.allowed(); ok {
		u.allowed = names
	}
	offset, _ := p.int("offset")
	b.confirm(offset)
	b.mu.Unlock()

	deadline := time.NewTimer(time.Duration(min(max(timeout, 0), 50)) * time.Second)
	defer deadline.Stop()
	for {
		b.mu.Lock()
		batch, arrived := b.batch(int(limit)), u.arrived
		b.mu.Unlock()
		if len(batch) > 0 || timeout <= 0 {
			return batch, nil
		}
		select {
		case <-arrived:
		case <-deadline.C:
			return batch, nil
		case <-ctx.Done():
			var c *conflict
			if errors.As(context.Cause(ctx), &c) {
				return nil, c.refusal()
			}
			return []json.RawMessage{}, nil
		}
	}
}

// confirm forgets all below offset; a negative offset forgets all but the last
// -offset. The bot's lock is held.
func (b *Bot) confirm(offset int64) {
	u := &b.updates
	n := 0
	if offset < 0 {
		n = max(len(u.pending)+int(max(offset, -1<<20)), 0)
	} else {
		for n < len(u.pending) && u.pending[n].id < offset {
			n++
		}
	}
	for _, one := range u.pending[:n] {
		b.s.ledger.confirmed(one.hook)
	}
	u.pending = u.pending[n:]
}

// batch lists the oldest updates that have not expired. The bot's lock is held.
func (b *Bot) batch(limit int) []json.RawMessage {
	u := &b.updates
	now := b.s.now()
	kept := u.pending[:0]
	for _, one := range u.pending {
		if now.After(one.expires) {
			b.s.ledger.gaveUp(one.hook)
			continue
		}
		kept = append(kept, one)
	}
	u.pending = kept
	out := []json.RawMessage{}
	for _, one := range kept[:min(limit, len(kept))] {
		out = append(out, one.hook.Body)
	}
	return out
}
