package store

import (
	"database/sql"
	"errors"
	"fmt"

	"causeway/core"
)

// saidOnce is what the first call with the same idempotency key stored, and whether
// there was one: it may have said nothing.
func (t *tx) saidOnce(c core.ConversationID, once string) (said []core.Message, done bool, err error) {
	if once == "" {
		return nil, false, nil
	}
	rows, err := t.Rows(`SELECT `+messageColumns+` FROM message f JOIN message m ON m.answer = f.answer
		WHERE f.conversation_id = $1 AND f.once = $2 ORDER BY m.seq`, int64(c), once)
	if err != nil {
		return nil, false, fmt.Errorf("look for an earlier call: %w", err)
	}
	if said, err = collect(rows, t.s.scanner()); err != nil || len(said) > 0 {
		return said, len(said) > 0, err
	}
	done, err = t.didOnce(c, once)
	return nil, done, err
}

// didOnce reports whether a call with the same key did what says nothing. Who asks
// holds the conversation, so that two calls do not both find none.
func (t *tx) didOnce(c core.ConversationID, once string) (bool, error) {
	if once == "" {
		return false, nil
	}
	var at int64
	err := t.Row(`SELECT at FROM done_once WHERE conversation_id = $1 AND once = $2`, []any{int64(c), once}, &at)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for an earlier call: %w", err)
	}
	return true, nil
}

// doesOnce notes the key of a call that says nothing.
func (t *tx) doesOnce(c core.ConversationID, once string) error {
	if once == "" {
		return nil
	}
	if _, err := t.Exec(`INSERT INTO done_once(conversation_id, once, at) VALUES($1, $2, $3)`, int64(c), once, t.now); err != nil {
		return fmt.Errorf("mark the call: %w", err)
	}
	return nil
}
