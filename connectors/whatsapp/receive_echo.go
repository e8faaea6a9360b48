package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"

	"causeway/connectors/kit"
	"causeway/core"
)

// echo is a message to a person that others than we sent from the number
// (Meta's pages "smb_message_echoes webhook" and "message_echoes webhook").
type echo struct {
	To       loose `json:"to"`
	ToUserID loose `json:"to_user_id"`
	Ref      loose `json:"biz_opaque_callback_data"`
}

func (rd reader) echoes(v value, account, by string) []core.Item {
	among := readContacts(v.Contacts)
	var items []core.Item
	for _, raw := range v.Echoes {
		items = append(items, rd.echo(raw, account, by, among))
	}
	return items
}

func (rd reader) echo(raw json.RawMessage, account, by string, among people) core.Item {
	var h head
	if err := kit.Part(raw, &h); err != nil || h.ID == "" {
		return quarantined(kit.KeyOfBody(raw), account, errors.New("an echo without an id"))
	}
	key := "m:" + string(h.ID)
	if h.GroupID != "" && !rd.groups {
		return ignored(key, account, "group chats are off")
	}
	e, err := readEcho(h, raw, among)
	if err != nil {
		return quarantined(key, account, err)
	}
	e.By = by
	return core.Item{Key: key, Account: account, Event: e}
}

func readEcho(h head, raw json.RawMessage, among people) (core.Echo, error) {
	var to echo
	var p parts
	if err := errors.Join(kit.Part(raw, &to), kit.Part(raw, &p)); err != nil {
		return core.Echo{}, err
	}
	content, _, err := understand(h.Type, p, h.Errors)
	if err != nil {
		return core.Echo{}, fmt.Errorf("type %q: %w", kit.Quoted(h.Type), err)
	}
	person, err := sender{From: to.To, FromUserID: to.ToUserID}.person(among)
	if h.GroupID != "" {
		person, err = h.inGroup(person), nil
	}
	if err != nil {
		return core.Echo{}, errors.New("it does not tell who it went to")
	}
	return core.Echo{
		To: person, Provider: core.ProviderID(h.ID), Ref: string(to.Ref), Content: content,
		ReplyTo: core.ProviderID(h.Context.ID), At: h.Timestamp.At(),
	}, nil
}
