package db

import (
	"database/sql"
	"errors"

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
)

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

// IsUnique tells whether err is the violation of a unique key or primary key.
func IsUnique(err error) bool {
	switch sqliteCode(err) {
	case sqliteUnique, sqlitePrimaryKey, sqliteRowID:
		return true
	}
	return false
}

// isStorage tells that the disk or connection is at fault and not the statement: the whole batch is lost with it.
func isStorage(err error) bool {
	if errors.Is(err, sql.ErrConnDone) {
		return true
	}
	switch sqliteCode(err) & 0xff {
	case sqliteBusy, sqliteNoMem, sqliteReadOnly, sqliteIOErr, sqliteCorrupt, sqliteFull, sqliteCantOpen, sqliteNotADB:
		return true
	}
	return false
}

// poisons tells that the connection must not be used again. A full disk and a busy file pass.
func poisons(err error) bool {
	code := sqliteCode(err) & 0xff
	return code != sqliteFull && code != sqliteBusy
}

// sqliteCode is SQLite's extended result code in err, 0 if there is none.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
