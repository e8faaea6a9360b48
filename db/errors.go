package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

var (
	// ErrBusy: too many operations wait; nothing was tried.
	ErrBusy = errors.New("store is busy")
	// ErrClosed: Close was called; nothing was tried.
	ErrClosed = errors.New("store is closed")
	// ErrReadOnly: opened with OpenReadOnly.
	ErrReadOnly = errors.New("store is open for reading only")
	// ErrLocked: another process serves this file.
	ErrLocked = errors.New("another process serves this store")
	// ErrCommit: the disk or the connection failed (full disk, I/O error). Whether the operation is on disk is not
	// known: a unique key must absorb the second try, and a caller from outside is told to come again (5xx).
	ErrCommit = errors.New("commit failed")
	// ErrRace is returned by an operation that found another transaction at the same thing: it is run again.
	ErrRace = errors.New("another transaction is at it")
	// ErrAway: the database cannot be reached; what was to be read is not known.
	ErrAway error = unavailable("the database is away")
)

// unavailable is an error that passes when the database is back. Callers who do not know this package ask by the
// method.
type unavailable string

func (e unavailable) Error() string { return string(e) }

// Unavailable tells that the same call may succeed later.
func (unavailable) Unavailable() bool { return true }

// SQLite's result codes, https://sqlite.org/rescode.html
const (
	sqliteBusy       = 5
	sqliteNoMem      = 7
	sqliteReadOnly   = 8
	sqliteIOErr      = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteNotADB     = 26
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
	sqliteRowID      = 2579
)

// PostgreSQL's error codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	pgUnique        = "23505"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgLockTimeout   = "55P03"
	pgCancelled     = "57014" // by statement_timeout
	pgReadOnly      = "25006" // what was the primary is a standby now
	pgIdle          = "25P03" // by idle_in_transaction_session_timeout
)

// pgAway are the classes of errors that say that the server cannot go on: connection, resources, operator, system.
var pgAway = []string{"08", "53", "57", "58"}

// IsUnique tells whether err is the violation of a unique key or primary key.
func IsUnique(err error) bool {
	if pgCode(err) == pgUnique {
		return true
	}
	switch sqliteCode(err) {
	case sqliteUnique, sqlitePrimaryKey, sqliteRowID:
		return true
	}
	return false
}

// isStorage tells that the disk or connection is at fault and not the statement: the whole batch is lost with it.
func isStorage(err error) bool {
	if errors.Is(err, sql.ErrConnDone) || isAway(err) {
		return true
	}
	switch sqliteCode(err) & 0xff {
	case sqliteBusy, sqliteNoMem, sqliteReadOnly, sqliteIOErr, sqliteCorrupt, sqliteFull, sqliteCantOpen, sqliteNotADB:
		return true
	}
	return false
}

// isAway tells that the server cannot be reached or cannot go on.
func isAway(err error) bool {
	if code := pgCode(err); code != "" {
		return code == pgReadOnly || code == pgIdle || code != pgCancelled && slices.Contains(pgAway, code[:2])
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || err != nil && pgconn.SafeToRetry(err)
}

// away marks an error of a read after which the caller may come again.
func away(err error) error {
	if isAway(err) {
		return errors.Join(ErrAway, err)
	}
	return err
}

// isRace tells that the operation lost to another transaction, and will see what that one stored when it runs again.
func isRace(err error) bool {
	if errors.Is(err, ErrRace) {
		return true
	}
	switch pgCode(err) {
	case pgUnique, pgSerialization, pgDeadlock, pgLockTimeout, pgCancelled:
		return true
	}
	return false
}

// poisons tells that the connection must not be used again. A full disk and a busy file pass.
func poisons(err error) bool {
	code := sqliteCode(err) & 0xff
	return code != sqliteFull && code != sqliteBusy
}

// pgCode is PostgreSQL's code in err, "" if there is none.
func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) && len(e.Code) == 5 {
		return e.Code
	}
	return ""
}

// sqliteCode is SQLite's extended result code in err, 0 if there is none.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
