package db

import (
	"context"
	"errors"
	"time"
)

// Erase has what this transaction overwrote or deleted vanish from SQLite's files as well, a few seconds after the
// commit, or when those who read at that moment are done: the log of changes would keep it until it is written over. It
// is for secrets; each time costs the disk a few syncs. On PostgreSQL it does nothing: what becomes of old rows is the
// server's business.
func (t *Tx) Erase() { t.erase = t.conn.engine.ownLog }

// eraseAfter is how long what is to vanish may still stand in the log: what comes within it costs one time only.
const eraseAfter = time.Second

// erased has the log emptied soon.
func (w *writer) erased() {
	if w.erase == nil {
		w.erase = time.After(eraseAfter)
	}
}

// emptyLog empties the log if something is to vanish from it, or tries again later.
func (w *writer) emptyLog() {
	if w.erase == nil {
		return
	}
	w.erase = nil
	if w.conn.c == nil { // the next batch connects
		w.erased()
		return
	}
	done, err := emptyLog(context.Background(), w.conn)
	if err != nil {
		w.o.Log.WithError(explain(err, w.path)).Warn("what was to vanish still stands in the log; it is tried again")
	}
	if !done {
		w.erased()
	}
}

// emptyLog moves the write-ahead log into the file and leaves nothing in it. It waits a moment for readers, and
// reports false if they hold it up.
func emptyLog(ctx context.Context, c *conn) (bool, error) {
	if err := c.exec(ctx, "PRAGMA busy_timeout(100)"); err != nil {
		return false, err
	}
	log, err := fold(ctx, c.c, "TRUNCATE")
	return !log.busy && err == nil, errors.Join(err, c.exec(ctx, "PRAGMA busy_timeout(10000)"))
}
