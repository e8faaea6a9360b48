package core

import (
	"testing"
	"time"
)

func TestPaceKeepsToBothRates(t *testing.T) {
	p := pace{full: map[string]time.Time{}}
	r := Rate{Every: 10 * time.Millisecond, Burst: 4, PairEvery: time.Second, PairBurst: 2}
	now := time.Unix(1000, 0)
	for i, want := range []time.Duration{0, 0, time.Second, 2 * time.Second} {
		if got := p.take(now, "c", "a", r, time.Minute); got != want {
			t.Errorf("message %d to a waits %s, want %s", i+1, got, want)
		}
	}
	for i, want := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond} {
		if got := p.take(now, "c", Address(rune('b'+i)), r, time.Minute); got != want {
			t.Errorf("message %d to others waits %s, want %s", i+1, got, want)
		}
	}
	for range 3 {
		if got := p.take(now, "c", "a", r, time.Millisecond); got != 3*time.Second {
			t.Errorf("who has no patience is told %s", got)
		}
	}
	if got := p.take(now, "d", "a", r, time.Minute); got != 0 {
		t.Errorf("another channel waits %s", got)
	}
	if got := p.take(now.Add(time.Minute), "c", "a", r, time.Minute); got != 0 {
		t.Errorf("a minute later it waits %s", got)
	}
	if got := p.take(now, "e", "a", Rate{}, time.Minute); got != 0 {
		t.Errorf("without bounds it waits %s", got)
	}
}
