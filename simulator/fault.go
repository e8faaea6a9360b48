package simulator

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// FaultMode is a way for a call to go wrong.
type FaultMode string

// The ways. Only Slow and Drip end in the true answer.
const (
	FaultError     FaultMode = "error"      // the provider's own error JSON, Status or 500
	FaultRateLimit FaultMode = "rate_limit" // the provider's own "too many", with RetryAfter where it has one
	FaultHang      FaultMode = "hang"       // accepted, never answered, until the caller leaves
	FaultCut       FaultMode = "cut"        // the connection is closed without an answer
	FaultTruncate  FaultMode = "truncate"   // half of the answer, then the connection is closed
	FaultSlow      FaultMode = "slow"       // the true answer after Delay
	FaultDrip      FaultMode = "drip"       // the true answer byte by byte, Delay apart
	FaultHTML      FaultMode = "html"       // a proxy's HTML page, Status or 502
	FaultGarbage   FaultMode = "garbage"    // 200 and bytes that are no JSON
	FaultShape     FaultMode = "shape"      // 200 and JSON of another shape
	FaultHuge      FaultMode = "huge"       // 200 and 64 MiB of JSON
)

// Fault makes matching calls go wrong.
type Fault struct {
	Kind    string    `json:"kind"`    // "telegram", "whatsapp"; empty is any
	Account string    `json:"account"` // bot username or phone number id; empty is any
	Method  string    `json:"method"`  // "sendMessage", "messages"; empty is any
	Mode    FaultMode `json:"mode"`
	// Effect carries the call out before its answer goes wrong: the ambiguous
	// send. Without it nothing happened at the provider.
	Effect     bool          `json:"effect"`
	After      int           `json:"after"` // so many matching calls pass first
	Times      int           `json:"times"` // so many calls are hit; 0 is all until lifted
	Status     int           `json:"status"`
	Code       int           `json:"code"`        // WhatsApp: the error's own code, in place of one for Status
	RetryAfter int           `json:"retry_after"` // seconds, 1 if zero
	Delay      time.Duration `json:"-"`
}

type faults struct {
	mu   sync.Mutex
	list []*Fault
}

// Fault arms f and returns what lifts it. Of several that match a call, the one
// armed first is taken.
func (s *Simulator) Fault(f Fault) (lift func()) {
	p := &f
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, p)
	return func() {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		s.faults.list = slices.DeleteFunc(s.faults.list, func(o *Fault) bool { return o == p })
	}
}

// take finds the fault that hits this call, and counts it.
func (l *faults) take(c Call) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.list {
		if !f.matches(c) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times == 1 {
			l.list = slices.Delete(l.list, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return *f, true
	}
	return Fault{}, false
}

func (f *Fault) matches(c Call) bool {
	return (f.Kind == "" || f.Kind == c.Kind) && (f.Account == "" || f.Account == c.Account) &&
		(f.Method == "" || strings.EqualFold(f.Method, c.Method))
}

func (f Fault) status() int {
	switch {
	case f.Mode == FaultRateLimit:
		return http.StatusTooManyRequests
	case f.Status != 0:
		return f.Status
	default:
		return http.StatusInternalServerError
	}
}

func (f Fault) retryAfter() int {
	if f.Mode == FaultRateLimit && f.RetryAfter == 0 {
		return 1
	}
	return f.RetryAfter
}

// spoil answers as the fault says. a is the true answer where the call was
// carried out.
func (s *Simulator) spoil(w http.ResponseWriter, r *http.Request, f Fault, x exchange, a answer) {
	ok := answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}}
	switch f.Mode {
	case FaultHang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		hangUp(w)
	case FaultCut:
		hangUp(w)
	case FaultTruncate:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100000")
		w.Write(a.body[:len(a.body)/2])       //nolint:errcheck // cut anyway
		http.NewResponseController(w).Flush() //nolint:errcheck // cut anyway
		hangUp(w)
	case FaultSlow:
		s.sleep(r.Context(), f.Delay)
		a.write(w)
	case FaultDrip:
		s.drip(w, r, f, a)
	case FaultHTML:
		page := answer{status: http.StatusBadGateway, header: http.Header{"Content-Type": {"text/html"}}}
		if f.Status != 0 {
			page.status = f.Status
		}
		page.body = []byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n")
		page.write(w)
	case FaultGarbage:
		ok.body = []byte("\x00\xff{not json")
		ok.write(w)
	case FaultShape:
		ok.body = []byte(`{"ok":"yes","result":[[]],"messages":{"id":7}}`)
		ok.write(w)
	case FaultHuge:
		ok.body = append([]byte(`{"ok":true,"result":"`), bytes.Repeat([]byte("x"), 64<<20)...)
		ok.write(w)
	default:
		if f.Code != 0 && x.refuse != nil {
			x.refuse(f.Code).write(w)
			return
		}
		x.fail(f.status(), f.retryAfter()).write(w)
	}
}

func (s *Simulator) drip(w http.ResponseWriter, r *http.Request, f Fault, a answer) {
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(a.status)
	c := http.NewResponseController(w)
	for _, b := range a.body {
		if _, err := w.Write([]byte{b}); err != nil || c.Flush() != nil || !s.sleep(r.Context(), f.Delay) {
			return
		}
	}
}

// hangUp closes the connection without another byte.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close() //nolint:errcheck // that was the purpose
	}
}
