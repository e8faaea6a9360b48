package store

import (
	"context"
	"fmt"
	"strconv"

	"causeway/core"
)

// rated keeps a tap that rates the conversation.
func (t *tx) rated(c *conversation, content core.Content) error {
	pick, ok := content.(core.Selection)
	if !ok || pick.Metadata[core.MetaRating] == nil {
		return nil
	}
	rating, err := strconv.Atoi(fmt.Sprint(pick.Metadata[core.MetaRating]))
	if err != nil {
		return nil // not one of ours
	}
	if _, err := t.Exec(`INSERT INTO feedback(id, conversation_id, rating, comment, at) VALUES($1, $2, $3, '', $4)`, t.s.newID(), int64(c.ID), rating, t.now); err != nil {
		return fmt.Errorf("keep feedback: %w", err)
	}
	return t.note("conversation.rated", c.ID, map[string]any{"rating": rating})
}

// Feedback implements core.Reader, the newest first.
func (s *Store) Feedback(ctx context.Context, id core.ConversationID) ([]core.Feedback, error) {
	rows, err := s.db.Rows(ctx, `SELECT rating, comment, at FROM feedback WHERE conversation_id = $1 ORDER BY id DESC LIMIT 200`, int64(id))
	if err != nil {
		return nil, fmt.Errorf("list feedback: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (f core.Feedback, err error) {
		var at int64
		err = scan(&f.Rating, &f.Comment, &at)
		f.At = timeOf(at)
		return f, err
	})
}
