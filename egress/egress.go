// Package egress is the one HTTP client for every call to an address that a
// user or a provider named: bots, media, provider APIs. It refuses addresses
// that are not public, follows no redirect, uses no proxy, bounds time and
// size, and says of each failure whether the request may have arrived. It knows
// nothing of channels, bots or messages.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Options shape a Client. The zero value is a client for public addresses with
// the bounds named below.
type Options struct {
	// AllowPrivate are networks that are let through besides public addresses.
	AllowPrivate []netip.Prefix
	// Timeout bounds a whole call, from the dial to the last byte of the
	// answer's body; 30 s if zero.
	Timeout time.Duration
	// HeaderTimeout bounds the wait for the answer's header after the request
	// was written; Timeout if zero.
	HeaderTimeout time.Duration
	// MaxBody is the longest body in bytes, after decompression, that can be
	// read; 1 MiB if zero. NoCap means that the reader bounds it.
	MaxBody int64
	// UserAgent is sent where a request has none; "Causeway" if empty.
	UserAgent string
	// RootCAs are trusted instead of the system's, if set.
	RootCAs *x509.CertPool
	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver
}

// NoCap as MaxBody leaves it to the reader to bound a body.
const NoCap = -1

const (
	dialTimeout      = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	idleTimeout      = 60 * time.Second
	maxHeader        = 64 << 10
	idlePerHost      = 512 // as many as are often under way with one bot or provider
)

// Client makes guarded calls. It is safe for concurrent use. Make one with New.
type Client struct {
	opts    Options
	guard   guard
	trusted map[string]bool // host:port
	wire    *http.Transport
}

// New makes a client. It makes no call.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.HeaderTimeout <= 0 {
		o.HeaderTimeout = o.Timeout
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.UserAgent == "" {
		o.UserAgent = "Causeway"
	}
	c := &Client{opts: o, guard: newGuard(o.AllowPrivate)}
	c.wire = c.transport()
	return c
}

// Refuse makes a client that makes no call at all: each fails as not sent, and
// tell hears where it would have gone. It is for proving that something is pure.
func Refuse(tell func(address string)) *Client {
	c := New(Options{})
	c.wire.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
		tell(address)
		return nil, ErrForbidden
	}
	return c
}

// Trusting returns a client that also calls the given addresses, whatever they
// resolve to. An address is a URL that an operator set, or host:port; what is
// neither is left out. It is matched with the host and port of the request,
// exactly. The client shares no connection with c.
func (c *Client) Trusting(addresses ...string) *Client {
	d := *c
	d.trusted = make(map[string]bool, len(c.trusted)+len(addresses))
	for a := range c.trusted {
		d.trusted[a] = true
	}
	for _, a := range addresses {
		if hp := hostPort(a); hp != "" {
			d.trusted[hp] = true
		}
	}
	d.wire = d.transport()
	return &d
}

// Limited returns a client with other bounds and the same guard and
// connections. Zero keeps what c has.
func (c *Client) Limited(timeout time.Duration, maxBody int64) *Client {
	d := *c
	if timeout > 0 {
		d.opts.Timeout = timeout
	}
	if maxBody != 0 {
		d.opts.MaxBody = maxBody
	}
	return &d
}

// Do makes one call. It follows no redirect: a 3xx answer is returned as it is.
// The error, if any, is an *Error, and so are errors of reading the answer's
// body; neither shows more of the URL than scheme and host. The caller closes
// the body.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), c.opts.Timeout)
	seen := &sightings{}
	out := req.Clone(seen.watch(ctx))
	if out.Header == nil {
		out.Header = http.Header{}
	}
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", c.opts.UserAgent)
	}
	if u := out.URL.User; u != nil && out.Header.Get("Authorization") == "" {
		password, _ := u.Password()
		out.SetBasicAuth(u.Username(), password)
	}
	resp, err := c.wire.RoundTrip(out)
	if err != nil {
		cancel()
		return nil, failure(req, seen.sent(), err)
	}
	resp.Request = req
	resp.Body = &body{from: resp.Body, left: c.opts.MaxBody, capped: c.opts.MaxBody >= 0, req: req, done: cancel}
	return resp, nil
}

// CloseIdle closes connections that wait for reuse.
func (c *Client) CloseIdle() { c.wire.CloseIdleConnections() }

// transport speaks HTTP/1.1 alone: there each connection carries one request at
// a time, so that counting its bytes tells whether the request left.
func (c *Client) transport() *http.Transport {
	guarded := &net.Dialer{Timeout: dialTimeout, KeepAlive: idleTimeout, Resolver: c.opts.Resolver, Control: c.guard.control}
	free := &net.Dialer{Timeout: dialTimeout, KeepAlive: idleTimeout, Resolver: c.opts.Resolver}
	trusted := c.trusted
	return &http.Transport{
		Proxy: nil,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			d := guarded
			if trusted[address] {
				d = free
			}
			conn, err := d.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &counted{Conn: conn}, nil
		},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.opts.RootCAs},
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  c.opts.HeaderTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
	}
}

// hostPort is the address as the transport will dial it, or empty.
func hostPort(address string) string {
	if !strings.Contains(address, "://") {
		host, port, err := net.SplitHostPort(address)
		if err != nil || host == "" || port == "" {
			return ""
		}
		return net.JoinHostPort(strings.ToLower(host), port)
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if port == "" {
		return ""
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
