package core

import (
	"context"
	"maps"
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

// Reservation is what a message needs before it is sent: a place in the rate of its
// channel, and one in that of its contact.
type Reservation struct {
	To   Address
	Rate Rate
	// Patience is for how long at most it waits; for longer, nothing is reserved.
	Patience time.Duration
}

// Buckets is how full the rates of one channel are: of each, when it will be
// empty again (the generic cell rate algorithm). The channel's own is that of the
// empty address. What is past need not be kept.
type Buckets map[Address]time.Time

// Take reserves a place and says how long to wait for it, for the channel's sake
// and for the contact's.
func (b Buckets) Take(now time.Time, p Reservation) (channel, contact time.Duration) {
	channel = b.delay(now, "", p.Rate.Every, p.Rate.Burst)
	contact = b.delay(now, p.To, p.Rate.PairEvery, p.Rate.PairBurst)
	if channel <= p.Patience && contact <= p.Patience {
		b.fill(now, "", p.Rate.Every)
		b.fill(now, p.To, p.Rate.PairEvery)
	}
	return channel, contact
}

// delay is how long a bucket wants the next message to wait.
func (b Buckets) delay(now time.Time, of Address, every time.Duration, burst int) time.Duration {
	at := b[of]
	if at.Before(now) {
		return 0
	}
	return max(0, at.Sub(now)-every*time.Duration(max(burst, 1)-1))
}

func (b Buckets) fill(now time.Time, of Address, every time.Duration) {
	if every <= 0 {
		return
	}
	at := b[of]
	if at.Before(now) {
		at = now
	}
	b[of] = at.Add(every)
}

// pace keeps to the providers' rates. The buckets are in memory, unless nodes
// share the channels (see [Shared]).
type pace struct {
	mu   sync.Mutex
	full map[ChannelID]Buckets
	// last is, for each channel, when the last of those who found no place is to
	// come again.
	last map[ChannelID]time.Time
	// refused counts, for each contact, how often in a row the provider would not
	// take more.
	refused map[string]int
}

func newPace() pace {
	return pace{full: map[ChannelID]Buckets{}, last: map[ChannelID]time.Time{}, refused: map[string]int{}}
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
	// mostBuckets is when a channel's buckets that are empty are forgotten.
	mostBuckets = 20_000
	// longestQueue is for how long at most who finds no place is sent away.
	longestQueue = time.Minute
)

// place reserves a place for one message and returns how long to wait for it. If
// that is longer than paceSleep, nothing is reserved; who is told so comes again
// after the others who were, so that many who wait do not come all at once, in
// vain.
func (e *Engine) place(ctx context.Context, ch Channel, to Address) (time.Duration, error) {
	p := Reservation{To: to, Rate: ch.Rate.to(ch.Kind.Group != nil && ch.Kind.Group(to)), Patience: paceSleep}
	if p.Rate == (Rate{}) {
		return 0, nil
	}
	if e.o.Shared == nil {
		return e.pace.take(e.o.Now(), ch.ID, p), nil
	}
	channel, contact, err := e.o.Shared.Place(ctx, ch.ID, p)
	if err != nil {
		return 0, err
	}
	e.pace.mu.Lock()
	defer e.pace.mu.Unlock()
	return e.pace.turn(e.o.Now(), ch.ID, p, channel, contact), nil
}

// take is place in memory.
func (p *pace) take(now time.Time, ch ChannelID, at Reservation) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.full[ch]
	if b == nil {
		b = Buckets{}
		p.full[ch] = b
	}
	if len(b) > mostBuckets {
		maps.DeleteFunc(b, func(_ Address, at time.Time) bool { return at.Before(now) })
	}
	channel, contact := b.Take(now, at)
	return p.turn(now, ch, at, channel, contact)
}

// turn is how long to wait in the light of those who found no place before. p.mu
// is held.
func (p *pace) turn(now time.Time, ch ChannelID, at Reservation, channel, contact time.Duration) time.Duration {
	if channel > at.Patience {
		channel = p.queue(now.Add(channel), ch, at.Rate.Every).Sub(now)
	}
	return max(channel, contact)
}

// queue is when who finds no place before next is to come again.
func (p *pace) queue(next time.Time, ch ChannelID, every time.Duration) time.Time {
	if after := p.last[ch].Add(every); after.After(next) && after.Before(next.Add(longestQueue)) {
		next = after
	}
	p.last[ch] = next
	return next
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
