package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"causeway/core"
)

const (
	roomForBodies = 64 << 20 // bytes of webhook bodies held at once, beyond each one's first piece
	roomForFirst  = 64 << 20 // bytes of first pieces
	piece         = 32 << 10 // bytes taken at a time
)

// errTooLarge is a body over its bound.
var errTooLarge = errors.New("the body is too large")

// room bounds how many bytes are held at once. Bytes count when they are there,
// not when they are announced, so that who promises much and sends little holds
// nothing. The first piece of each body has room of its own: a few callers who
// are slow with large bodies, which anybody may be, keep no small one out, and
// nearly all that providers send is small.
type room struct{ first, left atomic.Int64 }

func newRoom(first, size int64) *room {
	r := &room{}
	r.first.Store(first)
	r.left.Store(size)
	return r
}

func take(left *atomic.Int64, n int64) bool {
	if left.Add(-n) >= 0 {
		return true
	}
	left.Add(n)
	return false
}

// held is a body as far as it is here, and the room that it takes.
type held struct {
	r           *room
	body        []byte
	first, more int64
}

// grow takes room for a larger body. The first piece counts whole, and is made no
// larger than what was announced, -1 for nothing: nearly all bodies are small.
func (h *held) grow(announced int64) bool {
	size, left, counted := max(piece, cap(h.body)), &h.r.left, &h.more // doubles, so that copying stays cheap
	if cap(h.body) == 0 {
		left, counted = &h.r.first, &h.first
	}
	if !take(left, int64(size)) {
		return false
	}
	*counted += int64(size)
	if cap(h.body) == 0 && announced >= 0 && announced < piece {
		size = int(announced) + 1 // one more, to see the end
	}
	larger := make([]byte, len(h.body), cap(h.body)+size)
	copy(larger, h.body)
	h.body = larger
	return true
}

// free gives back the room.
func (h *held) free() {
	h.r.first.Add(h.first)
	h.r.left.Add(h.more)
}

// read reads a body of at most most bytes, once. It returns errTooLarge,
// core.ErrBusy if there is no room, or core.ErrUnreadable with the cause. The
// caller calls free when it is done with the body, also after an error.
func (r *room) read(req *http.Request, most int64) (body []byte, free func(), err error) {
	h := &held{r: r}
	if req.ContentLength > most {
		return nil, h.free, errTooLarge
	}
	for {
		if len(h.body) == cap(h.body) && !h.grow(req.ContentLength) {
			return nil, h.free, core.ErrBusy
		}
		n, err := req.Body.Read(h.body[len(h.body):cap(h.body)])
		h.body = h.body[:len(h.body)+n]
		switch {
		case int64(len(h.body)) > most:
			return nil, h.free, errTooLarge
		case errors.Is(err, io.EOF):
			return h.body, h.free, nil
		case err != nil:
			return nil, h.free, fmt.Errorf("read the body: %w: %w", core.ErrUnreadable, err)
		}
	}
}
