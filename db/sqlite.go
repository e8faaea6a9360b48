package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/sirupsen/logrus"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	// Before 3.51.3 a race in resetting the write-ahead log could lose committed data: https://sqlite.org/wal.html#walresetbug
	minSQLite = "3.51.3"

	// A file up to this size is checked whole at Open; a check reads every page.
	quickCheckUpTo = 64 << 20
)

// FULL and not NORMAL: with NORMAL a power cut loses commits that were already answered. What is overwritten or deleted
// is filled with zeros in its page (secure_delete), which costs nothing that can be measured: the page is written anyway.
// What a statement needs to undo itself stays in memory (temp_store). The log is folded by the folder.
const (
	writerPragmas = "&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=cache_size(-49152)&_pragma=secure_delete(1)&_pragma=temp_store(MEMORY)&_pragma=wal_autocheckpoint(24000)&_pragma=journal_size_limit(67108864)&_txlock=immediate"
	readerPragmas = "&_pragma=busy_timeout(10000)&_pragma=query_only(1)&_pragma=cache_size(-8192)"
	backupPragmas = "&_pragma=busy_timeout(10000)"
)

func sqliteURL(path, mode, pragmas string) string {
	return "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) + "?mode=" + mode + pragmas
}

// realPath is the absolute path with symbolic links followed, so that one file has one name and one lock.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path, err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return abs, fmt.Errorf("its folder: %w", err)
	}
	return filepath.Join(dir, filepath.Base(abs)), nil
}

// createFile makes an empty file that only its owner reads; the files that SQLite puts beside it take its mode. An
// existing file is not opened: closing it again would drop the locks of other connections of this process.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// checkFile refuses an old engine, a file that is no database, and, for a writer, a corrupt file or one without the
// durability that we promise.
func checkFile(ctx context.Context, pool *sql.DB, path string, writer bool) error {
	var version string
	if err := pool.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return explain(err, path)
	}
	if older(version, minSQLite) {
		return fmt.Errorf("SQLite %s can lose data; %s or newer is needed", version, minSQLite)
	}
	var tables int
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return explain(err, path)
	}
	if !writer {
		return nil
	}
	var journal string
	var sync int
	if err := pool.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return explain(err, path)
	}
	if err := pool.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return explain(err, path)
	}
	if journal != "wal" || sync != 2 {
		return fmt.Errorf("the file system does not allow a write-ahead log (journal_mode %s, synchronous %d); use a local disk", journal, sync)
	}
	return quickCheck(ctx, pool, path)
}

// settleLog puts what the write-ahead log holds into the file, and on disk. Where a sync failed before, the last
// process's log may be whole in the system's memory and not on disk, and the kernel tells of that only once: nothing
// must be appended to it.
func settleLog(ctx context.Context, pool *sql.DB, path string) error {
	if _, err := fold(ctx, pool, "TRUNCATE"); err != nil {
		return fmt.Errorf("move the log into the file: %w", explain(err, path))
	}
	return nil // somebody who reads, such as a backup, may hold it up: the log goes on then
}

func quickCheck(ctx context.Context, pool *sql.DB, path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() > quickCheckUpTo {
		return err
	}
	var verdict string
	if err := pool.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return explain(err, path)
	}
	if verdict != "ok" {
		return fmt.Errorf("%s is corrupt (%s); move it away and restore the last backup", path, verdict)
	}
	return nil
}

// explain says in words of the operator what SQLite says in codes.
func explain(err error, path string) error {
	switch sqliteCode(err) & 0xff {
	case sqliteNotADB:
		return fmt.Errorf("%s is not a database of ours, or its beginning is corrupt; if it was one, restore the last backup: %w", path, err)
	case sqliteCorrupt:
		return fmt.Errorf("%s is corrupt; move it away and restore the last backup: %w", path, err)
	case sqliteCantOpen:
		if _, e := os.Stat(path); e != nil {
			return e
		}
	}
	return err
}

func older(version, than string) bool {
	v, t := strings.Split(version, "."), strings.Split(than, ".")
	for i := range t {
		a, b := 0, 0
		if i < len(v) {
			a, _ = strconv.Atoi(v[i])
		}
		if b, _ = strconv.Atoi(t[i]); a != b {
			return a < b
		}
	}
	return false
}

// migrate brings the schema up to the newest file; each file is a transaction of its own. Files that are made side by
// side may come in another order than that of their numbers.
func migrate(ctx context.Context, pool *sql.DB, files fs.FS, log logrus.FieldLogger) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, pool, sqliteSchema{files}, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if current > target {
		return tooNew(current, target)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	if len(done) > 0 {
		log.WithFields(logrus.Fields{"from": current, "to": target}).Info("schema migrated")
	}
	return nil
}

func silent() logrus.FieldLogger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}
