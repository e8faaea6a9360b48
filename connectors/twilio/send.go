package twilio

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"causeway/connectors/kit"
	"causeway/core"
)

// Send implements core.Connector. What the message refers to is looked up or
// made first. A content that is gone was not sent: it is made anew, and the call
// repeated.
func (c *Connector) Send(ctx context.Context, p core.Payload) (core.ProviderID, error) {
	if t, ok := p.Body.(typing); ok && p.Op == opTyping {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		if f := c.showTyping(ctx, t); f != nil {
			return "", f
		}
		return "", nil
	}
	m, ok := p.Body.(*Message)
	if !ok || p.Op != opMessages || m.Message == nil {
		return "", &core.Fault{Kind: core.Permanent, Code: "unknown_op", Message: "there is no native call " + p.Op}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	sid, f := c.contentOf(ctx, m)
	if f != nil {
		return "", f
	}
	id, f := c.create(ctx, m, sid)
	if f != nil && sid != "" && stale[f.Code] {
		c.contents.forget(sid)
		if sid, f = c.contentOf(ctx, m); f == nil {
			id, f = c.create(ctx, m, sid)
		}
	}
	if f != nil {
		return "", f
	}
	return id, nil
}

// contentOf is the sid of what the message refers to; empty if that is nothing,
// or is in the message already.
func (c *Connector) contentOf(ctx context.Context, m *Message) (string, *core.Fault) {
	switch {
	case m.Content != nil:
		return c.contents.made(ctx, c, m.Content)
	case m.Template != nil:
		return c.contents.named(ctx, c, *m.Template)
	}
	return "", nil
}

// create sends the message. Twilio's page "Message Resource", "Create a Message".
func (c *Connector) create(ctx context.Context, m *Message, sid string) (core.ProviderID, *core.Fault) {
	params := *m.Message
	if c.from != "" {
		params.SetFrom(c.from)
	} else {
		params.SetMessagingServiceSid(c.set.MessagingServiceSID)
	}
	if sid != "" {
		params.SetContentSid(sid)
	}
	if at := c.reports(m.Ref); at != "" {
		params.SetStatusCallback(at)
	}
	w := c.wire(ctx, c.api)
	_, err := api.NewApiService(w.handler(c.set.AccountSID)).CreateMessage(&params)
	if f := w.fault(err); f != nil {
		return "", f
	}
	id, f := c.judge(w.answer)
	if f != nil && !c.set.Resends() {
		f = kit.Lost(f)
	}
	return id, f
}

func (c *Connector) wire(ctx context.Context, base string) *wire {
	return &wire{ctx: ctx, client: c.calls, base: base, header: c.set.header(), now: c.env.Time}
}

// fault is why there is no answer, nil if there is one.
func (w *wire) fault(err error) *core.Fault {
	switch {
	case !w.made:
		return &core.Fault{Kind: core.Permanent, Code: "request", Message: "the call cannot be written", Err: err}
	case w.err != nil:
		return kit.NoAnswer(w.err)
	}
	return nil
}

// reports is where Twilio is to report what became of a call; empty as long as
// we have not been told our own address.
func (c *Connector) reports(ref string) string {
	at := c.webhook.Load()
	if at == nil {
		return ""
	}
	if ref == "" {
		return *at
	}
	return *at + "?" + refParam + "=" + url.QueryEscape(ref)
}

// loose is a string, or a number as a string: codes come as both.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" {
		text = ""
	}
	*l = loose(text)
	return nil
}

// judge reads the answer to a message. Twilio's page "Message Resource".
func (c *Connector) judge(a kit.Answer) (core.ProviderID, *core.Fault) {
	if !a.OK() {
		return "", c.sort(a)
	}
	var r struct {
		SID    string `json:"sid"`
		Status string `json:"status"`
		Code   loose  `json:"error_code"`
		Text   string `json:"error_message"`
	}
	if json.Unmarshal(a.Body, &r) != nil || r.SID == "" {
		return "", &core.Fault{Kind: core.Ambiguous, Code: "no_id", Message: "Twilio took the call, but its answer names no message"}
	}
	if s := statuses[r.Status]; s == core.Failed {
		return "", params{"ErrorCode": string(r.Code), "ErrorMessage": r.Text}.fault(s, r.Status)
	}
	return core.ProviderID(r.SID), nil
}

// sort sorts an answer that is no success by the code in its JSON, and by its
// status where that is not known. Twilio's page "Twilio's Response".
func (c *Connector) sort(a kit.Answer) *core.Fault {
	var r struct {
		Code loose  `json:"code"`
		Text string `json:"message"`
	}
	_ = json.Unmarshal(a.Body, &r)
	text := kit.Excerpt([]byte(r.Text), c.set.secrets()...)
	code, err := strconv.Atoi(string(r.Code))
	if err != nil || code == 0 {
		return kit.Sort(a, c.set.secrets()...)
	}
	f := faults.Fault(code, text)
	if f == nil {
		f = kit.Sort(a)
		f.Code, f.Message, f.Link = string(r.Code), text, pageOf(code)
	}
	if f.Kind == core.RateLimited || f.Kind == core.Temporary {
		f.After = max(f.After, kit.RetryAfter(a.Header, a.At))
	}
	return f
}

// harmless is the fault of a call that can be made twice.
func harmless(f *core.Fault) *core.Fault {
	if f != nil && f.Kind == core.Ambiguous {
		f.Kind = core.Temporary
	}
	return f
}
