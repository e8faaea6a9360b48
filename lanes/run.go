package lanes

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"causeway/db"

	"github.com/sirupsen/logrus"
)

const defaultCapacity = 2048

// run is a lane that this node owns, with the task at its head.
type run struct {
	lane     Lane
	owner    int64 // our session, when the lane was taken
	epoch    int64
	attempts int
	task     taskRow
	unsure   bool   // an outcome's commit failed, and may be stored all the same
	seen     *db.Tx // in which the lane was seen to be ours, see LookAhead
}

type taskRow struct {
	seq              int64
	what             int
	ref              int64
	starts           int
	started, created int64
}

// start runs a taken lane on a goroutine of its own.
func (l *Lanes) start(r *run) {
	l.mu.Lock()
	l.running[r.lane.Kind]++
	l.busy++
	if !l.solo {
		l.at[r.lane.ID]++
	}
	l.mu.Unlock()
	select {
	case l.spare <- r:
	default:
		go l.worker(r)
	}
}

// spareWorkers is how many goroutines wait for more work: one that has run a lane has a stack that is large enough.
const spareWorkers = 256

// worker runs a lane, and then others, until Run is over.
func (l *Lanes) worker(r *run) {
	for ok := true; ok; r, ok = l.another() {
		l.work(r)
	}
}

// another waits for a taken lane, unless enough others do.
func (l *Lanes) another() (*run, bool) {
	if l.waiting.Add(1) > spareWorkers {
		l.waiting.Add(-1)
		return nil, false
	}
	defer l.waiting.Add(-1)
	select {
	case r := <-l.spare:
		return r, true
	case <-l.over:
		return nil, false
	}
}

// work runs the lane's tasks until it is empty, has to wait, or is lost.
func (l *Lanes) work(r *run) {
	defer l.finished(r)
	for {
		if l.mustYield(r) {
			l.release(r)
			return
		}
		if !l.settle(r, l.handle(r)) {
			return
		}
	}
}

func (l *Lanes) finished(r *run) {
	full := l.freeFor(r.lane.Kind) <= 0
	l.mu.Lock()
	l.running[r.lane.Kind]--
	l.busy--
	if !l.solo {
		if l.at[r.lane.ID]--; l.at[r.lane.ID] == 0 {
			delete(l.at, r.lane.ID)
		}
	}
	if l.busy == 0 && l.quiet != nil {
		close(l.quiet)
		l.quiet = nil
	}
	l.mu.Unlock()
	if full {
		l.wake()
	}
}

// mustYield tells that no handler may start now: the end has come, our session may be taken for dead, or the scope
// is paused and another lane is its probe.
func (l *Lanes) mustYield(r *run) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	probe, paused := l.paused[r.lane.Scope]
	return !l.open || l.staleLocked() || (paused && probe != r.lane.ID)
}

// handle calls the handler; a panic is a Retry.
func (l *Lanes) handle(r *run) (res Result) {
	defer func() {
		if p := recover(); p != nil {
			l.entry(r).WithField("stack", string(debug.Stack())).Errorf("handler panicked: %v", p)
			res = Result{Next: Retry, Error: fmt.Sprintf("panic: %v", p)}
		}
	}()
	l.mu.Lock()
	ctx := l.ctx
	l.mu.Unlock()
	t := r.task
	return l.o.Handlers[r.lane.Kind](ctx, Task{
		Lane: r.lane.ID, Kind: r.lane.Kind, Scope: r.lane.Scope, Key: r.lane.Key, Seq: t.seq, What: t.what, Ref: t.ref,
		Attempts: r.attempts, Starts: t.starts, StartedAt: time.UnixMilli(t.started), CreatedAt: time.UnixMilli(t.created),
	})
}

// settle stores the outcome and tells whether the lane is kept, r then holding its next task. The side effect has
// happened, so it does not give up before the database has answered, unless that is closed.
func (l *Lanes) settle(r *run, res Result) (kept bool) {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		next, err := l.tryStore(r, res)
		switch {
		case err == nil:
			next.unsure = false
			*r = next
			return next.task.seq != 0
		case errors.Is(err, db.ErrClosed):
			return false
		case errors.Is(err, errFenced):
			l.entry(r).Warn("outcome came too late and is not stored: the lane has another owner")
			if r.unsure { // or our own commit, thought to have failed, is there: let go of what it kept
				if err := l.giveBack(context.Background(), r.lane.ID, r.owner, r.epoch+1); err != nil {
					l.entry(r).WithError(err).Warn("lane is not released yet")
				}
			}
			return false
		case res.Commit != nil && errors.Is(err, ErrMoved):
			res = Result{Next: Again}
			continue
		case res.Commit != nil && !errors.Is(err, db.ErrCommit) && !errors.Is(err, db.ErrBusy):
			l.entry(r).WithError(err).Error("outcome could not be stored, the task will be run again")
			res = Result{Next: Retry, Error: err.Error()}
			continue
		case !r.unsure:
			l.entry(r).WithError(err).Warn("outcome is not stored yet")
		}
		r.unsure = r.unsure || errors.Is(err, db.ErrCommit)
		<-time.After(wait)
	}
}

func (l *Lanes) tryStore(r *run, res Result) (next run, err error) {
	fenced := false
	o := &outcome{of: r, ask: res.Ask}
	err = l.d.DoBehind(context.Background(), r.lane.Key, l.asking(o), func(tx *db.Tx) error {
		next = *r
		next.seen = o.seen
		var err error
		if fenced, err = l.store(tx, &next, res); fenced {
			return nil
		}
		return err
	})
	if err == nil && fenced {
		err = errFenced
	}
	return next, err
}

// release gives the lane back without having begun its task.
func (l *Lanes) release(r *run) {
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := l.d.Do(context.Background(), r.lane.Key, func(tx *db.Tx) error {
			n, err := tx.Exec(releaseSQL, r.lane.ID, r.owner, r.epoch)
			if err != nil || n == 0 {
				return err
			}
			tx.After(l.wake)
			_, err = tx.Exec(`UPDATE task SET starts = starts - 1 WHERE lane_id = $1 AND seq = $2`, r.lane.ID, r.task.seq)
			return err
		})
		if err == nil || errors.Is(err, db.ErrClosed) {
			return
		}
		<-time.After(wait)
	}
}

func (l *Lanes) entry(r *run) logrus.FieldLogger {
	return l.log.WithFields(logrus.Fields{"lane": r.lane.ID, "seq": r.task.seq, "epoch": r.epoch})
}
