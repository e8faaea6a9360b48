package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
)

// obj is a JSON object as the providers write it.
type obj = map[string]any

// provider is one provider's API: it understands calls and carries them out.
// A new provider is one more of these, and one line in routes.
type provider interface {
	// open reads a call whole, without any effect yet.
	open(r *http.Request) exchange
}

// exchange is a call as a provider understood it, before it was carried out.
type exchange struct {
	call Call
	// run carries the call out. It may block only while ctx lives (long polls).
	run func(ctx context.Context) answer
	// fail words an error of this status the provider's way.
	fail func(status, retryAfter int) answer
	// refuse words an error of this code of the provider's; nil where it has none.
	refuse func(code int) answer
}

// answer is what goes back over HTTP, with what the ledger notes about it.
type answer struct {
	status    int
	header    http.Header
	body      []byte
	messageID string // what the call made, if it made a message
	problem   string // the provider's words for a refusal
	gone      bool   // the caller hung up: nothing to write
}

// jsonAnswer marshals v; obj and the package's own structs always do.
func jsonAnswer(status int, v any) answer {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return answer{status: http.StatusInternalServerError, body: []byte("{}"), problem: err.Error()}
	}
	return answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: bytes.TrimRight(b.Bytes(), "\n")}
}

// serve makes a provider an HTTP handler: it notes each call in the ledger and
// lets faults come in between.
func (s *Simulator) serve(p provider) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		outage := s.outage
		s.mu.Unlock()
		if outage != 0 {
			http.Error(w, "<html><body>down</body></html>", outage)
			return
		}
		x := p.open(r)
		x.call.At, x.call.HTTPMethod = s.now(), r.Method
		f, hit := s.faults.take(x.call)
		if !hit {
			a := x.run(r.Context())
			s.ledger.called(x.call, a, "")
			a.write(w)
			return
		}
		a := x.fail(f.status(), f.retryAfter())
		if f.Effect || f.Mode == FaultSlow || f.Mode == FaultDrip {
			a = x.run(r.Context())
		}
		s.ledger.called(x.call, a, f.Mode)
		s.spoil(w, r, f, x, a)
	})
}

func (a answer) write(w http.ResponseWriter) {
	if a.gone {
		return
	}
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body) //nolint:errcheck // the caller may have left
}
