package simulator

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

//go:embed control.txt
var controlHelp string

// act is what a control call asks a person to do; each verb reads its own part.
type act struct {
	Text      string          `json:"text"`
	Button    string          `json:"button"`
	To        string          `json:"to"` // the message that is meant
	Emoji     string          `json:"emoji"`
	Caption   string          `json:"caption"`
	Name      string          `json:"name"`
	MIME      string          `json:"mime"`
	Phone     string          `json:"phone"`
	Address   string          `json:"address"`
	Data      []byte          `json:"data"` // base64; a small picture if left out
	Latitude  float64         `json:"latitude"`
	Longitude float64         `json:"longitude"`
	Raw       json.RawMessage `json:"raw"`
	From      string          `json:"from"` // the name of a person who is new
}

// player is a person of any provider, for the control API.
type player interface {
	Screen() []Shown
	// act does what verb says; an unknown verb is errVerb.
	act(verb string, a act) (any, error)
}

// errVerb names a verb that a person of this kind does not know.
type errVerb string

func (e errVerb) Error() string {
	return fmt.Sprintf("%q is nothing that this person can do", string(e))
}

// control mounts /sim: the person side for people with curl and for tests in
// other languages.
func (s *Simulator) control(mux *http.ServeMux) {
	handle := func(pattern string, f func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { controlled(w, r, f) })
	}
	mux.HandleFunc("GET /sim", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, controlHelp) }) //nolint:errcheck // help only
	handle("GET /sim/{kind}/{account}/people/{person}/screen", func(r *http.Request) (any, error) {
		z, err := s.player(r, act{})
		if err != nil {
			return nil, err
		}
		return z.Screen(), nil
	})
	handle("POST /sim/{kind}/{account}/people/{person}/{verb}", func(r *http.Request) (any, error) {
		var a act
		if err := body(r, &a); err != nil {
			return nil, err
		}
		z, err := s.player(r, a)
		if err != nil {
			return nil, err
		}
		return z.act(r.PathValue("verb"), a)
	})
	handle("GET /sim/calls", func(r *http.Request) (any, error) { return s.Calls(filter(r)), nil })
	handle("GET /sim/webhooks", func(r *http.Request) (any, error) { return s.Webhooks(filter(r)), nil })
	handle("GET /sim/acked", func(r *http.Request) (any, error) { return s.Acked(filter(r)), nil })
	handle("POST /sim/redeliver", func(r *http.Request) (any, error) {
		concurrent, _ := strconv.Atoi(r.URL.Query().Get("concurrent"))
		return s.Redeliver(r.Context(), filter(r), concurrent), nil
	})
	s.controlFaults(handle)
}

func (s *Simulator) controlFaults(handle func(string, func(*http.Request) (any, error))) {
	handle("POST /sim/faults", func(r *http.Request) (any, error) {
		var f struct {
			Fault
			DelayMS int `json:"delay_ms"`
		}
		if err := body(r, &f); err != nil {
			return nil, err
		}
		f.Delay = time.Duration(f.DelayMS) * time.Millisecond
		s.Fault(f.Fault)
		return obj{"armed": f.Fault}, nil
	})
	handle("DELETE /sim/faults", func(*http.Request) (any, error) {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		s.faults.list = nil
		return obj{"armed": nil}, nil
	})
	handle("POST /sim/down", func(*http.Request) (any, error) {
		s.Down(http.StatusServiceUnavailable)
		return obj{"down": true}, nil
	})
	handle("POST /sim/up", func(*http.Request) (any, error) { return obj{"down": false}, s.Up() })
}

// controlled answers one control call in JSON. Pages of other sites are
// refused: a browser could be made to call us.
func controlled(w http.ResponseWriter, r *http.Request, f func(*http.Request) (any, error)) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if !loopbackHost(host) || r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		http.Error(w, "only from this machine", http.StatusForbidden)
		return
	}
	v, err := f(r)
	if err != nil {
		jsonAnswer(http.StatusBadRequest, obj{"error": err.Error()}).write(w)
		return
	}
	jsonAnswer(http.StatusOK, v).write(w)
}

func body(r *http.Request, into any) error {
	err := json.NewDecoder(io.LimitReader(r.Body, maxGraphBody)).Decode(into)
	if err != nil && err != io.EOF {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Kind: q.Get("kind"), Account: q.Get("account"), Method: q.Get("method"), Event: q.Get("event"), Person: q.Get("person")}
}

// player finds the person in a control path. A person who is new is made.
func (s *Simulator) player(r *http.Request, a act) (player, error) {
	account, person := r.PathValue("account"), r.PathValue("person")
	switch r.PathValue("kind") {
	case kindTelegram:
		for _, b := range s.telegram.all() {
			id, err := strconv.ParseInt(person, 10, 64)
			if b.opt.Username == account && err == nil {
				return b.Person(TelegramUser{ID: id, FirstName: a.From}), nil
			}
		}
	case kindWhatsApp:
		if n := s.whatsapp.find(account); n != nil {
			if phoneDigits(person) == "" {
				break
			}
			n.mu.Lock()
			z := n.people[person]
			n.mu.Unlock()
			if z != nil {
				return z, nil
			}
			return n.Person(WhatsAppUser{Phone: person, Name: a.From}), nil
		}
	}
	return nil, fmt.Errorf("no %s account %q with a person %q", r.PathValue("kind"), account, person)
}

func (c *telegramCloud) all() []*Bot {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*Bot
	for _, b := range c.bots {
		out = append(out, b)
	}
	return out
}

func (c *whatsappCloud) find(id string) *Number {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.numbers[id]
}
