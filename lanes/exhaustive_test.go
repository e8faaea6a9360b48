package lanes

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/db"
)

// size bounds what is tried in every order: so many tasks, outcomes other than
// done, steps of time, and wake-ups.
type size struct{ tasks, turns, times, wakes int }

// TestTortureInterleavings tries all orders, not some: two nodes, one or two
// lanes of one scope, and in every state each next step that there is: enqueue,
// claim, begin, each sort of outcome (done, progress, wait, retry, pause, done
// and resume), heartbeat, reaping, time that passes, waking up. A node that takes
// no step is frozen; what it stores after it was reaped is a zombie's late
// outcome. In every state holds what [TestEveryInterleaving] says of them, and
// from a sample of them one living node finishes everything, in order. States
// that differ only in what nothing depends on are one.
func TestTortureInterleavings(t *testing.T) {
	for _, c := range []struct {
		name        string
		lanes       []Lane
		short, long []size
	}{
		{"one lane", modelLanes[:1], []size{{tasks: 2, turns: 1}, {tasks: 1, times: 1}}, []size{{tasks: 2, turns: 2, wakes: 1}, {tasks: 2, turns: 1, times: 1}}},
		{"one lane that is forgotten", modelLanes[3:4], []size{{tasks: 2, turns: 1}, {tasks: 1, times: 1}}, []size{{tasks: 2, turns: 2, wakes: 1}, {tasks: 2, turns: 1, times: 1}}},
		{"two lanes that pause as one", modelLanes[:2], []size{{tasks: 2, turns: 1}, {tasks: 1, times: 1}}, []size{{tasks: 2, turns: 2, wakes: 1}, {tasks: 1, turns: 1, times: 1, wakes: 1}}},
	} {
		sizes := c.short
		if os.Getenv("TORTURE") != "" {
			sizes = c.long
		} else if testing.Short() || raceDetector {
			sizes = sizes[:1]
		}
		for _, left := range sizes {
			t.Run(fmt.Sprintf("%s, %+v", c.name, left), func(t *testing.T) {
				w := newWorld(t, openAt(t, "sqlite:"+quickDir(t)+"/lanes.db"))
				w.nodes = w.nodes[:2]
				e := &explorer{t: t, w: w, lanes: c.lanes, seen: map[string]bool{}}
				e.explore(left, nil)
				t.Logf("every interleaving: %d states, %d steps, %d states run to the end", len(e.seen), e.steps, e.ended)
			})
		}
	}
}

// quickDir is a folder in memory where there is one: what is tested here is no disk.
func quickDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "lanes") //nolint:usetesting // TempDir is on a disk, whose syncs would be most of the time
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// sample is how many states are passed over between those that are run to the end.
const sample = 40

type explorer struct {
	t            *testing.T
	w            *world
	lanes        []Lane
	seen         map[string]bool
	steps, ended int
}

// explore takes every next step from the present state, each from where it began.
func (e *explorer) explore(left size, path []string) {
	key := e.state(left)
	if e.seen[key] {
		return
	}
	e.seen[key] = true
	here := e.w.save(e.t)
	if len(e.seen)%sample == 0 {
		e.ended++
		e.w.drain(told{e.t, path})
		e.w.restore(e.t, here)
	}
	for _, s := range e.next(left) {
		e.steps++
		now := append(slices.Clone(path), s.name)
		s.take(told{e.t, now})
		e.w.check(told{e.t, now})
		e.explore(s.left, now)
		e.w.restore(e.t, here)
	}
}

// told says the steps that led to a failure.
type told struct {
	*testing.T
	path []string
}

func (t told) Errorf(format string, args ...any) { t.Fatalf(format, args...) }
func (t told) Fatalf(format string, args ...any) {
	t.Helper()
	t.T.Fatalf("after %s:\n%s", strings.Join(t.path, ", "), fmt.Sprintf(format, args...))
}

type step struct {
	name string
	left size
	take func(tester)
}

