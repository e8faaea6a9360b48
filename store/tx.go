package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"causeway/core"
	"causeway/db"
)

// tx is one operation's view of a shared transaction.
type tx struct {
	*db.Tx
	s      *Store
	now    int64
	masked bool        // a secret came with the delivery: its body is not kept
	by     core.Sender // who asked for it, zero for nobody in particular
}

func (s *Store) tx(t *db.Tx) *tx {
	one := s.asked(t)
	one.batch().foreseen = nil
	return one
}

// asked is tx for an operation that told what it reads, and changes no
// conversation that it does not load.
func (s *Store) asked(t *db.Tx) *tx { return &tx{Tx: t, s: s, now: s.now()} }

// Exec runs a statement, once what was put before it is written. A statement that
// has nothing to do with rows that are put, which are those of the Inserts and
// Changes of this package and of lanes, goes past them: t.Tx.Exec. So do Row and Rows.
func (t *tx) Exec(query string, args ...any) (int64, error) {
	if err := t.Settle(); err != nil {
		return 0, err
	}
	return t.Tx.Exec(query, args...)
}

// Row is Exec for a question with one answer.
func (t *tx) Row(query string, args []any, dst ...any) error {
	if err := t.Settle(); err != nil {
		return err
	}
	return t.Tx.Row(query, args, dst...)
}

// Rows is Exec for a question with many.
func (t *tx) Rows(query string, args ...any) (*sql.Rows, error) {
	if err := t.Settle(); err != nil {
		return nil, err
	}
	return t.Tx.Rows(query, args...)
}

// batch is what the operations of this transaction know of each other.
func (t *tx) batch() *batch {
	b, _ := t.Local().(*batch)
	if b == nil {
		b = &batch{made: map[string]core.ItemFate{}, live: map[core.ConversationID]bool{}, held: map[lockOf]bool{}, saved: map[lockOf]bool{}}
		t.SetLocal(b)
	}
	return b
}

// note adds an entry to the event log, at the end of the transaction, with who
// asked for the change.
func (t *tx) note(kind string, c core.ConversationID, data any) error {
	if fields, ok := data.(map[string]any); ok && t.by.Type != "" {
		fields["by"] = t.by
	}
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("log %s: %w", kind, err)
	}
	batch := t.batch()
	batch.entries = append(batch.entries, entry{kind: kind, conversation: c, at: t.now, data: cleanJSON(body)})
	return nil
}

// sorted turns an error of db into the core's word for it.
func sorted(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, db.ErrBusy):
		return fmt.Errorf("%w: %w", core.ErrBusy, err)
	case errors.Is(err, db.ErrCommit), errors.Is(err, db.ErrClosed):
		return fmt.Errorf("%w: %w", core.ErrStore, err)
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: %w", core.ErrNotFound, err)
	}
	return err
}

// lastMS is the end of the year 9999: a later time cannot be written in JSON.
const lastMS = 253402300799999

// millis is a time as it is stored, 0 for none. A time that only a mistaken
// provider could tell, before 1970 or after 9999, is none.
func millis(t time.Time) int64 {
	if y := t.Year(); y < 1970 || y > 9999 {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms <= 0 || ms > lastMS {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// pack writes v as JSON text that every engine stores.
func pack(v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("pack: %w", err)
	}
	return cleanJSON(body), nil
}

// cleanJSON makes JSON text storable on every engine, as [db.Clean] does, also
// where a NUL is written as an escape: whoever reads the JSON would have it back.
func cleanJSON(body []byte) string {
	const escaped = `\u0000`
	if !bytes.Contains(body, []byte(escaped)) {
		return db.Clean(string(body))
	}
	clean := make([]byte, 0, len(body))
	for rest := body; len(rest) > 0; {
		n := 1
		if rest[0] == '\\' && len(rest) > 1 {
			n = 2 // a backslash that is escaped itself begins nothing
		}
		if after, ok := bytes.CutPrefix(rest, []byte(escaped)); ok {
			rest = after
			continue
		}
		clean = append(clean, rest[:n]...)
		rest = rest[n:]
	}
	return db.Clean(string(clean))
}

// unpack reads what pack wrote; "" leaves v.
func unpack(text string, v any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	return nil
}

// merge applies an RFC 7396 merge patch to free JSON.
func merge(into, patch core.Metadata) core.Metadata {
	if into == nil {
		into = core.Metadata{}
	}
	for k, v := range patch {
		switch v := v.(type) {
		case nil:
			delete(into, k)
		case map[string]any:
			below, _ := into[k].(map[string]any)
			into[k] = map[string]any(merge(below, v))
		default:
			into[k] = v
		}
	}
	return into
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// optional is s, or NULL if it is empty.
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}
