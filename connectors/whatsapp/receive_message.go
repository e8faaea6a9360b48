package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"

	"causeway/connectors/kit"
	"causeway/core"
)

// head is what messages of every type have.
type head struct {
	sender
	ID        loose  `json:"id"`
	Timestamp loose  `json:"timestamp"`
	Type      string `json:"type"`
	GroupID   loose  `json:"group_id"`
	Origin    string `json:"origin"`
	Context   struct {
		ID                  loose           `json:"id"`
		Forwarded           bool            `json:"forwarded"`
		FrequentlyForwarded bool            `json:"frequently_forwarded"`
		ReferredProduct     json.RawMessage `json:"referred_product"`
	} `json:"context"`
	Referral json.RawMessage   `json:"referral"`
	Errors   []json.RawMessage `json:"errors"`
}

// parts are the members of a message, each under the name of its type.
type parts map[string]json.RawMessage

func (rd reader) message(raw json.RawMessage, account string, among people) core.Item {
	var h head
	if wrong := kit.Part(raw, &h); wrong != nil {
		var id struct {
			ID loose `json:"id"`
		}
		if err := kit.Part(raw, &id); err == nil && id.ID != "" {
			return quarantined("m:"+string(id.ID), account, wrong)
		}
		h.ID = ""
	}
	if h.ID == "" {
		return quarantined(kit.KeyOfBody(raw), account, errors.New("a message without an id"))
	}
	key := "m:" + string(h.ID)
	if h.GroupID != "" && !rd.groups {
		return ignored(key, account, "group chats are off")
	}
	item := core.Item{Key: key, Account: account}
	var err error
	switch h.Type {
	case "system":
		return rd.system(key, account, h, raw)
	case "request_welcome":
		item.Event, err = open(h, among)
	default:
		var heard core.Heard
		heard, err = hear(h, raw, among)
		item.Event, item.Acks = heard, rd.acks(account, h, heard)
	}
	if err != nil {
		return quarantined(key, account, err)
	}
	return item
}

// open reports that a person opened the chat for the first time, which lets us
// write (Meta's page "Conversational components", welcome messages).
func open(h head, among people) (core.Opened, error) {
	from, err := h.person(among)
	if err != nil {
		return core.Opened{}, err
	}
	return core.Opened{From: h.inGroup(from), Metadata: h.metadata(from, nil), At: h.Timestamp.At()}, nil
}

func hear(h head, raw json.RawMessage, among people) (core.Heard, error) {
	var p parts
	if err := kit.Part(raw, &p); err != nil {
		return core.Heard{}, err
	}
	content, extra, err := understand(h.Type, p, h.Errors)
	if err != nil {
		return core.Heard{}, fmt.Errorf("type %q: %w", kit.Quoted(h.Type), err)
	}
	from, err := h.whose(content).person(among)
	if err != nil {
		return core.Heard{}, err
	}
	return core.Heard{
		From: h.inGroup(from), Provider: core.ProviderID(h.ID), Content: content,
		ReplyTo: core.ProviderID(h.Context.ID), Metadata: h.metadata(from, extra), At: h.Timestamp.At(),
	}, nil
}

// whose is the sender, with the number that the person gave when we asked for
// it (Meta's page "Request contact information").
func (h head) whose(c core.Content) sender {
	s := h.sender
	cards, ok := c.(core.Contacts)
	if h.Origin != "contact_request" || s.phone() != "" || !ok || len(cards.Contacts) != 1 {
		return s
	}
	for _, p := range cards.Contacts[0].Phones {
		if phone := phoneOf(p); phone != "" {
			return sender{From: loose(phone), FromUserID: loose(s.userID())}
		}
	}
	return s
}

// inGroup makes a group the one who is answered; who spoke stands in the
// metadata.
func (h head) inGroup(from core.Person) core.Person {
	if h.GroupID == "" {
		return from
	}
	group := groupPrefix + string(h.GroupID)
	return core.Person{Address: core.Address(group), Keys: []string{group}, UserID: "whatsapp:" + group}
}

// metadata is nil if there is nothing to tell.
func (h head) metadata(from core.Person, extra core.Metadata) core.Metadata {
	all := core.Metadata{}
	for k, v := range extra {
		all[k] = v
	}
	if o := kit.Object(h.Referral); o != nil {
		all[core.MetaReferral] = o
		if ref, _ := o["ref"].(string); ref != "" {
			all[core.MetaStart] = ref
		}
	}
	if o := kit.Object(h.Context.ReferredProduct); o != nil {
		all["referred_product"] = o
	}
	if h.Context.Forwarded || h.Context.FrequentlyForwarded {
		all[core.MetaForwarded] = true
	}
	if h.Context.FrequentlyForwarded {
		all["frequently_forwarded"] = true
	}
	if h.Origin != "" {
		all["origin"] = h.Origin
	}
	if h.GroupID != "" {
		all["participant"] = object{"name": from.Name, "address": string(from.Address)}
	}
	if len(h.Errors) > 0 {
		all["errors"] = failures(h.Errors)
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
