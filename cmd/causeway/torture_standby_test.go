package main_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"causeway/db/dbtest"
)

// newNodesWithStandby is newNodes with a synchronous standby, and an address that
// names both servers.
func newNodesWithStandby(t *testing.T) (*nodes, *dbtest.Cluster) {
	t.Helper()
	if torture == 0 && !dbtest.IsPostgres() {
		t.Skip("part of the pass on PostgreSQL and of the long form")
	}
	w := newNodesAlone(t, 2)
	standby := w.pg.Standby(t)
	var err error
	if w.store, err = w.pg.Either(w.store, standby); err != nil {
		t.Fatal(err)
	}
	w.config["store"] = fmt.Sprintf("{url: %q}", w.store)
	w.balancer = balance(t, w.addr, w.addrs())
	t.Cleanup(w.stop)
	return w, standby
}

// TestTortureStandby has two nodes on a primary with a synchronous standby, by an
// address that names both. While people talk the primary is killed and the standby
// promoted: the nodes find it, and all that was answered 200 is there. Then the
// other one follows, and so on, to and fro. Every other time the standby has
// received nothing for a while: nothing may have been answered 200 since.
func TestTortureStandby(t *testing.T) {
	t.Parallel()
	var sum tally
	sum.tell(t, "fail-over to a synchronous standby")
	w, standby := newNodesWithStandby(t)
	primary := w.pg
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

// A standby that is away lets the primary carry out no COMMIT, though it still
// answers: nodes say that they are not ready, and soon turn webhooks away instead of
// letting them wait. What they took is there when the standby is back.
func TestNothingIsTakenWithoutTheStandby(t *testing.T) {
	t.Parallel()
	w, standby := newNodesWithStandby(t)
	w.begin()
	pause(500 * time.Millisecond)
	if err := standby.Stall(); err != nil {
		t.Fatal(err)
	}
	for _, one := range w.all {
		eventually(t, "not ready", func() error {
			a, err := one.do(http.MethodGet, "/readyz", nil)
			if err == nil && a.status != http.StatusServiceUnavailable {
				err = fmt.Errorf("%d", a.status)
			}
			return err
		})
		a, err := one.postTelegram("tg", telegramText(90_000_001, 990, "lost?"))
		if err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("a webhook without the standby: %+v, %v", a, err)
		}
		if a, err := one.do(http.MethodGet, "/healthz", nil); err != nil || a.status != http.StatusOK {
			t.Errorf("/healthz without the standby: %+v, %v", a, err)
		}
	}
	standby.Kill()
	if err := standby.Restart(); err != nil {
		t.Fatal(err)
	}
	for _, one := range w.all {
		one.bridge.ready()
	}
	t.Log(w.settled())
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
