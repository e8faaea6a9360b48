package telegram

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"

	"causeway/connectors/kit"
	"causeway/core"
)

const (
	pollWait  = 25 * time.Second // for the first update; Telegram waits at most 50 s
	pollSlack = 5 * time.Second  // kept of the caller's time for the answer to come
	pollBatch = 100              // Bot API, "getUpdates"
	// pollBody bounds an answer, in bytes: Telegram's server ends a batch at 4 MiB.
	pollBody = 8 << 20
	// oddPause keeps a batch that cannot be confirmed from being asked for at once.
	oddPause = time.Minute
)

// Polls implements core.Poller. In webhook mode there is no gap to close: what
// our webhook did not take, Telegram keeps for 24 hours and delivers again.
func (c *Connector) Polls() bool { return c.set.Mode == modePolling }

// Poll implements core.Poller. The offset is one more than the id of the last
// update heard, which confirms that update. Where ids begin anew, lower, after
// a week of silence, an offset beyond them is disregarded by Telegram, and the
// next one is right again. A webhook that stands in the way is deleted, and what
// waits for it is kept. Bot API, "getUpdates".
func (c *Connector) Poll(ctx context.Context, offset string) (core.Polled, error) {
	a, batch, f := c.updates(ctx, offset)
	if f != nil && f.Code == codeHooked {
		if err := c.unhook(ctx); err != nil {
			return core.Polled{}, err
		}
		a, batch, f = c.updates(ctx, offset)
	}
	if f != nil {
		return core.Polled{}, f
	}
	p := core.Polled{Raw: a.Body, Next: offset}
	for _, raw := range batch {
		item, id, err := c.update(raw)
		if err != nil {
			item = kit.Quarantine(item.Key, "the update cannot be read")
		}
		if id != nil {
			p.Next = strconv.FormatInt(*id+1, 10)
		}
		p.Items = append(p.Items, item)
	}
	if len(batch) > 0 && p.Next == offset {
		p.Pause = oddPause
	}
	return p, nil
}

// updates asks for what is new. Each update is left as it came, so that one that
// cannot be read does not spoil the others.
func (c *Connector) updates(ctx context.Context, offset string) (kit.Answer, []json.RawMessage, *core.Fault) {
	from, err := strconv.ParseInt(offset, 10, 64)
	if err != nil {
		from = 0 // from the oldest that is not confirmed
	}
	a, err := c.env.Exchange(ctx, c.calls.Limited(callTimeout, pollBody), kit.Call{
		URL: c.api + "/bot" + c.set.Token.Reveal() + "/getUpdates",
		Body: struct {
			Offset  int64    `json:"offset,omitempty"`
			Limit   int      `json:"limit"`
			Timeout int      `json:"timeout"`
			Allowed []string `json:"allowed_updates"`
		}{from, pollBatch, patience(ctx), wanted},
	})
	if err != nil {
		return a, nil, harmless(core.FaultOf(err))
	}
	r, f := c.read(a)
	if f != nil {
		return a, nil, harmless(f)
	}
	var batch []json.RawMessage
	if json.Unmarshal(r.Result, &batch) != nil {
		return a, nil, unreadable()
	}
	return a, batch, nil
}

// patience is how long Telegram may wait, in whole seconds.
func patience(ctx context.Context) int {
	wait := pollWait
	if end, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(end)-pollSlack)
	}
	return int(max(wait, 0).Seconds())
}

// unhook deletes the webhook and keeps what waits for it. Bot API,
// "deleteWebhook".
func (c *Connector) unhook(ctx context.Context) error {
	_, err := ask(ctx, c, func(ctx context.Context) (bool, error) {
		return c.bot.DeleteWebhook(ctx, &bot.DeleteWebhookParams{DropPendingUpdates: false})
	})
	return err
}

// hooked reports whether polls are refused because a webhook is set.
func hooked(code int, description string) bool {
	return code == 409 && strings.Contains(strings.ToLower(description), "webhook is active")
}
