package db

import (
	"context"
	"slices"
	"sync"
	"testing"
)

// order runs many operations behind, and one that is awaited, all waiting at once, and says after how many others the
// awaited one ran.
func order(t *testing.T, behind int) int {
	t.Helper()
	d := openTest(t, Options{MaxBatch: 16})
	var mu sync.Mutex
	var ran []string
	note := func(name string) func(*Tx) error {
		return func(tx *Tx) error {
			tx.After(func() {
				mu.Lock()
				defer mu.Unlock()
				ran = append(ran, name)
			})
			return nil
		}
	}
	release := hold(t, d)
	var wg sync.WaitGroup
	for range behind {
		wg.Go(func() {
			if err := d.DoBehind(context.Background(), 1, nil, note("behind")); err != nil {
				t.Error(err)
			}
		})
	}
	waiting(d, behind)
	wg.Go(func() {
		if err := d.Do(context.Background(), 1, note("awaited")); err != nil {
			t.Error(err)
		}
	})
	waiting(d, behind+1)
	release()
	wg.Wait()
	if len(ran) != behind+1 {
		t.Errorf("%d ran of %d", len(ran), behind+1)
	}
	return slices.Index(ran, "awaited")
}

// Who waits outside goes first, but for one batch that may be taken just before.
func TestWhatIsAwaitedGoesFirst(t *testing.T) {
	if n := order(t, 200); n > 16 {
		t.Errorf("%d others ran before", n)
	}
	if n := order(t, 8); n > 8 {
		t.Errorf("%d others ran before", n)
	}
}

// What piles up behind is not put off by those who are awaited, however many they are: each batch has a part for it.
func TestWhatPilesUpBehindGoesOn(t *testing.T) {
	batches, last := 0, 0 // known to the writer alone until it has ended
	d := openTest(t, Options{MaxBatch: 16, BeforeCommit: func(*Tx) error { batches++; return nil }})
	release := hold(t, d)
	over := make(chan struct{})
	var awaited, behind sync.WaitGroup
	for range 64 { // more of them than a batch takes, always
		awaited.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				if err := d.Do(context.Background(), 1, func(*Tx) error { return nil }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	waiting(d, 64)
	for range 100 {
		behind.Go(func() {
			if err := d.DoBehind(context.Background(), 1, nil, func(tx *Tx) error {
				tx.After(func() { last = batches })
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	waiting(d, 164)
	release()
	behind.Wait()
	close(over)
	awaited.Wait()
	if most := 100/(16/besides) + 2; last > most {
		t.Errorf("it took %d batches, want %d at most", last, most)
	}
}
