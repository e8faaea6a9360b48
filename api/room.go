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
	roomForBodies = 64 << 20 // bytes of webhook bodies held at once
	piece         = 32 << 10 // bytes taken at a time
)

// errTooLarge is a body over its bound.
var errTooLarge = errors.New("the body is too large")

// room bounds how many bytes are held at once. Bytes count when they are there,
// not when they are announced, so that who promises much and sends little holds
// nothing.
type room struct{ left atomic.Int64 }

func newRoom(size int64) *room {
	r := &room{}
	r.left.Store(size)
	return r
}

func (r *room) take(n int64) bool {
	if r.left.Add(-n) >= 0 {
		return true
	}
	r.left.Add(n)
	return false
}

// read reads a body of at most most bytes, once. It returns errTooLarge,
// core.ErrBusy if there is no room, or core.ErrUnreadable with the cause. The caller calls free when it is done with
// the body, also after an error.
func (r *room) read(req *http.Request, most int64) (body []byte, free func(), err error) {
	var taken int64
	free = func() { r.left.Add(taken) }
	if req.ContentLength > most {
		return nil, free, errTooLarge
	}
	for {
		if len(body) == cap(body) {
			grow := max(piece, int64(cap(body))) // doubles, so that copying stays cheap
			if !r.take(grow) {
				return nil, free, core.ErrBusy
			}
			taken += grow
			larger := make([]byte, len(body), int64(cap(body))+grow)
			copy(larger, body)
			body = larger
		}
		n, err := req.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > most:
			return nil, free, errTooLarge
		case errors.Is(err, io.EOF):
			return body, free, nil
		case err != nil:
			return nil, free, fmt.Errorf("read the body: %w: %w", core.ErrUnreadable, err)
		}
	}
}
