package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// Receive implements core.Connector. A GET is the provider's handshake. The
// format is that of Meta's page "Webhooks: messages": up to 1,000 entries,
// changes, messages and statuses of several numbers in one call, each of which
// becomes an item of its own.
func (n *number) Receive(r core.Request) (core.Delivery, error) {
	if r.Method == http.MethodGet {
		reply, ok := n.handshake(r)
		if !ok {
			return core.Delivery{}, core.ErrUnverified
		}
		return core.Delivery{Reply: reply}, nil
	}
	if !n.genuine(r) {
		return core.Delivery{}, core.ErrUnverified
	}
	rd := reader{habits: n.habits, account: n.account, named: n.named, codes: n.codes}
	if items, ok := rd.plain(r.Body); ok {
		return core.Delivery{Items: kit.Once(items)}, nil
	}
	var call envelope
	switch err := kit.Decode(r.Body, &call); {
	case errors.Is(err, core.ErrUnreadable):
		return core.Delivery{}, err
	case err != nil:
		return core.Delivery{Items: []core.Item{quarantined(kit.KeyOfBody(r.Body), "", kit.Plainly(err))}}, nil
	}
	items := rd.call(call)
	switch {
	case len(items) > 0:
	case call.Event != "":
		items = []core.Item{ignored(kit.KeyOfBody(r.Body), "", "event "+kit.Quoted(call.Event))}
	case call.Entry == nil:
		items = []core.Item{quarantined(kit.KeyOfBody(r.Body), "", errors.New("there is no entry in it"))}
	default:
		items = []core.Item{ignored(kit.KeyOfBody(r.Body), "", "the call reports nothing")}
	}
	return core.Delivery{Items: kit.Once(items)}, nil
}

// ourObject is what a call about WhatsApp says that it is about; 360dialog may
// leave it out.
const ourObject = "whatsapp_business_account"

// envelope is a whole webhook call. Event is what 360dialog tells its partners
// with instead of entries.
type envelope struct {
	Object string            `json:"object"`
	Entry  []json.RawMessage `json:"entry"`
	Event  string            `json:"event"`
}

