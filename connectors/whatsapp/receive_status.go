package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"

	"causeway/connectors/kit"
	"causeway/core"
)

// statuses are Meta's words (page "Webhooks: status messages") in ours.
// "played" is a voice note that was listened to.
var statuses = map[string]core.Status{
	"sent": core.Sent, "delivered": core.Delivered, "read": core.Read, "played": core.Read, "failed": core.Failed,
}

// report is one status of one message of ours.
type report struct {
	ID            loose             `json:"id"`
	Status        string            `json:"status"`
	Timestamp     loose             `json:"timestamp"`
	Ref           loose             `json:"biz_opaque_callback_data"`
	Recipient     loose             `json:"recipient_id"`
	RecipientID   loose             `json:"recipient_user_id"`
	RecipientType string            `json:"recipient_type"`
	Participant   loose             `json:"recipient_participant_id"`
	ParticipantID loose             `json:"recipient_participant_user_id"`
	Errors        []json.RawMessage `json:"errors"`
	Pricing       json.RawMessage   `json:"pricing"`
	Conversation  json.RawMessage   `json:"conversation"`
}

func (rd reader) status(raw json.RawMessage, account string) core.Item {
	var r report
	if err := kit.Part(raw, &r); err != nil {
		return quarantined(kit.KeyOfBody(raw), account, err)
	}
	if r.ID == "" || r.Status == "" {
		return quarantined(kit.KeyOfBody(raw), account, errors.New("a status without an id or a word for it"))
	}
	key := r.key()
	status, known := statuses[r.Status]
	switch {
	case r.Status == "deleted" || r.Status == "warning":
		return ignored(key, account, "status "+r.Status)
	case !known:
		return quarantined(key, account, fmt.Errorf("status %s is not known", kit.Quoted(r.Status)))
	case r.RecipientType == "group" && !rd.groups:
		return ignored(key, account, "group chats are off")
	}
	return core.Item{Key: key, Account: account, Event: core.Reported{
		Provider: core.ProviderID(r.ID), Ref: string(r.Ref), Status: status, Keys: r.keys(),
		Fault: r.fault(status, rd.codes), At: r.Timestamp.At(), Details: r.details(),
	}}
}

// key tells the participants of a group apart.
func (r report) key() string {
	key := "s:" + string(r.ID) + ":" + r.Status
	switch {
	case r.RecipientType != "group":
	case r.ParticipantID != "":
		key += ":" + string(r.ParticipantID)
	case r.Participant != "":
		key += ":" + string(r.Participant)
	}
	return key
}

// keys are the names of whom it went to: who was written to by a number may
// answer under a user id alone.
func (r report) keys() []string {
	if r.RecipientType == "group" {
		return nil
	}
	to := sender{From: r.Recipient, FromUserID: r.RecipientID}
	return keys(to.userID(), to.phone())
}

func (r report) fault(s core.Status, codes kit.Table) *core.Fault {
	if s != core.Failed {
		return nil
	}
	if len(r.Errors) == 0 {
		return failure{}.fault(codes)
	}
	return readFailure(r.Errors[0]).fault(codes)
}

func (r report) details() core.Metadata {
	all := core.Metadata{}
	if o := kit.Object(r.Pricing); o != nil {
		all["pricing"] = o
	}
	if o := kit.Object(r.Conversation); o != nil {
		all["conversation"] = o
	}
	if r.Status == "played" {
		all["played"] = true
	}
	if len(r.Errors) > 0 {
		all["errors"] = failures(r.Errors)
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
