package egress

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// special is every kind of address that is not simply public.
var special = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
	"127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.170.2", "168.63.129.16", "172.16.0.1", "172.31.255.255",
	"192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
	"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
	"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1", "100::1", "2001::1", "2001:0:7f00:1::1", "2001:10::1",
	"2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
	"fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
}

func TestSpecialAddressesAreRefused(t *testing.T) {
	g := newGuard(nil)
	for _, a := range special {
		if err := g.check(netip.MustParseAddr(a)); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []string{"1.1.1.1", "8.8.8.8", "149.154.167.220", "172.15.0.1", "172.32.0.1", "100.63.0.1", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450::1"} {
		if err := g.check(netip.MustParseAddr(a)); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
}

func TestAllowedNetworks(t *testing.T) {
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("64:ff9b::/96")})
	for _, a := range []string{"127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "fd00::1", "64:ff9b::8.8.8.8", "64:ff9b::127.0.0.1"} {
		if err := g.check(netip.MustParseAddr(a)); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []string{"10.0.0.1", "::1", "fc00::1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254"} {
		if g.check(netip.MustParseAddr(a)) == nil {
			t.Errorf("%s was let through", a)
		}
	}
}

func TestControlTakesTCPAlone(t *testing.T) {
	g := newGuard(nil)
	for _, c := range [][2]string{{"udp4", "8.8.8.8:53"}, {"unix", "/tmp/x"}, {"tcp4", "nonsense"}, {"tcp4", "8.8.8.8"}} {
		if g.control(c[0], c[1], nil) == nil {
			t.Errorf("%v was let through", c)
		}
	}
	if err := g.control("tcp4", "8.8.8.8:443", nil); err != nil {
		t.Error(err)
	}
}

// Every spelling of loopback that a URL may hold ends at the guard or at
// nothing, never at the server.
func TestSpellingsOfLoopback(t *testing.T) {
	var hits atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	names := newNames(t)
	names.say("localhost.test", "127.0.0.1")
	names.say("mapped.test", "::ffff:127.0.0.1")
	c := New(Options{Timeout: 2 * time.Second, Resolver: names.resolver()})
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.1.",
		"localhost", "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]",
		"[64:ff9b::7f00:1]", "0", "0.0.0.0", "[::]", "①②⑦.⓪.⓪.①", "127。0。0。1", "localhost.test", "mapped.test", "user:pass@127.0.0.1",
	} {
		req, err := http.NewRequest(http.MethodGet, "http://"+host+":"+port+"/", nil)
		if err != nil {
			continue // no client can call it
		}
		resp, err := c.Do(req)
		if err == nil {
			resp.Body.Close()
			t.Errorf("%s was called", host)
		}
		if Sent(err) {
			t.Errorf("%s: said to be sent: %v", host, err)
		}
	}
	if n := hits.Load(); n > 0 {
		t.Errorf("the server was reached %d times", n)
	}
}

func TestRebinding(t *testing.T) {
	good, bad := listenOn(t, "127.0.0.2"), listenOn(t, "127.0.0.1")
	names := newNames(t)
	c := New(Options{Timeout: 2 * time.Second, Resolver: names.resolver(), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}})
	defer c.CloseIdle()
	get := func(port string) error {
		req, _ := http.NewRequest(http.MethodGet, "http://shop.test:"+port+"/", nil)
		resp, err := c.Do(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		c.CloseIdle()
		return err
	}
	names.say("shop.test", "127.0.0.2")
	if err := get(good.port); err != nil {
		t.Fatalf("the allowed address: %v", err)
	}
	names.say("shop.test", "127.0.0.1")
	if err := get(bad.port); !errors.Is(err, ErrForbidden) {
		t.Errorf("after the name moved: %v", err)
	}
	names.say("shop.test", "127.0.0.1", "127.0.0.2")
	if err := get(good.port); err != nil {
		t.Errorf("one of two addresses is allowed: %v", err)
	}
	if n := bad.hits.Load(); n > 0 {
		t.Errorf("the forbidden server was reached %d times", n)
	}
}

