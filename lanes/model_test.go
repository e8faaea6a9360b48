package lanes

import (
	"context"
	"errors"
	"flag"
	"slices"
	"testing"
	"time"

	"causeway/db"

	"pgregory.net/rapid"
)

// TestEveryInterleaving drives several nodes on one database step by step, in any order that rapid finds: enqueue,
// claim, begin, outcomes of all sorts, pauses, frozen and killed nodes, reaping, late outcomes. There are no
// goroutines: each step of a lane is an action of its own. After each it checks that
//   - a lane owned by a living node is held by exactly one run there, so none is lost and none runs twice at once;
//   - a lane that nobody owns and that has tasks has a time, or a pause to wait for (no lost wake-up);
//   - a task whose earlier run left no outcome says so, and failures are counted right;
//
// and in the end that every task was done exactly once and in order.
func TestEveryInterleaving(t *testing.T) {
	for name, value := range map[string]string{"rapid.steps": "60", "rapid.checks": "250"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue && !testing.Short() {
			must(t, f.Value.Set(value))
		}
	}
	d := openDB(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, d)
		t.Repeat(map[string]func(*rapid.T){
			"enqueue": w.enqueue, "begin": w.begin, "settle": w.settle, "together": w.together, "aborted": w.aborted,
			"poll": w.poll, "beat": w.beat, "reap": w.reap, "time": w.time, "kill": w.kill, "stop": w.stop, "wake": w.wake, "resume": w.resume,
			"": w.check,
		})
		w.drain(t)
	})
}

type world struct {
	d     *db.DB
	now   time.Time
	ids   *db.IDs
	nodes []*node
	ref   int64
	want  map[string][]int64 // refs enqueued, by lane
	open  map[string]int     // runs begun without a stored outcome, by lane, of its head
	fails map[string]int     // failures stored, by lane, of its head
	lost  map[string]bool    // lanes whose head was taken by somebody who died or was fenced
}

// node is one process: a Lanes and the runs that it holds.
type node struct {
	l    *Lanes
	runs []*held
}

type held struct {
	r     *run
	begun bool
}

func newWorld(t tester, d *db.DB) *world {
	must(t, d.Do(context.Background(), 0, func(tx *db.Tx) error {
		for _, table := range []string{"session", "lane", "task", "pause", "ran"} {
			if _, err := tx.Exec(`DELETE FROM ` + table); err != nil {
				return err
			}
		}
		return nil
	}))
	w := &world{d: d, now: time.UnixMilli(1_780_000_000_000), want: map[string][]int64{}, open: map[string]int{}, fails: map[string]int{}, lost: map[string]bool{}}
	w.ids = db.NewIDs(0, func() time.Time { return w.now })
	for range 3 {
		w.nodes = append(w.nodes, w.newNode(t))
	}
	return w
}

func (w *world) newNode(t tester) *node {
	n := &node{}
	nothing := func(context.Context, Task) Result { return Result{} }
	n.l = New(w.d, Options{
		Handlers: map[string]Handler{"a": nothing, "b": nothing}, Capacity: map[string]int{"a": 2, "b": 2}, Forget: map[string]bool{"b": true},
		Now: func() time.Time { return w.now }, NewID: w.ids.Next, Backoff: func(int) time.Duration { return time.Second },
	})
	n.l.solo = false
	n.l.launch = func(r *run) {
		n.l.running[r.lane.Kind]++
		n.l.busy++
		n.runs = append(n.runs, &held{r: r})
	}
	must(t, n.l.boot(context.Background()))
	_, err := n.l.loadPauses(context.Background())
	must(t, err)
	n.l.open = true
	return n
}

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

