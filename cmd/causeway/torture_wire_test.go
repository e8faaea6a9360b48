package main_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// wired puts a wire between each node and the database.
func (w *nodes) wired() []*wire {
	w.t.Helper()
	var wires []*wire
	for range w.all {
		wires = append(wires, newWire(w.t, w.pg.Socket()))
	}
	w.own = func(i int, config map[string]string) {
		config["store"] = fmt.Sprintf("{url: %q, writers: 4}", wires[i].through(w.store))
	}
	return wires
}

// TestTortureWire cuts nodes off from the database while people talk: one of them
// or both, by a connection that breaks, or by one on which nothing comes any more.
func TestTortureWire(t *testing.T) {
	t.Parallel()
	var sum tally
	sum.tell(t, "nodes cut off from the database")
	w := newNodes(t, 2)
	wires := w.wired()
	w.begin()
	cycles := amount(100, 6, 4)
	for n := range cycles {
		pause(time.Duration(300+rand.IntN(500)) * time.Millisecond)
		hit := wires[n%2 : n%2+1]
		if n%3 == 2 {
			hit = wires
		}
		var mend []func()
		for _, p := range hit {
			if n%2 == 0 {
				p.down()
				mend = append(mend, p.up)
			} else {
				mend = append(mend, p.hush())
			}
		}
		pause(time.Duration(500+rand.IntN(3000)) * time.Millisecond)
		for _, f := range mend {
			f()
		}
		if n%2 == 1 {
			w.accounted()
		}
	}
	for _, one := range w.all {
		one.bridge.ready()
	}
	f := w.settled()
	f.cycles, f.verified = cycles, cycles/2+1
	sum.add(f)
}

// TestTortureCommit cuts connections between a COMMIT that the database carries out
// and its answer. Whoever posted is told to come again, and what was stored is
// found then.
func TestTortureCommit(t *testing.T) {
	t.Parallel()
	var sum tally
	sum.tell(t, "commits cut in the middle")
	w := newNodes(t, 2)
	wires := w.wired()
	w.begin()
	want, cut := amount(2000, 12, 6), 0
	for _, p := range wires {
		p.cuts(10)
	}
	within(t, patience(), "commits that are cut", func() error {
		if cut = wires[0].cuts(10) + wires[1].cuts(10); cut < want {
			return fmt.Errorf("%d of %d", cut, want)
		}
		return nil
	})
	for _, p := range wires {
		p.cuts(0)
	}
	f := w.settled()
	f.cycles, f.verified = cut, 1
	sum.add(f)
}

// TestTortureTwice has each webhook handed to both nodes at the same moment.
func TestTortureTwice(t *testing.T) {
	t.Parallel()
	var sum tally
	sum.tell(t, "webhooks handed to two nodes at once")
	w := newNodes(t, 2)
	w.balancer.twice.Store(true)
	w.begin()
	pause(time.Duration(amount(60_000, 6000, 3000)) * time.Millisecond)
	f := w.settled()
	doubled := int(w.balancer.doubled.Load())
	if doubled < f.said {
		t.Errorf("%d things said, %d webhooks handed to both", f.said, doubled)
	}
	f.cycles, f.verified = doubled, 1
	sum.add(f)
}
