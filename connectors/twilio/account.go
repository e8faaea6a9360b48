package twilio

import (
	"context"
	"net/url"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"causeway/core"
)

// Check implements core.Checker: it asks for the account, and for the number
// where the sender is one. An API key may not see the account, so that it is
// tried on the messages. Whether there is such a WhatsApp sender or Messaging
// Service, Twilio tells at another address; the first message shows it.
func (c *Connector) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if f := c.checkAccount(ctx); f != nil {
		return f
	}
	if !c.isNumber() {
		return nil
	}
	if _, f := c.number(ctx); f != nil {
		return f
	}
	return nil
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
// know. For a phone number, the address for what comes in is set where it
// differs. For other senders, Twilio's API for messages cannot: the fault, of
// code "by_hand", says what is to be set.
func (c *Connector) Subscribe(ctx context.Context, webhook string) error {
	c.webhook.Store(&webhook)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if !c.isNumber() {
		return c.byHand(webhook + overrides)
	}
	n, f := c.number(ctx)
	if f != nil {
		return f
	}
	if n.URL == webhook+overrides && n.Method == "POST" && n.Application == "" {
		return nil
	}
	params := (&api.UpdateIncomingPhoneNumberParams{}).SetSmsUrl(webhook + overrides).SetSmsMethod("POST").SetSmsApplicationSid("")
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
	case c.way == whatsAppWay:
		where = "Messaging > Senders > WhatsApp senders > " + c.from + ", \"Webhook URL for incoming messages\""
	}
	return &core.Fault{
		Kind: core.Permanent, Code: "by_hand",
		Message: "set the webhook by hand, if it is not yet so: in the Twilio console, " + where + ", method POST: " + webhook,
	}
}
