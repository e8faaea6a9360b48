package lanes

import (
	"database/sql"
	"fmt"
	"time"

	"causeway/db"
)

// enqueueSQL appends to the lane and, if nobody has it and it may run, takes it for $6. $5 is the task's time, $7
// the epoch of a new lane, $8 now. A lane of a paused scope is parked at once.
const enqueueSQL = `INSERT INTO lane(id, kind, scope, okey, head, tail, due_at, owner, epoch, woken, attempts, parked, last_error)
SELECT $1, $2, $3, CAST($4 AS BIGINT), 0, 1, CAST($5 AS BIGINT), CASE WHEN p.scope IS NULL THEN CAST($6 AS BIGINT) END, CAST($7 AS BIGINT),
	CASE WHEN p.scope IS NULL AND CAST($6 AS BIGINT) IS NOT NULL THEN 1 ELSE 0 END, 0, p.scope, ''
FROM (SELECT 1 AS one) AS o LEFT JOIN pause AS p ON p.scope = $3 AND (p.probe IS NULL OR p.probe <> $1)
WHERE 1 = 1
ON CONFLICT(id) DO UPDATE SET
	tail = lane.tail + 1,
	owner = CASE WHEN lane.owner IS NULL AND lane.parked IS NULL AND coalesce(lane.due_at, $5) <= $8 THEN excluded.owner ELSE lane.owner END,
	epoch = CASE WHEN lane.owner IS NULL AND lane.parked IS NULL AND coalesce(lane.due_at, $5) <= $8 THEN lane.epoch + 1 ELSE lane.epoch END,
	woken = CASE WHEN lane.owner IS NULL AND lane.parked IS NULL AND coalesce(lane.due_at, $5) <= $8 AND excluded.owner IS NOT NULL
		THEN lane.tail + 1 ELSE lane.woken END,
	parked = CASE WHEN lane.owner IS NULL AND lane.parked IS NULL THEN excluded.parked ELSE lane.parked END,
	due_at = coalesce(lane.due_at, $5)
RETURNING owner, epoch, head, tail, woken, attempts, due_at`

// Enqueue appends a task to the lane, within tx: it is run if and only if tx is committed. what and ref are the
// caller's and come back in the Task. due is when it may begin, zero for at once; tasks run in order, so one that
// comes later waits for those before it, whatever its own time.
//
// An idle lane is taken for this node in the same statement and starts after the commit. The error of an unknown
// kind leaves tx usable; any other does not.
func (l *Lanes) Enqueue(tx *db.Tx, lane Lane, what int, ref int64, due time.Time) error {
	if l.o.Handlers[lane.Kind] == nil {
		return fmt.Errorf("enqueue on lane %s: no handler for kind %q", lane.ID, lane.Kind)
	}
	now := ms(l.o.Now())
	at := now
	if !due.IsZero() {
		at = max(ms(due), 0)
	}
	var me any
	if at <= now && l.room(lane.Kind) {
		me = l.me
	}
	r := &run{lane: lane}
	var owner sql.NullInt64
	var head, tail, woken, laneDue int64
	err := tx.Row(enqueueSQL, []any{lane.ID, lane.Kind, lane.Scope, lane.Key, at, me, l.o.NewID(), now},
		&owner, &r.epoch, &head, &tail, &woken, &r.attempts, &laneDue)
	if err != nil {
		return fmt.Errorf("enqueue on lane %s: %w", lane.ID, err)
	}
	taken := owner.Valid && owner.Int64 == l.me && woken == tail
	r.task = taskRow{seq: tail, what: what, ref: ref, created: now}
	if taken && head == tail-1 {
		r.task.starts, r.task.started = 1, now
	}
	if _, err := tx.Exec(`INSERT INTO task(lane_id, seq, what, ref, due_at, starts, started_at, created_at) VALUES($1, $2, $3, $4, $5, $6, $7, $8)`,
		lane.ID, tail, what, ref, at, r.task.starts, r.task.started, now); err != nil {
		return fmt.Errorf("enqueue on lane %s: %w", lane.ID, err)
	}
	switch {
	case taken && head != tail-1: // older tasks wait: begin with the head
		if _, err := l.begin(tx, r, now); err != nil {
			return fmt.Errorf("enqueue on lane %s: %w", lane.ID, err)
		}
		tx.After(func() { l.launch(r) })
	case taken:
		tx.After(func() { l.launch(r) })
	case !owner.Valid && laneDue <= now+l.o.Poll.Milliseconds():
		tx.After(l.wake)
	}
	return nil
}

// Wake lets a waiting lane run now instead of at its time, within tx: what it waited for is here. A running lane that
// is about to wait does not; an idle one is left as it is; a parked one runs when its pause ends.
func (l *Lanes) Wake(tx *db.Tx, laneID string) error {
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
	if _, err := tx.Exec(`UPDATE lane SET due_at = -$1 WHERE id = $2 AND owner IS NOT NULL`, now, laneID); err != nil {
		return fmt.Errorf("wake lane %s: %w", laneID, err)
	}
	return nil
}

// Known ends the doubt about a task, within tx: what the run that died has done is known now.
func (l *Lanes) Known(tx *db.Tx, laneID string, ref int64) error {
	if _, err := tx.Exec(`UPDATE task SET starts = CASE WHEN (SELECT owner FROM lane WHERE id = $1) IS NULL THEN 0 ELSE 1 END
		WHERE lane_id = $1 AND ref = $2 AND starts > 0`, laneID, ref); err != nil {
		return fmt.Errorf("end the doubt on lane %s: %w", laneID, err)
	}
	return nil
}

// wake has the poller look now.
func (l *Lanes) wake() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// room tells whether one more lane of the kind may start on this node.
func (l *Lanes) room(kind string) bool { return l.freeFor(kind) > 0 }

// freeFor is how many more lanes of the kind may start on this node.
func (l *Lanes) freeFor(kind string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.open || l.staleLocked() {
		return 0
	}
	capacity := l.o.Capacity[kind]
	if capacity <= 0 {
		capacity = defaultCapacity
	}
	return capacity - l.running[kind]
}
