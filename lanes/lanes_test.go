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
