package lanes

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/db"
)

// ErrMoved is for a Commit that finds what the handler went by changed meanwhile: nothing of it is stored, and the
// handler is called again at once, which is no failure of the task's.
var ErrMoved = errors.New("what the handler went by has changed")

var errFenced = errors.New("the lane has another owner")

const fence = ` WHERE id = $1 AND owner = $2 AND epoch = $3`

// parkedSQL is what a lane given back is parked by: its scope's pause, unless it is the probe.
const parkedSQL = `(SELECT p.scope FROM pause AS p WHERE p.scope = lane.scope AND (p.probe IS NULL OR p.probe <> lane.id))`

const (
	releaseSQL = `UPDATE lane SET owner = NULL, due_at = abs(due_at), epoch = epoch + 1, parked = ` + parkedSQL + fence

	// A lane that was woken while it ran (due_at is negative, see Wake) waits for nothing, unless it has failed.
	waitSQL = `UPDATE lane SET owner = NULL, due_at = CASE WHEN due_at < 0 AND $7 = 0 THEN -due_at ELSE $4 END, attempts = $5, last_error = $6,
		epoch = epoch + 1, parked = ` + parkedSQL + fence + ` RETURNING due_at`
	keepSQL = `UPDATE lane SET attempts = $4, last_error = $5, epoch = epoch + 1` + fence

	// A doubt that has ended meanwhile (starts is 1 then, see Known) is not kept.
	forgetSQL = `UPDATE task SET starts = CASE WHEN $3 AND starts > 1 THEN starts ELSE 0 END WHERE lane_id = $1 AND seq = $2`

	beginSQL = `UPDATE task SET starts = starts + 1, started_at = CASE WHEN starts = 0 THEN $1 ELSE started_at END
		WHERE lane_id = $2 AND seq = (SELECT min(seq) FROM task WHERE lane_id = $2) AND due_at <= $1
		RETURNING seq, what, ref, starts, started_at, created_at`
)

// store puts the outcome of r's task into tx: the domain's rows, the pause, the lane's step. Afterwards r is the lane
// with its next task, or with seq 0 if it was let go. fenced means that the lane is not ours; nothing was written.
// Where nobody else can take our lanes, it is looked at only after a commit that may have been stored all the same.
//
// Where one transaction writes at a time, the look at the owner holds until the commit. With several writers the
// step's UPDATE may still find the lane gone; it then fails the transaction, which takes the domain's rows back. The
// lane's row is not locked before: the conversation comes first.
func (l *Lanes) store(tx *db.Tx, r *run, res Result) (fenced bool, err error) {
	if !l.solo && r.seen != tx || r.unsure {
		err := tx.Row(`SELECT 1 FROM lane`+fence, []any{r.lane.ID, r.owner, r.epoch}, new(int))
		if errors.Is(err, sql.ErrNoRows) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	if res.Commit != nil {
		if err := res.Commit(tx); err != nil {
			return false, err
		}
	}
	now := ms(l.o.Now())
	keep := res.Next == Again && res.After <= 0 && res.Pause == nil && l.isOpen()
	if err := l.storePause(tx, r, res, keep, now); err != nil {
		return false, err
	}
	switch {
	case keep:
		return false, l.keep(tx, r, res, now)
	case res.Next == Done:
		l.done(tx, r, res)
		return false, nil
	case res.Next == Retry:
		after := res.After
		if after <= 0 {
			after = l.o.Backoff(r.attempts + 1)
		}
		return false, l.wait(tx, r, now+after.Milliseconds(), 1, res)
	default:
		after := max(res.After, 0)
		if res.Pause != nil && res.Pause.Scope == "" && r.lane.Scope == "" {
			after = max(after, res.Pause.For) // a lane without a scope pauses only itself
		}
		return false, l.wait(tx, r, now+after.Milliseconds(), 0, res)
	}
}

// wait lets go of the lane until the time at.
func (l *Lanes) wait(tx *db.Tx, r *run, at int64, failures int, res Result) error {
	err := tx.Row(waitSQL, []any{r.lane.ID, r.owner, r.epoch, at, r.failed(res) + failures, db.Clean(res.Error), failures}, &at)
	if err != nil {
		return lost(err)
	}
	if _, err := tx.Exec(forgetSQL, r.lane.ID, r.task.seq, res.Doubt); err != nil {
		return err
	}
	if at <= ms(l.o.Now())+l.o.Poll.Milliseconds() {
		tx.After(l.wake)
	}
	r.task = taskRow{}
	return nil
}

// failed is how often the task has failed, in the light of its outcome.
func (r *run) failed(res Result) int {
	if res.Progress {
		return 0
	}
	return r.attempts
}

// keep stores progress: the same task once more, at once.
func (l *Lanes) keep(tx *db.Tx, r *run, res Result, now int64) error {
	r.attempts = r.failed(res)
	n, err := tx.Exec(keepSQL, r.lane.ID, r.owner, r.epoch, r.attempts, db.Clean(res.Error))
	if err == nil && n == 0 {
		err = errFenced
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE task SET starts = 1, started_at = $1 WHERE lane_id = $2 AND seq = $3`, now, r.lane.ID, r.task.seq)
	r.epoch++
	r.task.starts, r.task.started = 1, now
	return err
}

// begin takes the task at the head of r's lane to run. If that is not due, the lane is let go, r's task has seq 0
// and begin returns false.
func (l *Lanes) begin(tx *db.Tx, r *run, now int64) (bool, error) {
	t := taskRow{}
	err := tx.Row(beginSQL, []any{now, r.lane.ID}, &t.seq, &t.what, &t.ref, &t.starts, &t.started, &t.created)
	r.task = t
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return err == nil, err
	}
	var due sql.NullInt64
	if err := tx.Row(`SELECT min(due_at) FROM task WHERE lane_id = $1 AND seq = (SELECT min(seq) FROM task WHERE lane_id = $1)`, []any{r.lane.ID}, &due); err != nil {
		return false, err
	}
	if due.Valid {
		_, err = tx.Exec(`UPDATE lane SET owner = NULL, due_at = $4, epoch = epoch + 1, parked = `+parkedSQL+fence, r.lane.ID, r.owner, r.epoch, due.Int64)
		if due.Int64 <= now+l.o.Poll.Milliseconds() {
			tx.After(l.wake)
		}
		return false, err
	}
	lane := r.lane.ID
	tx.After(func() {
		l.log.WithField("lane", lane).Error("lane counts tasks that are not there; it is set to empty")
	})
	_, err = tx.Exec(`UPDATE lane SET owner = NULL, due_at = NULL, head = tail, epoch = epoch + 1`+fence, r.lane.ID, r.owner, r.epoch)
	return false, err
}

func (l *Lanes) isOpen() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

// lost names the absence of the row that a fenced statement looked for.
func lost(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errFenced
	}
	return fmt.Errorf("move the lane on: %w", err)
}

func ms(t time.Time) int64 { return t.UnixMilli() }
