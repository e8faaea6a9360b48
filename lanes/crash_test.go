package lanes

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"causeway/db"
	"causeway/db/dbtest"
)

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
		pass(10*time.Second + 300*time.Millisecond) // not in step with the heartbeats of the other
		must(t, dead.boot(context.Background()))
		dead.open = true
		must(t, enqueue(d, dead, send, 1))
		pass(4 * time.Second)
		b.want(t)
		if dead.freeFor("send") > 0 {
			t.Error("a node that has not beaten for 4 s takes lanes")
		}
		pass(1100 * time.Millisecond)
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
