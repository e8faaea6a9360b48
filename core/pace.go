package core

import (
	"context"
	"sync"
	"time"
)

// Rate is how fast a provider takes messages. The zero Rate is without bounds.
type Rate struct {
	// Every is the time between two messages of the channel, Burst how many may
	// go at once before that counts.
	Every time.Duration `json:"every"`
	Burst int           `json:"burst"`
	// PairEvery and PairBurst are the same for one contact.
	PairEvery time.Duration `json:"pair_every"`
	PairBurst int           `json:"pair_burst"`
}

// pace keeps to the providers' rates, in memory: of each bucket it remembers
// when it will be full again (the generic cell rate algorithm).
type pace struct {
	mu   sync.Mutex
	full map[string]time.Time
}

// mostBuckets is when buckets that are full are forgotten.
const mostBuckets = 20_000

// take reserves a place for one message and returns how long to wait for it. If
// that is longer than patience, nothing is reserved.
func (p *pace) take(now time.Time, ch ChannelID, to Address, r Rate, patience time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(now)
	channel, pair := string(ch), string(ch)+"\x00"+string(to)
	delay := max(p.delay(now, channel, r.Every, r.Burst), p.delay(now, pair, r.PairEvery, r.PairBurst))
	if delay <= patience {
		p.fill(now, channel, r.Every)
		p.fill(now, pair, r.PairEvery)
	}
	return delay
}

// delay is how long a bucket wants the next message to wait.
func (p *pace) delay(now time.Time, key string, every time.Duration, burst int) time.Duration {
	at := p.full[key]
	if at.Before(now) {
		return 0
	}
	return max(0, at.Sub(now)-every*time.Duration(max(burst, 1)-1))
}

func (p *pace) fill(now time.Time, key string, every time.Duration) {
	if every <= 0 {
		return
	}
	at := p.full[key]
	if at.Before(now) {
		at = now
	}
	p.full[key] = at.Add(every)
}

func (p *pace) forget(now time.Time) {
	if len(p.full) <= mostBuckets {
		return
	}
	for key, at := range p.full {
		if at.Before(now) {
			delete(p.full, key)
		}
	}
}

// wait sleeps for d, and reports whether it could.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
