package db

import (
	"math/bits"
	"sync"
	"time"
)

// Stats counts since Open.
type Stats struct {
	Commits    int64         // transactions on disk
	Ops        int64         // operations in them
	Failed     int64         // transactions that failed, each counted once per attempt
	Waiting    int           // operations in the queue now
	CommitTime time.Duration // spent in transactions, failed ones included
	Sizes      [9]int64      // commits by operations in them: 1, up to 2, 4, 8, 16, 32, 64, 128, more
	Failing    bool          // the newest transaction failed for the disk's or the connection's sake
	LastFault  string        // the newest failure of disk or connection or of an operation, "" if none
}

// Stats returns the counts; all zero for a database opened read-only.
func (d *DB) Stats() Stats {
	s := d.stats.read()
	s.Failing = d.fails.Load()
	for _, w := range d.writers {
		s.Waiting += len(w.queue) + len(w.behind)
	}
	return s
}

type counters struct {
	mu sync.Mutex
	s  Stats
}

func (c *counters) attempt(ops int, took time.Duration, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.CommitTime += took
	if err != nil {
		c.s.Failed++
		c.s.LastFault = err.Error()
		return
	}
	c.s.Commits++
	c.s.Ops += int64(ops)
	c.s.Sizes[min(bits.Len(uint(ops-1)), len(c.s.Sizes)-1)]++
}

func (c *counters) read() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.s
}
