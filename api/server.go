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
// each write. Its Shutdown ends event streams and waits for the rest.
func Server(addr string, h http.Handler) *http.Server {
	closing := make(chan struct{})
	s := &http.Server{
		Addr:                         addr,
		Handler:                      h,
		ReadHeaderTimeout:            5 * time.Second,
		ReadTimeout:                  15 * time.Second,
		IdleTimeout:                  60 * time.Second,
		MaxHeaderBytes:               32 << 10,
		DisableGeneralOptionsHandler: true,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), closingKey{}, closing)
		},
	}
	s.RegisterOnShutdown(sync.OnceFunc(func() { close(closing) }))
	return s
}

type closingKey struct{}

// closingOf is closed when the server begins to shut down.
func closingOf(ctx context.Context) <-chan struct{} {
	closing, _ := ctx.Value(closingKey{}).(chan struct{})
	return closing
}
