package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/core"
	"causeway/db"
)

// report applies what a provider says became of a call of ours. A report on a
// call that is not known yet, or on a message of which more is to be sent, waits
// for the end of its send, under the same lock; a failure never waits.
func (t *tx) report(item core.Arrived, e core.Reported) (core.ItemFate, error) {
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: string(e.Status)}
	if err := t.holdReported(item.Channel.ID, e); err != nil {
		return fate, err
	}
	call, err := t.called(item.Channel.ID, e)
	if errors.Is(err, sql.ErrNoRows) {
		return fate, t.tooEarly(item.Channel.ID, e)
	}
	if err != nil {
		return fate, fmt.Errorf("find reported message: %w", err)
	}
	fate.Message, fate.Conversation = call.message, call.conversation
	if err := errors.Join(t.keepDetails(call.message, e.Details), t.learnNames(item.Channel.ID, call.conversation, e)); err != nil {
		return fate, err
	}
	over, err := t.sendOver(call)
	if err != nil {
		return fate, err
	}
	switch {
	case e.Status == core.Failed && e.Fault != nil && e.Fault.Kind == core.WindowClosed && call.was != core.Read && call.was != core.Delivered:
		return fate, t.windowClosed(call, e.Fault, item.Channel.Reopen)
	case e.Status == core.Failed, over:
	case call.was == core.Queued || call.was == core.Sending || call.was == core.Unknown:
		return fate, t.tooEarly(item.Channel.ID, e)
	case call.n+1 < call.made:
		return fate, nil // the last call speaks for the message
	}
	return fate, t.apply(call.message, e.Status, e.Fault)
}

// windowClosed is for providers that take a message first and say later that the
// window has closed: what a person said is held then, to be sent anew.
func (t *tx) windowClosed(call callRow, fault *core.Fault, reopen *core.Template) error {
	var from core.SenderType
	var content string
	if err := t.Row(`SELECT sender_type, content FROM message WHERE id = $1`, []any{int64(call.message)}, &from, &content); err != nil {
		return fmt.Errorf("read sender: %w", err)
	}
	c, err := core.UnmarshalContent([]byte(content))
	if err != nil {
		return fmt.Errorf("message %d: %w", call.message, err)
	}
	late, err := t.outOfDate(call.conversation, from)
	if err != nil {
		return err
	}
	if _, template := c.(core.Template); template || late || from == core.FromBot || call.was != core.Sent {
		return t.apply(call.message, core.Failed, fault)
	}
	for _, query := range []string{`DELETE FROM call WHERE message_id = $1`, `UPDATE message SET made = 0, provider_id = NULL, resent = 0 WHERE id = $1`} {
		if _, err := t.Exec(query, int64(call.message)); err != nil {
			return fmt.Errorf("hold message: %w", err)
		}
	}
	if err := t.setMessage(call.conversation, call.message, core.Held, fault); err != nil {
		return err
	}
	if reopen == nil {
		return nil
	}
	return t.reopen(call.conversation, *reopen)
}

// callRow is a call of ours and its message.
type callRow struct {
	message      core.MessageID
	conversation core.ConversationID
	was          core.Status
	n, made      int
}

// called is the call that the report is about: by the provider's id, or else by
// the name that we gave the call or by what it says to whom, which also prove
// that it was made.
func (t *tx) called(ch core.ChannelID, e core.Reported) (callRow, error) {
	var r callRow
	err := t.Row(`SELECT m.id, m.conversation_id, m.status, k.n, m.made FROM call k JOIN message m ON m.id = k.message_id
		WHERE k.channel = $1 AND k.provider_id = $2`, []any{string(ch), db.Clean(string(e.Provider))}, &r.message, &r.conversation, &r.was, &r.n, &r.made)
	if !errors.Is(err, sql.ErrNoRows) {
		return r, err
	}
	message, n, ok := core.ReadToken(e.Ref)
	if !ok && e.To != "" && e.Text != "" {
		if r, err = t.alike(ch, e); err != nil {
			return r, err
		}
		return r, t.proven(ch, &r, 0, e)
	}
	if !ok {
		return r, sql.ErrNoRows
	}
	err = t.Row(`SELECT id, conversation_id, status, made FROM message WHERE id = $1 AND channel = $2 AND direction = 'out'
		AND status IN ('queued', 'sending', 'unknown') AND made = $3`,
		[]any{int64(message), string(ch), n}, &r.message, &r.conversation, &r.was, &r.made)
	if err != nil {
		return r, err
	}
	return r, t.proven(ch, &r, n, e)
}

func (t *tx) tooEarly(ch core.ChannelID, e core.Reported) error {
	fault, err := packFault(e.Fault)
	if err != nil {
		return err
	}
	details, err := pack(e.Details)
	if err != nil {
		return err
	}
	if _, err := t.Exec(`INSERT INTO early(channel, provider_id, status, fault, details, at) VALUES($1, $2, $3, $4, $5, $6) ON CONFLICT(channel, provider_id, status) DO NOTHING`,
		string(ch), db.Clean(string(e.Provider)), string(e.Status), fault, details, t.now); err != nil {
		return fmt.Errorf("keep early report: %w", err)
	}
	return nil
}

