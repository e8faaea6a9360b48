package store

import (
	"context"
	"errors"
	"fmt"

	"causeway/db"
)

// Move copies the whole store in a SQLite file into an empty PostgreSQL database,
// all or nothing, and tells the rows of each table. The file is taken for this
// process alone, and brought up to date; it is not changed otherwise.
func Move(ctx context.Context, from, to string, told func(table string, rows int64)) (err error) {
	files, err := Migrations()
	if err != nil {
		return err
	}
	old, err := db.Open(ctx, from, db.Options{Migrations: files})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	next, err := db.Open(ctx, to, db.Options{Migrations: files})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, next.Close()) }()
	err = old.MoveTo(ctx, next, db.Move{
		Empty: `SELECT (SELECT count(*) FROM delivery) + (SELECT count(*) FROM contact) + (SELECT count(*) FROM session) + (SELECT count(*) FROM lane)`,
		Skip:  []string{"session"},
		// Whoever had a lane is not there any more.
		After: []string{`UPDATE lane SET owner = NULL, due_at = abs(due_at), epoch = epoch + 1 WHERE owner IS NOT NULL`, `ANALYZE`},
		Told:  told,
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
