package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"causeway/core"
)

// Start implements core.Store.
func (s *Store) Start(ctx context.Context, st core.Start) (core.Conversation, error) {
	var id core.ConversationID
	err := s.do(ctx, orderKey(core.Arrival{Channel: st.Channel.ID}), func(t *tx) (err error) {
		id, err = t.start(st)
		return err
	})
	if err != nil {
		return core.Conversation{}, fmt.Errorf("start conversation: %w", err)
	}
	return s.Conversation(ctx, id)
}

func (t *tx) start(st core.Start) (core.ConversationID, error) {
	if begun, err := t.startedOnce(st.Once); begun != 0 || err != nil {
		return begun, err
	}
	who, err := t.identify(st.Channel.ID, st.Contact)
	if err != nil {
		return 0, err
	}
	if _, err := t.Exec(`UPDATE conversation SET present = 0 WHERE identity_id = $1 AND present = 1`, who.id); err != nil {
		return 0, fmt.Errorf("put earlier conversation aside: %w", err)
	}
	c, err := t.begin(st.Channel, who)
	if err != nil {
		return 0, err
	}
	if err := t.inherit(c, who.id); err != nil {
		return 0, err
	}
	c.entitle(st.Title)
	if st.Title != "" && st.TitleUntilAgent {
		c.titled = titleUntilAgent
	}
	c.Metadata, c.Terms = merge(c.Metadata, st.Metadata), st.Terms
	c.Terms.Participants = st.Participants
	if st.Once != "" {
		if _, err := t.Exec(`UPDATE conversation SET once = $1 WHERE id = $2`, st.Once, int64(c.ID)); err != nil {
			return 0, fmt.Errorf("mark the start: %w", err)
		}
	}
	d, err := t.decide(c, core.Asked{Cause: core.CauseNew, To: st.Assignee, Team: st.Team, SkipRouting: st.SkipRouting, Welcome: st.Welcome})
	if err != nil {
		return 0, err
	}
	return c.ID, errors.Join(t.own(c, core.CauseNew, d), t.welcome(c), t.save(c))
}

// startedOnce is the conversation that a call with the same key began, 0 for none.
func (t *tx) startedOnce(once string) (id core.ConversationID, err error) {
	if once == "" {
		return 0, nil
	}
	err = t.Row(`SELECT id FROM conversation WHERE once = $1`, []any{once}, &id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("look for an earlier start: %w", err)
	}
	return id, nil
}

// inherit takes over how long the contact may be written to: the window belongs
// to the contact, not to the conversation.
func (t *tx) inherit(c *conversation, identity int64) error {
	if err := t.Row(`SELECT coalesce(max(heard_at), 0) FROM conversation WHERE identity_id = $1`, []any{identity}, &c.heardAt); err != nil {
		return fmt.Errorf("read the window: %w", err)
	}
	return nil
}

// Contact implements core.Reader.
func (s *Store) Contact(ctx context.Context, id core.ContactID) (core.Contact, error) {
	c := core.Contact{ID: id, Metadata: core.Metadata{}}
	var metadata string
	var created int64
	err := s.db.Row(ctx, `SELECT p.user_id, p.name, p.username, p.phone, p.email, p.image_link, p.language, p.metadata, p.created_at,
		coalesce((SELECT i.address FROM identity i WHERE i.contact_id = p.id ORDER BY i.id LIMIT 1), ''),
		EXISTS (SELECT 1 FROM identity i WHERE i.contact_id = p.id AND i.no_marketing = 1) FROM contact p WHERE p.id = $1`, []any{int64(id)},
		&c.UserID, &c.Name, &c.Username, &c.Phone, &c.Email, &c.ImageLink, &c.Language, &metadata, &created, &c.Address, &c.NoMarketing)
	if err != nil {
		return c, fmt.Errorf("contact %d: %w", id, sorted(err))
	}
	c.CreatedAt = timeOf(created)
	err = unpack(metadata, &c.Metadata)
	return c.NamedByUs(), err
}

