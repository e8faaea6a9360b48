// Package db opens a database file and commits in groups: operations of many callers share one transaction, and
// each caller hears of success only after that transaction is on disk. It also reads, backs up, makes ids and
// cleans text so that any engine stores it.
//
// It knows no table of anybody: schemas come in as migrations, statements as SQL text with $1 parameters. Today
// the engine is SQLite, inside this process; what differs between engines is kept in the methods Dialect constants
// stand behind (LockSuffix, Exclusive), so that another engine needs no other SQL text.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// Options says how a database is opened. The zero value opens it without migrations and with the usual sizes.
type Options struct {
	Migrations   fs.FS              // goose SQL files in its root, run at Open; nil for none
	BeforeCommit func(*Tx) error    // run once per transaction attempt, last thing before COMMIT; SQL only
	MaxBatch     int                // operations in one transaction at most; 128 if zero
	Queue        int                // operations waiting at most, beyond it Do returns ErrBusy; 4096 if zero
	Now          func() time.Time   // time.Now if nil; measures commits
	Log          logrus.FieldLogger // discarded if nil

	// Beside opens for a few writes beside a running server: it takes no lock on the file, runs no migrations and
	// waits up to 10 s for the server's transactions. Never for serving: in-memory knowledge of two processes would differ.
	Beside bool
}

// DB is an open database. Its methods are safe for concurrent use.
type DB struct {
	path    string
	o       Options
	lock    *fileLock // nil unless this process alone writes the file
	readers *readers
	writer  *writer // nil if opened read-only

	closeOnce sync.Once
	closeErr  error
}

// Open opens the database at url ("sqlite:PATH"), creating the file with mode 0600 if there is none, checks it and
// runs the migrations. It refuses, with a message for the operator, an engine that is too old, a file that another
// process serves, a file that is no database or is corrupt, and a schema newer than the migrations.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	return open(ctx, url, o.withDefaults(), false)
}

// OpenReadOnly opens an existing database for reading, also beside a process that serves it: it takes no lock, runs
// no migration and Do refuses with ErrReadOnly. Options.Migrations and BeforeCommit are ignored.
func OpenReadOnly(ctx context.Context, url string, o Options) (*DB, error) {
	return open(ctx, url, o.withDefaults(), true)
}

func open(ctx context.Context, url string, o Options, readOnly bool) (_ *DB, err error) {
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok || path == "" {
		return nil, fmt.Errorf("open store %q: the address must look like sqlite:PATH", url)
	}
	if path, err = realPath(path); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	d := &DB{path: path, o: o}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open store %s: %w", path, err), d.Close())
		}
	}()
	if !readOnly && !o.Beside {
		if d.lock, err = lockFile(path); err != nil {
			return nil, err
		}
		if err = createFile(path); err != nil {
			return nil, err
		}
	}
	if !readOnly {
		if err = d.openWriter(ctx); err != nil {
			return nil, err
		}
	}
	if d.readers, err = openReaders(ctx, path); err != nil {
		return nil, err
	}
	if readOnly || o.Beside {
		err = checkFile(ctx, d.readers.pool, path, false)
	}
	return d, err
}

// openWriter checks the file, brings its schema up to date and starts the writer.
func (d *DB) openWriter(ctx context.Context) error {
	pool, err := sql.Open("sqlite", sqliteURL(d.path, "rw", writerPragmas))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	if !d.o.Beside {
		if err = checkFile(ctx, pool, d.path, true); err == nil {
			err = settleLog(ctx, pool, d.path)
		}
		if err == nil && d.o.Migrations != nil {
			err = migrate(ctx, pool, d.o.Migrations, d.o.Log)
		}
	}
	if err != nil {
		return errors.Join(err, pool.Close())
	}
	d.writer = startWriter(pool, d.path, d.o)
	return nil
}

// Close finishes what is queued, refuses what comes later with ErrClosed, and closes the file. It blocks until the
// last commit is on disk; calling it again returns the first answer.
func (d *DB) Close() error {
	d.closeOnce.Do(func() {
		if d.writer != nil {
			d.closeErr = d.writer.close()
		}
		if d.readers != nil {
			d.closeErr = errors.Join(d.closeErr, d.readers.close())
		}
		if d.lock != nil {
			d.closeErr = errors.Join(d.closeErr, d.lock.release())
		}
	})
	return d.closeErr
}

// LockSuffix is what a SELECT of rows to be updated ends with on this engine, so that nodes skip each other's rows.
// It is empty where one transaction writes at a time.
func (d *DB) LockSuffix() string { return sqliteLockSuffix }

// Exclusive tells that no other process can be writing, so that any trace of another owner is of a dead one.
func (d *DB) Exclusive() bool { return d.lock != nil }

// Path is the database file.
func (d *DB) Path() string { return d.path }

func (o Options) withDefaults() Options {
	if o.MaxBatch <= 0 {
		o.MaxBatch = 128
	}
	if o.Queue <= 0 {
		o.Queue = 4096
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = silent()
	}
	return o
}
