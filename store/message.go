package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/core"
	"causeway/db"
)

// The states of an inbound message's turn.
const (
	turnNone          = ""
	turnPending       = "pending"
	turnDone          = "done"
	turnSuppressed    = "suppressed"
	turnNotHandedOver = "not_handed_over"
)

// The end of a turn.
var (
	changeTurn = &db.Change{
		Rows: `id BIGINT, turn TEXT`, Make: `UPDATE message SET turn = v.turn FROM v WHERE message.id = v.id AND message.turn = 'pending'`,
	}
	changeEvent = &db.Change{
		Rows: `id BIGINT, state TEXT`, Make: `UPDATE bot_event SET state = v.state FROM v WHERE bot_event.id = v.id AND bot_event.state = 'pending'`,
	}
)

// row is a message as it is written.
type row struct {
	core.Message
	eventKey string
	parts    []core.Content
	options  []core.Option
	answer   core.MessageID
	once     string
	turn     string
}

var insertMessage = &db.Insert{Into: `INSERT INTO message(id, conversation_id, seq, channel, direction, sender_type, sender_id, sender_name, content, text, metadata, private,
	reply_to, provider_id, event_key, said_at, status, fault, notes, details, parts, options, live, answer, made, resent, once, turn, created_at)`, Columns: 29}

// remember keeps what others in the batch must know of a message before it is
// written.
func (t *tx) remember(c *conversation, r row) {
	b := t.batch()
	if len(r.options) > 0 {
		b.live[c.ID] = true
	}
	for _, name := range madeNames(c.Channel, r.eventKey, r.ProviderID) {
		b.made[name] = core.ItemFate{Message: r.ID, Conversation: c.ID}
	}
}

// insert writes a message at the end of its conversation; the caller saves c.
func (t *tx) insert(c *conversation, r row) (core.Message, error) {
	c.lastSeq++
	r.Seq, r.Conversation, r.CreatedAt = c.lastSeq, c.ID, timeOf(t.now)
	r.Key, r.Text = core.KeyOf(r.ID), db.Clean(core.PlainText(r.Content))
	content, err := core.MarshalContent(r.Content)
	if err != nil {
		return core.Message{}, fmt.Errorf("write message: %w", err)
	}
	parts, err := packParts(r.parts)
	if err != nil {
		return core.Message{}, err
	}
	var metadata, notes, options, fault string
	for _, p := range []struct {
		to    *string
		of    any
		empty bool
	}{
		{&metadata, r.Metadata, len(r.Metadata) == 0}, {&notes, r.Notes, len(r.Notes) == 0},
		{&options, r.options, len(r.options) == 0}, {&fault, r.Fault, r.Fault == nil},
	} {
		if p.empty {
			continue
		}
		if *p.to, err = pack(p.of); err != nil {
			return core.Message{}, err
		}
	}
	t.Put(insertMessage,
		int64(r.ID), int64(r.Conversation), r.Seq, string(c.Channel), string(r.Direction), string(r.Sender.Type), r.Sender.ID, db.Clean(r.Sender.Name),
		cleanJSON(content), r.Text, metadata, flag(r.Private), int64(r.ReplyTo), optional(db.Clean(string(r.ProviderID))), optional(db.Clean(r.eventKey)),
		millis(r.At), string(r.Status), fault, notes, "", parts, options, flag(len(r.options) > 0), int64(r.answer),
		0, 0, optional(r.once), r.turn, t.now)
	t.remember(c, r)
	if err := c.beginDialogue(r.Message); err != nil {
		return core.Message{}, err
	}
	return r.Message, t.note("message.created", c.ID, created{summary{
		Direction: r.Direction, ID: r.ID, Private: r.Private, Sender: r.Sender, Seq: r.Seq, Status: r.Status, Text: r.Text, Type: r.Content.Type(),
	}})
}

// created is what the event log says of a new message.
type created struct {
	Message summary `json:"message"`
}

type summary struct {
	Direction core.Direction   `json:"direction"`
	ID        core.MessageID   `json:"id"`
	Private   bool             `json:"private"`
	Sender    core.Sender      `json:"sender"`
	Seq       int64            `json:"seq"`
	Status    core.Status      `json:"status"`
	Text      string           `json:"text"`
	Type      core.ContentType `json:"type"`
}

// queue writes a message to the contact and has it sent. A private one, and one
// of which nothing can be shown, is not sent.
func (t *tx) queue(c *conversation, from core.Sender, s core.Spoken, answer core.MessageID) (core.Message, error) {
	r := outgoing(from, s, answer)
	if r.Status == core.Queued && r.Private {
		r.Status = core.Sent
	}
	m, err := t.insert(c, r)
	if err != nil || m.Private {
		return m, err
	}
	return m, t.enqueueSend(c, m.ID)
}

func outgoing(from core.Sender, s core.Spoken, answer core.MessageID) row {
	return row{
		Message: core.Message{
			ID: s.ID, Direction: core.Out, Sender: from, Content: s.Content, Status: core.Queued,
			Notes: s.Notes, ReplyTo: s.ReplyTo, Private: s.Private, Metadata: s.Metadata,
		},
		parts: s.Parts, options: s.Options, answer: answer,
	}
}

// notice writes a system line that only people on our side see.
func (t *tx) notice(c *conversation, text string) error { return t.noticeOnce(c, "", text) }

// noticeOnce is notice of an item, by whose key it is known should it come again.
func (t *tx) noticeOnce(c *conversation, key, text string) error {
	_, err := t.insert(c, row{eventKey: key, Message: core.Message{
		ID: core.MessageID(t.s.newID()), Direction: core.Out, Sender: core.Sender{Type: core.FromSystem},
		Content: core.Text{Body: text}, Status: core.Sent, Private: true,
	}})
	return err
}

const messageColumns = `m.id, m.conversation_id, m.seq, m.direction, m.sender_type, m.sender_id, m.sender_name, m.content, m.text, m.metadata, m.private,
	m.reply_to, m.provider_id, m.said_at, m.status, m.fault, m.notes, m.details, m.created_at`

// scanMessage reads messageColumns, and more after them.
func scanMessage(scan func(...any) error, url func(int64, time.Time) string, now time.Time, more ...any) (core.Message, error) {
	var m core.Message
	var content, metadata, fault, notes, details string
	var provider sql.NullString
	var said, created int64
	fields := []any{&m.ID, &m.Conversation, &m.Seq, &m.Direction, &m.Sender.Type, &m.Sender.ID, &m.Sender.Name, &content, &m.Text, &metadata, &m.Private,
		&m.ReplyTo, &provider, &said, &m.Status, &fault, &notes, &details, &created}
	if err := scan(append(fields, more...)...); err != nil {
		return m, err
	}
	m.Key, m.ProviderID = core.KeyOf(m.ID), core.ProviderID(provider.String)
	m.At, m.CreatedAt = timeOf(said), timeOf(created)
	m.Notes = []core.Note{}
	c, err := core.UnmarshalContent([]byte(content))
	if err != nil {
		return m, fmt.Errorf("message %d: %w", m.ID, err)
	}
	m.Content = withURLs(c, func(id int64) string { return url(id, now) })
	err = errors.Join(unpack(metadata, &m.Metadata), unpack(fault, &m.Fault), unpack(notes, &m.Notes), unpack(details, &m.Details))
	return m, err
}
