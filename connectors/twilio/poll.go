package twilio

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"causeway/core"
)

const (
	pollEvery = 5 * time.Minute
	// settled is how old a message is when it is read back: its webhook, which
	// tells more, has come by then or never will. Twilio gives it 15 seconds.
	settled = time.Minute
	// overlap is read again each time, because clocks differ.
	overlap = 10 * time.Minute
	// slice bounds what one reading covers, and farthest how far back it goes.
	slice    = time.Hour
	farthest = 7 * 24 * time.Hour
	// smallest is the slice that is taken as it is, however much is in it.
	smallest = time.Minute
)

// Polls implements core.Poller.
func (c *Connector) Polls() bool { return c.set.ReadBack }

// Poll implements core.Poller. It reads the list of messages since offset, at
// most an hour of it at once, and reports each under the key of its webhook, so
// that what that brought is a duplicate. The list tells less: no buttons, places
// or names. The first reading begins with the present. Twilio's page "Message
// Resource", "Read multiple Message resources".
func (c *Connector) Poll(ctx context.Context, offset string) (core.Polled, error) {
	until := c.env.Time().UTC().Truncate(time.Second).Add(-settled)
	since, err := time.Parse(time.RFC3339, offset)
	if err != nil || since.After(until) {
		return core.Polled{Next: until.Format(time.RFC3339), Pause: pollEvery}, nil
	}
	if oldest := until.Add(-farthest); since.Before(oldest) {
		since = oldest
	}
	to := until
	if to.Sub(since) > slice {
		to = since.Add(slice)
	}
	records, to, f := c.records(ctx, since, to)
	if f != nil {
		return core.Polled{}, f
	}
	p := core.Polled{Next: to.Format(time.RFC3339)}
	if to.Equal(until) {
		p.Pause = pollEvery
	}
	if p.Items, p.Raw, f = c.untold(ctx, records, offset, p.Next); f != nil {
		return core.Polled{}, f
	}
	return p, nil
}

// records are the messages of a span, oldest first. It ends earlier than asked
// for where there are too many.
func (c *Connector) records(ctx context.Context, since, to time.Time) ([]record, time.Time, *core.Fault) {
	span := filter{from: since.Add(-overlap), to: to}
	if c.from != "" {
		span.sentTo = c.from
	}
	heard, more, f := c.list(ctx, span)
	for f == nil && more && span.to.Sub(since) > smallest {
		span.to = since.Add(span.to.Sub(since) / 2).Truncate(time.Second)
		heard, more, f = c.list(ctx, span)
	}
	if f == nil && c.from != "" {
		var said []record
		to := filter{from: span.from, to: span.to, sentBy: c.from}
		said, _, f = c.list(ctx, to) // webhooks report the rest
		heard = append(heard, said...)
	}
	if f != nil {
		return nil, to, f
	}
	slices.Reverse(heard)
	slices.SortStableFunc(heard, func(a, b record) int { return a.at().Compare(b.at()) })
	return heard, span.to, nil
}

// untold are the items that the reading before did not report. What that
// reported is on disk if its offset is the one that we were called with.
func (c *Connector) untold(ctx context.Context, records []record, offset, next string) ([]core.Item, []byte, *core.Fault) {
	c.told.Lock()
	defer c.told.Unlock()
	if c.told.next != offset {
		c.told.keys = nil
	}
	var items []core.Item
	var raw []json.RawMessage
	keys := map[string]bool{}
	for _, r := range records {
		key, ours := c.keyOf(r)
		if !ours || keys[key] {
			continue
		}
		keys[key] = true
		if c.told.keys[key] {
			continue
		}
		some, f := c.items(ctx, r)
		if f != nil {
			return nil, nil, f
		}
		items, raw = append(items, some...), append(raw, r.raw)
	}
	c.told.next, c.told.keys = next, keys
	if len(items) == 0 {
		return nil, nil, nil
	}
	body, err := json.Marshal(raw)
	if err != nil {
		return nil, nil, &core.Fault{Kind: core.Temporary, Code: "unreadable_answer", Message: "Twilio's list cannot be kept", Err: err}
	}
	return items, body, nil
}
