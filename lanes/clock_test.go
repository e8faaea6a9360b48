package lanes

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"causeway/db/dbtest"
)

// A wait of a minute is a minute, whatever is done to the clock meanwhile.
func TestWaitsOutlastAClockThatIsSet(t *testing.T) {
	for name, by := range map[string]time.Duration{"back": -time.Hour, "far back": -20 * 365 * 24 * time.Hour, "a little": -time.Second} {
		t.Run(name, func(t *testing.T) {
			url := dbtest.URL(t)
			synctest.Test(t, func(t *testing.T) {
				d := openAt(t, url)
				if d.Shared() {
					t.Skip("nodes that share a database go by its clock")
				}
				var set atomic.Int64
				b := &book{answers: []Result{{Next: Again, Pause: &Pause{For: time.Minute}}}}
				l := New(d, Options{Handlers: map[string]Handler{"send": b.handle}, Now: func() time.Time { return time.Now().Add(time.Duration(set.Load())) }})
				stop := runLanes(t, l)
				must(t, enqueue(d, l, sendLane(1), 1)) // is paused, and waits
				must(t, enqueueAt(d, l, Lane{ID: "send:2", Kind: "send"}, 2, time.Now().Add(time.Minute)))
				pass(10 * time.Second)
				set.Store(int64(by))
				must(t, enqueue(d, l, Lane{ID: "send:3", Kind: "send"}, 3)) // waits for nothing
				pass(time.Second)
				b.want(t, "send:1#1", "send:3#3")
				pass(45 * time.Second)
				b.want(t, "send:1#1", "send:3#3")
				pass(10 * time.Second)
				if ran := b.read(); len(ran) != 4 {
					t.Errorf("ran %v", ran)
				}
				stop()
				checkRest(t, d)
			})
		})
	}
}
