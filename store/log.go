package store

import (
	"context"
	"encoding/json"
	"fmt"

	"causeway/core"
	"causeway/db"
)

// batch is what the operations of one transaction leave for its end, and what
// they must know of each other's rows that are put and not yet written.
type batch struct {
	entries []entry
	made    map[string]core.ItemFate     // messages by event key and by provider id
	live    map[core.ConversationID]bool // has a new message with options
	held    map[lockOf]bool              // conversations that are locked
	saved   map[lockOf]bool              // conversations whose changes may not be written yet
	joined  bool                         // identities became one, and saved may name either

	passed, passes int64 // through the turnstile: the last, and as many as may be

	foreseen *foreseen // nil for nothing
}

type entry struct {
	kind         string
	conversation core.ConversationID
	at           int64
	data         string
}

var insertLog = &db.Insert{Into: `INSERT INTO log(seq, type, conversation_id, at, data)`, Columns: 5}

// writeLog numbers the batch's entries. It is the batch's last statement, so
// that the row of log_head is held shortest, and the sequence is dense and in
// the order of commits: a reader that saw n has seen all before n.
func (s *Store) writeLog(t *db.Tx) error {
	b, _ := t.Local().(*batch)
	if b == nil || len(b.entries) == 0 {
		return nil
	}
	var last int64
	n := int64(len(b.entries))
	if err := t.Row(`UPDATE log_head SET seq = seq + $1 WHERE id = 1 RETURNING seq`, []any{n}, &last); err != nil {
		return fmt.Errorf("number log entries: %w", err)
	}
	for i, e := range b.entries {
		seq := last - n + int64(i) + 1
		t.Put(insertLog, seq, e.kind, int64(e.conversation), e.at, e.data)
	}
	t.After(s.tell)
	return nil
}

// tell wakes all who wait for a change.
func (s *Store) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
}

// Changed implements core.Reader.
func (s *Store) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Log implements core.Reader.
func (s *Store) Log(ctx context.Context, after int64, limit int) ([]core.LogEntry, error) {
	rows, err := s.db.Rows(ctx, `SELECT seq, type, conversation_id, at, data FROM log WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (core.LogEntry, error) {
		var e core.LogEntry
		var at int64
		var data string
		err := scan(&e.Seq, &e.Type, &e.Conversation, &at, &data)
		e.At, e.Data = timeOf(at), json.RawMessage(data)
		return e, err
	})
}
