package connectortest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"causeway/connectors/kit"
	"causeway/core"
)

// exchange is a file of testdata/send.
type exchange struct {
	Of  string          `json:"of,omitempty"`
	Say json.RawMessage `json:"say,omitempty"` // content; the text "hello" if absent
	// Answers are what the provider answers, in order.
	Answers []answer `json:"answers"`
	// Calls are the calls that were made, secrets masked.
	Calls    []string          `json:"calls"`
	Provider []core.ProviderID `json:"provider,omitempty"`
	Fault    *faultShown       `json:"fault,omitempty"`
}

type answer struct {
	Status int               `json:"status,omitempty"` // 200 if 0
	Header map[string]string `json:"header,omitempty"`
	Body   json.RawMessage   `json:"body,omitempty"` // JSON, or a string that is sent as it is
	// Cut: the connection breaks after the request was read; with a body, in
	// the middle of that.
	Cut bool `json:"cut,omitempty"`
}

func send(t *testing.T, s Subject) {
	for _, path := range fixtures(t, "send") {
		t.Run(nameOf(path), func(t *testing.T) {
			x := fixture[exchange](t, path)
			p := provide(t, x.Answers)
			s.exchange(t, p, &x)
			got, err := indented(x)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, path, got)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		p := provide(t, nil)
		p.server.Close()
		expect(t, s, p, core.Temporary)
	})
	t.Run("the connection breaks", func(t *testing.T) {
		expect(t, s, provide(t, []answer{{Cut: true}}), core.Ambiguous)
	})
	t.Run("the answer breaks", func(t *testing.T) {
		expect(t, s, provide(t, []answer{{Cut: true, Body: json.RawMessage(`{"ok":true}`)}}), core.Ambiguous)
	})
	for _, status := range []int{500, 502, 504} {
		page := answer{Status: status, Header: map[string]string{"Content-Type": "text/html"}, Body: json.RawMessage(`"<html><h1>Bad gateway</h1></html>"`)}
		for resend, kind := range map[string]core.FaultKind{kit.ResendOnce: core.Temporary, kit.ResendNever: core.Ambiguous} {
			t.Run(fmt.Sprintf("a gateway answers %d, resend %s", status, resend), func(t *testing.T) {
				s := s
				set := s.with(t, map[string]any{"resend": resend})
				s.Settings = string(encoded(set))
				expect(t, s, provide(t, []answer{page}), kind)
			})
		}
	}
	t.Run("an empty answer", func(t *testing.T) { expect(t, s, provide(t, []answer{{}}), core.Ambiguous) })
	t.Run("half an answer", func(t *testing.T) {
		expect(t, s, provide(t, []answer{{Body: json.RawMessage(`"{\"ok\":tr"`)}}), core.Ambiguous)
	})
	t.Run("the caller gives up", func(t *testing.T) { givesUp(t, s) })
}

func expect(t *testing.T, s Subject, p *provider, kind core.FaultKind) {
	t.Helper()
	var x exchange
	s.exchange(t, p, &x)
	if x.Fault == nil || x.Fault.Kind != kind {
		t.Errorf("the fault is %+v, want %s", x.Fault, kind)
	}
}

// exchange sends what x says to p, and notes in x what came of it.
func (s Subject) exchange(t *testing.T, p *provider, x *exchange) {
	t.Helper()
	c := s.open(t, live(), s.with(t, s.at(p.server.URL)))
	x.Provider, x.Fault = nil, nil
	for _, payload := range s.payloads(t, x.Say) {
		id, err := c.Send(context.Background(), payload)
		if id != "" {
			x.Provider = append(x.Provider, id)
		}
		if err == nil {
			continue
		}
		var f *core.Fault
		if !errors.As(err, &f) {
			t.Errorf("the error of Send is no Fault: %v", err)
		}
		f = core.FaultOf(err)
		shown, _ := json.Marshal(f)
		clean(t, "the fault", fmt.Sprintf("%v %+v %s", err, err, shown))
		x.Fault = showFault(f)
		x.Fault.Message = strings.ReplaceAll(x.Fault.Message, p.server.URL, "http://provider")
		break
	}
	x.Calls = p.heard(s.secrets(t))
	clean(t, "the outcome", fmt.Sprint(x.Calls, x.Provider, x.Fault))
}

func (s Subject) payloads(t *testing.T, say json.RawMessage) []core.Payload {
	t.Helper()
	answer := []core.Saying{{Content: core.Text{Body: "hello"}}}
	if len(say) > 0 {
		var err error
		if answer, err = readAnswer(say); err != nil {
			t.Fatal(err)
		}
	}
	k := s.Kind(pure(t))
	var all []core.Payload
	for i, f := range fit(answer, k) {
		for p, part := range f.Parts {
			some, err := k.Render(core.Outgoing{To: s.To, Content: part, Ref: core.RefOf(core.MessageID(1000+i), p)})
			if err != nil {
				t.Fatalf("render: %v", err)
			}
			all = append(all, some...)
		}
	}
	return all
}

// givesUp ends the caller's context while the provider has the request: the
// outcome is not known, whatever the reason.
func givesUp(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-release
	}))
	defer server.Close()
	defer close(release)
	c := s.open(t, live(), s.with(t, s.at(server.URL)))
	_, err := c.Send(ctx, s.payloads(t, nil)[0])
	if f := core.FaultOf(err); f == nil || f.Kind != core.Ambiguous {
		t.Errorf("the fault is %v, want %s", err, core.Ambiguous)
	}
	if err != nil {
		clean(t, "the fault", err.Error())
	}
}

func (s Subject) at(address string) map[string]any {
	keys := s.URLs
	if len(keys) == 0 {
		keys = []string{"api_url"}
	}
	set := map[string]any{}
	for _, k := range keys {
		set[k] = address
	}
	return set
}

// secrets are the values in the settings that must never show.
func (s Subject) secrets(t testing.TB) []string {
	var all []string
	for _, v := range s.with(t, nil) {
		if text, ok := v.(string); ok && strings.Contains(text, "SECRET") {
			all = append(all, text)
		}
	}
	return all
}

// provider is a fake of one, on loopback.
type provider struct {
	server *httptest.Server
	mu     sync.Mutex
	next   []answer
	calls  []string
}

func provide(t *testing.T, answers []answer) *provider {
	p := &provider{next: answers}
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls = append(p.calls, r.Method+" "+r.URL.RequestURI())
		if len(p.next) == 0 {
			t.Errorf("a call too many: %s", r.Method)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		a := p.next[0]
		p.next = p.next[1:]
		a.write(t, w)
	}))
	t.Cleanup(p.server.Close)
	return p
}

func (a answer) write(t *testing.T, w http.ResponseWriter) {
	body := bytesOf(t, a.Body)
	if a.Cut && len(body) == 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	for k, v := range a.Header {
		w.Header().Set(k, v)
	}
	if a.Cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)+1))
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = w.Write(body)
	if a.Cut {
		panic(http.ErrAbortHandler)
	}
}

// heard is the calls so far, with secrets masked.
func (p *provider) heard(secrets []string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	masked := []string{}
	for _, call := range p.calls {
		for _, s := range secrets {
			call = strings.ReplaceAll(call, s, "[secret]")
			call = strings.ReplaceAll(call, url.PathEscape(s), "[secret]")
		}
		masked = append(masked, call)
	}
	return masked
}
