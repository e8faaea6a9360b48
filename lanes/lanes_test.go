package lanes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"causeway/db"
	"causeway/db/dbtest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTasksRunAtOnceAndInOrder(t *testing.T) {
	b := &book{}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error {
			for i := range 3 {
				if err := l.Enqueue(tx, send, 1, int64(i), time.Time{}); err != nil {
					return err
				}
			}
			return nil
		}))
		pass(time.Millisecond)
		must(t, enqueue(d, l, send, 3))
		pass(time.Millisecond)
		b.want(t, "send:1#0", "send:1#1", "send:1#2", "send:1#3")
		if err := enqueue(d, l, Lane{ID: "x:1", Kind: "x"}, 1); err == nil {
			t.Error("a kind without a handler was taken")
		}
	})
}

func TestRetryAgainAndPanic(t *testing.T) {
	refuse := true
	b := &book{answers: []Result{
		{Next: Retry, After: 4 * time.Second, Error: "down"},
		{Next: Again, After: 2 * time.Second},
		{Next: Again}, {Next: Again},
		{Commit: func(*db.Tx) error {
			if refuse {
				return errors.New("cannot store")
			}
			return nil
		}},
	}}
	inBubble(t, Options{Backoff: func(int) time.Duration { return 10 * time.Second }}, b, func(d *db.DB, l *Lanes) {
		must(t, enqueue(d, l, send, 1))
		must(t, enqueue(d, l, send, 2))
		pass(3900 * time.Millisecond)
		b.want(t, "send:1#1")
		pass(200 * time.Millisecond)
		b.want(t, "send:1#1", "send:1#1")
		pass(2 * time.Second)
		b.want(t, slices.Repeat([]string{"send:1#1"}, 5)...)
		var why string
		must(t, d.Row(context.Background(), `SELECT last_error FROM lane`, nil, &why))
		if !strings.Contains(why, "cannot store") {
			t.Errorf("last_error is %q", why)
		}
		refuse = false
		pass(10 * time.Second)
		b.want(t, append(slices.Repeat([]string{"send:1#1"}, 6), "send:1#2")...)
		for i, want := range []int{0, 1, 1, 1, 1, 2, 0} {
			if got := b.task(i); got.Attempts != want || got.Starts != 1 {
				t.Errorf("run %d: attempts %d (want %d), starts %d", i, got.Attempts, want, got.Starts)
			}
		}
	})
}

// A task that got on has not failed: what follows is tried as often as what came before.
func TestProgressForgetsFailures(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		var attempts []int
		l := New(d, Options{Handlers: map[string]Handler{"send": func(_ context.Context, task Task) Result {
			attempts = append(attempts, task.Attempts)
			switch len(attempts) {
			case 1, 2, 4:
				return Result{Next: Retry, After: time.Second}
			case 3:
				return Result{Next: Again, Progress: true}
			case 5:
				return Result{Next: Again, After: time.Second}
			case 6:
				return Result{Next: Again, After: time.Second, Progress: true}
			}
			return Result{}
		}}})
		stop := runLanes(t, l)
		must(t, enqueue(d, l, send, 1))
		pass(time.Minute)
		stop()
		if got := fmt.Sprint(attempts); got != "[0 1 2 0 1 1 0]" {
			t.Errorf("failures so far: %s", got)
		}
		checkRest(t, d)
	})
}

func TestAPanicIsARetry(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		var n atomic.Int64
		l := New(d, Options{Handlers: map[string]Handler{"send": func(context.Context, Task) Result {
			if n.Add(1) == 1 {
				panic("boom")
			}
			return Result{}
		}}})
		stop := runLanes(t, l)
		must(t, enqueue(d, l, send, 1))
		pass(2 * time.Second)
		if n.Load() != 2 {
			t.Errorf("ran %d times", n.Load())
		}
		stop()
		checkRest(t, d)
	})
}

