// Package twilio joins senders at Twilio, WhatsApp numbers and SMS numbers, as
// channels: the Messages API to write, the Content API for buttons, lists and
// templates, form-encoded webhooks to hear. Twilio gives up on a webhook after
// 15 seconds for good, so the list of messages is read back besides. The package
// knows no conversation, no bot and no store; it keeps nothing but, in memory,
// which contents exist at Twilio and which messages the last reading told.
//
// It uses client, rest/api/v2010 and rest/content/v1 of twilio-go, and judges
// each call by the bytes that came back: the library drops headers and sorts
// errors by its own lights.
//
// Facts are from Twilio's documentation; the page is named where one is used.
package twilio

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
	"causeway/markup"
)

// WhatsApp is the kind of WhatsApp senders at Twilio.
func WhatsApp(env kit.Env) core.Kind {
	return kind(env, "whatsapp-twilio", "WhatsApp (Twilio)", "WHATSAPPTWILIO", whatsAppCapabilities(), renderWhatsApp, whatsAppWay)
}

// SMS is the kind of phone numbers at Twilio.
func SMS(env kit.Env) core.Kind {
	return kind(env, "sms-twilio", "SMS (Twilio)", "SMSTWILIO", smsCapabilities(), renderSMS, smsWay)
}

func kind(
	env kit.Env, name, title, source string, caps core.Capabilities,
	render func(core.Outgoing) ([]core.Payload, error), w way,
) core.Kind {
	return core.Kind{
		Name: name, Title: title, Source: source, Example: core.Address(w) + "+15551230000", Users: users(w), Capabilities: caps, Faults: faults.Known(), Render: render,
		Unmarked: markup.UnmarkedWhatsApp[core.Format],
		Settings: func() any {
			return &Settings{APIURL: defaultAPI, ContentURL: defaultContent, Resend: kit.ResendOnce, ReadBack: true, way: w}
		},
		Open: func(id core.ChannelID, settings any) (core.Connector, error) {
			s, ok := settings.(*Settings)
			if !ok {
				return nil, fmt.Errorf("open channel %s: the settings are a %T", id, settings)
			}
			return open(env, id, name, *s, w)
		},
	}
}

// users is what the user ids of contacts begin with.
func users(w way) string {
	if w == smsWay {
		return "sms:"
	}
	return string(w)
}

// way is all in which the kinds of this package differ besides what they show:
// what stands before their addresses at Twilio.
type way string

const (
	whatsAppWay way = "whatsapp:"
	smsWay      way = ""
)

// Connector is one sender, or one Messaging Service with all its senders.
type Connector struct {
	kit.Opaque
	set     Settings
	way     way
	from    string // our address, empty with a Messaging Service
	account string // our name in webhooks: the Twilio account, and the sender
	// api, content and messaging are addresses without a slash at the end.
	api, content, messaging string
	env                     kit.Env
	calls                   *egress.Client
	contents                *contents
	webhook                 atomic.Pointer[string] // where Twilio is to report to, once told
	told                    struct {
		sync.Mutex
		next string          // the offset that the last reading ended with
		keys map[string]bool // of what it reported
	}
}

var (
	_ core.Resender    = (*Settings)(nil)
	_ core.Reopener    = (*Settings)(nil)
	_ core.Hurrier     = (*Settings)(nil)
	_ core.Shower      = (*Settings)(nil)
	_ core.Connector   = (*Connector)(nil)
	_ core.Checker     = (*Connector)(nil)
	_ core.Subscriber  = (*Connector)(nil)
	_ core.MediaOpener = (*Connector)(nil)
	_ core.Poller      = (*Connector)(nil)
	_ core.Account     = (*Connector)(nil)
	_ core.Sharer      = (*Connector)(nil)
)

// callTimeout bounds a call whose caller is more patient.
const callTimeout = 30 * time.Second

func open(env kit.Env, id core.ChannelID, name string, s Settings, w way) (*Connector, error) {
	if s.AuthToken == "" || s.AccountSID == "" {
		return nil, fmt.Errorf("open channel %s: account_sid and auth_token must be set", id)
	}
	c := &Connector{
		Opaque: kit.Opaque(name + " channel " + string(id)), set: s, way: w, env: env,
		from: w.sender(s.From), api: base(s.APIURL, defaultAPI), content: base(s.ContentURL, defaultContent),
		messaging: base(s.MessagingURL, defaultMessaging), contents: newContents(),
	}
	if s.MessagingURL == "" && c.api != defaultAPI {
		c.messaging = c.api
	}
	if at := env.Webhook(id); at != "" {
		c.webhook.Store(&at)
	}
	local := c.from
	if c.from == "" {
		local = string(w) + s.MessagingServiceSID
	}
	c.account = s.AccountSID + " " + local
	c.calls = env.HTTP.Limited(callTimeout, 0)
	var named []string
	for address, standard := range map[string]string{c.api: defaultAPI, c.content: defaultContent, c.messaging: defaultMessaging} {
		if address != standard {
			named = append(named, address)
		}
	}
	if len(named) > 0 {
		c.calls = c.calls.Trusting(named...)
	}
	return c, nil
}

func base(address, standard string) string {
	if address == "" {
		return standard
	}
	return strings.TrimRight(address, "/")
}

// sender is our own address as Twilio writes it. People leave the prefix out,
// and put spaces in.
func (w way) sender(from string) string {
	from = strings.TrimPrefix(strings.TrimSpace(from), string(w))
	if strings.HasPrefix(from, "+") {
		from = "+" + strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, from)
	}
	if from == "" {
		return ""
	}
	return string(w) + from
}

// Account implements core.Account. What is signed with one token is good for the
// channels of that token alone, of either kind.
func (c *Connector) Account() (app, account string) {
	return kit.Sign(c.set.AuthToken, "", []byte("the app's name"))[:16], c.account
}

// Shares implements core.Sharer: Twilio counts an account's calls for all its
// senders.
func (c *Connector) Shares(of core.Scope) string {
	if of == core.OneAccount {
		return "twilio " + c.set.AccountSID
	}
	return ""
}

// resource is the address of something of the account in the Messages API.
func (c *Connector) resource(path string) string {
	return c.api + "/2010-04-01/Accounts/" + url.PathEscape(c.set.AccountSID) + path
}
