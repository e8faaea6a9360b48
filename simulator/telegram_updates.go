package simulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// updates are what a bot has not fetched or accepted yet, and where they go
// (Bot API, Getting updates). The bot's lock guards them.
type updates struct {
	next    int64
	pending []*update
	allowed []string // of the last setWebhook or getUpdates; nil is the default
	arrived chan struct{}
	cut     context.CancelCauseFunc // ends the getUpdates that waits now

	hook      webhookSettings
	box       *outbox // nil without a webhook
	lastError string
	lastAt    time.Time
}

// webhookSettings are what setWebhook was told.
type webhookSettings struct {
	url, secret string
	connections int
}

type update struct {
	id      int64
	lane    string
	expires time.Time
	hook    *Webhook
}

func newUpdates(first int64) updates {
	return updates{next: first, arrived: make(chan struct{})}
}

// lives is how long an update is kept (Telegram's server source, Client:
// messages 24 h, callback queries 150 s).
func lives(event string) time.Duration {
	if event == "callback_query" {
		return 150 * time.Second
	}
	return 24 * time.Hour
}

// byDefault reports whether an update is sent if allowed_updates was never set
// (Bot API, setWebhook: all but these).
func byDefault(event string) bool {
	return event != "chat_member" && event != "message_reaction" && event != "message_reaction_count"
}

// emit gives the next update_id to an update and sends it on its way. The
// bot's lock is held.
func (b *Bot) emit(event, lane string, body obj, said ...Said) {
	u := &b.updates
	if u.allowed == nil && !byDefault(event) || u.allowed != nil && !slices.Contains(u.allowed, event) {
		return
	}
	id := u.next
	u.next++
	whole := obj{"update_id": id}
	for k, v := range body {
		whole[k] = v
	}
	raw := jsonAnswer(0, whole).body
	now := b.s.now()
	one := &update{id: id, lane: lane, expires: now.Add(lives(event)), hook: &Webhook{
		Kind: kindTelegram, Account: b.opt.Username, Event: event, Key: strconv.FormatInt(id, 10), Body: raw, Said: said, Created: now,
	}}
	b.s.ledger.opened(one.hook)
	u.pending = append(u.pending, one)
	if u.box != nil {
		b.dispatch(one)
	}
	close(u.arrived)
	u.arrived = make(chan struct{})
}

// dispatch queues an update for the webhook. The bot's lock is held.
func (b *Bot) dispatch(one *update) {
	h := http.Header{"Content-Type": {"application/json"}}
	if b.updates.hook.secret != "" {
		h.Set("X-Telegram-Bot-Api-Secret-Token", b.updates.hook.secret)
	}
	b.updates.box.add(&post{
		lane: one.lane, url: b.updates.hook.url, header: h, expires: one.expires, hook: one.hook,
		done: func(bool) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.forget(one)
		},
		failed: func(status int) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.updates.lastAt, b.updates.lastError = b.s.now(), "Connection refused"
			if status != 0 {
				b.updates.lastError = fmt.Sprintf("Wrong response from the webhook: %d %s", status, http.StatusText(status))
			}
		},
	})
}

func (b *Bot) forget(one *update) {
	if i := slices.Index(b.updates.pending, one); i >= 0 {
		b.updates.pending = slices.Delete(b.updates.pending, i, i+1)
	}
}

var secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func (b *Bot) setWebhook(ctx context.Context, p params) (any, *refusal) {
	address := p.values["url"]
	if address == "" {
		return b.deleteWebhook(ctx, p)
	}
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" {
		return nil, bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !loopbackHost(at.Hostname()) {
		return nil, bad("bad webhook: the simulator posts to loopback addresses only")
	}
	want := webhookSettings{url: address, secret: p.values["secret_token"], connections: 40}
	if !secretToken.MatchString(want.secret) {
		return nil, bad("secret token contains unallowed characters")
	}
	if n, ok := p.int("max_connections"); ok && n > 0 {
		want.connections = int(min(n, 100))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	u := &b.updates
	same := u.box != nil && want == u.hook && p.values["allowed_updates"] == ""
	if names, ok := p.allowed(); ok {
		same = u.box != nil && want == u.hook && slices.Equal(names, u.allowed)
		u.allowed = names
	}
	if same && !p.bool("drop_pending_updates") {
		return described{"Webhook is already set"}, nil
	}
	b.unhook(p.bool("drop_pending_updates"))
	u.hook, u.box = want, newOutbox(b.s, want.connections)
	u.box.blocking, u.box.retryAfter = true, true
	u.box.accepts = func(status int) bool { return status >= 200 && status < 300 }
	if u.cut != nil {
		u.cut(&conflict{"Conflict: terminated by setWebhook request"})
	}
	for _, one := range u.pending {
		b.dispatch(one)
	}
	return described{"Webhook was set"}, nil
}

// allowed reads allowed_updates; not given keeps what was set, empty is the
// default (Bot API, setWebhook).
func (p params) allowed() ([]string, bool) {
	var names []string
	if p.values["allowed_updates"] == "" || !p.json("allowed_updates", &names) {
		return nil, false
	}
	if len(names) == 0 {
		return nil, true
	}
	return names, true
}

// unhook stops the webhook's lanes. The bot's lock is held.
func (b *Bot) unhook(drop bool) {
	u := &b.updates
	if u.box != nil {
		u.box.stop()
		u.box, u.hook = nil, webhookSettings{}
	}
	if drop {
		for _, one := range u.pending {
			b.s.ledger.gaveUp(one.hook)
		}
		u.pending = nil
	}
}

func (b *Bot) deleteWebhook(_ context.Context, p params) (any, *refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	had := b.updates.box != nil
	b.unhook(p.bool("drop_pending_updates"))
	if !had {
		return described{"Webhook is already deleted"}, nil
	}
	return described{"Webhook was deleted"}, nil
}

func (b *Bot) getWebhookInfo(context.Context, params) (any, *refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := &b.updates
	info := obj{"url": u.hook.url, "has_custom_certificate": false, "pending_update_count": len(u.pending)}
	if u.box != nil {
		info["max_connections"], info["ip_address"] = u.hook.connections, "127.0.0.1"
	}
	if u.allowed != nil {
		info["allowed_updates"] = u.allowed
	}
	if u.lastError != "" {
		info["last_error_date"], info["last_error_message"] = u.lastAt.Unix(), u.lastError
	}
	return info, nil
}

// described is the result true with a description beside it.
type described struct{ description string }

func (d described) MarshalJSON() ([]byte, error) { return json.Marshal(true) }