// begin is the moment before the handler: the lane yields, or the handler starts.
func (w *world) begin(t *rapid.T) {
	n, h := w.held(t, false)
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
	id, seq, ref := r.lane.ID, r.task.seq, r.task.ref
	wait := time.Duration(rapid.SampledFrom([]int{1, 200, 2000}).Draw(t, "after")) * time.Millisecond
	done := Result{Commit: func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO ran(lane, seq, ref, by) VALUES($1, $2, $3, $4)`, id, seq, ref, n.l.me)
		return err
	}}
	settled := func() { w.open[id], w.lost[id] = 0, false }
	finished := func() { settled(); w.fails[id] = 0 }
	failed := func() { settled(); w.fails[id]++ }
	switch rapid.IntRange(0, 9).Draw(t, "outcome") {
	case 0:
		return Result{Next: Again}, func() { settled(); w.open[id] = 0 }
	case 1:
		return Result{Next: Again, After: wait}, settled
	case 2:
		return Result{Next: Retry, After: wait}, failed
	case 3:
		return Result{Next: Again, Pause: &Pause{For: wait}}, settled
	case 4:
		return Result{Commit: func(*db.Tx) error { return errors.New("refused") }}, failed
	case 5:
		done.Pause = &Pause{For: wait, Scope: "x"}
		return done, finished
	case 6, 7:
		done.Resume = true
	}
	return done, finished
}

func (w *world) settle(t *rapid.T) {
	n, h := w.held(t, true)
	mine := w.owns(t, n, h.r)
	res, stored := w.outcome(t, n, h.r)
	if mine {
		stored()
	}
	h.begun = false
	if !n.l.settle(h.r, res) {
		w.drop(n, h)
	} else if !mine {
		t.Fatalf("%s: an outcome that came too late was stored", h.r.lane.ID)
	}
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

func (w *world) reap(t *rapid.T) {
	before := w.owners(t)
	_, err := w.node(t).l.reap(context.Background())
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
	n.l.leave()
	w.nodes[i] = w.newNode(t)
}

func (w *world) drop(n *node, h *held) {
	n.runs = slices.DeleteFunc(n.runs, func(x *held) bool { return x == h })
	n.l.finished(h.r)
}

func (w *world) owns(t *rapid.T, n *node, r *run) bool {
	var k int
	must(t, w.d.Row(context.Background(), `SELECT count(*) FROM lane WHERE id = $1 AND owner = $2 AND epoch = $3`, []any{r.lane.ID, n.l.me, r.epoch}, &k))
	return k == 1
}

func (w *world) owners(t *rapid.T) map[string]int64 {
	rows, err := w.d.Rows(context.Background(), `SELECT id, owner FROM lane WHERE owner IS NOT NULL`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	owners := map[string]int64{}
	for rows.Next() {
		var id string
		var owner int64
		must(t, rows.Scan(&id, &owner))
		owners[id] = owner
	}
	must(t, rows.Err())
	return owners
}

func (w *world) check(t *rapid.T) {
	checkRest(t, w.d)
	for id, owner := range w.owners(t) {
		for _, n := range w.nodes {
			if n.l.me != owner {
				continue
			}
			holders := 0
			for _, h := range n.runs {
				if h.r.lane.ID == id && w.owns(t, n, h.r) {
					holders++
				}
			}
			if holders != 1 {
				t.Fatalf("%s is owned by a living node, where %d runs hold it", id, holders)
			}
		}
	}
}

// drain lets one node finish everything and compares.
func (w *world) drain(t *rapid.T) {
	w.nodes = []*node{w.newNode(t)}
	n := w.nodes[0]
	left := 1
	for round := 0; left > 0; round++ {
		if round == 200 {
			t.Fatalf("%d tasks are never run", left)
		}
		w.now = w.now.Add(time.Second)
		must(t, n.l.beat(context.Background()))
		w.reapAll(t, n)
		_, err := n.l.poll(context.Background())
		must(t, err)
		for len(n.runs) > 0 {
			h := n.runs[0]
			if n.l.mustYield(h.r) {
				n.l.release(h.r)
				w.drop(n, h)
				continue
			}
			id, seq, ref := h.r.lane.ID, h.r.task.seq, h.r.task.ref
			if !n.l.settle(h.r, Result{Resume: true, Commit: func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO ran(lane, seq, ref, by) VALUES($1, $2, $3, $4)`, id, seq, ref, n.l.me)
				return err
			}}) {
				w.drop(n, h)
			}
		}
		must(t, w.d.Row(context.Background(), `SELECT count(*) FROM task`, nil, &left))
	}
	checkRest(t, w.d)
	rows, err := w.d.Rows(context.Background(), `SELECT lane, ref FROM ran ORDER BY rowid`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	got := map[string][]int64{}
	for rows.Next() {
		var id string
		var ref int64
		must(t, rows.Scan(&id, &ref))
		got[id] = append(got[id], ref)
	}
	must(t, rows.Err())
	for id, want := range w.want {
		if !slices.Equal(got[id], want) {
			t.Fatalf("%s: done %v, enqueued %v", id, got[id], want)
		}
	}
}

func (w *world) reapAll(t *rapid.T, n *node) {
	_, err := n.l.reap(context.Background())
	must(t, err)
}
