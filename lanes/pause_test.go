package lanes

import (
	"context"
	"fmt"
	"testing"
	"time"

	"causeway/db"
)

func pauses(t *testing.T, l *Lanes) []PauseStats {
	t.Helper()
	s, err := l.Stats(context.Background())
	must(t, err)
	return s.Pauses
}

func TestAPausedScopeWaitsThenOneProbeGoesFirst(t *testing.T) {
	down := Result{Next: Again, Pause: &Pause{For: time.Minute, Reason: "429"}}
	b := &book{answers: []Result{down, {Next: Retry, After: time.Second}, down, {Resume: true}}}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		must(t, enqueue(d, l, sendLane(0), 0)) // pauses the scope
		pass(time.Second)
		for i := 1; i < 10; i++ {
			must(t, enqueue(d, l, sendLane(i), 0))
			pass(10 * time.Millisecond)
		}
		other := Lane{ID: "send:other", Kind: "send", Scope: "wa"}
		b.mu.Lock()
		hold := b.answers
		b.answers = nil
		b.mu.Unlock()
		must(t, enqueue(d, l, other, 0))
		pass(30 * time.Second)
		b.want(t, "send:0#0", "send:other#0")
		if p := pauses(t, l); len(p) != 1 || p[0].Parked != 10 || p[0].Reason != "429" {
			t.Errorf("%+v", p)
		}
		b.mu.Lock()
		b.answers = hold
		b.mu.Unlock()
		pass(29500 * time.Millisecond) // the first probe fails otherwise, the second pauses again
		b.want(t, "send:0#0", "send:other#0", "send:0#0", "send:1#0")
		pass(59 * time.Second)
		b.want(t, "send:0#0", "send:other#0", "send:0#0", "send:1#0")
		pass(2 * time.Second)
		if got := len(b.read()); got != 2+2+10 {
			t.Errorf("%d runs: %v", got, b.read())
		}
		if p := pauses(t, l); len(p) != 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestAPauseOfNobodyEnds(t *testing.T) {
	b := &book{answers: []Result{{Pause: &Pause{For: time.Minute}}}}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		must(t, enqueue(d, l, send, 1))
		pass(59 * time.Second)
		if p := pauses(t, l); len(p) != 1 {
			t.Errorf("%+v", p)
		}
		pass(2 * time.Second)
		if p := pauses(t, l); len(p) != 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestAnEarlySuccessDoesNotEndAPause(t *testing.T) {
	b := &book{}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error { return l.PauseScope(tx, "tg", time.Now().Add(time.Minute), "") }))
		r := &run{lane: send}
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error {
			return l.storePause(tx, r, Result{Resume: true}, false, ms(time.Now()))
		}))
		if p := pauses(t, l); len(p) != 1 {
			t.Errorf("%+v", p)
		}
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error { return l.ResumeScope(tx, "tg") }))
		if p := pauses(t, l); len(p) != 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestManyParkedLanesComeBack(t *testing.T) {
	const lanes = 1200 // more than two chunks
	b := &book{}
	inBubble(t, Options{}, b, func(d *db.DB, l *Lanes) {
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error { return l.PauseScope(tx, "tg", time.Now().Add(time.Minute), "") }))
		must(t, d.Do(context.Background(), 1, func(tx *db.Tx) error {
			for i := range lanes {
				if err := l.Enqueue(tx, sendLane(i), 1, 0, time.Time{}); err != nil {
					return err
				}
			}
			return nil
		}))
		pass(50 * time.Second)
		b.want(t)
		b.mu.Lock()
		b.answers = []Result{{Resume: true}}
		b.mu.Unlock()
		pass(20 * time.Second)
		if n := len(b.read()); n != lanes {
			t.Errorf("%d of %d ran", n, lanes)
		}
	})
}

// However the probes end and whatever comes meanwhile, every task is run in the end.
func TestNoWayOfEndingAProbeStrandsTheOthers(t *testing.T) {
	for name, end := range map[string]Result{
		"done": {}, "again": {Next: Again}, "again later": {Next: Again, After: time.Minute}, "retry": {Next: Retry, After: time.Minute},
		"other scope": {Pause: &Pause{Scope: "wa", For: time.Minute}}, "commit fails": {Commit: func(*db.Tx) error { return fmt.Errorf("no") }},
	} {
		t.Run(name, func(t *testing.T) {
			b := &book{answers: []Result{{Next: Again, Pause: &Pause{For: time.Minute}}, end, end}}
			inBubble(t, Options{Poll: time.Second}, b, func(d *db.DB, l *Lanes) {
				for i := range 5 {
					must(t, enqueue(d, l, sendLane(i), 0))
					must(t, enqueue(d, l, sendLane(i), 1))
					pass(10 * time.Millisecond)
				}
				pass(6 * time.Minute)
				seen := map[string]bool{}
				for _, r := range b.read() {
					seen[r] = true
				}
				if idle, err := l.Idle(context.Background()); !idle || err != nil || len(seen) != 10 {
					t.Errorf("idle %v, %v, ran %v", idle, err, b.read())
				}
				if p := pauses(t, l); len(p) != 0 {
					t.Errorf("%+v", p)
				}
			})
		})
	}
}
