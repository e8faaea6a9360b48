package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"
)

const (
	// evictions is how often a failed batch is tried again without the operation that failed, before all run alone.
	evictions = 4
	// races is how often an operation that lost to another transaction runs again, and raceWait how long it waits for
	// its first chance.
	races    = 5
	raceWait = 5 * time.Millisecond
	// patience is races for an operation that stepped back by itself, and holds up nobody but the writer: half a second.
	patience = 14
)

// Do runs op in a transaction that it shares with whatever else is waiting, and returns after that COMMIT is on
// disk: nil means stored. An error of op is returned as it is, with nothing of op stored and no neighbour harmed.
//
// op may run more than once (each time on a database where the earlier run did not happen) and therefore does
// nothing but SQL and setting its own results; it must not call Do. A statement that fails dooms the attempt, so
// expected conflicts are written as ON CONFLICT; an operation that lost to another transaction (a unique key, a
// deadlock, a row that is held too long) runs again and sees what that one stored. key is the conversation or
// whatever else the rows belong to, 0 for housekeeping; on an engine with several writers it chooses one.
//
// Do blocks for the commit. If ctx ends while op is still waiting, op never runs and ctx's error is returned; once
// begun, Do waits for the truth. ErrBusy and ErrClosed come at once, ErrCommit means that nobody knows.
func (d *DB) Do(ctx context.Context, key int64, op func(*Tx) error) error {
	return d.DoAsking(ctx, key, nil, op)
}

// DoAsking is Do for an operation that tells beforehand what it will read: Options.Foresee is given ask, if it is not
// nil, and may have read it when op runs.
func (d *DB) DoAsking(ctx context.Context, key int64, ask any, op func(*Tx) error) error {
	w, err := d.writerOf(key)
	if err != nil {
		return err
	}
	return w.do(ctx, w.queue, key, ask, op)
}

// DoBehind is DoAsking for work that nobody outside waits for. When more of it has piled up than one transaction
// takes, only a part of each is given to it while somebody waits. Its queue is its own, as long as that of Do.
func (d *DB) DoBehind(ctx context.Context, key int64, ask any, op func(*Tx) error) error {
	w, err := d.writerOf(key)
	if err != nil {
		return err
	}
	return w.do(ctx, w.behind, key, ask, op)
}

func (d *DB) writerOf(key int64) (*writer, error) {
	switch n := uint64(len(d.writers)); {
	case n == 0:
		return nil, ErrReadOnly
	case n == 1, key == 0:
		return d.writers[0], nil
	default:
		spread := uint64(key) * 0x9e3779b97f4a7c15 >> 32
		return d.writers[1+spread%(n-1)], nil
	}
}

// Aside is Do for rows that nothing else in a transaction touches and that are wanted often: where several transactions
// write at a time these have a writer of their own, so that nobody who has locked more waits for them. There, neither
// Options.Hold nor Foresee is run.
func (d *DB) Aside(ctx context.Context, key int64, op func(*Tx) error) error {
	if d.aside == nil {
		return d.Do(ctx, key, op)
	}
	return d.aside.do(ctx, d.aside.queue, key, nil, op)
}

// serve commits the batch and answers every caller. Operations that fail are taken out and run alone afterwards, so
// that each gets its own answer; after a failed COMMIT nothing is run again, since it may be on disk.
func (w *writer) serve(batch []*operation) {
	var alone []*operation
	for round := 0; len(batch) > 1; round++ {
		bad, err := w.attempt(batch)
		if err == nil || errors.Is(err, ErrCommit) {
			answer(batch, err)
			batch = nil
			break
		}
		if bad < 0 || round == evictions {
			break
		}
		alone = append(alone, batch[bad])
		batch = slices.Delete(batch, bad, bad+1)
	}
	for _, o := range append(batch, alone...) {
		answer([]*operation{o}, w.alone([]*operation{o}))
	}
}

// alone runs one operation by itself, again if it only lost to another transaction.
func (w *writer) alone(one []*operation) error {
	for n := 1; ; n++ {
		_, err := w.attempt(one)
		switch {
		case !isRace(err), n == races && IsUnique(err):
			return err
		case n == races && !errors.Is(err, ErrRace), n == patience: // what it waited for is held for long: who calls is to come again
			return fmt.Errorf("%w: %w", ErrCommit, err)
		}
		<-time.After(time.Duration(float64(n) * rand.Float64() * 2 * float64(raceWait)))
	}
}

