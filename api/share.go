package api

import (
	"sync"

	"causeway/core"
)

// placesForCalls is how many webhook calls may be under way at once.
const placesForCalls = 1024

// share divides the places of calls under way between channels: a channel that
// has fewer than are free is let in. One channel alone gets at most half of them,
// n that are flooded n parts of n+1, and the next that comes finds room at once,
// however much the others are sent.
type share struct {
	mu   sync.Mutex
	free int
	in   map[core.ChannelID]int
}

func newShare(places int) *share { return &share{free: places, in: map[core.ChannelID]int{}} }

// enter takes a place for a channel, to be left again, and reports whether there
// is one. The channel is a configured one, so that there are few.
func (s *share) enter(id core.ChannelID) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in[id] >= s.free {
		return nil, false
	}
	s.in[id]++
	s.free--
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.free++
		if s.in[id]--; s.in[id] == 0 {
			delete(s.in, id)
		}
	}, true
}
