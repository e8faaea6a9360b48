package lanes

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"causeway/db"
	"causeway/db/dbtest"
)

// frozen is a node that took the lane, froze until another reaped it, and woke up; its old run is returned.
func frozen(t *testing.T, w *world, lane Lane) (zombie, other *node, old *run) {
	t.Helper()
	zombie, other = w.nodes[0], w.nodes[1]
	must(t, enqueue(w.d, zombie.l, lane, 1))
	old = zombie.runs[0].r
	w.now = w.now.Add(6 * time.Second)
	must(t, other.l.beat(context.Background()))
	n, err := other.l.reap(context.Background())
	must(t, err)
	if n != 1 {
		t.Fatalf("%d lanes reaped", n)
	}
	return zombie, other, old
}

// tooLate fails if the old run's outcome is stored.
func tooLate(t *testing.T, zombie *node, old *run) {
	t.Helper()
	r := *old
	_, err := zombie.l.tryStore(&r, Result{Commit: func(*db.Tx) error { t.Error("the zombie's rows were written"); return nil }})
	if !errors.Is(err, errFenced) {
		t.Errorf("the zombie's outcome: %v", err)
	}
}

func TestAZombieThatHasTheLaneAgainIsFencedByTheEpoch(t *testing.T) {
	w := newWorld(t, openDB(t))
	zombie, _, old := frozen(t, w, modelLanes[0])
	must(t, zombie.l.beat(context.Background()))
	_, err := zombie.l.poll(context.Background())
	must(t, err)
	if len(zombie.runs) != 2 {
		t.Fatalf("%d runs", len(zombie.runs))
	}
	tooLate(t, zombie, old)
	if zombie.l.settle(zombie.runs[1].r, Result{}) {
		t.Error("the lane should be empty")
	}
	checkRest(t, w.d)
}

func TestAZombieIsFencedFromALaneThatWasForgottenAndMadeAnew(t *testing.T) {
	w := newWorld(t, openDB(t))
	lane := modelLanes[3] // of a kind that is forgotten
	zombie, other, old := frozen(t, w, lane)
	_, err := other.l.poll(context.Background())
	must(t, err)
	if other.l.settle(other.runs[0].r, Result{}) {
		t.Fatal("the lane should be empty")
	}
	must(t, zombie.l.beat(context.Background()))
	must(t, enqueue(w.d, zombie.l, lane, 2))
	tooLate(t, zombie, old)
	if zombie.l.settle(zombie.runs[1].r, Result{}) {
		t.Error("the lane should be empty")
	}
	checkRest(t, w.d)
}

// A commit that failed for us and is on disk all the same: nothing is stored twice, and the lane goes on.
func TestAnOutcomeThatWasStoredAfterAllIsNotStoredTwice(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) { storedAfterAll(t, newWorld(t, openAt(t, url))) })
}

func storedAfterAll(t *testing.T, w *world) {
	t.Helper()
	n, lane := w.nodes[0], modelLanes[0]
	must(t, enqueue(w.d, n.l, lane, 1))
	must(t, enqueue(w.d, n.l, lane, 2))
	r := n.runs[0].r
	unknown := true
	kept := n.l.settle(r, Result{Commit: func(*db.Tx) error {
		if unknown { // what was stored all the same is stored when settle waits
			unknown = false
			landed := *r
			time.AfterFunc(0, func() {
				if _, err := n.l.tryStore(&landed, Result{}); err != nil {
					t.Error(err)
				}
			})
			return db.ErrCommit
		}
		t.Error("the rows were stored twice")
		return nil
	}})
	if kept {
		t.Error("the outcome was stored twice")
	}
	n.runs = nil
	_, err := n.l.poll(context.Background())
	must(t, err)
	if len(n.runs) != 1 || n.runs[0].r.task.ref != 2 {
		t.Errorf("the lane does not go on: %v", n.runs)
	}
}

// What is enqueued in the transaction that ends the lane's last task is what the lane goes on with.
func TestATaskThatComesAsTheLastOneEndsIsTheNext(t *testing.T) {
	w := newWorld(t, openDB(t))
	n, lane := w.nodes[0], modelLanes[0]
	must(t, enqueue(w.d, n.l, lane, 1))
	next := *n.runs[0].r
	must(t, w.d.Do(context.Background(), 0, func(tx *db.Tx) error {
		if err := n.l.Enqueue(tx, lane, 1, 2, time.Time{}); err != nil {
			return err
		}
		_, err := n.l.store(tx, &next, Result{})
		return err
	}))
	if next.task.ref != 2 || next.task.seq != 2 {
		t.Errorf("the lane goes on with %+v", next.task)
	}
	if n.l.settle(&next, Result{}) {
		t.Error("the lane should be empty")
	}
	checkRest(t, w.d)
}
