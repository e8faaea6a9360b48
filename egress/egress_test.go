package egress

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, *Client) {
	t.Helper()
	s := httptest.NewServer(h)
	c := New(Options{Timeout: 5 * time.Second}).Trusting(s.URL)
	t.Cleanup(func() { c.CloseIdle(); s.Close() })
	return s, c
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var hits atomic.Int32
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"http://127.0.0.1:1/", "http://169.254.169.254/latest", "/again", "file:///etc/passwd", "http://%zz", ""} {
			hits.Store(0)
			s, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				hits.Add(1)
				w.Header()["Location"] = []string{to}
				w.WriteHeader(status)
			})
			req, _ := http.NewRequest(http.MethodPost, s.URL, strings.NewReader("x"))
			req.Header.Set("X-Api-Key", "k")
			resp, err := c.Do(req)
			if err != nil {
				t.Fatalf("%d to %q: %v", status, to, err)
			}
			resp.Body.Close()
			if resp.StatusCode != status || hits.Load() != 1 {
				t.Errorf("%d to %q: answered %d after %d calls", status, to, resp.StatusCode, hits.Load())
			}
		}
	}
}

func TestProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	shop, proxy := listenOn(t, "127.0.0.2"), listenOn(t, "127.0.0.3")
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://127.0.0.3:"+proxy.port)
	}
	names := newNames(t)
	names.say("shop.test", "127.0.0.2")
	c := New(Options{Timeout: 2 * time.Second, Resolver: names.resolver(), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	defer c.CloseIdle()
	if err := get(c, "http://shop.test:"+shop.port+"/"); err != nil {
		t.Fatal(err)
	}
	if proxy.hits.Load() != 0 || shop.hits.Load() != 1 {
		t.Errorf("the proxy was called %d times, the shop %d", proxy.hits.Load(), shop.hits.Load())
	}
}

func TestBodyIsCapped(t *testing.T) {
	for _, size := range []int{0, 1, 999, 1000, 1001, 5000} {
		s, c := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, size)) })
		c = c.Limited(0, 1000)
		req, _ := http.NewRequest(http.MethodGet, s.URL, nil)
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if size > 1000 != errors.Is(err, ErrTooLarge) || (size <= 1000 && err != nil) || len(data) != min(size, 1000) {
			t.Errorf("%d bytes: read %d, %v", size, len(data), err)
		}
		if err != nil && !Sent(err) {
			t.Error("what answers was sent")
		}
	}
}

func TestNoCap(t *testing.T) {
	s, c := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, 3<<20)) })
	if err := get(c, s.URL); !errors.Is(err, ErrTooLarge) {
		t.Errorf("the default cap: %v", err)
	}
	if err := get(c.Limited(0, NoCap), s.URL); err != nil {
		t.Errorf("no cap: %v", err)
	}
}

func TestGzipBomb(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 8<<20))
	z.Close()
	s, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	})
	req, _ := http.NewRequest(http.MethodGet, s.URL, nil)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, ErrTooLarge) || n != 1<<20 {
		t.Errorf("read %d, %v", n, err)
	}
}

func TestHeaderIsCapped(t *testing.T) {
	s, c := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Long", strings.Repeat("x", 200<<10)) })
	if err := get(c, s.URL); err == nil {
		t.Error("a header of 200 kB was read")
	}
}

func TestTimeEnds(t *testing.T) {
	for name, h := range map[string]func(http.ResponseWriter){
		"no answer": func(http.ResponseWriter) {},
		"slow body": func(w http.ResponseWriter) { _, _ = io.WriteString(w, "{"); _ = http.NewResponseController(w).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			s, c := serve(t, func(w http.ResponseWriter, r *http.Request) { h(w); <-release })
			defer close(release)
			err := get(c.Limited(100*time.Millisecond, 0), s.URL+"/botSECRET/x")
			var e *Error
			if !errors.As(err, &e) || !e.Timeout() || !e.Sent {
				t.Errorf("%v", err)
			}
		})
	}
}

