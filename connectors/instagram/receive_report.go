package instagram

import (
	"encoding/json"
	"errors"
	"fmt"

	"causeway/connectors/kit"
	"causeway/core"
)

// postback is a tap on a button that stays: of a template, an ice breaker, Get
// Started or the persistent menu (Meta's page "messaging_postbacks").
func (e event) postback(raw json.RawMessage) []core.Item {
	var p struct {
		MID      loose           `json:"mid"`
		Title    string          `json:"title"`
		Payload  loose           `json:"payload"`
		Referral json.RawMessage `json:"referral"`
	}
	if err := kit.Part(raw, &p); err != nil {
		return []core.Item{e.broken("", err)}
	}
	key := e.key("")
	if p.MID != "" {
		key = "p:" + string(p.MID)
	}
	if p.Payload == "" && p.Title == "" {
		return []core.Item{e.broken(key, kit.ErrMissing)}
	}
	all := core.Metadata{}
	refer(all, p.Referral)
	tapped(all, p.Payload)
	c := core.Selection{Token: string(p.Payload), Title: p.Title}
	return []core.Item{e.hear(key, core.ProviderID(or(string(p.MID), key)), c, "", filled(all))}
}

// emojis stand for the names of reactions that come without one: Meta's page
// "message_reactions".
var emojis = map[string]string{
	"love": "❤️", "like": "👍", "dislike": "👎", "laugh": "😆", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠",
}

func (e event) reaction(raw json.RawMessage) []core.Item {
	var r struct {
		MID      loose  `json:"mid"`
		Action   string `json:"action"`
		Reaction string `json:"reaction"`
		Emoji    string `json:"emoji"`
	}
	if err := kit.Part(raw, &r); err != nil {
		return []core.Item{e.broken("", err)}
	}
	if r.MID == "" {
		return []core.Item{e.broken("", kit.ErrMissing)}
	}
	id := string(r.MID) + ":" + kit.Quoted(r.Action) + ":" + string(e.Timestamp)
	key := "reaction:" + string(e.Sender.ID) + ":" + id
	c := core.Reaction{To: core.ProviderID(r.MID)}
	switch {
	case e.ours():
		return []core.Item{e.ignored(key, "a reaction of the account")}
	case r.Action == "react":
		c.Emoji = or(r.Emoji, or(emojis[r.Reaction], or(r.Reaction, "👍")))
	case r.Action != "unreact":
		return []core.Item{e.broken(key, fmt.Errorf("action %s is not known", kit.Quoted(r.Action)))}
	}
	return []core.Item{e.hear(key, core.ProviderID(id), c, "", nil)}
}

// edit is Meta's page "message_edits". An edit of nothing comes with new
// messages of some accounts.
func (e event) edit(raw json.RawMessage) []core.Item {
	var m struct {
		MID  loose   `json:"mid"`
		Text *string `json:"text"`
		Edit loose   `json:"num_edit"`
	}
	if err := kit.Part(raw, &m); err != nil {
		return []core.Item{e.broken("", err)}
	}
	if m.MID == "" {
		return []core.Item{e.broken("", kit.ErrMissing)}
	}
	id := string(m.MID) + ":edit:" + or(string(m.Edit), string(e.Timestamp))
	key := "edit:" + id
	switch {
	case e.ours():
		return []core.Item{e.ignored(key, "the account edited its own message")}
	case m.Text == nil && m.Edit == "0":
		return []core.Item{e.ignored(key, "nothing was edited")}
	case m.Text == nil:
		return []core.Item{e.broken(key, kit.ErrMissing)}
	}
	c := core.Edited{Of: core.ProviderID(m.MID), New: core.Text{Body: *m.Text}}
	return []core.Item{e.hear(key, core.ProviderID(id), c, "", nil)}
}

// read names a message on Instagram ("messaging_seen"), and only a time on
// Messenger ("message_reads"): all before it was read.
func (e event) read(raw json.RawMessage) []core.Item {
	var r struct {
		MID       loose `json:"mid"`
		Watermark loose `json:"watermark"`
	}
	if err := kit.Part(raw, &r); err != nil {
		return []core.Item{e.broken("", err)}
	}
	switch {
	case r.MID != "":
		report := core.Reported{Provider: core.ProviderID(r.MID), Status: core.Read, At: e.Timestamp.At()}
		return []core.Item{e.item("read:"+string(r.MID), report)}
	case r.Watermark != "":
		return []core.Item{e.reached(core.Read, r.Watermark)}
	}
	return []core.Item{e.broken("", kit.ErrMissing)}
}

// reached tells of all messages before the watermark.
func (e event) reached(s core.Status, watermark loose) core.Item {
	key := fmt.Sprintf("until:%s:%s:%s", s, kit.Quoted(string(e.Sender.ID)), string(watermark))
	who, err := e.person(e.Sender)
	if err == nil && watermark.At().IsZero() {
		err = errors.New("the watermark is no time")
	}
	if err != nil {
		return e.broken(key, err)
	}
	return e.item(key, core.Reached{Who: who, Status: s, Until: watermark.At()})
}

// delivery is of Messenger alone: Meta's page "message_deliveries". It may name
// some messages, and tells of all before the watermark.
func (e event) delivery(raw json.RawMessage) []core.Item {
	var d struct {
		MIDs      []loose `json:"mids"`
		Watermark loose   `json:"watermark"`
	}
	if err := kit.Part(raw, &d); err != nil {
		return []core.Item{e.broken("", err)}
	}
	at := d.Watermark.At()
	if at.IsZero() {
		at = e.Timestamp.At()
	}
	var items []core.Item
	for _, mid := range d.MIDs {
		if mid != "" {
			items = append(items, e.item("delivered:"+string(mid), core.Reported{Provider: core.ProviderID(mid), Status: core.Delivered, At: at}))
		}
	}
	if d.Watermark != "" {
		items = append(items, e.reached(core.Delivered, d.Watermark))
	}
	if len(items) == 0 {
		return []core.Item{e.broken("", errors.New("a delivery of nothing"))}
	}
	return items
}

// referral alone means that the contact came back by a link or an advertisement,
// and has not written.
func (e event) referral(raw json.RawMessage) []core.Item {
	from, err := e.person(e.Sender)
	if err != nil {
		return []core.Item{e.broken("", err)}
	}
	all := core.Metadata{}
	refer(all, raw)
	return []core.Item{e.item("", core.Opened{From: from, Metadata: filled(all), At: e.Timestamp.At()})}
}
