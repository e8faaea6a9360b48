package main_test

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestTortureNodes has two nodes on one database while people talk: nodes are
// killed in turn, frozen for longer than their lease, and the database is crashed
// and restarted. At the end nothing is lost, out of order or stored twice. After
// every other kill of the long form, no other fault until its work is taken over.
func TestTortureNodes(t *testing.T) {
	t.Parallel()
	var sum tally
	sum.tell(t, "nodes")
	w := newNodes(t, 2)
	w.begin()
	taken := w.takeovers()
	kills, freezes, restarts := amount(200, 6, 3), amount(50, 1, 1), amount(20, 2, 1)
	var plan []func()
	for i := range kills {
		plan = append(plan, func() {
			pid := w.all[i%2].bridge.cmd.Process.Pid
			w.all[i%2].bridge.kill()
			calm := torture > 0 && i%4 < 2
			over := taken.died(pid, calm)
			if calm {
				<-over
			}
			pause(time.Duration(rand.IntN(400)) * time.Millisecond)
			w.restart(i % 2)
		})
	}
	for i := range freezes {
		plan = append(plan, func() { w.freeze(i%2, 5*time.Second+time.Duration(rand.IntN(3000))*time.Millisecond) })
	}
	for range restarts {
		plan = append(plan, func() {
			w.pg.Kill()
			pause(time.Duration(rand.IntN(1500)) * time.Millisecond)
			if err := w.pg.Restart(); err != nil {
				t.Fatal(err)
			}
			for _, one := range w.all {
				one.bridge.ready()
			}
		})
	}
	rand.Shuffle(len(plan), func(i, k int) { plan[i], plan[k] = plan[k], plan[i] })
	for _, fault := range plan {
		pause(time.Duration(100+rand.IntN(500)) * time.Millisecond)
		fault()
	}
	f := w.settled()
	f.cycles, f.verified = len(plan), 1
	sum.add(f)
}
