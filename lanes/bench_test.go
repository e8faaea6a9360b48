package lanes

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"causeway/db"
)

// A turn is one task enqueued in a transaction, run by an empty handler, and finished in another transaction.
func BenchmarkLane(b *testing.B) {
	for _, lanes := range []int{1, 64, 256} {
		b.Run("lanes="+strconv.Itoa(lanes), func(b *testing.B) {
			ran := make([]chan struct{}, lanes)
			for i := range ran {
				ran[i] = make(chan struct{}, 1)
			}
			d := openDB(b)
			l := New(d, Options{Handlers: map[string]Handler{"k": func(_ context.Context, t Task) Result {
				return Result{Commit: func(tx *db.Tx) error {
					tx.After(func() { ran[t.Key] <- struct{}{} })
					return nil
				}}
			}}})
			runLanes(b, l)
			var n atomic.Int64
			b.ResetTimer()
			done := make(chan struct{})
			for i := range lanes {
				go func() {
					defer func() { done <- struct{}{} }()
					lane := Lane{ID: "k:" + strconv.Itoa(i), Kind: "k", Scope: "c", Key: int64(i)}
					for n.Add(1) <= int64(b.N) {
						if err := enqueue(d, l, lane, 1); err != nil {
							b.Error(err)
							return
						}
						<-ran[i]
					}
				}()
			}
			for range lanes {
				<-done
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
		})
	}
}

func openDB(t testing.TB) *db.DB {
	t.Helper()
	return openAt(t, t.TempDir()+"/lanes.db")
}

func openAt(t testing.TB, path string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), "sqlite:"+path, db.Options{Migrations: fstest.MapFS{
		"1_lanes.sql": {Data: []byte("-- +goose Up\n" + Schema)},
		"2_test.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE ran(lane TEXT NOT NULL, seq BIGINT NOT NULL, ref BIGINT NOT NULL, by BIGINT NOT NULL);")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// runLanes runs l until the test ends, and waits until it takes lanes.
func runLanes(t testing.TB, l *Lanes) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	eventually(t, "lanes are open", l.isOpen)
	return stop
}

func enqueue(d *db.DB, l *Lanes, lane Lane, ref int64) error {
	return enqueueAt(d, l, lane, ref, time.Time{})
}

func enqueueAt(d *db.DB, l *Lanes, lane Lane, ref int64, due time.Time) error {
	return d.Do(context.Background(), lane.Key, func(tx *db.Tx) error { return l.Enqueue(tx, lane, 1, ref, due) })
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("not within 10 s: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}