func answer(batch []*operation, err error) {
	for _, o := range batch {
		o.done <- err
	}
}

// attempt runs the batch as one transaction. If it fails, nothing is stored (except, perhaps, after ErrCommit) and
// bad is the operation at fault, -1 if none is.
func (w *writer) attempt(batch []*operation) (bad int, err error) {
	began := w.o.Now()
	bad = -1
	defer func() { w.stats.attempt(len(batch), w.o.Now().Sub(began), err) }()
	tx, err := w.conn.begin(context.Background())
	if err != nil {
		return -1, w.fail(err)
	}
	err = w.hold(tx, batch)
	if err == nil {
		err = w.foresee(tx, batch)
	}
	for i := 0; err == nil && i < len(batch); i++ {
		if err = tx.run(batch[i].fn); err != nil && !tx.common {
			bad = i
		}
	}
	if err == nil {
		err = tx.run((*Tx).Settle)
	}
	if err == nil && w.o.BeforeCommit != nil {
		if err = tx.run(w.beforeCommit); err != nil && !isStorage(err) {
			err = fmt.Errorf("before commit: %w", err)
		}
	}
	if err == nil {
		err = tx.run((*Tx).flush)
	}
	if err == nil {
		if err = w.conn.commit(context.Background()); err != nil {
			return -1, w.fail(err)
		}
		w.works()
		if tx.erase {
			w.erased()
		}
		for _, f := range tx.after {
			f()
		}
		return -1, nil
	}
	if isStorage(err) {
		return -1, w.fail(err)
	}
	if e := w.conn.rollback(context.Background()); e != nil {
		w.conn.discard()
		w.o.Log.WithError(e).Warn("store: rollback failed, writer reconnects")
	}
	return bad, err
}

func (w *writer) foresee(tx *Tx, batch []*operation) error {
	if w.o.Foresee == nil {
		return nil
	}
	asks := make([]any, 0, len(batch))
	for _, o := range batch {
		if o.ask != nil {
			asks = append(asks, o.ask)
		}
	}
	if len(asks) == 0 {
		return nil
	}
	return tx.run(func(tx *Tx) error { return w.o.Foresee(tx, asks) })
}

// hold locks what the operations are about, unless nobody else writes.
func (w *writer) hold(tx *Tx, batch []*operation) error {
	if w.o.Hold == nil || !w.conn.engine.server {
		return nil
	}
	var keys []int64
	var asks []any
	for _, o := range batch {
		if o.ask != nil {
			asks = append(asks, o.ask)
		}
		if o.key != 0 && !slices.Contains(keys, o.key) {
			keys = append(keys, o.key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return tx.run(func(tx *Tx) error { return w.o.Hold(tx, keys, asks) })
}

func (w *writer) beforeCommit(tx *Tx) error {
	if err := w.o.BeforeCommit(tx); err != nil {
		return err
	}
	return tx.Settle()
}

// fail makes the connection fit for the next batch after a fault of disk or connection, and names the fault. It is
// logged when it begins, and not for each who meets it.
func (w *writer) fail(err error) error {
	if w.fails.CompareAndSwap(false, true) {
		w.o.Log.WithError(explain(err, w.path)).Error("nothing can be stored; who calls is told to come again")
	}
	if e := w.conn.rollback(context.Background()); e != nil || poisons(err) {
		w.conn.discard()
	}
	return fmt.Errorf("%w: %w", ErrCommit, err)
}

func (w *writer) works() {
	if w.fails.CompareAndSwap(true, false) {
		w.o.Log.Info("what comes is stored again")
	}
}

// run calls fn; its panic is an error, and so is a failed statement that fn kept to itself.
func (t *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("operation panicked: %v\n%s", p, debug.Stack())
		}
		t.closeRows()
		if t.failed != nil && (err == nil || isStorage(t.failed) || isRace(t.failed)) {
			err = t.failed
		}
	}()
	return fn(t)
}
