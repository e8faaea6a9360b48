package db

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// engine is what differs between SQLite and PostgreSQL. The SQL text of others does not, but for two suffixes.
type engine struct {
	begin      string
	rowLock    string // ends a SELECT whose rows are about to be changed
	skipLocked string // the same, for whoever is content with rows that nobody else has
	readers    int
	snapshot   sql.TxOptions
	ownLog     bool   // the log of changes is a file of ours
	lock       string // waits for its turn with a number, until the transaction ends
	tryLock    string // the same with many, without waiting: those that were free
	unnamed    bool   // parameters that stand in order are better written ?
	server     bool   // others write too, and each answer is waited for
}

var (
	// One transaction writes at a time, so rows need no locks.
	onSQLite = engine{begin: "BEGIN IMMEDIATE", readers: 4, ownLog: true, snapshot: sql.TxOptions{ReadOnly: true}, unnamed: true}

	onPostgres = engine{
		begin: "BEGIN", rowLock: " FOR UPDATE", skipLocked: " FOR UPDATE SKIP LOCKED", readers: 8, server: true,
		snapshot: sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead},
		lock:     "SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS l",
		tryLock:  "SELECT k FROM unnest(CAST($1 AS BIGINT[])) AS k WHERE pg_try_advisory_xact_lock(k)",
	}
)

// text is a statement as the engine reads it best. To SQLite $1 is a name, which it looks up among all names for each
// value that is bound: what many rows cost would grow with their square.
func (e engine) text(query string) string {
	if !e.unnamed {
		return query
	}
	var b strings.Builder
	rest, n := query, 0
	for {
		at := strings.IndexByte(rest, '$')
		if at < 0 {
			b.WriteString(rest)
			return b.String()
		}
		digits := strings.IndexFunc(rest[at+1:], func(r rune) bool { return r < '0' || r > '9' })
		if digits < 0 {
			digits = len(rest) - at - 1
		}
		n++
		if rest[at+1:at+1+digits] != strconv.Itoa(n) || strings.Count(rest[:at], "'")%2 == 1 {
			return query // they stand in no order, or this is none
		}
		b.WriteString(rest[:at])
		b.WriteByte('?')
		rest = rest[at+1+digits:]
	}
}

// IsPostgres tells whether a store's address is one of a PostgreSQL database.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// RowLock is what a SELECT of rows that the transaction is about to change ends with on this engine, so that they do
// not change in between. It is empty where one transaction writes at a time.
func (d *DB) RowLock() string { return d.engine.rowLock }

// SkipLocked is RowLock for rows of which any will do: those that another transaction has are left out.
func (d *DB) SkipLocked() string { return d.engine.skipLocked }

// Shared tells that other transactions, also of other processes, may write at the same time.
func (d *DB) Shared() bool { return d.engine.rowLock != "" }

// Lock waits until no other transaction holds key, and holds it until this one has ended. It is for what has no row
// to lock yet; where transactions write one at a time it is nothing. Take rows and keys in one order everywhere.
func (t *Tx) Lock(key int64) error {
	if t.conn.engine.lock == "" {
		return nil
	}
	return t.Row(t.conn.engine.lock, []any{key}, new(int))
}

// TryLock is Lock for who holds others up already: if another transaction holds key it returns [ErrRace], for the
// operation to run again.
func (t *Tx) TryLock(key int64) error {
	mine, err := t.TryLocks([]int64{key})
	if err != nil || mine[key] {
		return err
	}
	return ErrRace
}

// TryLocks is TryLock of many: it returns those that no other transaction holds.
func (t *Tx) TryLocks(keys []int64) (map[int64]bool, error) {
	mine := make(map[int64]bool, len(keys))
	if t.conn.engine.tryLock == "" {
		for _, key := range keys {
			mine[key] = true
		}
		return mine, nil
	}
	rows, err := t.Rows(t.conn.engine.tryLock, keys)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		mine[key] = true
	}
	return mine, rows.Err()
}

// Sync sets the clock of Options by the database's, where several nodes share it. It blocks for one question.
func (d *DB) Sync(ctx context.Context) error {
	if !d.Shared() || d.o.Clock == nil {
		return nil
	}
	return d.o.Clock.sync(ctx, d.readers)
}
