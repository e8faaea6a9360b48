package store

import (
	"context"
	"time"

	"causeway/core"
	"causeway/db"
)

const (
	// logAtOnce and ledgerAtOnce are how many rows are looked through at once, by
	// readers: nobody who writes waits for them.
	logAtOnce, ledgerAtOnce = 20_000, 1000
	// ledgerBefore is how long before it was taken back a message may have come
	// that is kept nowhere but in the ledger: providers repeat for a week.
	ledgerBefore = 8 * 24 * time.Hour
)

// erasure is what is kept of the messages that one message took back.
type erasure struct {
	of       core.ProviderID
	messages map[core.MessageID]bool
	oldest   core.MessageID
	files    []int64

	entries map[int64]string // of the log, as they are to be
	bodies  []int64          // deliveries
}

// eraseWork reads what a message took back.
func (s *Store) eraseWork(ctx context.Context, by core.MessageID) (*erasure, error) {
	w := &erasure{messages: map[core.MessageID]bool{}, oldest: by, entries: map[int64]string{}}
	var content string
	if err := s.db.Row(ctx, `SELECT content FROM message WHERE id = $1`, []any{int64(by)}, &content); err != nil {
		return nil, err
	}
	c, err := core.UnmarshalContent([]byte(content))
	if err != nil {
		return nil, err
	}
	if d, ok := takesBack(c); ok {
		w.of = d.Of
	}
	rows, err := s.db.Rows(ctx, `SELECT m.id, coalesce(f.id, 0) FROM message by_m JOIN message o ON o.channel = by_m.channel AND o.provider_id = $2
		JOIN message m ON m.conversation_id = o.conversation_id AND m.erased <> 0 LEFT JOIN media f ON f.message_id = m.id
		WHERE by_m.id = $1 AND m.erased = o.erased`, int64(by), db.Clean(string(w.of)))
	if err != nil {
		return nil, err
	}
	_, err = collect(rows, func(scan func(...any) error) (file int64, err error) {
		var id core.MessageID
		if err := scan(&id, &file); err != nil {
			return 0, err
		}
		w.messages[id], w.oldest = true, min(w.oldest, id)
		if file != 0 {
			w.files = append(w.files, file)
		}
		return file, nil
	})
	return w, err
}

// find looks through the log and the ledger.
func (w *erasure) find(ctx context.Context, s *Store) error {
	if err := w.findEntries(ctx, s); err != nil {
		return err
	}
	return w.findBodies(ctx, s)
}

// findEntries goes back through the log until it has seen each message begin: what
// is taken back is mostly young.
func (w *erasure) findEntries(ctx context.Context, s *Store) error {
	var top int64
	if err := s.db.Row(ctx, `SELECT seq FROM log_head WHERE id = 1`, nil, &top); err != nil {
		return err
	}
	for ; top > 0 && len(w.entries) < len(w.messages); top -= logAtOnce {
		rows, err := s.db.Rows(ctx, `SELECT seq, data FROM log WHERE seq > $1 AND seq <= $2 AND type = 'message.created'
			AND conversation_id IN (SELECT conversation_id FROM message WHERE id = $3)`, top-logAtOnce, top, int64(w.oldest))
		if err != nil {
			return err
		}
		if _, err := collect(rows, func(scan func(...any) error) (seq int64, err error) {
			var data string
			if err := scan(&seq, &data); err != nil {
				return 0, err
			}
			return seq, w.entry(seq, data)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *erasure) entry(seq int64, data string) error {
	var e created
	if err := unpack(data, &e); err != nil || !w.messages[e.Message.ID] {
		return err
	}
	blanked, err := blankEntry(data)
	w.entries[seq] = blanked
	return err
}

// findBodies goes through the ledger from where the oldest message came. A delivery
// gets its id after the messages that it brought.
func (w *erasure) findBodies(ctx context.Context, s *Store) error {
	from := int64(w.oldest) - db.IDSpan(ledgerBefore)
	for {
		rows, err := s.db.Rows(ctx, `SELECT id, items FROM delivery WHERE id > $1 ORDER BY id LIMIT $2`, from, ledgerAtOnce)
		if err != nil {
			return err
		}
		var unsure []int64
		ids, err := collect(rows, func(scan func(...any) error) (id int64, err error) {
			var items string
			if err := scan(&id, &items); err != nil {
				return 0, err
			}
			named, left, err := w.tells(items)
			switch {
			case named:
				w.bodies = append(w.bodies, id)
			case left:
				unsure = append(unsure, id)
			}
			return id, err
		})
		if err != nil {
			return err
		}
		if err := w.look(ctx, s, unsure); err != nil || len(ids) < ledgerAtOnce {
			return err
		}
		from = ids[len(ids)-1]
	}
}

// look reads the bodies of which something was not understood or not wanted: no
// message was made of it, and it may be the one.
func (w *erasure) look(ctx context.Context, s *Store, ids []int64) error {
	for _, id := range ids {
		var body string
		if err := s.db.Row(ctx, `SELECT body FROM delivery WHERE id = $1`, []any{id}, &body); err != nil {
			return err
		}
		if w.mentions(body) {
			w.bodies = append(w.bodies, id)
		}
	}
	return nil
}
