package db

import (
	"sync"
	"time"
)

const (
	slotBits = 5
	seqBits  = 8
	idEpoch  = 1767225600000 // 2026-01-01T00:00:00Z in Unix milliseconds

	// Slots is how many nodes can make ids at once.
	Slots = 1 << slotBits
)

// IDs makes numbers that are unique over all nodes, rise on each node, and stay below 2^53, so that JavaScript reads
// them exactly: 40 bits of milliseconds since 2026, 5 of the node's slot, 8 of sequence.
type IDs struct {
	slot int64
	now  func() time.Time

	mu  sync.Mutex
	ms  int64 // of the last id
	seq int64
}

// NewIDs makes ids for the node in slot (0 to 31, taken modulo Slots). now is the clock.
func NewIDs(slot int, now func() time.Time) *IDs {
	return &IDs{slot: int64(slot) & (Slots - 1), now: now, seq: -1}
}

// Use makes the ids to come those of another slot, none of them below an earlier one.
func (g *IDs) Use(slot int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if slot &= Slots - 1; int64(slot) != g.slot {
		g.slot, g.ms, g.seq = int64(slot), g.ms+1, -1
	}
}

// Next is a new id, greater than every earlier one of this IDs, also if the clock went back. When a millisecond's
// 256 numbers are used up it borrows from the next.
func (g *IDs) Next() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ms := g.now().UnixMilli() - idEpoch; ms > g.ms {
		g.ms, g.seq = ms, -1
	}
	if g.seq++; g.seq == 1<<seqBits {
		g.ms, g.seq = g.ms+1, 0
	}
	return g.ms<<(slotBits+seqBits) | g.slot<<seqBits | g.seq
}

// Above makes the ids to come greater than id: call it at start with the greatest id stored, so that a clock that
// went back while the program was down repeats none.
func (g *IDs) Above(id int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ms := id >> (slotBits + seqBits); ms >= g.ms {
		g.ms, g.seq = ms+1, -1
	}
}

// IDSpan is by how much ids differ that are made so long after each other.
func IDSpan(d time.Duration) int64 { return d.Milliseconds() << (slotBits + seqBits) }
