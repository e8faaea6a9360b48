package twilio

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// nothing is the answer that says nothing to the contact: Twilio sends on
// whatever else it is answered. Twilio's page "TwiML for Programmable Messaging".
const nothing = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

// params are the fields of a webhook call, whichever way they came.
type params map[string]string

// Receive implements core.Connector. A call reports one message or one status of
// one message. Twilio's pages "Twilio's Request to your Webhook URL" and
// "Outbound Message Status in Status Callbacks".
func (c *Connector) Receive(r core.Request) (core.Delivery, error) {
	form, badForm := fields(r)
	if !signed(c.set.tokens(), r, form) {
		return core.Delivery{}, core.ErrUnverified
	}
	p, err := read(r, form)
	switch {
	case badForm != nil || errors.Is(err, core.ErrUnreadable):
		return core.Delivery{}, fmt.Errorf("read the form: %w", core.ErrUnreadable)
	case err != nil:
		return answer(kit.Quarantine(kit.KeyOfBody(r.Body), err.Error())), nil
	case p.sid() == "":
		return answer(kit.Quarantine(kit.KeyOfBody(r.Body), "it names no message")), nil
	case p.isStatus():
		return answer(c.status(p, refIn(r.URL))), nil
	}
	return answer(c.message(p)...), nil
}

func answer(items ...core.Item) core.Delivery {
	return core.Delivery{Items: items, Reply: core.ReplyBody{Type: "text/xml; charset=utf-8", Body: []byte(nothing)}}
}

// fields are what the signature covers besides the URL: nothing for a GET and
// for a body whose hash is in the URL.
func fields(r core.Request) (url.Values, error) {
	if r.Method == http.MethodGet || hashOf(r.URL) != "" {
		return url.Values{}, nil
	}
	return url.ParseQuery(string(r.Body))
}

// read gives the fields by name, the first of those that are there twice.
func read(r core.Request, form url.Values) (params, error) {
	p := params{}
	switch {
	case r.Method == http.MethodGet:
		u, err := url.Parse(r.URL)
		if err != nil {
			return nil, core.ErrUnreadable
		}
		form = u.Query()
	case hashOf(r.URL) != "":
		return fromJSON(r.Body)
	}
	for name, values := range form {
		p[name] = values[0]
	}
	return p, nil
}

// fromJSON takes an object's members as fields.
func fromJSON(body []byte) (params, error) {
	var all map[string]json.RawMessage
	if err := kit.Decode(body, &all); err != nil {
		return nil, err
	}
	p := params{}
	for name, raw := range all {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		p[name] = text
	}
	return p, nil
}

// sid is the message's name; the other fields are old names of the same.
func (p params) sid() string { return p.first("MessageSid", "SmsMessageSid", "SmsSid") }

func (p params) isStatus() bool {
	return p["MessageStatus"] != "" || (p["SmsStatus"] != "" && p["SmsStatus"] != "received" && p["SmsStatus"] != "receiving")
}

func (p params) first(names ...string) string {
	for _, name := range names {
		if p[name] != "" {
			return p[name]
		}
	}
	return ""
}

// mine names the account that an item is for: the channel's own, or the address
// that it came to, which another channel may have, of the Twilio account that the
// call names.
func (c *Connector) mine(w way, p params, address string) string {
	account := first(p["AccountSid"], c.set.AccountSID)
	if service := p["MessagingServiceSid"]; service != "" && service == c.set.MessagingServiceSID {
		return account + " " + string(w) + service
	}
	return account + " " + w.at(address)
}

// message reports what a contact said, and that they want to hear from us no
// more, or again.
func (c *Connector) message(p params) []core.Item {
	w, key := wayOf(p), "m:"+p.sid()
	account := c.mine(w, p, p["To"])
	from := w.person(p)
	if p["From"] == "" || from.Address == "" || from.UserID == "" {
		item := kit.Quarantine(key, "it does not tell who sent it")
		item.Account = account
		return []core.Item{item}
	}
	content, extra := p.content(w)
	if content == nil {
		item := kit.Quarantine(key, "there is nothing in it that is known")
		item.Account = account
		return []core.Item{item}
	}
	items := []core.Item{{Key: key, Account: account, Acks: c.acks(w, account, p, content), Event: core.Heard{
		From: from, Provider: core.ProviderID(p.sid()), Content: content,
		ReplyTo: core.ProviderID(p["OriginalRepliedMessageSid"]), Metadata: p.metadata(extra),
	}}}
	if blocked, told := p.optOut(w); told {
		items = append(items, core.Item{Key: "o:" + p.sid(), Account: account, Event: core.Blocked{From: from, Blocked: blocked}})
	}
	return items
}

// words after which Twilio itself lets no SMS through, or does again. Twilio's
// page "Twilio support for opt-out keywords (SMS STOP filtering)". YES opts in
// too, and is left out: it is an answer to most questions.
var optWords = map[string]bool{
	"STOP": true, "STOPALL": true, "UNSUBSCRIBE": true, "CANCEL": true, "END": true, "QUIT": true, "REVOKE": true, "OPTOUT": true,
	"START": false, "UNSTOP": false,
}

// optOut reads what Advanced Opt-Out tells, or, by SMS, the words themselves.
func (p params) optOut(w way) (blocked, told bool) {
	switch strings.ToUpper(p["OptOutType"]) {
	case "STOP":
		return true, true
	case "START":
		return false, true
	case "":
	default:
		return false, false
	}
	if w != smsWay {
		return false, false
	}
	blocked, told = optWords[strings.ToUpper(strings.TrimSpace(p["Body"]))]
	return blocked, told
}
