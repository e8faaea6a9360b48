package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

const (
	maxReadStatements = 512
)

// Reader is what reads: the database as it is, or a Snapshot of it.
type Reader interface {
	// Row scans the first row of the answer into dst; sql.ErrNoRows if there is none.
	Row(ctx context.Context, query string, args []any, dst ...any) error
	// Rows runs a query; the caller closes the rows, and soon: they hold one of few connections.
	Rows(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

var _ Reader = (*DB)(nil)

// Row reads what is committed; see Reader. It blocks while all reading connections are busy.
func (d *DB) Row(ctx context.Context, query string, args []any, dst ...any) error {
	return d.readers.Row(ctx, query, args, dst...)
}

// Rows reads what is committed; see Reader. It blocks while all reading connections are busy.
func (d *DB) Rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.readers.Rows(ctx, query, args...)
}

// Snapshot runs several reads that see the same moment. read is valid only inside f, and f must not be long: while
// it reads, the log of changes cannot be folded into the file.
func (d *DB) Snapshot(ctx context.Context, f func(read Reader) error) error {
	tx, err := d.readers.pool.BeginTx(ctx, &d.engine.snapshot)
	if err != nil {
		return fmt.Errorf("begin a snapshot: %w", away(err))
	}
	defer func() { _ = tx.Rollback() }()
	return f(snapshot{tx})
}

// mostDamage is how many places Damage names.
const mostDamage = 100

// Damage says what is wrong with the file itself: pages, rows and indexes that do not agree. It reads all of it, as
// it was at one moment, and holds nobody up. A PostgreSQL server looks after its files itself.
func (d *DB) Damage(ctx context.Context) ([]string, error) {
	if d.Shared() {
		return nil, nil
	}
	rows, err := d.readers.pool.QueryContext(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", mostDamage))
	if err != nil {
		return nil, fmt.Errorf("check the file: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var damage []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("check the file: %w", err)
		}
		if text != "ok" {
			damage = append(damage, text)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("check the file: %w", err)
	}
	return damage, nil
}

// Backup writes a whole, consistent copy to path (mode 0600), while others go on reading and writing. It refuses a
// path where there is something already, and leaves nothing behind if it fails. A PostgreSQL database is backed up by
// the server's own tools, and is refused.
func (d *DB) Backup(ctx context.Context, path string) (err error) {
	if d.Shared() {
		return errors.New("back up: PostgreSQL is backed up by its own tools, such as pg_dump --format=custom; docs/operations.md has the drill")
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("back up to %s: there is a file already", path)
	}
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("back up to %s: %w", path, e)
		}
		if err != nil {
			_ = os.Remove(path)
		}
	}()
	if err := d.vacuumInto(ctx, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	if err := errors.Join(f.Sync(), syncDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("back up to %s: put it on disk: %w", path, err)
	}
	return nil
}

// vacuumInto uses a connection of its own, since it is long.
func (d *DB) vacuumInto(ctx context.Context, path string) error {
	pool, err := sql.Open("sqlite", sqliteURL(d.path, "rw", backupPragmas))
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, "VACUUM INTO $1", path)
	return errors.Join(err, pool.Close())
}

// readers is the pool of reading connections with its prepared statements.
type readers struct {
	engine engine
	pool   *sql.DB
	mu     sync.RWMutex
	stmts  map[string]*sql.Stmt
}

func openReaders(ctx context.Context, pool *sql.DB, e engine) (*readers, error) {
	pool.SetMaxOpenConns(e.readers)
	pool.SetMaxIdleConns(e.readers)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &readers{engine: e, pool: pool, stmts: map[string]*sql.Stmt{}}, nil
}

func (r *readers) Row(ctx context.Context, query string, args []any, dst ...any) error {
	s, err := r.stmt(ctx, query)
	if err != nil {
		return fmt.Errorf("%s: %w", brief(query), away(err))
	}
	if s == nil {
		err = r.pool.QueryRowContext(ctx, query, args...).Scan(dst...)
	} else {
		err = s.QueryRowContext(ctx, args...).Scan(dst...)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", brief(query), away(err))
	}
	return err
}

func (r *readers) Rows(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	s, err := r.stmt(ctx, query)
	switch {
	case err != nil:
	case s == nil:
		rows, err = r.pool.QueryContext(ctx, query, args...)
	default:
		rows, err = s.QueryContext(ctx, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", brief(query), away(err))
	}
	return rows, nil
}

// stmt is the prepared statement, or nil once there are so many texts that one more is run as it is.
func (r *readers) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	r.mu.RLock()
	s, full := r.stmts[query], len(r.stmts) >= maxReadStatements
	r.mu.RUnlock()
	if s != nil || full {
		return s, nil
	}
	s, err := r.pool.PrepareContext(ctx, r.engine.text(query))
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.stmts[query]; first != nil {
		_ = s.Close()
		return first, nil
	}
	r.stmts[query] = s
	return s, nil
}

func (r *readers) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.stmts {
		_ = s.Close()
	}
	r.stmts = map[string]*sql.Stmt{}
	return r.pool.Close()
}

// snapshot reads within one transaction.
type snapshot struct{ tx *sql.Tx }

func (s snapshot) Row(ctx context.Context, query string, args []any, dst ...any) error {
	err := s.tx.QueryRowContext(ctx, query, args...).Scan(dst...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", brief(query), away(err))
	}
	return err
}

func (s snapshot) Rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := s.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", brief(query), away(err))
	}
	return rows, nil
}
