package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/sirupsen/logrus"
)

// minPostgres is the oldest server version that is still maintained: https://www.postgresql.org/support/versioning/
const minPostgres = 140000

// silence is how long a server may say nothing to a statement. A connection that leads nowhere, as after a cut in the
// network, tells of itself in no other way.
const silence = 20 * time.Second

// A node that freezes must lose its row locks soon, and who waits for a row must not hold up a batch for long.
// https://www.postgresql.org/docs/current/runtime-config-client.html
var writerSettings = map[string]string{
	"idle_in_transaction_session_timeout": "1500",
	"lock_timeout":                        "3000",
	"statement_timeout":                   "10000",
	"default_transaction_isolation":       "read committed",
	"application_name":                    "causeway",
}

// readerSettings keep reads to reading; verify may read for long.
var readerSettings = map[string]string{
	"default_transaction_read_only": "on",
	"application_name":              "causeway reader",
}

// surveyorSettings keep it from holding others up: nobody waits for statistics, and who waits for less than
// deadlock_timeout has no autovacuum give way.
var surveyorSettings = map[string]string{
	"lock_timeout":      "300",
	"statement_timeout": "10000",
	"application_name":  "causeway statistics",
}

// redacted is the address of a store without its password.
func redacted(address string) string {
	if !IsPostgres(address) {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://…"
	}
	q := u.Query()
	if q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

// postgresPool makes a pool of connections with these settings. Nothing is dialled yet.
func postgresPool(address string, settings map[string]string, most int, quiet time.Duration) (*sql.DB, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address is no address of PostgreSQL; it looks like postgres://USER:PASSWORD@HOST/DATABASE")
	}
	for name, value := range settings {
		c.RuntimeParams[name] = value
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	// Of several hosts the primary is meant, also where that is said as target_session_attrs=read-write, or not at all:
	// who reads has a connection on which nothing can be written, and must not be told what a standby does not know yet.
	if c.ValidateConnect != nil || slices.ContainsFunc(c.Fallbacks, func(f *pgconn.FallbackConfig) bool { return f.Host != c.Host || f.Port != c.Port }) {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
	}
	if quiet > 0 {
		dial := c.DialFunc
		c.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return &impatient{Conn: conn, quiet: quiet}, nil
		}
	}
	pool := stdlib.OpenDB(*c)
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	return pool, nil
}

// impatient is a connection on which a read ends with an error after some silence, unless a deadline is set.
type impatient struct {
	net.Conn
	quiet time.Duration
	bound atomic.Bool // the driver has set a deadline
}

func (c *impatient) Read(p []byte) (int, error) {
	if !c.bound.Load() {
		if err := c.SetReadDeadline(time.Now().Add(c.quiet)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(p)
}

func (c *impatient) SetDeadline(t time.Time) error {
	c.bound.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

// checkServer refuses a server that is too old, that cannot keep what it was given, or that takes nothing.
func checkServer(ctx context.Context, pool *sql.DB, writer bool) error {
	var version int
	var encoding, fsync, commit, readOnly string
	err := pool.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS INT), current_setting('server_encoding'), current_setting('fsync'),
		current_setting('synchronous_commit'), current_setting('transaction_read_only')`).Scan(&version, &encoding, &fsync, &commit, &readOnly)
	switch {
	case err != nil:
		return err
	case version < minPostgres:
		return fmt.Errorf("PostgreSQL %d is too old; %d or newer is needed", version/10000, minPostgres/10000)
	case encoding != "UTF8":
		return fmt.Errorf("the database is encoded in %s; make one with ENCODING 'UTF8'", encoding)
	case fsync == "off":
		return errors.New("the server runs with fsync=off and can lose all of it; set fsync=on")
	case commit == "off":
		return errors.New("synchronous_commit=off here: the server says that a commit is kept before it is; set it to on for the database and the user")
	case writer && readOnly == "on":
		return errors.New("the server is a standby or read-only; name the primary")
	}
	return nil
}

// migratePostgres brings the schema up to the newest file. Nodes that start together wait for the first.
func migratePostgres(ctx context.Context, address string, files fs.FS, log logrus.FieldLogger) (err error) {
	pool, err := postgresPool(address, map[string]string{"application_name": "causeway migration"}, 2, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	turns, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, pool, files, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true), goose.WithSessionLocker(turns))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	done, err := p.Up(ctx) // it holds the lock also while it makes its own table
	if err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if current > target {
		return tooNew(current, target)
	}
	if len(done) > 0 {
		log.WithFields(logrus.Fields{"steps": len(done), "to": target}).Info("schema migrated")
	}
	return nil
}

func tooNew(current, target int64) error {
	return fmt.Errorf("its schema is version %d, this program knows up to %d; use the newer program", current, target)
}