// PatchContact implements core.Store.
func (s *Store) PatchContact(ctx context.Context, id core.ContactID, p core.ContactPatch) (core.Contact, error) {
	var refused error
	err := s.do(ctx, 0, func(t *tx) error {
		err := t.patchContact(id, p)
		refused = sortedMissing(err)
		return ignoreMissing(err)
	})
	if err = errors.Join(err, refused); err != nil {
		return core.Contact{}, err
	}
	return s.Contact(ctx, id)
}

// Merge implements core.Store: identities and conversations of from become those
// of into, which keeps its own particulars and takes over what it lacks.
func (s *Store) Merge(ctx context.Context, into, from core.ContactID) (core.Contact, error) {
	var refused error
	err := s.do(ctx, 0, func(t *tx) error {
		var n int
		if err := t.Row(`SELECT count(*) FROM contact WHERE id IN ($1, $2)`, []any{int64(into), int64(from)}, &n); err != nil {
			return fmt.Errorf("look for contacts: %w", err)
		}
		if refused = nil; n != 2 {
			refused = core.ErrNotFound
			return nil
		}
		return t.merge(into, from)
	})
	if err = errors.Join(err, refused); err != nil {
		return core.Contact{}, fmt.Errorf("merge contacts: %w", err)
	}
	return s.Contact(ctx, into)
}

func (t *tx) merge(into, from core.ContactID) error {
	if err := t.mergeMetadata(into, from); err != nil {
		return err
	}
	for _, query := range []string{
		`UPDATE identity SET contact_id = $1 WHERE contact_id = $2`,
		`UPDATE conversation SET contact_id = $1 WHERE contact_id = $2`,
		`UPDATE contact SET
			name = CASE WHEN name = '' THEN (SELECT o.name FROM contact o WHERE o.id = $2) ELSE name END,
			email = CASE WHEN email = '' THEN (SELECT o.email FROM contact o WHERE o.id = $2) ELSE email END,
			phone = CASE WHEN phone = '' THEN (SELECT o.phone FROM contact o WHERE o.id = $2) ELSE phone END,
			username = CASE WHEN username = '' THEN (SELECT o.username FROM contact o WHERE o.id = $2) ELSE username END,
			language = CASE WHEN language = '' THEN (SELECT o.language FROM contact o WHERE o.id = $2) ELSE language END,
			image_link = CASE WHEN image_link = '' THEN (SELECT o.image_link FROM contact o WHERE o.id = $2) ELSE image_link END WHERE id = $1`,
	} {
		if _, err := t.Exec(query, int64(into), int64(from)); err != nil {
			return fmt.Errorf("merge contacts: %w", err)
		}
	}
	if _, err := t.Exec(`DELETE FROM contact WHERE id = $1`, int64(from)); err != nil {
		return fmt.Errorf("merge contacts: %w", err)
	}
	return t.note("conversation.updated", 0, map[string]any{"contact_id": into, "merged": from})
}

// mergeMetadata adds what is known of from to what is known of into.
func (t *tx) mergeMetadata(into, from core.ContactID) error {
	var known [2]core.Metadata
	for i, id := range []core.ContactID{from, into} {
		var metadata string
		if err := t.Row(`SELECT metadata FROM contact WHERE id = $1`, []any{int64(id)}, &metadata); err != nil {
			return fmt.Errorf("read contact: %w", err)
		}
		if err := unpack(metadata, &known[i]); err != nil {
			return fmt.Errorf("read contact: %w", err)
		}
	}
	if len(known[0]) == 0 {
		return nil
	}
	packed, err := pack(merge(known[0], known[1]))
	if err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE contact SET metadata = $1 WHERE id = $2`, packed, int64(into)); err != nil {
		return fmt.Errorf("merge contacts: %w", err)
	}
	return nil
}

// sortedMissing is the core's word for a row that is not there, nil for any
// other error.
func sortedMissing(err error) error {
	if err != nil && ignoreMissing(err) == nil {
		return sorted(err)
	}
	return nil
}
