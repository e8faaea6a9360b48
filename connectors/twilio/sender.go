package twilio

import (
	"context"
	"net/http"
	"net/url"

	"causeway/connectors/kit"
	"causeway/core"
)

const defaultMessaging = "https://messaging.twilio.com"

// sandbox is the number that all accounts share to try WhatsApp; it is no sender
// of theirs. Twilio's page "Get Started with the Twilio Sandbox for WhatsApp".
const sandbox = "whatsapp:+14155238886"

// sender is a WhatsApp sender. Twilio's page "Senders API".
type sender struct {
	SID     string `json:"sid"`
	ID      string `json:"sender_id"`
	Status  string `json:"status"`
	Webhook struct {
		URL    string `json:"callback_url"`
		Method string `json:"callback_method"`
	} `json:"webhook"`
	Properties struct {
		Quality string `json:"quality_rating"`
	} `json:"properties"`
	Offline []struct {
		Message string `json:"message"`
	} `json:"offline_reasons"`
}

// down are the states in which a sender sends nothing; in those that are not
// here it may, though something is under way.
var down = map[string]bool{"OFFLINE": true, "DRAFT": true, "CREATING": true, "VERIFYING": true, "PENDING_VERIFICATION": true}

const (
	senderPage  = "100"
	senderPages = 10
)

// findSender is nil, without a fault, where the account's key may not list senders.
func (c *Connector) findSender(ctx context.Context) (*sender, *core.Fault) {
	next := "/v2/Channels/Senders?" + url.Values{"Channel": {"whatsapp"}, "PageSize": {senderPage}}.Encode()
	for range senderPages {
		var page struct {
			Senders []sender `json:"senders"`
			Meta    struct {
				Next string `json:"next_page_url"`
			} `json:"meta"`
		}
		if f := c.get(ctx, c.messaging+next, &page); f != nil {
			if hidden(f) {
				return nil, nil
			}
			return nil, f
		}
		for _, s := range page.Senders {
			if w := c.way; w.sender(s.ID) == c.from {
				return &s, nil
			}
		}
		if next = pathOf(page.Meta.Next); next == "" {
			break
		}
	}
	return nil, &core.Fault{
		Kind: core.ChannelBroken, Code: "no_sender",
		Message: "the Twilio account has no WhatsApp sender " + c.from + ": check from against Messaging > Senders > WhatsApp senders",
	}
}

// hidden reports whether a fault says no more than that a restricted key may not
// look: the account's own credentials were proven before.
func hidden(f *core.Fault) bool { return f.Kind == core.Permanent || f.Kind == core.ChannelBroken }

func (s *sender) wrong() []string {
	var all []string
	if s.Status != "" && s.Status != "ONLINE" {
		text := "the WhatsApp sender is " + kit.Excerpt([]byte(s.Status)) + " and not ONLINE: see it in the Twilio console"
		for _, reason := range s.Offline {
			text += " (" + kit.Excerpt([]byte(reason.Message)) + ")"
		}
		all = append(all, text)
	}
	if s.Properties.Quality == "LOW" {
		all = append(all, "the sender's quality is LOW, and Meta may restrict it: send less that was not asked for; see WhatsApp Manager > Phone numbers")
	}
	return all
}

// service is a Messaging Service. Twilio's page "Services Resource".
type service struct {
	SID      string `json:"sid"`
	URL      string `json:"inbound_request_url"`
	Method   string `json:"inbound_method"`
	OnNumber bool   `json:"use_inbound_webhook_on_number"`
}

// findService is nil, without a fault, where the account's key may not see it.
func (c *Connector) findService(ctx context.Context) (*service, *core.Fault) {
	var s service
	f := c.get(ctx, c.messaging+"/v1/Services/"+url.PathEscape(c.set.MessagingServiceSID), &s)
	switch {
	case f == nil && s.SID == c.set.MessagingServiceSID:
		return &s, nil
	case f == nil || f.Code == "20404":
		return nil, &core.Fault{Kind: core.ChannelBroken, Code: "no_service", Message: "the Twilio account has no such Messaging Service: check messaging_service_sid"}
	case hidden(f):
		return nil, nil
	}
	return nil, f
}

// setSender and setService tell Twilio where to call.
func (c *Connector) setSender(ctx context.Context, s *sender, webhook string) *core.Fault {
	body := map[string]any{"webhook": map[string]string{"callback_url": webhook, "callback_method": http.MethodPost}}
	call := kit.Call{URL: c.messaging + "/v2/Channels/Senders/" + url.PathEscape(s.SID), Header: c.set.header(), Body: body, Secrets: c.set.secrets()}
	return harmless(core.FaultOf(c.env.JSON(ctx, c.calls, call, nil, c.sort)))
}

func (c *Connector) setService(ctx context.Context, webhook string) *core.Fault {
	form := url.Values{"InboundRequestUrl": {webhook}, "InboundMethod": {http.MethodPost}, "UseInboundWebhookOnNumber": {"false"}}
	call := kit.Call{URL: c.messaging + "/v1/Services/" + url.PathEscape(c.set.MessagingServiceSID), Header: c.set.header(), Body: form, Secrets: c.set.secrets()}
	return harmless(core.FaultOf(c.env.JSON(ctx, c.calls, call, nil, c.sort)))
}

// typing is the body of opTyping: Twilio's page "Typing Indicators". The contact
// sees it for 25 seconds or until we answer, and that their message was read.
type typing struct {
	Channel   string `json:"channel"`
	MessageID string `json:"messageId"`
}

const opTyping = "typing"

// acks is what the contact is shown at once of a message to us.
func (c *Connector) acks(w way, account string, p params, content core.Content) []core.Payload {
	if !c.set.Typing || w != whatsAppWay || account != c.account {
		return nil
	}
	switch content.(type) {
	case core.Reaction, core.Deleted, core.Edited:
		return nil
	}
	return []core.Payload{{Op: opTyping, Body: typing{Channel: "WHATSAPP", MessageID: p.sid()}}}
}

func (c *Connector) showTyping(ctx context.Context, t typing) *core.Fault {
	call := kit.Call{URL: c.messaging + "/v3/Indicators/Typing.json", Header: c.set.header(), Body: t, Secrets: c.set.secrets()}
	return harmless(core.FaultOf(c.env.JSON(ctx, c.calls, call, nil, c.sort)))
}
