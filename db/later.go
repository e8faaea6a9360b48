package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// later is a statement that waits to be sent with others.
type later struct {
	query string
	args  []any
}

// Later runs a statement of which nobody asks anything, before the next one at the latest. Where the database is a
// server, several go to it in one message; an error is then that of the next statement, or of the commit.
// It keeps args until then.
func (t *Tx) Later(query string, args ...any) error {
	if !t.conn.engine.server {
		_, err := t.Exec(query, args...)
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	t.later = append(t.later, later{query, args})
	return nil
}

// flush sends what waits.
func (t *Tx) flush() error {
	if t.failed != nil || len(t.later) == 0 {
		return t.failed
	}
	t.closeRows()
	all := t.later
	t.later = nil
	if len(all) == 1 {
		if _, err := t.Exec(all[0].query, all[0].args...); err != nil {
			return t.doomAll(err)
		}
		return nil
	}
	var b pgx.Batch
	for _, one := range all {
		b.Queue(one.query, one.args...)
	}
	done := 0
	err := t.conn.c.Raw(func(driver any) error {
		on, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("%T is no connection of PostgreSQL", driver)
		}
		answers := on.Conn().SendBatch(context.Background(), &b)
		for range all {
			if _, err := answers.Exec(); err != nil {
				_ = answers.Close() // the same error
				return err
			}
			done++
		}
		return answers.Close()
	})
	if err != nil {
		return t.doomAll(t.doom(all[min(done, len(all)-1)].query, err))
	}
	return nil
}
