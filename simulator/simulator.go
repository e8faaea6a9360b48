// Package simulator plays messaging providers on loopback, strictly and on both
// sides: the API that a bridge calls, and the person with the phone who writes,
// taps and sees messages. It posts signed webhooks and keeps its own ledger, so
// that what people saw can be compared with what the bridge claims.
//
// It knows the providers' published protocols and nothing of the bridge under
// test: it shares no code with it. It reaches loopback addresses only, keeps
// everything in memory, and forgets all of it at Close.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options say how a simulator runs. The zero value is fit for a demo.
type Options struct {
	// Addr is where the providers' APIs are served: a loopback address,
	// "127.0.0.1:0" if empty.
	Addr string
	// Now is the clock of message dates, windows and expiry; time.Now if nil.
	// Retries wait in real time.
	Now func() time.Time
	// Retry spaces the tries of a webhook that was not accepted.
	Retry Retry
	// Timeout is how long a webhook waits for its answer; 10 s if zero
	// (Telegram itself waits 60 s).
	Timeout time.Duration
	// Fetch loads a file that a message names by URL. Nil loads from loopback
	// and refuses every other address.
	Fetch func(ctx context.Context, url string) (Fetched, error)
	// Keep bounds the ledger and each person's screen: how many calls, webhooks
	// and messages are remembered; 200000 if zero. The oldest go first.
	Keep int
}

// Retry is the pause after a webhook's failures: the first retry follows at
// once, the second after First, then twice as long each time, at most Max. A
// Retry-After in the failed answer is honoured where the provider honours it,
// and also never beyond Max.
type Retry struct {
	First time.Duration // 200 ms if zero; Telegram's own is 2 s
	Max   time.Duration // 60 s if zero
}

// Simulator serves every provider on one listener.
type Simulator struct {
	opt    Options
	ledger *ledger
	faults faults
	client *http.Client
	files  *blobs
	ctx    context.Context // ends at Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	telegram *telegramCloud
	whatsapp *whatsappCloud

	mu     sync.Mutex // guards what follows
	addr   string
	server *http.Server
	closed bool
	outage int // status of a whole outage, 0 if none
}

// Start listens and serves until Close.
func Start(o Options) (*Simulator, error) {
	o = o.withDefaults()
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("simulator address %q: %w", o.Addr, err)
	}
	if !loopbackHost(host) {
		return nil, fmt.Errorf("simulator address %q: only loopback is served", o.Addr)
	}
	s := &Simulator{opt: o, ledger: newLedger(o.Keep), files: newBlobs(maxFilesTotal)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.client = &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 128, DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext},
		Timeout:   o.Timeout,
		// Neither provider follows a redirect of a webhook: 3xx is a failure.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.telegram = newTelegramCloud(s)
	s.whatsapp = newWhatsAppCloud(s)
	s.addr = o.Addr
	if err := s.listen(); err != nil {
		s.cancel()
		return nil, err
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Retry.First == 0 {
		o.Retry.First = 200 * time.Millisecond
	}
	if o.Retry.Max == 0 {
		o.Retry.Max = time.Minute
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Keep == 0 {
		o.Keep = 200_000
	}
	return o
}

// URL is the address of the simulator, without a slash at its end. A channel's
// api_url is URL()+"/telegram" or URL()+"/graph".
func (s *Simulator) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "http://" + s.addr
}

// Close stops serving and posting, and returns when no goroutine is left.
// It may be called twice.
func (s *Simulator) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	server := s.server
	s.mu.Unlock()

	s.cancel() // hanging calls, long polls and lanes end
	var err error
	if server != nil {
		ctx, done := context.WithTimeout(context.Background(), 2*time.Second)
		defer done()
		if err = server.Shutdown(ctx); err != nil {
			err = server.Close()
		}
	}
	s.wg.Wait()
	s.client.CloseIdleConnections()
	return err
}

// Refuse makes the whole simulator unreachable until Up: connections are
// refused, as when a provider is down. Webhooks are still posted.
func (s *Simulator) Refuse() error {
	s.mu.Lock()
	server := s.server
	s.server = nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// Down lets every call to any provider be answered with this status (503 is
// usual) and no JSON, until Up.
func (s *Simulator) Down(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = status
}

// Up ends Down and Refuse.
func (s *Simulator) Up() error {
	s.mu.Lock()
	s.outage = 0
	serving := s.server != nil || s.closed
	s.mu.Unlock()
	if serving {
		return nil
	}
	return s.listen()
}

func (s *Simulator) listen() error {
	l, err := (&net.ListenConfig{}).Listen(s.ctx, "tcp", s.addr)
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	server := &http.Server{
		Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return s.ctx },
	}
	s.mu.Lock()
	s.addr = l.Addr().String()
	s.server = server
	s.mu.Unlock()
	s.spawn(func() {
		if err := server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.cancel()
		}
	})
	return nil
}

func (s *Simulator) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/telegram/", s.serve(s.telegram))
	mux.Handle("/graph/", s.serve(s.whatsapp))
	mux.HandleFunc("/telegram/file/", s.telegram.download)
	mux.HandleFunc(lookasidePath, s.whatsapp.download)
	s.control(mux)
	return mux
}

// spawn runs f as a goroutine that Close waits for.
func (s *Simulator) spawn(f func()) { s.wg.Go(f) }

func (s *Simulator) now() time.Time { return s.opt.Now() }

// sleep waits in real time, and reports false when the simulator closed.
func (s *Simulator) sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil && s.ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	case <-s.ctx.Done():
		return false
	}
}

// loopbackHost reports whether a host name can only mean this machine.
func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
