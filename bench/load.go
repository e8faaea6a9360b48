package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// target is a server and the people who write to it.
type target struct {
	*child
	more  []*child             // other nodes on the same store
	under func() time.Duration // what the database server has used; nil where there is none
	stubs *stubs
	run   uint64 // of message ids
	first person // who write are first and those after
	crowd int    // how many they are
	said  []atomic.Int64
	sent  atomic.Int64 // calls that were answered 200
}

func newTarget(c *child, s *stubs, run uint64, first person, crowd int) *target {
	return &target{child: c, stubs: s, run: run, first: first, crowd: crowd, said: make([]atomic.Int64, crowd)}
}

// sample is what one round measured.
type sample struct {
	count   int
	seen    int64 // also while it warmed up
	span    time.Duration
	took    []time.Duration // sorted
	cpu     time.Duration   // of the server
	loadCPU time.Duration   // of generator and stubs
	peak    int64           // bytes of memory
	alloc   float64         // bytes allocated
	commits float64         // transactions; a bare program has none
}

func (s sample) rate() float64 { return float64(s.count) / s.span.Seconds() }

func (s sample) at(quantile float64) time.Duration {
	if len(s.took) == 0 {
		return 0
	}
	return s.took[min(int(quantile*float64(len(s.took))), len(s.took)-1)]
}

// each is d for each message.
func (s sample) each(d time.Duration) time.Duration { return d / time.Duration(max(s.count, 1)) }

// turnPatience is how long a turn may take before the bench gives up.
const turnPatience = 60 * time.Second

// exchange has p say its next thing; with whole it waits for the answer to arrive
// on the phone.
func (t *target) exchange(l lines, p person, whole bool) error {
	n := t.said[p-t.first].Add(1)
	if err := l.say(p, n); err != nil {
		return err
	}
	t.sent.Add(1)
	if !whole {
		return nil
	}
	patience := time.NewTimer(turnPatience)
	defer patience.Stop()
	for {
		select {
		case got := <-t.stubs.people[p].got:
			if got == n {
				return nil
			}
		case <-patience.C:
			return fmt.Errorf("person %d got no answer to message %d", p, n)
		}
	}
}

// closed keeps level exchanges under way for a while to warm up and then for
// span, and measures the latter. Every person has one under way at most.
func (t *target) closed(ctx context.Context, level int, span time.Duration, whole bool) (sample, error) {
	level = min(level, t.crowd)
	warm := span / 4
	begin := time.Now().Add(warm)
	end := begin.Add(span)
	took := make([][]time.Duration, level)
	errs := make([]error, level)
	l, err := t.connect(ctx, level)
	if err != nil {
		return sample{}, err
	}
	defer l.close()
	var all sync.WaitGroup
	for i := range level {
		all.Go(func() {
			for k := i; ctx.Err() == nil; k += level {
				if k >= t.crowd {
					k = i
				}
				at := time.Now()
				if !at.Before(end) {
					return
				}
				if err := t.exchange(l, t.first+person(k), whole); err != nil {
					errs[i] = err
					return
				}
				if now := time.Now(); now.After(begin) && now.Before(end) {
					took[i] = append(took[i], now.Sub(at))
				}
			}
		})
	}
	s, err := t.watch(ctx, begin, end)
	all.Wait()
	if err := errors.Join(append(errs, err, ctx.Err())...); err != nil {
		return s, err
	}
	s.took = slices.Concat(took...)
	slices.Sort(s.took)
	s.count = len(s.took)
	return s, t.stubs.order()
}

// watch measures the processes from begin to end. What only the server's metrics
// tell is read a little before and after, since reading costs it something, and is
// divided by all that it saw between.
func (t *target) watch(ctx context.Context, begin, end time.Time) (sample, error) {
	s := sample{span: end.Sub(begin)}
	before, err := t.metrics(ctx)
	if err != nil {
		return s, err
	}
	s.seen = t.sent.Load()
	if err := until(ctx, begin); err != nil {
		return s, err
	}
	t.peakNow()
	s.cpu, s.loadCPU = t.used(), cpu(os.Getpid())
	if err := until(ctx, end); err != nil {
		return s, err
	}
	s.cpu, s.loadCPU = t.used()-s.cpu, cpu(os.Getpid())-s.loadCPU
	s.peak = t.memory("VmHWM")
	s.seen = t.sent.Load() - s.seen
	after, err := t.metrics(ctx)
	if err != nil {
		return s, err
	}
	change := func(name string) float64 { return metric(after, name, "") - metric(before, name, "") }
	s.alloc, s.commits = change(allocated), change("causeway_commits")
	return s, nil
}

// all are the nodes.
func (t *target) all() []*child { return append([]*child{t.child}, t.more...) }

// metrics are those of all nodes, one page after the other.
func (t *target) metrics(ctx context.Context) (string, error) {
	var pages string
	for _, c := range t.all() {
		page, err := c.read(ctx, "/metrics")
		if err != nil {
			return "", err
		}
		pages += page
	}
	return pages, nil
}

// used is the processor time of all nodes and of the database under them.
func (t *target) used() time.Duration {
	var sum time.Duration
	for _, c := range t.all() {
		sum += cpu(c.cmd.Process.Pid)
	}
	if t.under != nil {
		sum += t.under()
	}
	return sum
}

func until(ctx context.Context, at time.Time) error {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// paced has rate messages a second said for span, whether or not those before
// were answered. A call's time counts from when it was due, unless only our own
// timer was late.
func (t *target) paced(ctx context.Context, rate int, span time.Duration) (sample, error) {
	const hands = 64
	begin := time.Now().Add(span / 4)
	end := begin.Add(span)
	start := time.Now()
	took := make([][]time.Duration, hands)
	errs := make([]error, hands)
	l, err := t.connect(ctx, hands)
	if err != nil {
		return sample{}, err
	}
	defer l.close()
	var all sync.WaitGroup
	for i := range hands {
		all.Go(func() {
			for k := i; ctx.Err() == nil; k += hands {
				due := start.Add(time.Duration(k) * time.Second / time.Duration(rate))
				if !due.Before(end) {
					return
				}
				if early := time.Until(due) > 0; early {
					if until(ctx, due) != nil {
						return
					}
					due = time.Now()
				}
				if err := t.exchange(l, t.first+person(k%t.crowd), false); err != nil {
					errs[i] = err
					return
				}
				if now := time.Now(); due.After(begin) {
					took[i] = append(took[i], now.Sub(due))
				}
			}
		})
	}
	s, err := t.watch(ctx, begin, end)
	all.Wait()
	s.took = slices.Concat(took...)
	slices.Sort(s.took)
	s.count = len(s.took)
	return s, errors.Join(append(errs, err, ctx.Err())...)
}
