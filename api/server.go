package api

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server makes a server for h with bounds on what a slow or hostile client can
// hold: 5 s for the headers, 15 s for a request, 60 s between requests, 32 KB of
// headers. It has no bound on answers, since event streams are long; those bound
// each write. Its Shutdown ends event streams and connections that have asked
// nothing yet, and waits for the rest.
func Server(addr string, h http.Handler) *http.Server {
	closing := make(chan struct{})
	silent := &silence{conns: map[net.Conn]bool{}}
	s := &http.Server{
		Addr:                         addr,
		Handler:                      h,
		ReadHeaderTimeout:            5 * time.Second,
		ReadTimeout:                  15 * time.Second,
		IdleTimeout:                  60 * time.Second,
		MaxHeaderBytes:               32 << 10,
		DisableGeneralOptionsHandler: true,
		ConnState:                    silent.hear,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), closingKey{}, closing)
		},
	}
	s.RegisterOnShutdown(sync.OnceFunc(func() { close(closing) }))
	s.RegisterOnShutdown(silent.end)
	return s
}

// silence is the connections on which nothing was asked yet: http.Server waits
// five seconds for each of them when it shuts down, and clients keep some in
// store.
type silence struct {
	mu    sync.Mutex
	conns map[net.Conn]bool
	over  bool
}

func (s *silence) hear(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(s.conns, c)
	case s.over:
		_ = c.Close() // it was only just opened
	default:
		s.conns[c] = true
	}
}

func (s *silence) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for c := range s.conns {
		_ = c.Close() // nothing was asked
	}
}

type closingKey struct{}

// closingOf is closed when the server begins to shut down.
func closingOf(ctx context.Context) <-chan struct{} {
	closing, _ := ctx.Value(closingKey{}).(chan struct{})
	return closing
}
