package lanes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"causeway/db"

	"pgregory.net/rapid"
)

var modelLanes = []Lane{{"a:1", "a", "x", 1}, {"a:2", "a", "x", 2}, {"a:3", "a", "y", 3}, {"b:1", "b", "x", 1}, {"b:2", "b", "", 2}}

func (w *world) node(t *rapid.T) *node { return rapid.SampledFrom(w.nodes).Draw(t, "node") }

// held draws a run that some node holds, begun or not.
func (w *world) held(t *rapid.T, begun bool) (*node, *held) {
	for _, i := range rapid.Permutation([]int{0, 1, 2}).Draw(t, "nodes") {
		for _, h := range w.nodes[i].runs {
			if h.begun == begun {
				return w.nodes[i], h
			}
		}
	}
	t.Skip("nobody holds one")
	return nil, nil
}

func (w *world) enqueueIn(t *rapid.T, tx *db.Tx, n *node) (undo func(), err error) {
	lane := rapid.SampledFrom(modelLanes).Draw(t, "lane")
	var due time.Time
	if rapid.IntRange(0, 3).Draw(t, "later") == 0 {
		due = w.now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "due")) * time.Millisecond)
	}
	w.ref++
	w.want[lane.ID] = append(w.want[lane.ID], w.ref)
	return func() { w.want[lane.ID] = w.want[lane.ID][:len(w.want[lane.ID])-1] }, n.l.Enqueue(tx, lane, 1, w.ref, due)
}

func (w *world) enqueue(t *rapid.T) {
	n := w.node(t)
	must(t, w.d.Do(context.Background(), 0, func(tx *db.Tx) error { _, err := w.enqueueIn(t, tx, n); return err }))
}

func (w *world) begin(t *rapid.T) {
	n, h := w.held(t, false)
	w.beginRun(t, n, h)
}

// beginRun is the moment before the handler: the lane yields, or the handler starts.
func (w *world) beginRun(t tester, n *node, h *held) {
	t.Helper()
	if n.l.mustYield(h.r) {
		n.l.release(h.r)
		w.drop(n, h)
		return
	}
	h.begun = true
	if !w.owns(t, n, h.r) {
		return // taken away meanwhile; its outcome will be fenced
	}
	id := h.r.lane.ID
	if w.open[id] > 0 && h.r.task.starts < 2 {
		t.Fatalf("%s: an earlier run left no outcome, and starts is %d", id, h.r.task.starts)
	}
	if h.r.task.starts > 1 && !w.lost[id] {
		t.Fatalf("%s: starts is %d, and nobody died", id, h.r.task.starts)
	}
	if h.r.attempts != w.fails[id] {
		t.Fatalf("%s: %d attempts, want %d", id, h.r.attempts, w.fails[id])
	}
	for _, m := range w.nodes {
		for _, o := range m.runs {
			if o != h && o.begun && o.r.lane.ID == id && w.owns(t, m, o.r) {
				t.Fatalf("%s runs twice at once", id)
			}
		}
	}
	w.open[id]++
}

// outcome draws a Result and what it does to the model if it is stored.
func (w *world) outcome(t *rapid.T, n *node, r *run) (Result, func()) {
	return w.outcomeOf(n, r, rapid.IntRange(0, 9).Draw(t, "outcome"), time.Duration(rapid.SampledFrom([]int{1, 200, 2000}).Draw(t, "after"))*time.Millisecond)
}

// The outcomes; every number above is a task that is done.
const (
	goesOn = iota
	goesOnLater
	fails
	pausesOwn
	cannotStore
	donePauses
	doneResumes
	doneResumesToo
	done
)

func (w *world) outcomeOf(n *node, r *run, outcome int, wait time.Duration) (Result, func()) {
	id, seq, ref := r.lane.ID, r.task.seq, r.task.ref
	ended := Result{Commit: func(tx *db.Tx) error {
		_, err := tx.Exec(ranSQL, id, seq, ref, r.owner)
		return err
	}}
	settled := func() { w.open[id], w.lost[id] = 0, false }
	finished := func() { settled(); w.fails[id] = 0 }
	failed := func() { settled(); w.fails[id]++ }
	switch outcome {
	case goesOn:
		return Result{Next: Again}, settled
	case goesOnLater:
		return Result{Next: Again, After: wait}, settled
	case fails:
		return Result{Next: Retry, After: wait}, failed
	case pausesOwn:
		return Result{Next: Again, Pause: &Pause{For: wait}}, settled
	case cannotStore:
		return Result{Commit: func(*db.Tx) error { return errors.New("refused") }}, failed
	case donePauses:
		ended.Pause = &Pause{For: wait, Scope: "x"}
	case doneResumes, doneResumesToo:
		ended.Resume = true
	}
	return ended, finished
}

func (w *world) settle(t *rapid.T) {
	n, h := w.held(t, true)
	w.settleRun(t, n, h, rapid.IntRange(0, 9).Draw(t, "outcome"), time.Duration(rapid.SampledFrom([]int{1, 200, 2000}).Draw(t, "after"))*time.Millisecond)
}

