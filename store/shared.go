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

// holdSQL finds the conversations of a batch: by their ids or the keys of their
// deliveries, $1, by the calls that are reported of, $2 on the channels $3, and by
// the messages that reports name, $4.
const holdSQL = `SELECT c.id, c.identity_id, c.present FROM conversation c WHERE c.id IN (SELECT unnest(CAST($1 AS BIGINT[]))
	UNION ALL SELECT p.id FROM conversation p WHERE p.okey = ANY($1) AND p.present = 1
	UNION ALL SELECT m.conversation_id FROM call k JOIN message m ON m.id = k.message_id WHERE k.provider_id = ANY($2) AND k.channel = ANY($3)
	UNION ALL SELECT conversation_id FROM message WHERE id = ANY($4))
	ORDER BY c.id FOR UPDATE OF c`

// holdAll locks the conversations of a batch in the order of their ids, before its
// operations run in an order of their own: so that no two batches wait for each
// other.
func (s *Store) holdAll(t *db.Tx, keys []int64, asks []any) error {
	tx := s.tx(t)
	providers, channels, messages := []string{}, []string{}, []int64{}
	for _, ask := range asks {
		a, _ := ask.(core.Arrival)
		for _, item := range a.Items {
			if e, ok := item.Event.(core.Reported); ok {
				providers, channels = append(providers, db.Clean(string(e.Provider))), append(channels, string(item.Channel.ID))
				if message, _, ok := core.ReadToken(e.Ref); ok {
					messages = append(messages, int64(message))
				}
			}
		}
	}
	rows, err := t.Rows(holdSQL, keys, providers, channels, messages)
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
// reported of it. Neither may be there yet, so that there is no row to lock.
func (t *tx) holdCall(ch core.ChannelID, provider core.ProviderID) error {
	if provider == "" || !t.s.db.Shared() {
		return nil
	}
	if err := t.TryLock(int64(callKey(ch, provider))); err != nil {
		return fmt.Errorf("hold call: %w", err)
	}
	return nil
}

func callKey(ch core.ChannelID, provider core.ProviderID) core.ConversationID {
	return keyOf("call", string(ch), db.Clean(string(provider)))
}

// holdReported keeps the conversation of the call that a report is about; if the
// call is not known, it stays so.
func (t *tx) holdReported(ch core.ChannelID, e core.Reported) error {
	if !t.s.db.Shared() {
		return nil
	}
	id, err := t.reportedIn(ch, e)
	if err != nil {
		return err
	}
	if id != 0 {
		return t.hold(id)
	}
	if err := t.holdCall(ch, e.Provider); err != nil {
		return err
	}
	if id, err = t.reportedIn(ch, e); id != 0 {
		return db.ErrRace // it was made meanwhile, and conversations come first
	}
	return err
}

// reportedIn is the conversation of the call, 0 if it is not known.
func (t *tx) reportedIn(ch core.ChannelID, e core.Reported) (id core.ConversationID, err error) {
	message, _, _ := core.ReadToken(e.Ref)
	err = t.Row(`SELECT m.conversation_id FROM call k JOIN message m ON m.id = k.message_id WHERE k.channel = $1 AND k.provider_id = $2
		UNION ALL SELECT conversation_id FROM message WHERE id = $3 AND channel = $1 LIMIT 1`, []any{string(ch), db.Clean(string(e.Provider)), int64(message)}, &id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find reported message: %w", err)
	}
	return id, nil
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

// Away tells, without asking, that what is brought to the store now would wait: the database that nodes share does not
// carry out what this one gives it. It never is with a file.
func (s *Store) Away() bool { return s.lanes.Late() }

// beforeCommit is the last of every transaction.
func (s *Store) beforeCommit(t *db.Tx) error {
	if err := s.lanes.Guard(t); err != nil {
		return err
	}
	return s.writeLog(t)
}

// patiently tries again while the database is away, which a node outlives also
// when it has just started.
func (s *Store) patiently(ctx context.Context, try func() error) error {
	for {
		err := try()
		if !s.db.Shared() || !errors.Is(err, core.ErrStore) && !errors.Is(err, db.ErrAway) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(tailEvery):
		}
	}
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
