package db

import (
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestIDsRiseWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		slot := rapid.IntRange(0, Slots-1).Draw(t, "slot")
		g := NewIDs(slot, func() time.Time { return now })
		last := int64(0)
		for _, step := range rapid.SliceOfN(rapid.IntRange(-5000, 5000), 1, 20).Draw(t, "steps") {
			now = now.Add(time.Duration(step) * time.Millisecond)
			for range rapid.IntRange(0, 600).Draw(t, "ids") {
				id := g.Next()
				if id <= last || id >= 1<<53 || int(id>>seqBits)&(Slots-1) != slot {
					t.Fatalf("%d after %d", id, last)
				}
				last = id
			}
			if rapid.Bool().Draw(t, "restart") {
				g = NewIDs(slot, func() time.Time { return now })
				g.Above(last)
			}
		}
	})
}

func TestIDsOfSeveralNodesAndGoroutinesDiffer(t *testing.T) {
	seen := sync.Map{}
	var wg sync.WaitGroup
	now := func() time.Time { return time.UnixMilli(idEpoch + 1<<40 - 1000) }
	for slot := range 4 {
		g := NewIDs(slot, now)
		for range 4 {
			wg.Go(func() {
				for range 2000 {
					id := g.Next()
					if _, twice := seen.LoadOrStore(id, true); twice || id >= 1<<53 || id < 0 {
						t.Errorf("%d", id)
					}
				}
			})
		}
	}
	wg.Wait()
}

func TestIDsBefore2026(t *testing.T) {
	g := NewIDs(0, func() time.Time { return time.Unix(0, 0) })
	if a, b := g.Next(), g.Next(); a < 0 || b <= a {
		t.Errorf("%d, %d", a, b)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "héllo 👋": "héllo 👋", "a\x00b\x00": "ab", "a\xffb": "a\uFFFDb", "\xed\xa0\x80": "\uFFFD", "\x00\xff\x00": "\uFFFD",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Clean(string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")))
		if !utf8.ValidString(s) || Clean(s) != s {
			t.Fatalf("%q", s)
		}
	})
}
