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

// grow takes room for a larger body.
func (r *room) grow(body []byte) ([]byte, bool) {
	left := &r.left
	if cap(body) == 0 {
		left = &r.first
	}
	more := max(piece, cap(body)) // doubles, so that copying stays cheap
	if !take(left, int64(more)) {
		return body, false
	}
	larger := make([]byte, len(body), cap(body)+more)
	copy(larger, body)
	return larger, true
}

// free gives back the room of a body.
func (r *room) free(body []byte) {
	if n := int64(cap(body)); n > 0 {
		r.first.Add(piece)
		r.left.Add(n - piece)
	}
}

// read reads a body of at most most bytes, once. It returns errTooLarge,
// core.ErrBusy if there is no room, or core.ErrUnreadable with the cause. The
// caller calls free when it is done with the body, also after an error.
func (r *room) read(req *http.Request, most int64) (body []byte, free func(), err error) {
	var held []byte
	free = func() { r.free(held) }
	if req.ContentLength > most {
		return nil, free, errTooLarge
	}
	for {
		if len(held) == cap(held) {
			var ok bool
			if held, ok = r.grow(held); !ok {
				return nil, free, core.ErrBusy
			}
		}
		n, err := req.Body.Read(held[len(held):cap(held)])
		held = held[:len(held)+n]
		switch {
		case int64(len(held)) > most:
			return nil, free, errTooLarge
		case errors.Is(err, io.EOF):
			return held, free, nil
		case err != nil:
			return nil, free, fmt.Errorf("read the body: %w: %w", core.ErrUnreadable, err)
		}
	}
}
