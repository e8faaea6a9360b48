// Package db opens a database and commits in groups: operations of many callers share one transaction, and each
// caller hears of success only after that transaction is on disk. It also reads, backs up, makes ids, tells the time
// and cleans text so that any engine stores it.
//
// It knows no table of anybody: schemas come in as migrations, statements as SQL text with $1 parameters, the same
// for both engines: SQLite, in a file that one process serves, and PostgreSQL, which many may share. What differs
// stands behind [DB.RowLock], [DB.SkipLocked], [Tx.Lock], [DB.Shared] and [DB.Exclusive].
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
)

// mostWriters is how many of them gain anything by themselves: each waits for the others at the end of its transaction,
// where the log is written.
const mostWriters = 4

// Options says how a database is opened. The zero value opens it without migrations and with the usual sizes.
type Options struct {
	Migrations fs.FS // goose SQL files in its root, run at Open; nil for none
	// Foresee is run first in a transaction attempt, with what its operations ask (DoAsking): it reads for all of them at once.
	Foresee func(tx *Tx, asks []any) error
	// Hold is run before that, where other transactions write too, with the keys and asks of the operations: it locks what they
	// are about, in one order. May be nil.
	Hold         func(tx *Tx, keys []int64, asks []any) error
	BeforeCommit func(*Tx) error    // run once per transaction attempt, last thing before COMMIT; SQL only
	MaxBatch     int                // operations in one transaction at most; 128 if zero
	Writers      int                // of a server's database, that one of key 0 left out; half of the processors, 1 to 4, if zero
	Queue        int                // operations waiting at most, beyond it Do returns ErrBusy; 4096 if zero
	Now          func() time.Time   // time.Now if nil; measures commits
	Clock        *Clock             // set by the database's at Open and by Sync, where nodes share it; may be nil
	Log          logrus.FieldLogger // discarded if nil

	// Beside opens for a few writes beside a running server: it takes no lock on the file, runs no migrations and
	// waits up to 10 s for the server's transactions. Never for serving: in-memory knowledge of two processes would differ.
	Beside bool
}

// DB is an open database. Its methods are safe for concurrent use.
type DB struct {
	engine  engine
	address string // of PostgreSQL
	path    string // of a SQLite file; for people on PostgreSQL
	o       Options
	lock    *fileLock // nil unless this process alone writes the file
	readers *readers
	writers []*writer // none if opened read-only; the first serves key 0
	aside   *writer   // nil where one transaction writes at a time
	folder  *folder   // nil unless this process alone writes the file
	survey  *surveyor // nil unless this process serves a database of a server
	stats   counters
	fails   atomic.Bool

	closeOnce sync.Once
	closeErr  error
}

// Open opens the database at url, checks it and runs the migrations. "sqlite:PATH" is a file, made with mode 0600 if
// there is none; "postgres://…" is a database that is there. It refuses, with a message for the operator, an engine
// that is too old or may lose what it has answered, a file that another process serves, a file that is no database or
// is corrupt, and a schema newer than the migrations.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	return open(ctx, url, o.withDefaults(), false)
}

// OpenReadOnly opens an existing database for reading, also beside a process that serves it: it takes no lock, runs
// no migration and Do refuses with ErrReadOnly. Options.Migrations and BeforeCommit are ignored.
func OpenReadOnly(ctx context.Context, url string, o Options) (*DB, error) {
	return open(ctx, url, o.withDefaults(), true)
}

func open(ctx context.Context, url string, o Options, readOnly bool) (_ *DB, err error) {
	d := &DB{o: o, path: redacted(url)}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open store %s: %w", d.path, err), d.Close())
		}
	}()
	if IsPostgres(url) {
		d.engine, d.address = onPostgres, url
		return d, d.openServer(ctx, readOnly)
	}
	path, ok := strings.CutPrefix(url, "sqlite:")
	if !ok || path == "" {
		return nil, errors.New("the address must look like sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
	}
	d.engine = onSQLite
	if d.path, err = realPath(path); err != nil {
		return nil, err
	}
	return d, d.openFile(ctx, readOnly)
}

func (d *DB) openFile(ctx context.Context, readOnly bool) (err error) {
	if !readOnly && !d.o.Beside {
		if d.lock, err = lockFile(d.path); err != nil {
			return err
		}
		if err = createFile(d.path); err != nil {
			return err
		}
	}
	if !readOnly {
		if err = d.openWriter(ctx); err != nil {
			return err
		}
	}
	pool, err := sql.Open("sqlite", sqliteURL(d.path, "rw", readerPragmas))
	if err != nil {
		return err
	}
	if d.readers, err = openReaders(ctx, pool, d.engine); err != nil {
		return explain(err, d.path)
	}
	if readOnly || d.o.Beside {
		err = checkFile(ctx, pool, d.path, false)
	}
	return err
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
	d.writers = append(d.writers, d.startWriter(pool, d.o))
	if d.o.Beside {
		return nil
	}
	return d.startFolder()
}

// openServer opens a PostgreSQL database: a connection for each writer, and some to read.
func (d *DB) openServer(ctx context.Context, readOnly bool) error {
	quiet := silence
	if readOnly { // verify asks long questions
		quiet = 0
	}
	pool, err := postgresPool(d.address, readerSettings, d.engine.readers, quiet)
	if err != nil {
		return err
	}
	if d.readers, err = openReaders(ctx, pool, d.engine); err != nil {
		return err
	}
	if readOnly {
		return checkServer(ctx, pool, false)
	}
	for range d.o.Writers + 1 {
		pool, err := postgresPool(d.address, writerSettings, 1, quiet)
		if err != nil {
			return err
		}
		d.writers = append(d.writers, d.startWriter(pool, d.o))
		if len(d.writers) > 1 {
			continue
		}
		if err := checkServer(ctx, pool, true); err != nil {
			return err
		}
		if d.o.Migrations == nil || d.o.Beside {
			continue
		}
		if err := migratePostgres(ctx, d.address, d.o.Migrations, d.o.Log); err != nil {
			return err
		}
	}
	if pool, err = postgresPool(d.address, writerSettings, 1, quiet); err != nil {
		return err
	}
	lone := d.o
	lone.Hold, lone.Foresee = nil, nil
	d.aside = d.startWriter(pool, lone)
	if !d.o.Beside {
		if pool, err = postgresPool(d.address, surveyorSettings, 1, quiet); err != nil {
			return err
		}
		d.survey = startSurveyor(pool, d.o.Log)
	}
	return d.Sync(ctx)
}

// Close finishes what is queued, refuses what comes later with ErrClosed, and closes the file. It blocks until the
// last commit is on disk; calling it again returns the first answer.
func (d *DB) Close() error {
	d.closeOnce.Do(func() {
		if d.folder != nil {
			d.closeErr = d.folder.close()
		}
		if d.survey != nil {
			d.closeErr = errors.Join(d.closeErr, d.survey.close())
		}
		for _, w := range d.writers {
			d.closeErr = errors.Join(d.closeErr, w.close())
		}
		if d.aside != nil {
			d.closeErr = errors.Join(d.closeErr, d.aside.close())
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

// Exclusive tells that no other process can be writing, so that any trace of another owner is of a dead one.
func (d *DB) Exclusive() bool { return d.lock != nil }

// Path is the database file, or the address of the database without its password.
func (d *DB) Path() string { return d.path }

func (o Options) withDefaults() Options {
	if o.MaxBatch <= 0 {
		o.MaxBatch = 128
	}
	if o.Writers <= 0 {
		o.Writers = min(max(runtime.GOMAXPROCS(0)/2, 1), mostWriters)
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