// next lists the steps that can be taken.
func (e *explorer) next(left size) (all []step) {
	w := e.w
	add := func(left size, take func(tester), name string, args ...any) {
		all = append(all, step{fmt.Sprintf(name, args...), left, take})
	}
	less := func(change func(*size)) size { l := left; change(&l); return l }
	for i, n := range w.nodes {
		for _, lane := range e.lanes {
			if left.tasks > 0 {
				add(less(func(l *size) { l.tasks-- }), func(t tester) { w.enqueueOn(t, n, lane) }, "%d enqueues on %s", i, lane.ID)
			}
			if left.wakes > 0 {
				add(less(func(l *size) { l.wakes-- }), func(t tester) {
					must(t, w.d.Do(context.Background(), 0, func(tx *db.Tx) error { return n.l.Wake(tx, lane.ID) }))
				}, "%d wakes %s", i, lane.ID)
			}
		}
		for k, h := range n.runs { // by place, because a restored world has others
			if !h.begun {
				add(left, func(t tester) { w.beginRun(t, n, n.runs[k]) }, "%d begins %s", i, h.r.lane.ID)
				continue
			}
			for outcome := goesOn; outcome <= done; outcome++ {
				rest := left
				switch {
				case outcome == doneResumesToo:
					continue
				case outcome < donePauses:
					rest.turns--
				case outcome == donePauses && left.turns == 0:
					continue
				case outcome == donePauses:
					rest.turns--
				}
				if rest.turns >= 0 {
					add(rest, func(t tester) { w.settleRun(t, n, n.runs[k], outcome, time.Second) }, "%d ends %s by %d", i, h.r.lane.ID, outcome)
				}
			}
		}
		add(left, func(t tester) { _, err := n.l.poll(context.Background()); must(t, err) }, "%d claims", i)
		add(left, func(t tester) { must(t, n.l.beat(context.Background())) }, "%d beats", i)
		add(left, func(t tester) { w.reapBy(t, n) }, "%d reaps", i)
	}
	if left.times > 0 {
		for _, by := range []time.Duration{time.Second, 6 * time.Second} {
			add(less(func(l *size) { l.times-- }), func(tester) { w.now = w.now.Add(by) }, "%s pass", by)
		}
	}
	return all
}

func (w *world) enqueueOn(t tester, n *node, lane Lane) {
	w.ref++
	w.want[lane.ID] = append(slices.Clone(w.want[lane.ID]), w.ref)
	must(t, enqueue(w.d, n.l, lane, w.ref))
}

// state describes all that the future depends on, and nothing else: times from
// now on, owners by place, epochs only by whether they fence.
func (e *explorer) state(left size) string {
	w, now := e.w, ms(e.w.now)
	var b strings.Builder
	fmt.Fprint(&b, left)
	place := func(session int64) int {
		return slices.IndexFunc(w.nodes, func(n *node) bool { return n.l.me == session })
	}
	s := w.save(e.t)
	for _, r := range s.rows["session"] {
		fmt.Fprint(&b, " s", place(r[0].(int64)), " ", max(r[3].(int64)-now, -1))
	}
	for _, r := range s.rows["lane"] {
		owner := -1
		if r[7] != nil {
			owner = place(r[7].(int64))
		}
		fmt.Fprint(&b, " l", r[0], r[4], r[5], " ", from(r[6], now), " ", owner, r[9].(int64) == r[5].(int64), r[10], r[11])
	}
	for _, r := range s.rows["task"] {
		fmt.Fprint(&b, " t", r[0], r[1], r[3], " ", from(r[4], now), " ", r[5])
	}
	for _, r := range s.rows["pause"] {
		fmt.Fprint(&b, " p", r[0], " ", from(r[1], now), " ", r[3])
	}
	for _, r := range s.rows["ran"] {
		fmt.Fprint(&b, " r", r[1], r[3])
	}
	for i, n := range w.nodes {
		fmt.Fprint(&b, " n", i, n.l.running, w.now.Sub(n.l.lastBeat), n.l.paused)
		for _, h := range n.runs {
			fmt.Fprint(&b, " h", h.r.lane.ID, h.r.task.seq, h.begun, w.owns(e.t, n, h.r), h.r.attempts, h.r.task.starts)
		}
	}
	fmt.Fprint(&b, w.open, w.fails, w.lost)
	return b.String()
}

// from is a time as seen from now; a lane that was woken has it negative.
func from(v any, now int64) any {
	at, ok := v.(int64)
	switch {
	case !ok:
		return "-"
	case at < 0:
		return fmt.Sprint("w", max(-at-now, -1))
	}
	return max(at-now, -1)
}
