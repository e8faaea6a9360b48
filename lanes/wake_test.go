package lanes

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"causeway/db"
	"causeway/db/dbtest"
)

// What a task waits for may come while its handler still decides to wait: the
// wake-up holds, once, and it does not shorten the wait after a failure.
func TestAWakeUpDuringTheRunIsNotLost(t *testing.T) {
	url := dbtest.URL(t)
	synctest.Test(t, func(t *testing.T) {
		d := openAt(t, url)
		var l *Lanes
		answers := []Result{{Next: Again, After: time.Hour}, {Next: Retry, After: time.Hour}, {Next: Again, After: time.Hour}}
		woken := []bool{true, true, false}
		n := 0
		l = New(d, Options{Handlers: map[string]Handler{"send": func(context.Context, Task) Result {
			if woken[n] {
				must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error { return l.Wake(tx, send.ID) }))
			}
			n++
			return answers[n-1]
		}}})
		stop := runLanes(t, l)
		must(t, enqueue(d, l, send, 1))
		pass(time.Minute)
		if n != 2 {
			t.Errorf("ran %d times, want 2: the wake-up, then the wait after the failure", n)
		}
		pass(time.Hour)
		if n != 3 {
			t.Errorf("ran %d times, want 3", n)
		}
		stop()
	})
}
