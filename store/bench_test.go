package store

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"causeway/core"
	"causeway/db"
	"causeway/routing"

	"github.com/sirupsen/logrus"
)

// speaking is how many people write in a benchmark, and at once how many calls.
const speaking, calling = 1000, 64

func openBench(b *testing.B) *Store {
	b.Helper()
	rules, problems := routing.New(routing.Config{Bots: []routing.Bot{{ID: "helper"}}, NewConversationsToBot: "helper"})
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	log := logrus.New()
	log.SetOutput(b.Output())
	s, err := Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "store.db"), Options{
		Router: rules, MediaURL: func(id int64, _ time.Time) string { return fmt.Sprint(id) },
		Now: time.Now, IDs: db.NewIDs(0, time.Now), Log: log, Grace: time.Second, TTL: time.Hour,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// callers has n things done, many at once, and reports the processor time of each.
func callers(b *testing.B, n int, do func(i int)) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	began := processor()
	for range calling {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64((processor()-began).Microseconds())/float64(n), "cpu-µs/op")
}

func processor() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func said(b *testing.B, s *Store, i int) {
	person := fmt.Sprint(i % speaking)
	fates, err := s.Record(b.Context(), arrival(heard(person, fmt.Sprint("m", i), "Do you deliver on Sundays?")))
	if err != nil || fates[0].Fate != core.FateMessage {
		b.Error(fates, err)
	}
}

// BenchmarkRecord is a message of a known contact whose bot is not called.
func BenchmarkRecord(b *testing.B) {
	s := openBench(b)
	callers(b, speaking, func(i int) { said(b, s, i) })
	b.ReportAllocs()
	b.ResetTimer()
	callers(b, b.N, func(i int) { said(b, s, speaking+i) })
}

// BenchmarkTurn is a message, the bot's answer, and the provider's call, both of
// which take no time.
func BenchmarkTurn(b *testing.B) {
	s := openBench(b)
	ids := db.NewIDs(1, time.Now)
	done := make([]chan struct{}, calling)
	for i := range done {
		done[i] = make(chan struct{}, 1)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() {
		err := s.Run(ctx, func(_ context.Context, w core.Work) core.Outcome {
			switch w := w.(type) {
			case core.TurnWork:
				if w.Message == nil {
					return core.TurnDone{}
				}
				text := core.Text{Body: "re:" + core.PlainText(w.Message.Content)}
				return core.TurnDone{Say: []core.Spoken{{ID: core.MessageID(ids.Next()), Fitted: core.Fitted{Saying: core.Saying{Content: text}, Parts: []core.Content{text}}}}}
			case core.SendWork:
				var i int
				_, _ = fmt.Sscanf(core.PlainText(w.Message.Content), "re:%d", &i)
				done[i] <- struct{}{}
				return core.CallMade{Provider: core.ProviderID(fmt.Sprint("out", ids.Next())), Last: true}
			}
			return nil
		})
		if err != nil {
			b.Error(err)
		}
	})
	defer func() { cancel(); running.Wait() }()
	var free = make(chan int, calling)
	for i := range calling {
		free <- i
	}
	turn := func(n int) {
		i := <-free
		person, id := fmt.Sprint(i), fmt.Sprint("m", n)
		if _, err := s.Record(b.Context(), arrival(heard(person, id, fmt.Sprint(i)))); err != nil {
			b.Error(err)
		}
		<-done[i]
		free <- i
	}
	callers(b, calling, turn)
	b.ReportAllocs()
	b.ResetTimer()
	callers(b, b.N, func(i int) { turn(calling + i) })
}
