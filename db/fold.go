package db

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

const (
	// foldEvery is how often a look is taken at the write-ahead log.
	foldEvery = 250 * time.Millisecond

	// So many pages of the log are folded into the file at once when nothing is written at the moment, or in any case.
	// Pages that change often are written once for all their changes, so that more at once is less in all; what a crash
	// leaves is folded at the next start, which should not be long.
	foldIdle, foldBusy = 1000, 2000

	// beginAnew is from how many pages on the writer is to begin the log from its start again.
	beginAnew = 4000

	// Folding needs the right to read and write, and syncs as commits do. The writer's own limit (writerPragmas) is
	// there for the case that folding cannot keep up.
	folderPragmas = "&_pragma=busy_timeout(100)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(0)"
)

// folder folds the write-ahead log into the file beside the writer, whose commits would otherwise stand still now and
// then while thousands of pages are written. Only the last few pages, those that were written meanwhile, are left to
// the writer: it alone can begin the log anew.
type folder struct {
	pool   *sql.DB
	w      *writer
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

func (d *DB) startFolder() error {
	pool, err := sql.Open("sqlite", sqliteURL(d.path, "rw", folderPragmas))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	ctx, cancel := context.WithCancel(context.Background())
	d.folder = &folder{pool: pool, w: d.writers[0], cancel: cancel}
	d.folder.ended.Go(func() { d.folder.run(ctx) })
	return nil
}

func (f *folder) close() error {
	f.cancel()
	f.ended.Wait()
	return f.pool.Close()
}

func (f *folder) run(ctx context.Context) {
	tick := time.NewTicker(foldEvery)
	defer tick.Stop()
	var before int64
	fails := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := f.w.stats.read().Commits
		err := f.look(ctx, now == before)
		before = now
		if err != nil && !fails && ctx.Err() == nil {
			f.w.o.Log.WithError(explain(err, f.w.path)).Warn("the write-ahead log is not folded into the file; it is tried again")
		}
		fails = err != nil
	}
}

// look folds if it is time to. What fails is done again from where the last success left off, and the log is not
// begun anew before it has succeeded, so that nothing rests on a sync that failed.
func (f *folder) look(ctx context.Context, idle bool) error {
	log, err := fold(ctx, f.pool, "NOOP")
	if err != nil {
		return err
	}
	if left := log.pages - log.folded; left < foldIdle || !idle && left < foldBusy && log.pages < beginAnew {
		return nil
	}
	if log, err = fold(ctx, f.pool, "PASSIVE"); err != nil || log.pages < beginAnew {
		return err
	}
	select {
	case f.w.anew <- struct{}{}:
	case <-ctx.Done():
	}
	return nil
}

// asker is a pool or a connection of it.
type asker interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// changeLog is the write-ahead log as a checkpoint left it.
type changeLog struct {
	busy          bool // somebody held the checkpoint up, so that it did less
	pages, folded int  // how many pages the log has, and how many of them are in the file
}

// fold runs a checkpoint.
func fold(ctx context.Context, on asker, mode string) (l changeLog, err error) {
	err = on.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&l.busy, &l.pages, &l.folded)
	return l, err
}

// finishFold folds what was written since the folder folded; the next transaction then begins the log anew. A failure
// is the folder's to meet again and to tell.
func (w *writer) finishFold() {
	if w.conn.c != nil {
		_, _ = fold(context.Background(), w.conn.c, "PASSIVE")
	}
}
