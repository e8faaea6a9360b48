package lanes

import (
	"context"
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
	for name, value := range map[string]string{"rapid.steps": "60", "rapid.checks": "100"} {
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
			"": func(t *rapid.T) { w.check(t) },
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
		Now: func() time.Time { return w.now }, Steady: func() time.Duration { return w.now.Sub(time.UnixMilli(0)) }, NewID: w.ids.Next, Backoff: func(int) time.Duration { return time.Second },
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

func (w *world) owns(t tester, n *node, r *run) bool {
	var k int
	must(t, w.d.Row(context.Background(), `SELECT count(*) FROM lane WHERE id = $1 AND owner = $2 AND epoch = $3`, []any{r.lane.ID, r.owner, r.epoch}, &k))
	return k == 1
}

func (w *world) owners(t tester) map[string]int64 {
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

func (w *world) check(t tester) {
	checkRest(t, w.d)
	for id, owner := range w.owners(t) {
		for _, n := range w.nodes {
			if n.l.session() != owner {
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
func (w *world) drain(t tester) {
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
				_, err := tx.Exec(ranSQL, id, seq, ref, h.r.owner)
				return err
			}}) {
				w.drop(n, h)
			}
		}
		must(t, w.d.Row(context.Background(), `SELECT count(*) FROM task`, nil, &left))
	}
	checkRest(t, w.d)
	rows, err := w.d.Rows(context.Background(), `SELECT lane, ref FROM ran ORDER BY n`)
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

func (w *world) reapAll(t tester, n *node) {
	_, err := n.l.reap(context.Background())
	must(t, err)
}
