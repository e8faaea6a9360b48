package instagram

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// event is one thing that happened in a chat.
type event struct {
	reader
	raw     json.RawMessage
	account string
	head
}

// head is what events of every sort have.
type head struct {
	Sender    party `json:"sender"`
	Recipient party `json:"recipient"`
	Timestamp loose `json:"timestamp"`
}

type party struct {
	ID loose `json:"id"`
}

// concerns are the events that are understood and say nothing in a chat, with
// what they are: Meta's page "Webhook events reference".
var concerns = map[string]string{
	"optin":                          "an opt-in",
	"account_linking":                "an account was linked or unlinked",
	"pass_thread_control":            "the conversation was passed to another app",
	"take_thread_control":            "another app took the conversation",
	"request_thread_control":         "another app asks for the conversation",
	"app_roles":                      "the app's role changed",
	"policy_enforcement":             "Meta warns or blocks the account: see its Page's quality",
	"policy-enforcement":             "Meta warns or blocks the account: see its Page's quality",
	"game_play":                      "a game was played",
	"payment":                        "a payment",
	"pre_checkout":                   "a payment",
	"checkout_update":                "a payment",
	"messaging_feedback":             "a feedback form",
	"response_feedback":              "feedback on an answer",
	"message_context":                "the context of a message",
	"messaging_customer_information": "customer information",
}

// event reads one item of "messaging". A delivery of several messages is several
// items. account is entry.id.
func (rd reader) event(raw json.RawMessage, account string) []core.Item {
	e := event{reader: rd, raw: raw, account: account}
	var parts map[string]json.RawMessage
	if err := errors.Join(kit.Part(raw, &e.head), kit.Part(raw, &parts)); err != nil {
		return []core.Item{e.broken("", err)}
	}
	if account := string(e.Recipient.ID); e.account == "" || account == e.own {
		e.account = account // some accounts have another id besides, in entry.id
	}
	for _, sort := range []struct {
		name string
		read func(json.RawMessage) []core.Item
	}{
		{"message", e.message}, {"postback", e.postback}, {"reaction", e.reaction}, {"message_edit", e.edit},
		{"read", e.read}, {"delivery", e.delivery}, {"referral", e.referral},
	} {
		if part, ok := parts[sort.name]; ok {
			return sort.read(part)
		}
	}
	for _, of := range []string{"sender", "recipient", "timestamp"} {
		delete(parts, of)
	}
	names := slices.Sorted(maps.Keys(parts))
	for _, name := range names {
		if what, ok := concerns[name]; ok {
			return []core.Item{e.ignored("", what)}
		}
	}
	return []core.Item{e.broken("", fmt.Errorf("an event of none of the sorts that are known: %s", kit.Quoted(strings.Join(names, ", "))))}
}

// ignored and broken are the item for an event that is of no concern or cannot
// be read; without a key, the event's own bytes are its key.
func (e event) ignored(key, why string) core.Item { return ignored(e.key(key), e.account, why) }

func (e event) broken(key string, err error) core.Item {
	return quarantined(e.key(key), e.account, err)
}

func (e event) key(key string) string {
	if key == "" {
		return kit.KeyOfBody(e.raw)
	}
	return key
}

func (e event) item(key string, what core.Event) core.Item {
	return core.Item{Key: e.key(key), Account: e.account, Event: what}
}

// ours reports whether the account itself did it, in the app or by another tool.
func (e event) ours() bool { return e.Sender.ID != "" && string(e.Sender.ID) == e.account }

// hear makes an item of what the contact said.
func (e event) hear(key string, id core.ProviderID, c core.Content, replyTo core.ProviderID, m core.Metadata) core.Item {
	from, err := e.person(e.Sender)
	if err != nil {
		return e.broken(key, err)
	}
	item := e.item(key, core.Heard{From: from, Provider: id, Content: c, ReplyTo: replyTo, Metadata: m, At: e.Timestamp.At()})
	item.Acks = e.acks(from, c)
	return item
}

// acks is what the contact is shown at once. What another account heard is not
// ours to mark, and what asks for no answer shows no typing.
func (e event) acks(to core.Person, c core.Content) []core.Payload {
	if e.account != "" && e.account != e.own {
		return nil
	}
	var calls []core.Payload
	for _, action := range e.actions {
		switch c.(type) {
		case core.Reaction, core.Deleted, core.Edited:
			if action == typingOn {
				continue
			}
		}
		calls = append(calls, core.Payload{Op: opAction, Body: senderAction{Recipient: recipient{string(to.Address)}, Action: action}})
	}
	return calls
}

// scopedForm is that of ids scoped to an account or a Page.
var scopedForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// person is a contact by their id, which is all that a webhook tells.
func (e event) person(p party) (core.Person, error) {
	id := string(p.ID)
	if !scopedForm.MatchString(id) {
		return core.Person{}, errors.New("it does not tell who it is from or to")
	}
	return core.Person{Address: core.Address(id), UserID: e.kind + ":" + id}, nil
}
