package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/core"
	"causeway/db"
)

// What is needed only where several transactions, also of other nodes, write at
// the same time. On SQLite nothing of it runs.

// tailEvery is how often a node looks for what others have written to the log.
const tailEvery = 100 * time.Millisecond

// lockOf is a lock on conversations: how they are found, and by what.
type lockOf struct {
	where string
	arg   int64
}

// How a conversation is found.
const (
	byID       = `c.id = $1`
	byIdentity = `c.identity_id = $1 AND c.present = 1`
)

// holdAll locks the conversations of a batch in the order of their ids, before its
// operations run in an order of their own: so that no two batches wait for each
// other. The keys are conversations, or those of deliveries to them.
func (s *Store) holdAll(t *db.Tx, keys []int64) error {
	tx := s.tx(t)
	rows, err := t.Rows(`SELECT c.id, c.identity_id, c.present FROM conversation c WHERE c.id = ANY($1) OR c.okey = ANY($1) AND c.present = 1 ORDER BY c.id`+s.db.RowLock(), keys)
	if err != nil {
		return fmt.Errorf("hold conversations: %w", err)
	}
	_, err = collect(rows, func(scan func(...any) error) (struct{}, error) {
		var id, identity int64
		var present bool
		err := scan(&id, &identity, &present)
		tx.batch().held[lockOf{byID, id}] = true
		if present {
			tx.batch().held[lockOf{byIdentity, identity}] = true
		}
		return struct{}{}, err
	})
	return err
}

// holds reports whether the conversations cannot be changed by others.
func (t *tx) holds(where string, arg int64) bool {
	return !t.s.db.Shared() || t.batch().held[lockOf{where, arg}]
}

// hold keeps the conversation as it is until the transaction ends.
func (t *tx) hold(id core.ConversationID) error { return t.holdWhere(byID, int64(id)) }

// holdWhere locks in a statement of its own: what a statement that had to wait
// reads beside the row it waited for may be older than that row.
func (t *tx) holdWhere(where string, arg int64) error {
	if t.holds(where, arg) {
		return nil
	}
	rows, err := t.Tx.Rows(`SELECT c.id FROM conversation c WHERE `+where+` ORDER BY c.id`+t.s.db.RowLock(), arg)
	if err != nil {
		return fmt.Errorf("hold conversation: %w", err)
	}
	if _, err = collect(rows, func(scan func(...any) error) (id int64, err error) { return id, scan(&id) }); err != nil {
		return fmt.Errorf("hold conversation: %w", err)
	}
	t.batch().held[lockOf{where, arg}] = true
	return nil
}

// holdCall keeps what is known of a call as it is: that it was made, and what was
// reported of it. Neither may be there yet, so that there is no row to lock; it
// comes before the conversation.
func (t *tx) holdCall(ch core.ChannelID, provider core.ProviderID) error {
	if provider == "" || !t.s.db.Shared() {
		return nil
	}
	if err := t.Lock(int64(keyOf("call", string(ch), string(provider)))); err != nil {
		return fmt.Errorf("hold call: %w", err)
	}
	return nil
}

// holdReported keeps the call that a report is about, and its conversation.
func (t *tx) holdReported(ch core.ChannelID, e core.Reported) error {
	if !t.s.db.Shared() {
		return nil
	}
	if err := t.holdCall(ch, e.Provider); err != nil {
		return err
	}
	message, _, _ := core.ReadToken(e.Ref)
	var id core.ConversationID
	err := t.Row(`SELECT m.conversation_id FROM call k JOIN message m ON m.id = k.message_id WHERE k.channel = $1 AND k.provider_id = $2
		UNION ALL SELECT conversation_id FROM message WHERE id = $3 AND channel = $1 LIMIT 1`, []any{string(ch), db.Clean(string(e.Provider)), int64(message)}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find reported message: %w", err)
	}
	return t.hold(id)
}

// holdEchoed keeps the call that an echo may be of, and the conversation of whoever
// it was sent to.
func (t *tx) holdEchoed(ch core.ChannelID, e core.Echo, r core.Reported) error {
	if !t.s.db.Shared() {
		return nil
	}
	if err := t.holdReported(ch, r); err != nil {
		return err
	}
	who, err := t.named(ch, append([]string{string(e.To.Address)}, e.To.Keys...))
	if err != nil || who.id == 0 {
		return err
	}
	return t.holdWhere(`c.identity_id = $1`, who.id)
}

// beforeCommit is the last of every transaction.
func (s *Store) beforeCommit(t *db.Tx) error {
	if err := s.lanes.Guard(t); err != nil {
		return err
	}
	return s.writeLog(t)
}

// tail tells readers of the log of what other nodes have written, until ctx ends.
func (s *Store) tail(ctx context.Context) {
	tick := time.NewTicker(tailEvery)
	defer tick.Stop()
	var seen int64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var head int64
		err := s.db.Row(ctx, `SELECT seq FROM log_head WHERE id = 1`, nil, &head)
		if err != nil || head == seen { // who reads it finds out the same
			continue
		}
		seen = head
		s.tell()
	}
}
