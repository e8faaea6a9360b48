package lanes

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/db"
)

// Enqueue appends a task to the lane, within tx: it is run if and only if tx is committed. what and ref are the
// caller's and come back in the Task. due is when it may begin, zero for at once; tasks run in order, so one that
// comes later waits for those before it, whatever its own time.
//
// An idle lane is taken for this node in the same transaction and starts after the commit. The rows are written
// together with those of other operations, at the next Settle of tx; until then its statements do not see them. The
// error of an unknown kind leaves tx usable.
func (l *Lanes) Enqueue(tx *db.Tx, lane Lane, what int, ref int64, due time.Time) error {
	if l.o.Handlers[lane.Kind] == nil {
		return fmt.Errorf("enqueue on lane %s: no handler for kind %q", lane.ID, lane.Kind)
	}
	now := ms(l.o.Now())
	at := now
	if !due.IsZero() {
		at = max(ms(due), 0)
	}
	q, _ := tx.Gather(l, func() db.Gathered { return &queue{l: l, at: map[string]int{}} }).(*queue)
	q.add(lane, newTask{what: what, ref: ref, due: at, created: now})
	return nil
}

// Wake lets a waiting lane run now instead of at its time, within tx: what it waited for is here. A running lane that
// is about to wait does not; an idle one is left as it is; a parked one runs when its pause ends.
func (l *Lanes) Wake(tx *db.Tx, laneID string) error {
	if err := tx.Settle(); err != nil {
		return err
	}
	if err := l.hold(tx, laneID); err != nil {
		return fmt.Errorf("wake lane %s: %w", laneID, err)
	}
	now := ms(l.o.Now())
	n, err := tx.Exec(`UPDATE lane SET due_at = $1 WHERE id = $2 AND due_at > $1 AND owner IS NULL`, now, laneID)
	if err != nil {
		return fmt.Errorf("wake lane %s: %w", laneID, err)
	}
	if n > 0 {
		if _, err := tx.Exec(`UPDATE task SET due_at = $1 WHERE lane_id = $2 AND seq = (SELECT min(seq) FROM task WHERE lane_id = $2) AND due_at > $1`, now, laneID); err != nil {
			return fmt.Errorf("wake lane %s: %w", laneID, err)
		}
		tx.After(l.wake)
		return nil
	}
	if _, err := tx.Exec(`UPDATE lane SET due_at = -CAST($1 AS BIGINT) WHERE id = $2 AND owner IS NOT NULL`, now, laneID); err != nil {
		return fmt.Errorf("wake lane %s: %w", laneID, err)
	}
	return nil
}

// Known ends the doubt about a task, within tx: what the run that died has done is known now.
func (l *Lanes) Known(tx *db.Tx, laneID string, ref int64) error {
	if err := tx.Settle(); err != nil {
		return err
	}
	if err := l.hold(tx, laneID); err != nil {
		return fmt.Errorf("end the doubt on lane %s: %w", laneID, err)
	}
	if _, err := tx.Exec(`UPDATE task SET starts = CASE WHEN (SELECT owner FROM lane WHERE id = $1) IS NULL THEN 0 ELSE 1 END
		WHERE lane_id = $1 AND ref = $2 AND starts > 0`, laneID, ref); err != nil {
		return fmt.Errorf("end the doubt on lane %s: %w", laneID, err)
	}
	return nil
}

// hold keeps others from taking the lane or letting go of it between the statements that follow.
func (l *Lanes) hold(tx *db.Tx, laneID string) error {
	if !l.d.Shared() {
		return nil
	}
	err := tx.Row(`SELECT 1 FROM lane WHERE id = $1`+l.d.RowLock(), []any{laneID}, new(int))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// wake has the poller look now.
func (l *Lanes) wake() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// freeFor is how many more lanes of the kind may start on this node.
func (l *Lanes) freeFor(kind string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.open || l.me == 0 || l.staleLocked() {
		return 0
	}
	capacity := l.o.Capacity[kind]
	if capacity <= 0 {
		capacity = defaultCapacity
	}
	return capacity - l.running[kind]
}
