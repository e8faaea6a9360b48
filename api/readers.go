package api

import (
	"slices"
	"sync"

	"causeway/core"
)

// placesToRead is how many webhook bodies may be on their way at once.
const placesToRead = 1024

// readers are the webhook calls whose bodies are still coming. Nobody needs a
// secret to send half a body, and so none is refused for want of a place: the
// reading that has gone on for longest is ended instead, of the channel that has
// most. Providers send a body at once, and a flood of slow callers keeps none out.
type readers struct {
	mu   sync.Mutex
	free int
	in   map[core.ChannelID][]*reading // the oldest first
}

// reading is one body that is coming.
type reading struct{ end func() }

func newReaders(places int) *readers {
	return &readers{free: places, in: map[core.ChannelID][]*reading{}}
}

// enter takes a place until leave is called. If another needs it more, end is
// called before that, once; it must not block.
func (r *readers) enter(id core.ChannelID, end func()) (leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := &reading{end}
	r.in[id] = append(r.in[id], one)
	if r.free--; r.free < 0 {
		r.endOldest()
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if i := slices.Index(r.in[id], one); i >= 0 {
			r.remove(id, i)
		}
	}
}

// endOldest ends the oldest reading of the channel that has most.
func (r *readers) endOldest() {
	var most core.ChannelID
	for id, all := range r.in {
		if len(all) > len(r.in[most]) {
			most = id
		}
	}
	oldest := r.in[most][0]
	r.remove(most, 0)
	oldest.end()
}

func (r *readers) remove(id core.ChannelID, i int) {
	r.free++
	if r.in[id] = slices.Delete(r.in[id], i, i+1); len(r.in[id]) == 0 {
		delete(r.in, id)
	}
}