func TestATaskWaitsForItsTimeAndIsWoken(t *testing.T) {
	b := &book{}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		now := time.Now()
		must(t, enqueueAt(d, l, send, 1, now.Add(time.Minute)))
		must(t, enqueue(d, l, send, 2)) // waits behind
		must(t, enqueueAt(d, l, send, 3, now.Add(time.Hour)))
		pass(59 * time.Second)
		b.want(t)
		pass(time.Second)
		b.want(t, "send:1#1", "send:1#2")
		pass(time.Minute)
		b.want(t, "send:1#1", "send:1#2")
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error { return l.Wake(tx, "send:1") }))
		pass(time.Millisecond)
		b.want(t, "send:1#1", "send:1#2", "send:1#3")
	})
}

func TestAHandlerEnqueuesOnItsOwnLane(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		var l *Lanes
		var n atomic.Int64
		l = New(d, Options{Forget: map[string]bool{"send": true}, Handlers: map[string]Handler{"send": func(_ context.Context, task Task) Result {
			n.Add(1)
			return Result{Commit: func(tx *db.Tx) error {
				if task.Ref == 0 {
					return nil
				}
				return l.Enqueue(tx, send, 1, task.Ref-1, time.Now().Add(time.Minute))
			}}
		}}})
		stop := runLanes(t, l)
		must(t, enqueue(d, l, send, 3))
		pass(150 * time.Second)
		if n.Load() != 3 {
			t.Errorf("ran %d times in 2.5 minutes", n.Load())
		}
		pass(time.Minute)
		stop()
		checkRest(t, d)
		var lanes int
		must(t, d.Row(context.Background(), `SELECT count(*) FROM lane`, nil, &lanes))
		if n.Load() != 4 || lanes != 0 {
			t.Errorf("ran %d times, %d lanes left", n.Load(), lanes)
		}
	})
}

func TestCapacityIsPerKind(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		gate := make(chan struct{})
		var mu sync.Mutex
		running, most := 0, 0
		var fast atomic.Int64
		l := New(d, Options{Capacity: map[string]int{"slow": 3}, Handlers: map[string]Handler{
			"slow": func(context.Context, Task) Result {
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				<-gate
				mu.Lock()
				running--
				mu.Unlock()
				return Result{}
			},
			"fast": func(context.Context, Task) Result { fast.Add(1); return Result{} },
		}})
		stop := runLanes(t, l)
		for i := range 10 {
			must(t, enqueue(d, l, Lane{ID: fmt.Sprint("slow:", i), Kind: "slow"}, 1))
			must(t, enqueue(d, l, Lane{ID: fmt.Sprint("fast:", i), Kind: "fast"}, 1))
		}
		pass(time.Second)
		s, err := l.Stats(context.Background())
		must(t, err)
		if k := s.Kinds["slow"]; k.Running != 3 || k.Due != 7 || k.Oldest < time.Second || fast.Load() != 10 {
			t.Errorf("slow %+v, fast ran %d", k, fast.Load())
		}
		if idle, err := l.Idle(context.Background()); idle || err != nil {
			t.Errorf("idle %v, %v", idle, err)
		}
		close(gate)
		pass(time.Second)
		if idle, err := l.Idle(context.Background()); !idle || err != nil || most != 3 {
			t.Errorf("idle %v, %v; %d ran at once", idle, err, most)
		}
		stop()
		checkRest(t, d)
	})
}

