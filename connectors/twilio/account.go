package twilio

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"causeway/core"
)

// Check implements core.Checker: it asks for the account, for the sender, and
// where Twilio takes what comes in. A fault of kind ChannelBroken says that the
// sender cannot send; Permanent, that it can and something is to be put right.
// What a restricted key may not see is believed.
func (c *Connector) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if f := c.checkAccount(ctx); f != nil {
		return f
	}
	set, wrong, f := c.settled(ctx)
	if f != nil {
		return f
	}
	switch {
	case set == nil:
	case set.application != "":
		wrong = append(wrong, "the TwiML application "+set.application+" takes what comes in, and not this channel: causeway check -fix takes it off the number")
	case !sameWebhook(set.url, c.webhook.Load()):
		wrong = append(wrong, "Twilio calls "+where(set.url)+" and not this channel when something comes in: causeway check -fix sets it")
	}
	if len(wrong) == 0 {
		return nil
	}
	return &core.Fault{Kind: core.Permanent, Code: "check", Message: strings.Join(wrong, "; ")}
}

// hook is where Twilio calls when something comes in, and how that is changed.
type hook struct {
	url, method string
	application string // answers in the place of url
	set         func(ctx context.Context, webhook string) *core.Fault
}

// settled is where Twilio calls now, nil where that cannot be seen, and what else
// is to be put right about the sender.
func (c *Connector) settled(ctx context.Context) (*hook, []string, *core.Fault) {
	switch {
	case c.isNumber():
		n, f := c.number(ctx)
		if f != nil {
			return nil, nil, f
		}
		set := func(ctx context.Context, webhook string) *core.Fault { return c.setNumber(ctx, n, webhook) }
		return &hook{n.URL, n.Method, n.Application, set}, nil, nil
	case c.from == "":
		s, f := c.findService(ctx)
		if s == nil {
			return nil, nil, f
		}
		if s.OnNumber {
			s.URL = "" // each number has its own
		}
		return &hook{s.URL, s.Method, "", c.setService}, nil, nil
	case c.way == whatsAppWay && c.from != sandbox:
		s, f := c.findSender(ctx)
		if s == nil {
			return nil, nil, f
		}
		if down[s.Status] {
			return nil, nil, &core.Fault{Kind: core.ChannelBroken, Code: "sender_down", Message: strings.Join(s.wrong(), "; ")}
		}
		set := func(ctx context.Context, webhook string) *core.Fault { return c.setSender(ctx, s, webhook) }
		return &hook{s.Webhook.URL, s.Webhook.Method, "", set}, s.wrong(), nil
	}
	return nil, nil, nil
}

// sameWebhook compares without the overrides, which are a matter of taste.
func sameWebhook(set string, ours *string) bool {
	set, _, _ = strings.Cut(set, "#")
	return ours == nil || set == *ours
}

func where(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "nobody"
	}
	return u.Scheme + "://" + u.Host + u.Path // its query may hold a secret
}

func (c *Connector) checkAccount(ctx context.Context) *core.Fault {
	if c.set.APIKey != "" {
		return c.get(ctx, c.resource("/Messages.json")+"?PageSize=1", nil)
	}
	var account struct {
		Status string `json:"status"`
	}
	if f := c.get(ctx, c.resource(".json"), &account); f != nil {
		return f
	}
	if account.Status != "active" {
		return &core.Fault{
			Kind: core.ChannelBroken, Code: "account_" + account.Status,
			Message: "the Twilio account is not active but " + account.Status + ": see the Twilio console",
		}
	}
	return nil
}

// isNumber reports whether the sender is a phone number of the account, not a
// short code, a word, a WhatsApp sender or a Messaging Service.
func (c *Connector) isNumber() bool { return c.way == smsWay && strings.HasPrefix(c.from, "+") }

// number is one of the account's. Twilio's page "IncomingPhoneNumber Resource".
type number struct {
	SID         string `json:"sid"`
	URL         string `json:"sms_url"`
	Method      string `json:"sms_method"`
	Application string `json:"sms_application_sid"`
	Can         struct {
		SMS *bool `json:"sms"`
	} `json:"capabilities"`
}

func (c *Connector) number(ctx context.Context) (number, *core.Fault) {
	var list struct {
		Numbers []number `json:"incoming_phone_numbers"`
	}
	query := "?" + url.Values{"PhoneNumber": {c.from}}.Encode()
	if f := c.get(ctx, c.resource("/IncomingPhoneNumbers.json")+query, &list); f != nil {
		return number{}, f
	}
	if len(list.Numbers) == 0 {
		return number{}, &core.Fault{Kind: core.ChannelBroken, Code: "no_number", Message: "the Twilio account has no number " + c.from + ": check from and account_sid"}
	}
	n := list.Numbers[0]
	if n.Can.SMS != nil && !*n.Can.SMS {
		return number{}, &core.Fault{Kind: core.ChannelBroken, Code: "no_sms", Message: "the number " + c.from + " cannot send SMS: choose another in the Twilio console"}
	}
	return n, nil
}

// overrides has Twilio try five times instead of once, also after an answer that
// is no success, within its 15 seconds. It is no part of what is called or
// signed. Twilio's page "Webhooks: Connection Overrides".
const overrides = "#rc=5&rp=all"

// Subscribe implements core.Subscriber. From now on, each message has what
// becomes of it reported to webhook; until then, reading back is the only way to
// know. The address for what comes in is set where it differs, for a phone number,
// a WhatsApp sender and a Messaging Service. For the sandbox and other senders it
// cannot be: the fault, of code "by_hand", says what is to be set.
func (c *Connector) Subscribe(ctx context.Context, webhook string) error {
	c.webhook.Store(&webhook)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	now, _, f := c.settled(ctx)
	switch {
	case f != nil:
		return f
	case now == nil:
		return c.byHand(webhook + overrides)
	case now.url == webhook+overrides && now.method == http.MethodPost && now.application == "":
		return nil
	}
	if f := now.set(ctx, webhook+overrides); f != nil {
		return f
	}
	return nil
}

// setNumber: Twilio's page "IncomingPhoneNumber Resource", "Update".
func (c *Connector) setNumber(ctx context.Context, n number, webhook string) *core.Fault {
	params := (&api.UpdateIncomingPhoneNumberParams{}).SetSmsUrl(webhook).SetSmsMethod(http.MethodPost).SetSmsApplicationSid("")
	w := c.wire(ctx, c.api)
	_, err := api.NewApiService(w.handler(c.set.AccountSID)).UpdateIncomingPhoneNumber(url.PathEscape(n.SID), params)
	if f := w.fault(err); f != nil {
		return harmless(f)
	}
	if !w.answer.OK() {
		return c.sort(w.answer)
	}
	return nil
}

func (c *Connector) byHand(webhook string) *core.Fault {
	where := "Phone Numbers > Manage > Active numbers, under \"A message comes in\""
	switch {
	case c.from == "":
		where = "Messaging > Services > " + c.set.MessagingServiceSID + " > Integration, \"Send a webhook\""
	case c.from == sandbox:
		where = "Messaging > Try it out > Send a WhatsApp message > Sandbox settings, \"When a message comes in\""
	case c.way == whatsAppWay:
		where = "Messaging > Senders > WhatsApp senders > " + c.from + ", \"Webhook URL for incoming messages\""
	}
	return &core.Fault{
		Kind: core.Permanent, Code: "by_hand",
		Message: "set the webhook by hand, if it is not yet so: in the Twilio console, " + where + ", method POST: " + webhook,
	}
}
