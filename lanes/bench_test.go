package lanes

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"

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
