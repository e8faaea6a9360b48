package instagram

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"

	"causeway/connectors/kit"
	"causeway/core"
)

// Receive implements core.Connector. A GET is Meta's handshake. The format is
// that of Meta's page "Webhooks for Messenger Platform": up to 1,000 entries of
// several accounts in one call, each event of which becomes items of its own.
func (a *account) Receive(r core.Request) (core.Delivery, error) {
	if r.Method == http.MethodGet {
		reply, ok := a.handshake(r)
		if !ok {
			return core.Delivery{}, core.ErrUnverified
		}
		return core.Delivery{Reply: reply}, nil
	}
	if !a.genuine(r) {
		return core.Delivery{}, core.ErrUnverified
	}
	var body json.RawMessage
	if err := kit.Decode(r.Body, &body); err != nil {
		return core.Delivery{}, err
	}
	items := a.reader().calls(body)
	if len(items) == 0 {
		items = []core.Item{ignored(kit.KeyOfBody(r.Body), "", "the call reports nothing")}
	}
	return core.Delivery{Items: kit.Once(items)}, nil
}

// genuine reports whether Meta signed the body as it came.
func (a *account) genuine(r core.Request) bool {
	for _, secret := range a.signing {
		if kit.Signed(secret, "sha256=", r.Header["X-Hub-Signature-256"], r.Body) {
			return true
		}
	}
	return false
}

// challengeForm is what is echoed, and nothing else: the answer must not be
// made to carry a page.
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// handshake: Meta's page "Webhooks: Getting started".
func (a *account) handshake(r core.Request) (core.ReplyBody, bool) {
	challenge := r.Query["hub.challenge"]
	known := kit.Same(a.verify, r.Query["hub.verify_token"])
	if !known || r.Query["hub.mode"] != "subscribe" || !challengeForm.MatchString(challenge) {
		return core.ReplyBody{}, false
	}
	return core.ReplyBody{Type: "text/plain; charset=utf-8", Body: []byte(challenge)}, true
}

// reader takes a webhook call apart. Every level is decoded on its own, so that
// what is wrong in one place spoils nothing beside it.
type reader struct {
	// kind is how user ids of the call begin.
	kind string
	// api is the host that may serve files besides Meta's own.
	api string
	// own is the account whose contacts are shown what actions says.
	own     string
	actions []string
}

func (a *account) reader() reader {
	return reader{kind: a.kind, api: a.api, own: a.id, actions: a.actions}
}

// calls reads a call, or an array of them, as Meta's examples have it.
func (rd reader) calls(body json.RawMessage) []core.Item {
	var several []json.RawMessage
	if json.Unmarshal(body, &several) != nil || several == nil {
		return rd.call(body)
	}
	var items []core.Item
	for _, one := range several {
		items = append(items, rd.call(one)...)
	}
	return items
}

// kinds are the kinds by the "object" of a call: one app may have the webhooks
// of its Page and of the Page's Instagram account sent to one address.
var kinds = map[string]string{"instagram": kindInstagram, "page": kindMessenger}

func (rd reader) call(raw json.RawMessage) []core.Item {
	var call struct {
		Object string            `json:"object"`
		Entry  []json.RawMessage `json:"entry"`
	}
	if err := kit.Part(raw, &call); err != nil {
		return []core.Item{quarantined(kit.KeyOfBody(raw), "", err)}
	}
	if kind, known := kinds[call.Object]; known {
		rd.kind = kind
	} else if call.Object != "" {
		return []core.Item{quarantined(kit.KeyOfBody(raw), "", fmt.Errorf("object %s has no chats", kit.Quoted(call.Object)))}
	}
	var items []core.Item
	for _, entry := range call.Entry {
		items = append(items, rd.entry(entry)...)
	}
	return items
}

// change is a webhook of the Graph API's general form. It stands in a list, or
// in the entry itself (Meta's pages on webhooks of Instagram differ).
type change struct {
	Field string          `json:"field"`
	Value json.RawMessage `json:"value"`
}

// testAccount is the account in calls that the app dashboard's button makes.
const testAccount = "0"

func (rd reader) entry(raw json.RawMessage) []core.Item {
	var entry struct {
		ID        loose             `json:"id"`
		Messaging []json.RawMessage `json:"messaging"`
		Standby   []json.RawMessage `json:"standby"`
		Changes   []json.RawMessage `json:"changes"`
		change
	}
	if err := kit.Part(raw, &entry); err != nil {
		return []core.Item{quarantined(kit.KeyOfBody(raw), "", err)}
	}
	account := string(entry.ID)
	if account == testAccount {
		return []core.Item{ignored(kit.KeyOfBody(raw), "", "a test from the app dashboard")}
	}
	var items []core.Item
	for _, one := range entry.Messaging {
		items = append(items, rd.event(one, account)...)
	}
	for _, one := range entry.Standby {
		items = append(items, ignored("standby:"+kit.KeyOfBody(one), account, "another app has the conversation (standby)"))
	}
	for _, one := range entry.Changes {
		items = append(items, rd.change(one, account)...)
	}
	if entry.Field != "" {
		items = append(items, rd.changed(entry.change, raw, account)...)
	}
	if len(items) == 0 {
		return []core.Item{ignored(kit.KeyOfBody(raw), account, "the entry reports nothing")}
	}
	return items
}

func (rd reader) change(raw json.RawMessage, account string) []core.Item {
	var c change
	if err := kit.Part(raw, &c); err != nil {
		return []core.Item{quarantined(kit.KeyOfBody(raw), account, err)}
	}
	return rd.changed(c, raw, account)
}

// chatFields are the fields whose changes are events of a chat.
var chatFields = map[string]bool{
	"messages": true, "message_echoes": true, "message_edit": true, "message_edits": true, "message_reactions": true,
	"messaging_postbacks": true, "messaging_seen": true, "messaging_referral": true, "messaging_referrals": true,
	"message_deliveries": true, "message_reads": true,
}

func (rd reader) changed(c change, raw json.RawMessage, account string) []core.Item {
	if !chatFields[c.Field] {
		return []core.Item{ignored(kit.KeyOfBody(raw), account, "field "+kit.Quoted(c.Field)+" is not of a chat")}
	}
	return rd.event(c.Value, account)
}

func ignored(key, account, why string) core.Item {
	item := kit.Ignore(key, why)
	item.Account = account
	return item
}

func quarantined(key, account string, err error) core.Item {
	item := kit.Quarantine(key, err.Error())
	item.Account = account
	return item
}
