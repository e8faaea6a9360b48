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
	// GroupEvery and GroupBurst are the same for one group of people, where the
	// provider takes less for it than for one of them.
	GroupEvery time.Duration `json:"group_every,omitempty"`
	GroupBurst int           `json:"group_burst,omitempty"`
}

// to is the rate for an address, which may be a group's.
func (r Rate) to(group bool) Rate {
	if group && r.GroupEvery > 0 {
		r.PairEvery, r.PairBurst = r.GroupEvery, r.GroupBurst
	}
	return r
}

// pace keeps to the providers' rates, in memory: of each bucket it remembers
// when it will be full again (the generic cell rate algorithm).
type pace struct {
	mu   sync.Mutex
	full map[string]time.Time
	// last is, for each channel, when the last of those who found no place is to
	// come again.
	last map[ChannelID]time.Time
	// refused counts, for each contact, how often in a row the provider would not
	// take more.
	refused map[string]int
}

// mostRefusals is after how many the wait grows no more, at some four minutes.
const mostRefusals = 4

// refuse is how long to leave a contact alone for whom the provider takes no more
// for now: 1 s, 4 s, 16 s and so on while it goes on refusing.
func (p *pace) refuse(ch ChannelID, to Address) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.refused) > mostBuckets {
		clear(p.refused)
	}
	pair := string(ch) + "\x00" + string(to)
	n := min(p.refused[pair], mostRefusals)
	p.refused[pair] = n + 1
	return time.Second << (2 * n)
}

func (p *pace) accept(ch ChannelID, to Address) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.refused, string(ch)+"\x00"+string(to))
}

const (
	// mostBuckets is when buckets that are full are forgotten.
	mostBuckets = 20_000
	// longestQueue is for how long at most who finds no place is sent away.
	longestQueue = time.Minute
)

// take reserves a place for one message and returns how long to wait for it. If
// that is longer than patience, nothing is reserved; who is told so comes again
// after the others who were, so that many who wait do not come all at once, in
// vain.
func (p *pace) take(now time.Time, ch ChannelID, to Address, r Rate, patience time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(now)
	channel, pair := string(ch), string(ch)+"\x00"+string(to)
	delay, alone := p.delay(now, channel, r.Every, r.Burst), p.delay(now, pair, r.PairEvery, r.PairBurst)
	switch {
	case delay > patience:
		delay = p.queue(now.Add(delay), ch, r.Every).Sub(now)
	case alone <= patience:
		p.fill(now, channel, r.Every)
		p.fill(now, pair, r.PairEvery)
	}
	return max(delay, alone)
}

// queue is when who finds no place before next is to come again.
func (p *pace) queue(next time.Time, ch ChannelID, every time.Duration) time.Time {
	if after := p.last[ch].Add(every); after.After(next) && after.Before(next.Add(longestQueue)) {
		next = after
	}
	p.last[ch] = next
	return next
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

// crowd counts what is under way with each bot or provider, so that one that
// hangs does not take the places of all the others.
type crowd struct {
	mu sync.Mutex
	in map[string]int
}

const (
	// mostAtOnce is how much may be under way with one: half of what a store
	// hands out of one sort of work.
	mostAtOnce = 1024
	// crowdWait is how long who is turned away waits at least and at most.
	crowdWait, crowdPatience = 250 * time.Millisecond, 10 * time.Second
)

// enter takes a place with name, to be left again, and reports whether there is one.
func (c *crowd) enter(name string) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in[name] >= mostAtOnce {
		return nil, false
	}
	c.in[name]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.in[name]--; c.in[name] == 0 {
			delete(c.in, name)
		}
	}, true
}

// turnedAway asks for work again for which there was no place. What has waited
// for long comes more rarely, so that many who wait do not keep the store busy.
func turnedAway(waited time.Duration) Later {
	return Later{After: min(max(waited/4, crowdWait), crowdPatience)}
}
