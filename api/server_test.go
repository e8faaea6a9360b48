package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/db"
)

func TestServerBounds(t *testing.T) {
	s := Server("127.0.0.1:1", http.NotFoundHandler())
	for name, got := range map[string]time.Duration{
		"headers": s.ReadHeaderTimeout - 5*time.Second, "request": s.ReadTimeout - 15*time.Second,
		"idle": s.IdleTimeout - time.Minute, "answers": s.WriteTimeout,
	} {
		if got != 0 {
			t.Errorf("%s is off by %v", name, got)
		}
	}
	if s.MaxHeaderBytes != 32<<10 || s.Addr != "127.0.0.1:1" {
		t.Errorf("%d %s", s.MaxHeaderBytes, s.Addr)
	}
}

// A reader that takes nothing is cut, and holds nothing up.
func TestReaderWhoDoesNotReadIsCut(t *testing.T) {
	result := make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		write, chunk := timedWrite(w, 50*time.Millisecond), make([]byte, 1<<20)
		var err error
		for range 1000 {
			if err = write(chunk); err != nil {
				break
			}
		}
		result <- err
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := Server("", h)
	go func() { _ = s.Serve(l) }()
	defer s.Close()
	reader, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	fmt.Fprint(reader, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if err := <-result; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("ended with %v", err)
	}
}

// A body that does not come ends with the server's time to read, a refusal does
// not wait for it, and the bytes that came are given back.
func TestSlowBody(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]struct {
		status   string
		readTime time.Duration
	}{
		"/webhooks/one": {"408", 100 * time.Millisecond}, "/webhooks/none": {"404", time.Hour},
		"/api/v1/agents": {"405", time.Hour}, "/api/v1/nothing": {"404", time.Hour}, "/api/v1/routing/dry-run": {"401", time.Hour},
	} {
		_, url := r.listen(t, want.readTime)
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{", path)
		answer := make([]byte, 64)
		_ = conn.SetReadDeadline(time.Now().Add(3 * time.Second))
		if _, err := conn.Read(answer); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 "+want.status) {
			t.Errorf("%s: %q %v", path, answer, err)
		}
		roomGivenBack(t, r)
	}
}

// Work may take longer than the server's time to read.
func TestLongWork(t *testing.T) {
	r := newRig(t)
	const readTime = 100 * time.Millisecond
	_, url := r.listen(t, readTime)
	for _, route := range []struct {
		path, body string
		status     int
	}{{"/webhooks/one", "{}", 200}, {at(r.bots, "/messages"), `{"text":"hi"}`, 201}} {
		free := r.hold()
		time.AfterFunc(2*readTime, free)
		req, err := http.NewRequestWithContext(t.Context(), "POST", url+route.path, strings.NewReader(route.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Api-Key", annKey)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != route.status {
			t.Errorf("%s: %s", route.path, res.Status)
		}
	}
}

// hold lets nothing be stored until the test, or its end, frees it.
func (r *rig) hold() (free func()) {
	r.t.Helper()
	begun, freed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	begin := sync.OnceFunc(func() { close(begun) }) // an operation may run again
	go func() {
		ended <- r.store.DB().Do(context.Background(), 0, func(*db.Tx) error {
			begin()
			<-freed
			return nil
		})
	}()
	<-begun
	free = sync.OnceFunc(func() { close(freed) })
	r.t.Cleanup(func() {
		free()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
	})
	return free
}

func TestHardHeaders(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/nothing", "/healthz", "/api/v1/agents", "/webhooks/one", "/openapi.json", "/metrics"} {
		h := r.call("GET", path, "", "").Header()
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Strict-Transport-Security": "max-age=31536000", "Access-Control-Allow-Origin": "", "Server": "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}
