package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"
)

// torture asks for the long forms of the tests whose names begin with
// TestTorture, as make torture does; their figures are printed, and kept in
// docs/reliability.md. It is how many hundredths of each amount are done.
var torture, _ = strconv.Atoi(os.Getenv("TORTURE")) // 0: the short forms

// patience is how long all that is under way may take to come to its end.
func patience() time.Duration {
	if torture > 0 {
		return 10 * time.Minute // the machine is busy with other worlds
	}
	return 80 * time.Second
}

// amount is how much of a torture is done: the long form, the one of make test,
// or the one of -short.
func amount(long, usual, short int) int {
	switch {
	case torture > 0:
		return max(long*torture/100, 1)
	case testing.Short():
		return short
	}
	return usual
}

// tally sums up the figures of worlds that run side by side.
type tally struct {
	mu sync.Mutex
	figures
}

func (f *tally) add(more figures) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.figures.add(more)
}

// tell prints the sum when all the worlds of a test are over.
func (f *tally) tell(t *testing.T, what string) {
	began := time.Now()
	t.Cleanup(func() {
		if t.Failed() {
			what += ", of those that went well"
		}
		t.Logf("%s: %s; in %s", what, f.figures, time.Since(began).Round(time.Second))
	})
}

// accounted runs verify on the world's store, whether or not it is served, and
// expects it to find nothing.
func (w *world) accounted() {
	w.t.Helper()
	c := exec.Command(plain, "verify", "-config", w.file())
	c.Env = w.env()
	if out, err := c.CombinedOutput(); err != nil {
		w.t.Fatalf("verify: %v\n%s", err, out)
	}
}

// TestTortureKill kills the bridge again and again, at random moments, also
// while it comes up, in several worlds side by side. Each cycle ends in verify:
// in turn on the files that the dead process left, and beside the next one.
func TestTortureKill(t *testing.T) {
	t.Parallel()
	worlds, cycles := amount(100, 2, 1), amount(100, 25, 10)
	var sum tally
	sum.tell(t, "kill -9")
	for i := range worlds {
		t.Run(fmt.Sprint("world ", i+1), func(t *testing.T) {
			t.Parallel()
			w := newTalking(t)
			w.begin()
			for n := range cycles {
				r := rand.Float64()
				pause(10*time.Millisecond + time.Duration(r*r*float64(250*time.Millisecond)))
				w.bridge.kill()
				if n%5 == 4 { // and once more while it comes up
					w.bridge = launch(w.world)
					pause(time.Duration(rand.IntN(60)) * time.Millisecond)
					w.bridge.kill()
				}
				if n%2 == 0 {
					w.accounted()
				}
				w.start()
				if n%2 == 1 {
					w.accounted()
				}
			}
			f := w.settled()
			w.accounted()
			f.cycles, f.verified = cycles+cycles/5, cycles+1
			sum.add(f)
		})
	}
}
