package store

import (
	"errors"
	"fmt"

	"causeway/core"
	"causeway/db"
)

// alike finds a message of which nobody knows whether it was sent, by whom it is
// for and what it says: a provider's list has no name of ours for it. The oldest
// such message is meant; sql.ErrNoRows if there is none.
func (t *tx) alike(ch core.ChannelID, e core.Reported) (r callRow, err error) {
	at := millis(e.At)
	if at == 0 {
		at = t.now
	}
	err = t.Row(`SELECT m.id, m.conversation_id, m.status, m.made FROM message m JOIN conversation c ON c.id = m.conversation_id JOIN identity i ON i.id = c.identity_id
		WHERE m.status = 'unknown' AND m.made = 0 AND m.channel = $1 AND i.address = $2 AND m.text = $3 AND m.created_at < $4 ORDER BY m.id LIMIT 1`,
		[]any{string(ch), db.Clean(string(e.To)), db.Clean(e.Text), at + clocksDiffer}, &r.message, &r.conversation, &r.was, &r.made)
	if err != nil {
		return r, err
	}
	return r, t.hold(r.conversation)
}

// clocksDiffer is how much earlier than our own a provider's time may be, in milliseconds.
const clocksDiffer = 60_000

// sendOver reports whether nothing will be done about a message any more: it was
// given up as unknown, and had one part, so that a report on it is on all of it.
func (t *tx) sendOver(c callRow) (bool, error) {
	if c.was != core.Unknown {
		return false, nil
	}
	var tasks int
	var text string
	err := t.Row(`SELECT (SELECT count(*) FROM task WHERE lane_id = $1 AND ref = m.id), m.parts FROM message m WHERE m.id = $2`,
		[]any{sendLane(c.conversation), int64(c.message)}, &tasks, &text)
	if err != nil {
		return false, fmt.Errorf("look for the send: %w", err)
	}
	parts, err := unpackParts(text)
	return tasks == 0 && len(parts) == 1, err
}

// proven keeps that a call of a message was made, and lets its send go on.
func (t *tx) proven(ch core.ChannelID, r *callRow, n int, e core.Reported) error {
	r.n, r.made = n, n+1
	if err := t.madeCall(ch, r.message, n, e.Provider, e.At); err != nil {
		return err
	}
	lane := sendLane(r.conversation)
	return errors.Join(t.s.lanes.Known(t.Tx, lane, int64(r.message)), t.s.lanes.Wake(t.Tx, lane))
}