// settleRun stores an outcome, or finds that it comes too late.
func (w *world) settleRun(t tester, n *node, h *held, outcome int, wait time.Duration) {
	t.Helper()
	mine := w.owns(t, n, h.r)
	res, stored := w.outcomeOf(n, h.r, outcome, wait)
	if mine {
		stored()
	}
	h.begun = false
	before := w.trace(t, h.r.lane.ID)
	if !n.l.settle(h.r, res) {
		w.drop(n, h)
	}
	if after := w.trace(t, h.r.lane.ID); !mine && after != before {
		t.Fatalf("%s: an outcome that came too late was stored: %s, before %s", h.r.lane.ID, after, before)
	}
}

// trace is what outcomes leave of a lane.
func (w *world) trace(t tester, lane string) string {
	var ran, tasks int
	var epochs, heads int64
	must(t, w.d.Row(context.Background(), `SELECT (SELECT count(*) FROM ran WHERE lane = $1), (SELECT count(*) FROM task WHERE lane_id = $1),
		(SELECT coalesce(sum(epoch), 0) FROM lane WHERE id = $1), (SELECT coalesce(sum(head), 0) FROM lane WHERE id = $1)`, []any{lane}, &ran, &tasks, &epochs, &heads))
	return fmt.Sprint(ran, tasks, epochs, heads)
}

// together puts an outcome between enqueues of other nodes, in one transaction.
func (w *world) together(t *rapid.T) {
	n, h := w.held(t, true)
	mine := w.owns(t, n, h.r)
	res, stored := w.outcome(t, n, h.r)
	a, b := w.node(t), w.node(t)
	next, fenced := *h.r, false
	err := w.d.Do(context.Background(), 0, func(tx *db.Tx) error {
		undo, err := w.enqueueIn(t, tx, a)
		if err != nil {
			return err
		}
		if fenced, err = n.l.store(tx, &next, res); err != nil {
			undo()
			return err
		}
		_, err = w.enqueueIn(t, tx, b)
		return err
	})
	if err != nil {
		return // the Commit refused: nothing of it is stored, and the run goes on
	}
	if fenced == mine {
		t.Fatalf("%s: fenced %v, ours %v", h.r.lane.ID, fenced, mine)
	}
	h.begun = false
	*h.r = next
	if mine {
		stored()
	}
	if fenced || next.task.seq == 0 {
		w.drop(n, h)
	}
}

// aborted is a transaction that is rolled back after an enqueue and an outcome.
func (w *world) aborted(t *rapid.T) {
	n, h := w.held(t, true)
	res, _ := w.outcome(t, n, h.r)
	next := *h.r
	no := errors.New("no")
	err := w.d.Do(context.Background(), 0, func(tx *db.Tx) error {
		undo, err := w.enqueueIn(t, tx, n)
		undo()
		if err == nil {
			_, err = n.l.store(tx, &next, res)
		}
		return errors.Join(no, err)
	})
	if !errors.Is(err, no) {
		t.Fatal(err)
	}
}

func (w *world) poll(t *rapid.T) { _, err := w.node(t).l.poll(context.Background()); must(t, err) }
func (w *world) beat(t *rapid.T) { must(t, w.node(t).l.beat(context.Background())) }

func (w *world) reap(t *rapid.T) { w.reapBy(t, w.node(t)) }

func (w *world) reapBy(t tester, n *node) {
	before := w.owners(t)
	_, err := n.l.reap(context.Background())
	must(t, err)
	after := w.owners(t)
	for id := range before {
		if after[id] == 0 {
			w.lost[id] = true
		}
	}
}

func (w *world) time(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 100, 1000, 4000, 6000}).Draw(t, "ms")) * time.Millisecond)
}

func (w *world) wake(t *rapid.T) {
	n, lane := w.node(t), rapid.SampledFrom(modelLanes).Draw(t, "lane")
	must(t, w.d.Do(context.Background(), 0, func(tx *db.Tx) error { return n.l.Wake(tx, lane.ID) }))
}

// resume is an operator's word.
func (w *world) resume(t *rapid.T) {
	n := w.node(t)
	must(t, w.d.Do(context.Background(), 0, func(tx *db.Tx) error { return n.l.ResumeScope(tx, "x") }))
}

// kill ends a node without a word, and starts another.
func (w *world) kill(t *rapid.T) {
	i := rapid.IntRange(0, len(w.nodes)-1).Draw(t, "victim")
	w.nodes[i] = w.newNode(t)
}

// stop ends a node as Run does when handlers are deaf.
func (w *world) stop(t *rapid.T) {
	i := rapid.IntRange(0, len(w.nodes)-1).Draw(t, "stopped")
	n := w.nodes[i]
	n.l.open = false
	for _, h := range slices.Clone(n.runs) {
		if !h.begun {
			n.l.release(h.r)
			w.drop(n, h)
		} else if w.owns(t, n, h.r) {
			w.lost[h.r.lane.ID] = true
		}
	}
	n.l.free()
	w.nodes[i] = w.newNode(t)
}

func (w *world) drop(n *node, h *held) {
	n.runs = slices.DeleteFunc(n.runs, func(x *held) bool { return x == h })
	n.l.finished(h.r)
}
