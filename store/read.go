package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"causeway/core"
)

const contactColumns = `p.user_id, p.name, p.username, p.phone, p.email, p.image_link, p.language, p.metadata, p.created_at, i.address, i.no_marketing,
	coalesce(w.since, 0), CASE WHEN w.since IS NULL THEN 0 ELSE (SELECT count(*) FROM waiting o WHERE o.grp = w.grp AND o.ticket <= w.ticket) END`

const conversationTables = ` FROM conversation c JOIN contact p ON p.id = c.contact_id JOIN identity i ON i.id = c.identity_id
	LEFT JOIN waiting w ON w.conversation_id = c.id `

func scanConversation(scan func(...any) error) (core.Conversation, error) {
	c, err := scanWhole(scan)
	return c.Conversation, err
}

func scanWhole(scan func(...any) error) (c conversation, err error) {
	var metadata string
	var created, since int64
	var position int
	p := &c.Contact
	if err := c.scan(scan, &p.UserID, &p.Name, &p.Username, &p.Phone, &p.Email, &p.ImageLink, &p.Language, &metadata, &created, &p.Address, &p.NoMarketing, &since, &position); err != nil {
		return c, err
	}
	p.CreatedAt, p.Metadata = timeOf(created), core.Metadata{}
	if since > 0 {
		c.Queue = &core.Place{Position: position, Since: timeOf(since)}
	}
	err = unpack(metadata, &p.Metadata)
	c.Contact = c.Contact.NamedByUs()
	return c, err
}

// Conversation implements core.Reader.
func (s *Store) Conversation(ctx context.Context, id core.ConversationID) (core.Conversation, error) {
	c, err := s.conversation(ctx, id)
	return c.Conversation, err
}

func (s *Store) conversation(ctx context.Context, id core.ConversationID) (conversation, error) {
	scan := func(dst ...any) error {
		return s.db.Row(ctx, `SELECT `+conversationColumns+`, `+contactColumns+conversationTables+`WHERE c.id = $1`, []any{int64(id)}, dst...)
	}
	c, err := scanWhole(scan)
	if err != nil {
		return c, fmt.Errorf("conversation %d: %w", id, sorted(err))
	}
	return c, nil
}

// Conversations implements core.Reader.
func (s *Store) Conversations(ctx context.Context, q core.ConversationQuery) ([]core.Conversation, error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(test string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(test, len(args)))
	}
	for _, f := range []struct {
		test, value string
	}{{`c.channel = $%d`, string(q.Channel)}, {`c.owner_id = $%d`, q.Owner}, {`c.team = $%d`, q.Team}, {`i.address = $%d`, string(q.Address)}} {
		if f.value != "" {
			add(f.test, f.value)
		}
	}
	switch q.Status {
	case "":
	case core.Waiting:
		where = append(where, `c.status = 'waiting'`) // written out, because the index of these few needs it
	default:
		add(`c.status = $%d`, string(q.Status))
	}
	if q.Contact != 0 {
		add(`c.contact_id = $%d`, int64(q.Contact))
	}
	if q.Before != 0 {
		add(`c.id < $%d`, int64(q.Before))
	}
	args = append(args, q.Limit)
	rows, err := s.db.Rows(ctx, `SELECT `+conversationColumns+`, `+contactColumns+conversationTables+
		`WHERE `+strings.Join(where, " AND ")+fmt.Sprintf(` ORDER BY c.id DESC LIMIT $%d`, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	return collect(rows, scanConversation)
}

func (s *Store) scanner() func(scan func(...any) error) (core.Message, error) {
	now := s.o.Now()
	return func(scan func(...any) error) (core.Message, error) { return scanMessage(scan, s.o.MediaURL, now) }
}

// Message implements core.Reader.
func (s *Store) Message(ctx context.Context, id core.MessageID) (core.Message, error) {
	scan := func(dst ...any) error {
		return s.db.Row(ctx, `SELECT `+messageColumns+` FROM message m WHERE m.id = $1`, []any{int64(id)}, dst...)
	}
	m, err := s.scanner()(scan)
	if err != nil {
		return m, fmt.Errorf("message %d: %w", id, sorted(err))
	}
	return m, nil
}

// Messages implements core.Reader.
func (s *Store) Messages(ctx context.Context, id core.ConversationID, after int64, limit int) ([]core.Message, error) {
	rows, err := s.db.Rows(ctx, `SELECT `+messageColumns+` FROM message m WHERE m.conversation_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT $3`, int64(id), after, limit)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return collect(rows, s.scanner())
}

// Why implements core.Reader.
func (s *Store) Why(ctx context.Context, id core.ConversationID, before int64, limit int) ([]core.Assignment, error) {
	if before <= 0 {
		before = 1 << 53
	}
	rows, err := s.db.Rows(ctx, `SELECT id, at, owner_type, owner_id, owner_name, team, epoch, cause, why FROM assignment
		WHERE conversation_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, int64(id), before, limit)
	if err != nil {
		return nil, fmt.Errorf("list assignments: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (core.Assignment, error) {
		a := core.Assignment{Why: []core.Reason{}}
		var at int64
		var why string
		if err := scan(&a.ID, &at, &a.Owner.Type, &a.Owner.ID, &a.Owner.Name, &a.Team, &a.Epoch, &a.Cause, &why); err != nil {
			return a, err
		}
		a.At = timeOf(at)
		err := unpack(why, &a.Why)
		return a, err
	})
}

// Deliveries implements core.Reader.
func (s *Store) Deliveries(ctx context.Context, channel core.ChannelID, before int64, limit int) ([]core.DeliveryRecord, error) {
	if before <= 0 {
		before = 1 << 53
	}
	rows, err := s.db.Rows(ctx, `SELECT id, channel, at, body, packed, items FROM delivery WHERE id < $1 AND ($2 = '' OR channel = $2) ORDER BY id DESC LIMIT $3`,
		before, string(channel), limit)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return collect(rows, scanDelivery)
}

func scanDelivery(scan func(...any) error) (core.DeliveryRecord, error) {
	d := core.DeliveryRecord{Items: []core.ItemFate{}}
	var at int64
	var body, items string
	var packed bool
	if err := scan(&d.ID, &d.Channel, &at, &body, &packed, &items); err != nil {
		return d, err
	}
	d.At, d.Body = timeOf(at), []byte(body)
	if packed {
		raw, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return d, fmt.Errorf("delivery %d: %w", d.ID, err)
		}
		d.Body = raw
	}
	err := unpack(items, &d.Items)
	return d, err
}

// Media implements core.Reader.
func (s *Store) Media(ctx context.Context, id int64) (core.MediaRecord, error) {
	m := core.MediaRecord{ID: id}
	err := s.db.Row(ctx, `SELECT state, mime, name, size, message_id FROM media WHERE id = $1`, []any{id}, &m.State, &m.MIME, &m.Name, &m.Size, &m.Message)
	if err != nil {
		return m, fmt.Errorf("media %d: %w", id, sorted(err))
	}
	return m, nil
}
