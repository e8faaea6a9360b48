package instagram

import (
	"encoding/json"
	"errors"

	"causeway/connectors/kit"
	"causeway/core"
)

// message is Meta's page "Webhook event reference: messages"; an echo is one
// that the account sent (page "message_echoes").
type message struct {
	MID           loose             `json:"mid"`
	Text          string            `json:"text"`
	Attachments   []json.RawMessage `json:"attachments"`
	IsEcho        bool              `json:"is_echo"`
	IsDeleted     bool              `json:"is_deleted"`
	IsUnsupported bool              `json:"is_unsupported"`
	AppID         loose             `json:"app_id"`
	Metadata      loose             `json:"metadata"`
	Referral      json.RawMessage   `json:"referral"`
	QuickReply    *struct {
		Payload loose `json:"payload"`
	} `json:"quick_reply"`
	ReplyTo struct {
		MID   loose           `json:"mid"`
		Story json.RawMessage `json:"story"`
		Self  bool            `json:"is_self_reply"`
	} `json:"reply_to"`
}

func (e event) message(raw json.RawMessage) []core.Item {
	var id struct {
		MID loose `json:"mid"`
	}
	if err := kit.Part(raw, &id); err != nil || id.MID == "" {
		return []core.Item{e.broken("", errors.New("a message without an id"))}
	}
	key := "m:" + string(id.MID)
	var m message
	if err := kit.Part(raw, &m); err != nil {
		return []core.Item{e.broken(key, err)}
	}
	out := m.IsEcho || e.ours()
	switch {
	case m.IsDeleted && out:
		return []core.Item{e.ignored("deleted:"+string(m.MID), "a message of the account was taken back")}
	case m.IsDeleted:
		return []core.Item{e.hear("deleted:"+string(m.MID), core.ProviderID(m.MID+":deleted"), core.Deleted{Of: core.ProviderID(m.MID), Erased: true}, "", nil)}
	case out:
		return []core.Item{e.echo(key, m)}
	}
	content, attached := m.content(e.api)
	return []core.Item{e.hear(key, core.ProviderID(m.MID), content, core.ProviderID(m.ReplyTo.MID), m.metadata(attached))}
}

// echo is a message to the contact, by us or from elsewhere. Instagram tells
// neither app nor metadata.
func (e event) echo(key string, m message) core.Item {
	if account := string(e.Sender.ID); account == e.own || e.account == string(e.Recipient.ID) {
		e.account = account
	}
	to, err := e.person(e.Recipient)
	if err != nil {
		return e.broken(key, err)
	}
	content, _ := m.content(e.api)
	return e.item(key, core.Echo{
		To: to, Provider: core.ProviderID(m.MID), Ref: string(m.Metadata), Content: content,
		ReplyTo: core.ProviderID(m.ReplyTo.MID), By: by(m.AppID), At: e.Timestamp.At(),
	})
}

func by(app loose) string {
	if app == "" {
		return ""
	}
	return "app " + kit.Quoted(string(app))
}

// content is what a message says, and what else is told of its attachments.
func (m message) content(api string) (core.Content, []any) {
	pieces := make([]piece, 0, len(m.Attachments))
	var attached []any
	for _, raw := range m.Attachments {
		p := readAttachment(raw, api)
		pieces = append(pieces, p)
		if p.told != nil {
			attached = append(attached, p.told)
		}
	}
	switch {
	case m.QuickReply != nil && len(pieces) == 0:
		return core.Selection{Token: string(m.QuickReply.Payload), Title: m.Text}, nil
	case m.Text == "" && len(pieces) == 0 && m.IsUnsupported:
		return core.Unsupported{What: "unsupported"}, nil
	case m.Text == "" && len(pieces) == 0:
		return core.Unsupported{What: "a message without content"}, nil
	}
	return compose(m.Text, pieces), attached
}

// metadata is nil if there is nothing to tell. A story's address dies with the
// story, after 24 hours.
func (m message) metadata(attached []any) core.Metadata {
	all := core.Metadata{}
	refer(all, m.Referral)
	if story := kit.Object(m.ReplyTo.Story); story != nil {
		all["story"] = story
	}
	if m.ReplyTo.Self {
		all["self_reply"] = true
	}
	if len(attached) > 0 {
		all["attachments"] = attached
	}
	if m.QuickReply != nil {
		tapped(all, m.QuickReply.Payload)
	}
	return filled(all)
}

// refer notes the advertisement, product or link that led here: Meta's page
// "Webhook event reference: messaging_referrals". The parameter of a link is
// told alike on all channels.
func refer(all core.Metadata, raw json.RawMessage) {
	o := kit.Object(raw)
	if o == nil {
		return
	}
	all[core.MetaReferral] = o
	ref, _ := o["ref"].(string)
	if source, _ := o["source"].(string); ref != "" && source != "ADS" {
		all[core.MetaStart] = ref
	}
}

// tapped notes the payload of a button that is not of our making: an ice
// breaker, or one in the persistent menu.
func tapped(all core.Metadata, payload loose) {
	if _, _, ours := core.ReadToken(string(payload)); !ours && payload != "" {
		all["payload"] = string(payload)
	}
}

func filled(all core.Metadata) core.Metadata {
	if len(all) == 0 {
		return nil
	}
	return all
}