func TestTheEndWaitsThenReleases(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		kinds := map[string]Handler{
			"quick":    func(context.Context, Task) Result { <-time.After(5 * time.Second); return Result{} },
			"obedient": func(ctx context.Context, _ Task) Result { <-ctx.Done(); return Result{Next: Again, After: time.Second} },
			"deaf":     func(context.Context, Task) Result { <-time.After(time.Minute); return Result{} },
		}
		l := New(d, Options{Handlers: kinds})
		stop := runLanes(t, l)
		for k := range kinds {
			must(t, enqueue(d, l, Lane{ID: k, Kind: k}, 1))
			must(t, enqueue(d, l, Lane{ID: k, Kind: k}, 2))
		}
		pass(time.Second)
		began := time.Now()
		stop()
		if took := time.Since(began); took != 11*time.Second {
			t.Errorf("the end took %v", took)
		}
		checkRest(t, d)
		for lane, want := range map[string]string{"quick": "2/0", "obedient": "1/0", "deaf": "1/1"} {
			var seq, starts int
			must(t, d.Row(context.Background(), `SELECT seq, starts FROM task WHERE lane_id = $1 ORDER BY seq LIMIT 1`, []any{lane}, &seq, &starts))
			if got := fmt.Sprintf("%d/%d", seq, starts); got != want {
				t.Errorf("%s: head/starts %s, want %s", lane, got, want)
			}
		}
		pass(time.Minute) // the deaf handler's outcome comes too late
		checkRest(t, d)
	})
}

func TestAfterACrashTasksRunAgainAndKnowIt(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		dead := New(d, Options{Handlers: map[string]Handler{"send": nil}})
		dead.o.Handlers["send"] = func(context.Context, Task) Result { return Result{} }
		dead.launch = func(*run) {} // takes lanes and dies
		must(t, dead.boot(context.Background()))
		dead.open = true
		began := time.Now()
		must(t, enqueue(d, dead, send, 1))
		must(t, enqueue(d, dead, send, 2))
		b := &book{}
		pass(30 * time.Second)
		l := New(d, Options{Handlers: map[string]Handler{"send": b.handle}})
		stop := runLanes(t, l)
		pass(takeOver(d))
		b.want(t, "send:1#1", "send:1#2")
		if first, second := b.task(0), b.task(1); first.Starts != 2 || !first.StartedAt.Equal(began.Truncate(time.Millisecond)) || second.Starts != 1 {
			t.Errorf("%+v, %+v", first, second)
		}
		stop()
		checkRest(t, d)
	})
}

// Who waits for evidence of what a dead run did must know of it afterwards too,
// until the evidence has come.
func TestADoubtOutlastsTheWait(t *testing.T) {
	for name, known := range map[string]bool{"nothing becomes known": false, "it becomes known": true} {
		t.Run(name, func(t *testing.T) {
			url := dbtest.URL(t)
			synctest.Test(t, func(t *testing.T) {
				d := openAt(t, url)
				dead := New(d, Options{Handlers: map[string]Handler{"send": func(context.Context, Task) Result { return Result{} }}})
				dead.launch = func(*run) {} // takes lanes and dies
				must(t, dead.boot(context.Background()))
				dead.open = true
				began := time.Now().Truncate(time.Millisecond)
				must(t, enqueue(d, dead, send, 1))
				var runs []Task
				var l *Lanes
				l = New(d, Options{Handlers: map[string]Handler{"send": func(_ context.Context, task Task) Result {
					runs = append(runs, task)
					switch {
					case len(runs) == 3:
						return Result{}
					case known && len(runs) == 2: // told while it runs, as before while it waited
						must(t, l.d.Do(context.Background(), 0, func(tx *db.Tx) error { return l.Known(tx, task.Lane, task.Ref) }))
					}
					return Result{Next: Again, After: time.Minute, Doubt: true}
				}}})
				stop := runLanes(t, l)
				pass(takeOver(d))
				if known {
					must(t, d.Do(context.Background(), 0, func(tx *db.Tx) error { return l.Known(tx, runs[0].Lane, runs[0].Ref) }))
				}
				pass(3 * time.Minute)
				stop()
				for i, task := range runs {
					if doubt := task.Starts > 1; doubt != (i == 0 || !known) || doubt && !task.StartedAt.Equal(began) {
						t.Errorf("run %d: %+v", i+1, task)
					}
				}
				if len(runs) != 3 {
					t.Errorf("%d runs", len(runs))
				}
				checkRest(t, d)
			})
		})
	}
}

