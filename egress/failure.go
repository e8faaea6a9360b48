package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
)

// The errors that callers act on.
var (
	// ErrForbidden: the address is not public, and no operator allowed it.
	ErrForbidden = errors.New("the address is not allowed")
	// ErrTooLarge: the body is longer than the client may read.
	ErrTooLarge = errors.New("the answer is too large")
)

// Error is a call that brought no whole answer.
type Error struct {
	Method string
	Host   string // scheme and host of the URL; the rest may hold a secret
	// Sent: bytes of the request left, so that it may have been carried out.
	Sent bool
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s: %v", e.Method, e.Host, e.Err) }

func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether time ran out.
func (e *Error) Timeout() bool {
	var n net.Error
	return errors.Is(e.Err, context.DeadlineExceeded) || (errors.As(e.Err, &n) && n.Timeout())
}

// Sent reports whether the request behind err may have been carried out. It is
// false only if it is known that not a byte of the request left.
func Sent(err error) bool {
	var e *Error
	return err != nil && (!errors.As(err, &e) || e.Sent)
}

func failure(req *http.Request, sent bool, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return &Error{Method: req.Method, Host: req.URL.Scheme + "://" + req.URL.Host, Sent: sent, Err: err}
}

// counted counts the bytes that were handed to the network.
type counted struct {
	net.Conn
	wrote atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.wrote.Add(int64(n))
	return n, err
}

// sightings are the connections that one call was given, and what each had
// written before. A TLS handshake is over by then.
type sightings struct {
	mu    sync.Mutex
	conns []sighting
}

type sighting struct {
	conn   *counted // nil if it cannot be watched
	before int64
}

func (s *sightings) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
		conn := i.Conn
		if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
			conn = t.NetConn()
		}
		seen := sighting{}
		if c, ok := conn.(*counted); ok {
			seen = sighting{conn: c, before: c.wrote.Load()}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conns = append(s.conns, seen)
	}})
}

func (s *sightings) sent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seen := range s.conns {
		if seen.conn == nil || seen.conn.wrote.Load() > seen.before {
			return true
		}
	}
	return false
}

// body is an answer's body within its bounds.
type body struct {
	from   io.ReadCloser
	left   int64
	capped bool
	req    *http.Request
	done   context.CancelFunc
}

func (b *body) Read(p []byte) (int, error) {
	if b.capped && int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.capped && int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, failure(b.req, true, ErrTooLarge)
	}
	b.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = failure(b.req, true, err)
	}
	return n, err
}

func (b *body) Close() error {
	b.done()
	return b.from.Close()
}