// What left and what did not.
func TestSent(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	cut := func(read int) *httptest.Server {
		return rawServer(t, func(conn net.Conn) { _, _ = io.ReadFull(conn, make([]byte, read)); conn.Close() })
	}
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	defer secure.Close()
	for _, c := range []struct {
		name, url string
		sent      bool
	}{
		{"nobody listens", closed.URL, false},
		{"the address is forbidden", "http://10.0.0.1/", false},
		{"the name is unknown", "http://nobody.test/", false},
		{"the certificate is not trusted", secure.URL, false},
		{"no scheme that we speak", "gopher://example.com/", false},
		{"cut after the request", cut(10).URL, true},
		{"cut at once", cut(1).URL, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := New(Options{Timeout: 2 * time.Second, Resolver: newNames(t).resolver()}).Trusting(c.url)
			if strings.Contains(c.url, "10.0.0.1") {
				client = New(Options{Timeout: 2 * time.Second})
			}
			defer client.CloseIdle()
			req, _ := http.NewRequest(http.MethodPost, c.url+"/botSECRET/sendMessage?key=SECRET", strings.NewReader("hello"))
			_, err := client.Do(req)
			if err == nil || Sent(err) != c.sent {
				t.Errorf("sent %v: %v", Sent(err), err)
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err.Error()); strings.Contains(text, "SECRET") {
				t.Errorf("the error shows a secret: %s", text)
			}
		})
	}
	if Sent(nil) || !Sent(errors.New("of another make")) {
		t.Error("nil was not sent; what is not known may have been")
	}
}

// A connection that is used again has written before; only what this call wrote
// counts.
func TestSentOnAUsedConnection(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	defer near.Close()
	go func() { _, _ = io.Copy(io.Discard, far) }()
	conn := &counted{Conn: near}
	_, _ = conn.Write([]byte("an earlier request"))
	s := &sightings{}
	trace := httptrace.ContextClientTrace(s.watch(context.Background()))
	trace.GotConn(httptrace.GotConnInfo{Conn: tls.Client(conn, &tls.Config{ServerName: "x"}), Reused: true}) //nolint:gosec // no handshake is made
	if s.sent() {
		t.Error("nothing was written since")
	}
	_, _ = conn.Write([]byte("P"))
	if !s.sent() {
		t.Error("a byte was written")
	}
	unwatched := &sightings{}
	httptrace.ContextClientTrace(unwatched.watch(context.Background())).GotConn(httptrace.GotConnInfo{Conn: near})
	if !unwatched.sent() {
		t.Error("what cannot be watched may have been sent")
	}
}

func TestGivenUpBeforeItBegan(t *testing.T) {
	s, c := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if _, err := c.Do(req); !errors.Is(err, context.Canceled) || Sent(err) {
		t.Errorf("sent %v: %v", Sent(err), err)
	}
}

func TestTLS(t *testing.T) {
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // it must be refused
	old.StartTLS()
	defer old.Close()
	now := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer now.Close()
	pool := x509.NewCertPool()
	pool.AddCert(now.Certificate())
	pool.AddCert(old.Certificate())
	c := New(Options{Timeout: 2 * time.Second, RootCAs: pool}).Trusting(old.URL, now.URL)
	defer c.CloseIdle()
	if err := get(c, old.URL); err == nil || Sent(err) {
		t.Errorf("TLS 1.1: %v", err)
	}
	if err := get(c, now.URL); err != nil {
		t.Errorf("TLS: %v", err)
	}
}

func TestRequestIsLeftAlone(t *testing.T) {
	var agent, auth string
	s, c := serve(t, func(w http.ResponseWriter, r *http.Request) { agent = r.UserAgent(); auth, _, _ = r.BasicAuth() })
	req, _ := http.NewRequest(http.MethodGet, strings.Replace(s.URL, "http://", "http://ann:pw@", 1), nil)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if agent != "Causeway" || auth != "ann" || len(req.Header) != 0 || resp.Request != req {
		t.Errorf("agent %q, user %q, header %v", agent, auth, req.Header)
	}
}

func TestRefuse(t *testing.T) {
	var told string
	err := get(Refuse(func(a string) { told = a }), "https://api.example.com/SECRET")
	if err == nil || Sent(err) || told != "api.example.com:443" {
		t.Errorf("%v, told %q", err, told)
	}
}

// rawServer hands each connection to f.
func rawServer(t *testing.T, f func(net.Conn)) *httptest.Server {
	s := httptest.NewUnstartedServer(nil)
	s.Config.ConnState = nil
	l := s.Listener
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f(conn)
		}
	}()
	s.URL = "http://" + l.Addr().String()
	t.Cleanup(func() { l.Close(); <-done })
	return s
}
