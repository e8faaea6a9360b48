package db

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

func BenchmarkDo(b *testing.B) {
	for _, callers := range []int{1, 64, 256} {
		b.Run("callers="+strconv.Itoa(callers), func(b *testing.B) {
			d := openTest(b, Options{})
			var n atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range callers {
				wg.Go(func() {
					for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
						if err := d.Do(context.Background(), i, insert(i)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
			s := d.Stats()
			b.ReportMetric(float64(s.Ops)/float64(s.Commits), "ops/commit")
		})
	}
}