func TestTrusting(t *testing.T) {
	trusted, other := listenOn(t, "127.0.0.1"), listenOn(t, "127.0.0.1")
	for _, form := range []string{"http://127.0.0.1:" + trusted.port + "/base/", "127.0.0.1:" + trusted.port, "HTTP://127.0.0.1:" + trusted.port} {
		plain := New(Options{Timeout: 2 * time.Second})
		c := plain.Trusting(form, "", "nonsense")
		if err := get(c, "http://127.0.0.1:"+trusted.port+"/x"); err != nil {
			t.Errorf("%s: %v", form, err)
		}
		if err := get(plain, "http://127.0.0.1:"+trusted.port+"/x"); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: the client that it was made from: %v", form, err)
		}
		for _, no := range []string{"127.0.0.1:" + other.port, "localhost:" + trusted.port, "[::ffff:127.0.0.1]:" + trusted.port} {
			if err := get(c, "http://"+no+"/"); err == nil {
				t.Errorf("%s: %s was let through", form, no)
			}
		}
		disguised, _ := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+other.port+"/", nil)
		disguised.Host = "127.0.0.1:" + trusted.port
		if _, err := c.Do(disguised); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s: a Host header got around it: %v", form, err)
		}
		c.CloseIdle()
	}
	if n := other.hits.Load(); n > 0 {
		t.Errorf("the other server was reached %d times", n)
	}
}

func TestHostPort(t *testing.T) {
	for in, want := range map[string]string{
		"https://API.example.com/v1": "api.example.com:443", "http://api.example.com": "api.example.com:80", "http://[::1]:8080/": "[::1]:8080",
		"localhost:8081": "localhost:8081", "localhost": "", "": "", "://": "", "ftp://x": "", ":80": "", "http://": "",
	} {
		if got := hostPort(in); got != want {
			t.Errorf("hostPort(%q) = %q, want %q", in, got, want)
		}
	}
}

func get(c *Client, url string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

type listener struct {
	port string
	hits atomic.Int32
}

func listenOn(t *testing.T, ip string) *listener {
	t.Helper()
	l, err := net.Listen("tcp4", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	s := &listener{}
	_, s.port, _ = net.SplitHostPort(l.Addr().String())
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { s.hits.Add(1) }), ReadHeaderTimeout: time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close(); <-done })
	return s
}

// names is a DNS server on loopback that answers what it was last told.
type names struct {
	conn net.PacketConn
	mu   sync.Mutex
	says map[string][]netip.Addr
}

func newNames(t *testing.T) *names {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{conn: conn, says: map[string][]netip.Addr{}}
	done := make(chan struct{})
	go func() { defer close(done); n.serve() }()
	t.Cleanup(func() { conn.Close(); <-done })
	return n
}

func (n *names) say(name string, ips ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.says[name+"."] = nil
	for _, ip := range ips {
		n.says[name+"."] = append(n.says[name+"."], netip.MustParseAddr(ip))
	}
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp4", n.conn.LocalAddr().String())
	}}
}

// serve answers questions by RFC 1035, 4.1: the header and question as they
// came, and a record for each address of the type asked for.
func (n *names) serve() {
	buf := make([]byte, 1500)
	for {
		_, from, err := n.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		end, name := 12, ""
		for buf[end] != 0 {
			label := int(buf[end])
			name += string(buf[end+1:end+1+label]) + "."
			end += 1 + label
		}
		asked := binary.BigEndian.Uint16(buf[end+1:])
		end += 5
		answer := append([]byte{}, buf[:end]...)
		n.mu.Lock()
		ips, known := n.says[strings.ToLower(name)]
		n.mu.Unlock()
		count := 0
		for _, ip := range ips {
			kind := uint16(1)
			if ip.Is6() {
				kind = 28
			}
			if kind != asked {
				continue
			}
			count++
			answer = append(answer, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(len(ip.AsSlice())))
			answer = append(answer, ip.AsSlice()...)
		}
		answer[2], answer[3] = 0x81, 0x80
		if !known {
			answer[3] |= 3
		}
		binary.BigEndian.PutUint16(answer[6:], uint16(count))
		binary.BigEndian.PutUint32(answer[8:], 0)
		_, _ = n.conn.WriteTo(answer, from)
	}
}
