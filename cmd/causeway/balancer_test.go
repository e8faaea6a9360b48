package main_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// balancer hands requests to nodes in turn, as nginx does: to the next one if a
// node does not take the connection, and never twice to one that took it.
type balancer struct {
	nodes   []string // their addresses
	next    atomic.Uint64
	call    http.Transport
	twice   atomic.Bool // webhooks go to all nodes at once
	doubled atomic.Int64
}

// balance listens at addr until the test ends.
func balance(t *testing.T, addr string, nodes []string) *balancer {
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
	return b
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has left
	}
	if b.twice.Load() && strings.HasPrefix(r.URL.Path, "/webhooks/") {
		b.toAll(w, r, body)
		return
	}
	first := b.next.Add(1)
	for i := range b.nodes {
		resp, err := b.hand(r, body, b.nodes[(int(first)+i)%len(b.nodes)])
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

func (b *balancer) hand(r *http.Request, body []byte, node string) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host = "http", node
	out.RequestURI, out.Body = "", io.NopCloser(bytes.NewReader(body))
	return b.call.RoundTrip(out)
}

// toAll hands a request to all nodes at the same time, and the first good answer
// back.
func (b *balancer) toAll(w http.ResponseWriter, r *http.Request, body []byte) {
	b.doubled.Add(1)
	r = r.WithContext(context.WithoutCancel(r.Context()))
	got := make(chan *http.Response, len(b.nodes))
	for _, node := range b.nodes {
		go func() {
			resp, _ := b.hand(r, body, node) // nil is no answer
			got <- resp
		}()
	}
	answered := false
	for range b.nodes {
		switch resp := <-got; {
		case resp == nil:
		case !answered && resp.StatusCode == http.StatusOK:
			answered = true
			pass(w, resp)
		default:
			_ = resp.Body.Close()
		}
	}
	if !answered {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
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
