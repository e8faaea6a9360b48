package lanes

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"causeway/db"
)

// queue is what the operations of a batch enqueue. It is written with one statement for the lanes and one for the
// tasks, lanes in the order of their ids.
type queue struct {
	l     *Lanes
	lanes []arrival
	at    map[string]int // where a lane stands in lanes
}

// arrival is a lane and what is appended to it, in order.
type arrival struct {
	lane  Lane
	tasks []newTask
}

type newTask struct {
	what         int
	ref          int64
	due, created int64
}

func (q *queue) add(lane Lane, t newTask) {
	i, known := q.at[lane.ID]
	if !known {
		i = len(q.lanes)
		q.at[lane.ID] = i
		q.lanes = append(q.lanes, arrival{lane: lane})
	}
	q.lanes[i].tasks = append(q.lanes[i].tasks, t)
}

// Write implements db.Gathered.
func (q *queue) Write(tx *db.Tx) error {
	slices.SortFunc(q.lanes, func(a, b arrival) int { return cmp.Compare(a.lane.ID, b.lane.ID) })
	room := map[string]int{}
	if err := db.Portions(q.lanes, func(some []arrival) error { return q.l.enqueue(tx, some, room) }); err != nil {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// enqueueSQL is the statement for n lanes. Each row is id, kind, scope, okey, the number of tasks, the first one's
// time, who takes the lane (NULL for nobody) and the epoch of a new lane; then follows now, three times. A lane that
// nobody has and that may run is taken; one of a paused scope is parked at once.
func enqueueSQL(n int) string {
	const row = "($%d, $%d, $%d, CAST($%d AS BIGINT), CAST($%d AS BIGINT), CAST($%d AS BIGINT), CAST($%d AS BIGINT), CAST($%d AS BIGINT))"
	free := func(now int) string {
		return fmt.Sprintf("lane.owner IS NULL AND lane.parked IS NULL AND coalesce(lane.due_at, excluded.due_at) <= $%d", 8*n+now)
	}
	return `INSERT INTO lane(id, kind, scope, okey, head, tail, due_at, owner, epoch, woken, attempts, parked, last_error)
SELECT v.column1, v.column2, v.column3, v.column4, 0, v.column5, v.column6, CASE WHEN p.scope IS NULL THEN v.column7 END, v.column8,
	CASE WHEN p.scope IS NULL AND v.column7 IS NOT NULL THEN v.column5 ELSE 0 END, 0, p.scope, ''
FROM (VALUES ` + rowsOf(n, row, 8) + `) AS v LEFT JOIN pause AS p ON p.scope = v.column3 AND (p.probe IS NULL OR p.probe <> v.column1)
WHERE 1 = 1
ON CONFLICT(id) DO UPDATE SET
	tail = lane.tail + excluded.tail,
	owner = CASE WHEN ` + free(1) + ` THEN excluded.owner ELSE lane.owner END,
	epoch = CASE WHEN ` + free(2) + ` THEN lane.epoch + 1 ELSE lane.epoch END,
	woken = CASE WHEN ` + free(3) + ` AND excluded.owner IS NOT NULL THEN lane.tail + excluded.tail ELSE lane.woken END,
	parked = CASE WHEN lane.owner IS NULL AND lane.parked IS NULL THEN excluded.parked ELSE lane.parked END,
	due_at = coalesce(lane.due_at, excluded.due_at)
RETURNING id, owner, epoch, head, tail, woken, attempts, due_at`
}

// enqueue appends to lanes, and leaves their tasks to be written. room is how many lanes of each kind may start.
func (l *Lanes) enqueue(tx *db.Tx, lanes []arrival, room map[string]int) error {
	now, session := ms(l.o.Now()), l.session()
	args := make([]any, 0, 8*len(lanes)+3)
	for _, a := range lanes {
		due := a.tasks[0].due
		var me any
		if due <= now && l.take(a.lane.Kind, room) {
			me = session
		}
		args = append(args, a.lane.ID, a.lane.Kind, a.lane.Scope, a.lane.Key, len(a.tasks), due, me, l.o.NewID())
	}
	rows, err := tx.Rows(l.enqueueSQL[len(lanes)], append(args, now, now, now)...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	byID := make(map[string]*appended, len(lanes))
	for rows.Next() {
		a := &appended{run: &run{owner: session}}
		if err := rows.Scan(&a.run.lane.ID, &a.owner, &a.run.epoch, &a.head, &a.tail, &a.woken, &a.run.attempts, &a.due); err != nil {
			return err
		}
		byID[a.run.lane.ID] = a
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, a := range lanes {
		if err := l.follow(tx, a, byID[a.lane.ID], now); err != nil {
			return err
		}
	}
	return nil
}

// take takes one of the places of a kind.
func (l *Lanes) take(kind string, room map[string]int) bool {
	left, asked := room[kind]
	if !asked {
		left = l.freeFor(kind)
	}
	room[kind] = left - 1
	return left > 0
}

// appended is a lane's row after tasks were appended to it.
type appended struct {
	run               *run
	owner             sql.NullInt64
	head, tail, woken int64
	due               int64
}

var insertTask = &db.Insert{Into: `INSERT INTO task(lane_id, seq, what, ref, due_at, starts, started_at, created_at)`, Columns: 8}

// follow leaves the lane's new tasks to be written and, if the lane was taken, has it run after the commit.
func (l *Lanes) follow(tx *db.Tx, a arrival, to *appended, now int64) error {
	r := to.run
	r.lane = a.lane
	before := to.tail - int64(len(a.tasks)) // the tail as it was
	taken := to.owner.Valid && to.owner.Int64 == r.owner && to.woken == to.tail
	for i, t := range a.tasks {
		task := taskRow{seq: before + 1 + int64(i), what: t.what, ref: t.ref, created: t.created}
		if i == 0 && taken && to.head == before {
			task.starts, task.started = 1, now
			r.task = task
		}
		tx.Put(insertTask, a.lane.ID, task.seq, task.what, task.ref, t.due, task.starts, task.started, task.created)
	}
	switch {
	case taken && to.head != before: // older tasks wait: begin with the head
		if _, err := l.begin(tx, r, now); err != nil {
			return err
		}
		tx.After(func() { l.launch(r) })
	case taken:
		tx.After(func() { l.launch(r) })
	case !to.owner.Valid && to.due <= now+l.o.Poll.Milliseconds():
		tx.After(l.wake)
	}
	return nil
}