// readEarly applies the reports that came before the message was sent whole:
// failures of any call, and all of the last one.
func (t *tx) readEarly(ch core.ChannelID, id core.MessageID) error {
	rows, err := t.Rows(`DELETE FROM early WHERE channel = $1 AND provider_id IN (SELECT provider_id FROM call WHERE message_id = $2)
		RETURNING status, fault, details, provider_id = (SELECT provider_id FROM call WHERE message_id = $2 ORDER BY n DESC LIMIT 1)`, string(ch), int64(id))
	if err != nil {
		return fmt.Errorf("read early reports: %w", err)
	}
	type report struct {
		status core.Status
		fault  string
		more   string
		last   bool
	}
	reports, err := collect(rows, func(scan func(...any) error) (r report, err error) {
		err = scan(&r.status, &r.fault, &r.more, &r.last)
		return r, err
	})
	if err != nil {
		return fmt.Errorf("read early reports: %w", err)
	}
	for _, r := range reports {
		var fault *core.Fault
		if err := unpack(r.fault, &fault); err != nil {
			return err
		}
		var details core.Metadata
		if err := unpack(r.more, &details); err != nil {
			return err
		}
		if err := t.keepDetails(id, details); err != nil {
			return err
		}
		if !r.last && r.status != core.Failed {
			continue
		}
		if err := t.apply(id, r.status, fault); err != nil {
			return err
		}
	}
	return nil
}

// apply moves a message to the status if that is a step forward.
func (t *tx) apply(id core.MessageID, to core.Status, fault *core.Fault) error {
	var was core.Status
	var c core.ConversationID
	if err := t.Row(`SELECT status, conversation_id FROM message WHERE id = $1`, []any{int64(id)}, &was, &c); err != nil {
		return fmt.Errorf("read status: %w", err)
	}
	if !to.Follows(was) {
		return nil
	}
	return t.setMessage(c, id, to, fault)
}

// keepDetails adds what a report tells besides the status.
func (t *tx) keepDetails(id core.MessageID, details core.Metadata) error {
	if len(details) == 0 {
		return nil
	}
	var text string
	if err := t.Row(`SELECT details FROM message WHERE id = $1`, []any{int64(id)}, &text); err != nil {
		return fmt.Errorf("read details: %w", err)
	}
	var have core.Metadata
	if err := unpack(text, &have); err != nil {
		return err
	}
	text, err := pack(merge(have, details))
	if err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE message SET details = $1 WHERE id = $2`, text, int64(id)); err != nil {
		return fmt.Errorf("keep details: %w", err)
	}
	return nil
}

// setMessage writes a message's status and fault and says so in the log.
func (t *tx) setMessage(c core.ConversationID, id core.MessageID, to core.Status, fault *core.Fault) error {
	text, err := packFault(fault)
	if err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE message SET status = $1, fault = $2 WHERE id = $3`, string(to), text, int64(id)); err != nil {
		return fmt.Errorf("set status: %w", err)
	}
	return t.noteStatus(c, id, to, fault)
}

func (t *tx) noteStatus(c core.ConversationID, id core.MessageID, to core.Status, fault *core.Fault) error {
	return t.note("message.updated", c, updated{progress{Fault: fault, ID: id, Status: to}})
}

// updated is what the event log says of a message's new status.
type updated struct {
	Message progress `json:"message"`
}

type progress struct {
	Fault  *core.Fault    `json:"fault"`
	ID     core.MessageID `json:"id"`
	Status core.Status    `json:"status"`
}

var insertCall = &db.Insert{Into: `INSERT INTO call(channel, provider_id, message_id, n, at)`, Columns: 5, Then: `ON CONFLICT DO NOTHING`}

// madeCall keeps the provider's id of a call that was made.
func (t *tx) madeCall(ch core.ChannelID, id core.MessageID, n int, provider core.ProviderID, at time.Time) error {
	if provider != "" {
		t.Put(insertCall, string(ch), db.Clean(string(provider)), int64(id), n, millis(at))
	}
	if _, err := t.Exec(`UPDATE message SET made = $1, provider_id = CASE WHEN $1 = 1 AND NOT EXISTS
		(SELECT 1 FROM message o WHERE o.channel = $2 AND o.provider_id = $3) THEN $3 ELSE provider_id END WHERE id = $4 AND made < $1`,
		n+1, string(ch), optional(db.Clean(string(provider))), int64(id)); err != nil {
		return fmt.Errorf("keep call: %w", err)
	}
	return nil
}

func packFault(f *core.Fault) (string, error) {
	if f == nil {
		return "", nil
	}
	return pack(f)
}