func TestTheLivingTakeOverFromTheDead(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		b := &book{}
		o := Options{Handlers: map[string]Handler{"send": b.handle}, NewID: db.NewIDs(0, time.Now).Next}
		l, dead := New(d, o), New(d, o)
		l.solo, dead.solo = false, false // as if other processes wrote too
		dead.launch = func(*run) {}
		stop := runLanes(t, l)
		pass(10 * time.Second)
		must(t, dead.boot(context.Background()))
		dead.open = true
		must(t, enqueue(d, dead, send, 1))
		pass(4 * time.Second)
		b.want(t)
		if dead.freeFor("send") > 0 {
			t.Error("a node that has not beaten for 4 s takes lanes")
		}
		pass(2500 * time.Millisecond)
		b.want(t, "send:1#1")
		if b.task(0).Starts != 2 {
			t.Errorf("%+v", b.task(0))
		}
		pass(time.Second)
		var sessions int
		must(t, d.Row(context.Background(), `SELECT count(*) FROM session`, nil, &sessions))
		if sessions != 1 {
			t.Errorf("%d sessions", sessions)
		}
		stop()
		checkRest(t, d)
	})
}

func TestAnOutcomeOutlivesAFaultOfTheDisk(t *testing.T) {
	faults := 3
	b := &book{answers: []Result{{Commit: func(tx *db.Tx) error {
		if faults--; faults >= 0 {
			return fmt.Errorf("as after a failed COMMIT: %w", db.ErrCommit)
		}
		_, err := tx.Exec(`INSERT INTO ran(n, lane, seq, ref, by) VALUES(1, 'send:1', 1, 1, 1)`)
		return err
	}}}}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		must(t, enqueue(d, l, send, 1))
		pass(time.Minute)
		b.want(t, "send:1#1")
		var n int
		must(t, d.Row(context.Background(), `SELECT count(*) FROM ran`, nil, &n))
		if n != 1 {
			t.Errorf("stored %d times", n)
		}
	})
}

func TestAShortWaitDoesNotWaitForThePoll(t *testing.T) {
	b := &book{answers: []Result{{Next: Again, After: 10 * time.Second}}}
	inBubble(t, Options{Poll: time.Hour}, b, func(d *db.DB, l *Lanes) {
		must(t, enqueue(d, l, send, 1))
		pass(10 * time.Second)
		b.want(t, "send:1#1", "send:1#1")
		must(t, enqueueAt(d, l, send, 2, time.Now().Add(time.Minute)))
		pass(time.Minute)
		b.want(t, "send:1#1", "send:1#1", "send:1#2")
	})
}

func TestALaneThatMiscountsIsSetToEmpty(t *testing.T) {
	b := &book{}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		must(t, enqueueAt(d, l, send, 1, time.Now().Add(time.Second)))
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM task`); return err }))
		pass(2 * time.Second)
		must(t, enqueue(d, l, send, 2))
		pass(time.Second)
		b.want(t, "send:1#2")
	})
}

func TestTheLongestDueIsClaimedFirst(t *testing.T) {
	w := newWorld(t, openDB(t))
	n := w.nodes[0]
	for i, due := range []time.Duration{3, 1, 2} {
		must(t, enqueueAt(w.d, n.l, modelLanes[i], int64(due), w.now.Add(due*time.Second)))
	}
	must(t, enqueueAt(w.d, n.l, modelLanes[4], 9, w.now.Add(4*time.Second))) // of another kind
	w.now = w.now.Add(5 * time.Second)
	must(t, n.l.beat(context.Background()))
	_, err := n.l.poll(context.Background())
	must(t, err)
	var refs []int64
	for _, h := range n.runs {
		refs = append(refs, h.r.task.ref)
	}
	if !slices.Equal(refs, []int64{1, 2, 9}) { // there is room for two of a kind
		t.Errorf("claimed %v", refs)
	}
}
