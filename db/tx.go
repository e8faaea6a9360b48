package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// maxStatements is how many prepared statements a connection keeps; texts beyond it begin a new set.
const maxStatements = 1024

// Tx is a running transaction, shared by the operations of a batch. It is valid only while the operation runs, and
// only on the goroutine that was given it.
type Tx struct {
	conn   *conn
	after  []func()
	erase  bool
	local  any
	open   []*sql.Rows
	failed error // the first statement that failed; nothing runs after it
	common bool  // what failed was left by several operations, and is the fault of none that is known

	later    []later
	gathered map[any]Gathered
	pending  []Gathered
}

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, t.doom(query, err)
	}
	return r.RowsAffected()
}

// Row scans the first row of the answer into dst; sql.ErrNoRows if there is none, which dooms nothing.
func (t *Tx) Row(query string, args []any, dst ...any) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	err = s.QueryRowContext(context.Background(), args...).Scan(dst...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return t.doom(query, err)
	}
	return err
}

// Rows runs a query. Read and close the rows before the next statement, which on some engines closes them; what is
// left open is closed when the operation ends.
func (t *Tx) Rows(query string, args ...any) (*sql.Rows, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, t.doom(query, err)
	}
	t.open = append(t.open, rows)
	return rows, nil
}

// After has f run once the commit is on disk, before the callers are answered, in the order of the calls. It is
// forgotten if the attempt fails. f must be quick: the next batch waits for it.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

// Local is the value that SetLocal kept in this attempt, nil at its beginning. It is one value for all operations
// of the batch and BeforeCommit: whoever opens the database decides what it is.
func (t *Tx) Local() any { return t.local }

// SetLocal keeps v until this attempt ends.
func (t *Tx) SetLocal(v any) { t.local = v }

func (t *Tx) stmt(query string) (*sql.Stmt, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	if t.conn.engine.server && len(t.open) > 0 { // a connection does one thing at a time
		t.closeRows()
	}
	s, err := t.conn.stmt(query)
	if err != nil {
		return nil, t.doom(query, err)
	}
	return s, nil
}

func (t *Tx) doom(query string, err error) error {
	t.failed = fmt.Errorf("%s: %w", brief(query), err)
	return t.failed
}

func (t *Tx) closeRows() {
	for _, r := range t.open {
		_ = r.Close()
	}
	t.open = t.open[:0]
}

// brief is enough of a statement to find it in the source.
func brief(query string) string {
	query = strings.Join(strings.Fields(query), " ")
	if len(query) > 60 {
		query = query[:60] + "…"
	}
	return query
}

// conn is the writing connection with its prepared statements. database/sql would prepare a statement again for
// each transaction of its own, so transactions are statements here.
type conn struct {
	engine engine
	pool   *sql.DB
	c      *sql.Conn
	stmts  map[string]*sql.Stmt
	texts  map[textOf]string
	values map[statement][]any // empty, with room for rows
}

// begin starts a transaction, connecting first if there is no connection.
func (c *conn) begin(ctx context.Context) (*Tx, error) {
	if c.c == nil {
		conn, err := c.pool.Conn(ctx)
		if err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
		c.c, c.stmts = conn, map[string]*sql.Stmt{}
	}
	if len(c.stmts) > maxStatements {
		c.forget()
	}
	return &Tx{conn: c}, c.exec(ctx, c.engine.begin)
}

func (c *conn) commit(ctx context.Context) error { return c.exec(ctx, "COMMIT") }

// rollback ends the transaction, if SQLite has not already done so by itself.
func (c *conn) rollback(ctx context.Context) error {
	if c.c == nil {
		return nil
	}
	err := c.exec(ctx, "ROLLBACK")
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}

func (c *conn) exec(ctx context.Context, query string) error {
	s, err := c.stmt(query)
	if err != nil {
		return err
	}
	if _, err = s.ExecContext(ctx); err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	return nil
}

func (c *conn) stmt(query string) (*sql.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	s, err := c.c.PrepareContext(context.Background(), c.engine.text(query))
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// forget closes the statements. The driver must not be asked to on a connection that is already closed.
func (c *conn) forget() {
	if c.c.Raw(func(any) error { return nil }) != nil {
		c.stmts = map[string]*sql.Stmt{}
	}
	for _, s := range c.stmts {
		_ = s.Close()
	}
	c.stmts = map[string]*sql.Stmt{}
}

// discard closes the connection for good; the next batch opens another.
func (c *conn) discard() {
	if c.c == nil {
		return
	}
	c.forget()
	_ = c.c.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.c.Close()
	c.c = nil
}

func (c *conn) close() error {
	if c.c != nil {
		c.forget()
		_ = c.c.Close()
		c.c = nil
	}
	return c.pool.Close()
}
