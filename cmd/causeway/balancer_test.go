package main_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// balancer hands requests to nodes in turn, as nginx does: to the next one if a
// node does not take the connection, and never twice to one that took it.
type balancer struct {
	nodes []string // their addresses
	next  atomic.Uint64
	call  http.Transport
}

// balance listens at addr until the test ends.
func balance(t *testing.T, addr string, nodes []string) {
	t.Helper()
	b := &balancer{nodes: nodes, call: http.Transport{ResponseHeaderTimeout: 3 * time.Second, MaxIdleConnsPerHost: 64}}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: b, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		b.call.CloseIdleConnections()
	})
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has left
	}
	first := b.next.Add(1)
	for i := range b.nodes {
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host = "http", b.nodes[(int(first)+i)%len(b.nodes)]
		out.RequestURI, out.Body = "", io.NopCloser(bytes.NewReader(body))
		resp, err := b.call.RoundTrip(out)
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			continue
		}
		if err != nil {
			break
		}
		pass(w, resp)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

// pass hands an answer on, as it comes.
func pass(w http.ResponseWriter, resp *http.Response) {
	defer func() { _ = resp.Body.Close() }()
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	flush := http.NewResponseController(w)
	part := make([]byte, 32<<10)
	for {
		n, err := resp.Body.Read(part)
		if _, e := w.Write(part[:n]); e != nil || err != nil {
			return
		}
		_ = flush.Flush()
	}
}
