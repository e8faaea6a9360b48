package main_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"causeway/db/dbtest"
)

// TestTortureStandby has two nodes on a primary with a synchronous standby, by an
// address that names both. While people talk the primary is killed and the standby
// promoted: the nodes find it, and all that was answered 200 is there. Then the
// other one follows, and so on, to and fro. Every other time the standby has
// received nothing for a while: nothing may have been answered 200 since.
func TestTortureStandby(t *testing.T) {
	t.Parallel()
	if torture == 0 && !dbtest.IsPostgres() {
		t.Skip("part of the pass on PostgreSQL and of the long form")
	}
	var sum tally
	sum.tell(t, "fail-over to a synchronous standby")
	w := newNodes(t, 2)
	primary, standby := w.pg, w.pg.Standby(t)
	var err error
	if w.store, err = primary.Either(w.store, standby); err != nil {
		t.Fatal(err)
	}
	w.config["store"] = fmt.Sprintf("{url: %q}", w.store)
	w.begin()
	cycles := amount(20, 1, 1)
	for n := range cycles {
		pause(time.Duration(500+rand.IntN(1000)) * time.Millisecond)
		if err := failOver(primary, standby, n%2 == 0); err != nil {
			t.Fatal(err)
		}
		for _, one := range w.all {
			one.bridge.ready()
		}
		w.accounted()
		primary, standby = standby, primary
		if n < cycles-1 {
			if err := standby.Follow(primary); err != nil {
				t.Fatal(err)
			}
		}
	}
	f := w.settled()
	f.cycles, f.verified = cycles, cycles+1
	sum.add(f)
}

// failOver kills primary and promotes standby, which, if stalled, has received
// nothing for a while, and is killed too, with what lay in its buffers.
func failOver(primary, standby *dbtest.Cluster, stalled bool) error {
	if stalled {
		if err := standby.Stall(); err != nil {
			return err
		}
		pause(time.Duration(500+rand.IntN(1000)) * time.Millisecond)
	}
	primary.Kill()
	if stalled {
		standby.Kill()
		if err := standby.Restart(); err != nil {
			return err
		}
	}
	return standby.Promote()
}
