package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// stubs are the bot and the provider. The bot repeats what it hears; the provider
// takes everything. Together they tell who waits for a turn that it is over.
type stubs struct {
	url    string
	server *http.Server
	delay  atomic.Int64 // before the bot answers, nanoseconds
	held   atomic.Pointer[chan struct{}]
	people []listener
	sent   atomic.Int64

	mu       sync.Mutex
	disorder []string
}

// listener is a person's phone, and what the bot has heard of the person.
type listener struct {
	heard  atomic.Int64 // the newest message's number
	called atomic.Int64 // when the bot was called with it, Unix nanoseconds
	got    chan int64   // numbers of the messages whose answer came
}

func startStubs() (*stubs, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &stubs{url: "http://" + l.Addr().String(), people: make([]listener, mostPeople)}
	for i := range s.people {
		s.people[i].got = make(chan int64, 16)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /bot", s.bot)
	mux.HandleFunc("POST /graph/v25.0/{number}/messages", s.provider)
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return s, nil
}

func (s *stubs) close() { _ = s.server.Close() }

// hold makes the bot wait with all answers until the function is called.
func (s *stubs) hold() (release func()) {
	gate := make(chan struct{})
	s.held.Store(&gate)
	return sync.OnceFunc(func() {
		s.held.Store(nil)
		close(gate)
	})
}

func (s *stubs) bot(w http.ResponseWriter, r *http.Request) {
	var said struct {
		Message string `json:"message"`
	}
	if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if gate := s.held.Load(); gate != nil {
		select {
		case <-*gate:
		case <-r.Context().Done():
			return
		}
	}
	p, n, ok := readName(said.Message)
	if ok {
		s.heard(p, n)
	}
	if d := s.delay.Load(); d > 0 {
		select {
		case <-time.After(time.Duration(d)):
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if !ok { // a welcome
		_, _ = w.Write([]byte("[]"))
		return
	}
	_, _ = w.Write([]byte(`[{"message":"re:` + said.Message + `"}]`))
}

// heard checks that each person's messages come in order, and none is left out.
// The same one again is a call that was repeated, which is allowed.
func (s *stubs) heard(p person, n int64) {
	who := &s.people[p]
	was := who.heard.Swap(n)
	who.called.Store(time.Now().UnixNano())
	if n != was && n != was+1 {
		s.mu.Lock()
		s.disorder = append(s.disorder, fmt.Sprintf("person %d: %d after %d", p, n, was))
		s.mu.Unlock()
	}
}

// forget lets the people begin anew, with another store.
func (s *stubs) forget() {
	for i := range s.people {
		s.people[i].heard.Store(0)
		for len(s.people[i].got) > 0 {
			<-s.people[i].got
		}
	}
}

// order is what came out of order since the start.
func (s *stubs) order() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.disorder) > 0 {
		return fmt.Errorf("%d messages came to the bot out of order; the first: %s", len(s.disorder), s.disorder[0])
	}
	return nil
}

func (s *stubs) provider(w http.ResponseWriter, r *http.Request) {
	var message struct {
		Text struct {
			Body string `json:"body"`
		} `json:"text"`
	}
	if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"messaging_product":"whatsapp","contacts":[{"input":"1","wa_id":"1"}],"messages":[{"id":"wamid.out.%d.%d"}]}`, time.Now().UnixNano(), s.sent.Add(1))
	if p, n, ok := readName(strings.TrimPrefix(message.Text.Body, "re:")); ok {
		select {
		case s.people[p].got <- n:
		default: // nobody waits
		}
	}
}
