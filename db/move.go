package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Move is what is copied from a SQLite file into a PostgreSQL database of the same schema.
type Move struct {
	Empty string                         // a query that counts what must not be there yet
	Skip  []string                       // tables that stay as they are
	After []string                       // statements run last, in the same transaction
	Told  func(table string, rows int64) // of each table, when it is copied; may be nil
}

// MoveTo copies every row of d into to, all in one transaction: the copy is whole, or nothing of it is there. Rows
// that the migrations put into to are replaced. It refuses a database in which Move.Empty counts anything.
func (d *DB) MoveTo(ctx context.Context, to *DB, m Move) (err error) {
	if d.Shared() || !to.Shared() {
		return errors.New("move a store: it goes from SQLite to PostgreSQL only")
	}
	pool, err := postgresPool(to.address, map[string]string{"application_name": "causeway migrate"}, 1, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("move a store: %w", err)
	}
	err = d.Snapshot(ctx, func(read Reader) error { return move(ctx, read, conn, m) })
	// What failed has to be undone before the connection goes; the first error says more.
	_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	return errors.Join(err, conn.Close())
}

func move(ctx context.Context, read Reader, conn *sql.Conn, m Move) error {
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("move a store: %w", err)
	}
	var there int64
	if err := conn.QueryRowContext(ctx, m.Empty).Scan(&there); err != nil {
		return fmt.Errorf("look whether the database is empty: %w", err)
	}
	if there > 0 {
		return errors.New("the database is not empty: name a new one")
	}
	tables, err := tablesOf(ctx, read, m.Skip)
	if err != nil {
		return err
	}
	for _, table := range tables {
		rows, err := moveTable(ctx, read, conn, table)
		if err != nil {
			return fmt.Errorf("move table %s: %w", table, err)
		}
		if m.Told != nil {
			m.Told(table, rows)
		}
	}
	for _, query := range append(m.After, "COMMIT") {
		if _, err := conn.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("%s: %w", brief(query), err)
		}
	}
	return nil
}

// tablesOf lists the file's own tables, but for goose's and those to skip.
func tablesOf(ctx context.Context, read Reader, skip []string) ([]string, error) {
	rows, err := read.Rows(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list the tables: %w", err)
		}
		if !strings.Contains(" "+strings.Join(skip, " ")+" ", " "+name+" ") {
			tables = append(tables, name)
		}
	}
	return tables, rows.Err()
}

func moveTable(ctx context.Context, read Reader, conn *sql.Conn, table string) (n int64, err error) {
	name := pgx.Identifier{table}
	if _, err := conn.ExecContext(ctx, "DELETE FROM "+name.Sanitize()); err != nil {
		return 0, err
	}
	rows, err := read.Rows(ctx, "SELECT * FROM "+name.Sanitize())
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	next := func() ([]any, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		values, dst := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			dst[i] = &values[i]
		}
		return values, rows.Scan(dst...)
	}
	err = conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("%T is no connection of PostgreSQL", driver)
		}
		n, err = c.Conn().CopyFrom(ctx, name, columns, pgx.CopyFromFunc(next))
		return err
	})
	return n, errors.Join(err, rows.Err())
}
