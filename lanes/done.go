package lanes

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"causeway/db"
)

// finished is the tasks that the operations of a batch finish. They are stored with one statement for the lanes, in
// the order of their ids, and one for the tasks.
type finished struct {
	l    *Lanes
	runs []ended
}

type ended struct {
	run *run
	seq int64
	why string // kept on the lane for people
}

// done finishes r's task, and goes on to the next if there is one that may run; r is that when tx is settled.
func (l *Lanes) done(tx *db.Tx, r *run, res Result) {
	f, _ := tx.Gather(finishedBy{l}, func() db.Gathered { return &finished{l: l} }).(*finished)
	f.runs = append(f.runs, ended{run: r, seq: r.task.seq, why: db.Clean(res.Error)})
}

type finishedBy struct{ l *Lanes }

// Write implements db.Gathered.
func (f *finished) Write(tx *db.Tx) error {
	slices.SortFunc(f.runs, func(a, b ended) int { return cmp.Compare(a.run.lane.ID, b.run.lane.ID) })
	if err := db.Portions(f.runs, func(some []ended) error { return f.l.finish(tx, some) }); err != nil {
		return fmt.Errorf("move the lanes on: %w", err)
	}
	return nil
}

// doneSQL is the statement for n lanes: completion, the test whether more has come, and letting go are one change of
// a row, so that no wake-up can be lost. Each row is id, owner, epoch, the task and what is kept for people.
func doneSQL(n int) string {
	return `UPDATE lane SET head = v.column4, attempts = 0, last_error = v.column5, epoch = lane.epoch + 1,
	owner = CASE WHEN lane.tail = v.column4 THEN NULL ELSE lane.owner END, due_at = CASE WHEN lane.tail = v.column4 THEN NULL ELSE abs(lane.due_at) END
FROM (VALUES ` + rowsOf(n, "($%d, CAST($%d AS BIGINT), CAST($%d AS BIGINT), CAST($%d AS BIGINT), $%d)", 5) + `) AS v
WHERE lane.id = v.column1 AND lane.owner = v.column2 AND lane.epoch = v.column3 RETURNING id, tail`
}

// endSQL deletes n tasks.
func endSQL(n int) string {
	return `DELETE FROM task WHERE (lane_id, seq) IN (VALUES ` + rowsOf(n, "($%d, CAST($%d AS BIGINT))", 2) + `)`
}

// rowsOf is n rows of a form with so many numbered parameters each.
func rowsOf(n int, form string, columns int) string {
	rows := make([]string, n)
	for i := range rows {
		p := make([]any, columns)
		for k := range p {
			p[k] = i*columns + k + 1
		}
		rows[i] = fmt.Sprintf(form, p...)
	}
	return strings.Join(rows, ", ")
}

// finish moves lanes on. A lane that is not ours any more fails the transaction.
func (l *Lanes) finish(tx *db.Tx, runs []ended) error {
	lanes, tasks := make([]any, 0, 5*len(runs)), make([]any, 0, 2*len(runs))
	for _, e := range runs {
		lanes = append(lanes, e.run.lane.ID, e.run.owner, e.run.epoch, e.seq, e.why)
		tasks = append(tasks, e.run.lane.ID, e.seq)
	}
	rows, err := tx.Rows(l.doneSQL[len(runs)], lanes...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	tails := make(map[string]int64, len(runs))
	for rows.Next() {
		var id string
		var tail int64
		if err := rows.Scan(&id, &tail); err != nil {
			return err
		}
		tails[id] = tail
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if len(tails) < len(runs) {
		return errFenced
	}
	if err := tx.Later(l.endSQL[len(runs)], tasks...); err != nil {
		return err
	}
	for _, e := range runs {
		if err := l.goOn(tx, e.run, tails[e.run.lane.ID] == e.seq); err != nil {
			return err
		}
	}
	return nil
}

// goOn takes the next task of a lane whose task was finished, unless it is empty or must wait.
func (l *Lanes) goOn(tx *db.Tx, r *run, empty bool) (err error) {
	r.epoch, r.attempts, r.task = r.epoch+1, 0, taskRow{}
	switch {
	case empty && l.o.Forget[r.lane.Kind]:
		_, err = tx.Exec(`DELETE FROM lane WHERE id = $1 AND head = tail`, r.lane.ID)
	case empty:
	case l.mustYield(r):
		tx.After(l.wake)
		_, err = tx.Exec(releaseSQL, r.lane.ID, r.owner, r.epoch)
	default: // what was enqueued in this transaction is to be seen
		if err = tx.Settle(); err == nil {
			_, err = l.begin(tx, r, ms(l.o.Now()))
		}
	}
	return err
}