// plainCall is a whole webhook call of the field that nearly all are about.
type plainCall struct {
	Object string `json:"object"`
	Entry  []struct {
		Changes []struct {
			Field string `json:"field"`
			Value *value `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

// plain reads a call at once if nothing is wrong or unusual down to its messages.
// It says the same of it as taking it apart does, which costs a pass over the body
// for each level.
func (rd reader) plain(body []byte) ([]core.Item, bool) {
	var call plainCall
	if kit.Decode(body, &call) != nil || len(call.Entry) == 0 || foreign(call.Object) {
		return nil, false
	}
	var items []core.Item
	for _, entry := range call.Entry {
		if len(entry.Changes) == 0 {
			return nil, false
		}
		for _, change := range entry.Changes {
			if change.Field != "messages" || change.Value == nil {
				return nil, false
			}
			found := rd.messages(*change.Value, rd.named(change.Value.Metadata))
			if len(found) == 0 {
				return nil, false
			}
			items = append(items, found...)
		}
	}
	return items, len(items) > 0
}

// reader takes a webhook call apart. Every level is decoded on its own, so that
// what is wrong in one place spoils nothing beside it.
type reader struct {
	habits
	account string // the channel's own
	named   func(metadata) string
	codes   kit.Table
	at      time.Time // when the entry under way was made, if it tells
}

func (rd reader) call(call envelope) []core.Item {
	var items []core.Item
	for _, entry := range call.Entry {
		if foreign(call.Object) {
			items = append(items, quarantined(kit.KeyOfBody(entry), "", fmt.Errorf("it is of object %s, not of WhatsApp: give that its own webhook", kit.Quoted(call.Object))))
			continue
		}
		items = append(items, rd.entry(entry)...)
	}
	return items
}

// foreign reports whether a call is about something else: an app may have the
// webhooks of several products sent to one address.
func foreign(object string) bool { return object != "" && object != ourObject }

func (rd reader) entry(raw json.RawMessage) []core.Item {
	var entry struct {
		Time    loose             `json:"time"`
		Changes []json.RawMessage `json:"changes"`
	}
	if err := kit.Part(raw, &entry); err != nil {
		return []core.Item{quarantined(kit.KeyOfBody(raw), "", err)}
	}
	rd.at = entry.Time.At()
	var items []core.Item
	for _, change := range entry.Changes {
		items = append(items, rd.change(change)...)
	}
	switch {
	case len(items) > 0:
		return items
	case entry.Changes == nil:
		return []core.Item{quarantined(kit.KeyOfBody(raw), "", errors.New("there are no changes in the entry"))}
	}
	return []core.Item{ignored(kit.KeyOfBody(raw), "", "the entry reports nothing")}
}

// metadata says which number of ours a change is about.
type metadata struct {
	PhoneNumberID      loose `json:"phone_number_id"`
	DisplayPhoneNumber loose `json:"display_phone_number"`
}

// value is what a change tells. One field fills some of it.
type value struct {
	Metadata        metadata          `json:"metadata"`
	Contacts        []json.RawMessage `json:"contacts"`
	Messages        []json.RawMessage `json:"messages"`
	Statuses        []json.RawMessage `json:"statuses"`
	Errors          []json.RawMessage `json:"errors"`
	UserActions     []json.RawMessage `json:"user_actions"`
	Echoes          []json.RawMessage `json:"message_echoes"`
	UserIDUpdates   []json.RawMessage `json:"user_id_update"`
	UserPreferences []json.RawMessage `json:"user_preferences"`
}

func (rd reader) change(raw json.RawMessage) []core.Item {
	var change struct {
		Field string          `json:"field"`
		Value json.RawMessage `json:"value"`
	}
	if err := kit.Part(raw, &change); err != nil {
		return []core.Item{quarantined(kit.KeyOfBody(raw), "", err)}
	}
	read := rd.field(change.Field)
	if read == nil {
		if item, ok := rd.judge(change.Field, change.Value); ok {
			return []core.Item{item}
		}
		return []core.Item{ignored(kit.KeyOfBody(raw), rd.accountOf(change.Value), "field "+kit.Quoted(change.Field)+eventOf(change.Value))}
	}
	var v value
	if err := kit.Part(change.Value, &v); err != nil {
		return []core.Item{quarantined(kit.KeyOfBody(raw), "", err)}
	}
	account := rd.named(v.Metadata)
	items := read(v, account)
	if len(items) == 0 {
		return []core.Item{ignored(kit.KeyOfBody(raw), account, "field "+kit.Quoted(change.Field)+" with nothing in it")}
	}
	return items
}

// field is how a field of Meta's page "Webhooks reference" is read; nil for one
// that tells nothing of a conversation.
func (rd reader) field(name string) func(value, string) []core.Item {
	switch name {
	case "messages":
		return rd.messages
	case "smb_message_echoes":
		return func(v value, account string) []core.Item { return rd.echoes(v, account, "phone app") }
	case "message_echoes":
		return func(v value, account string) []core.Item { return rd.echoes(v, account, "another tool") }
	case "user_id_update":
		return rd.userIDUpdates
	case "user_preferences":
		return rd.userPreferences
	}
	return nil
}

func (rd reader) messages(v value, account string) []core.Item {
	among := readContacts(v.Contacts)
	var items []core.Item
	for _, raw := range v.Messages {
		items = append(items, rd.message(raw, account, among))
	}
	for _, raw := range v.Statuses {
		items = append(items, rd.status(raw, account))
	}
	for _, raw := range v.Errors {
		items = append(items, ignored(kit.KeyOfBody(raw), account, "the provider reports "+readFailure(raw).String()))
	}
	for _, raw := range v.UserActions {
		items = append(items, ignored(kit.KeyOfBody(raw), account, "user action "+kit.Quoted(actionOf(raw))))
	}
	return items
}

func actionOf(raw json.RawMessage) string {
	action, _ := kit.Object(raw)["action_type"].(string)
	return action
}

// accountOf is the number that a change of another field is about, if it says so.
func (rd reader) accountOf(raw json.RawMessage) string {
	var v struct {
		Metadata metadata `json:"metadata"`
	}
	if err := kit.Part(raw, &v); err != nil {
		return ""
	}
	return rd.named(v.Metadata)
}

// eventOf is what such a field reports in one word, where it has one.
func eventOf(raw json.RawMessage) string {
	event, _ := kit.Object(raw)["event"].(string)
	if event == "" {
		return ""
	}
	return ": " + kit.Quoted(event)
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
