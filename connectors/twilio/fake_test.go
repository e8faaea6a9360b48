package twilio_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"causeway/connectors/connectortest"
	"causeway/core"
)

// fake is Twilio on loopback: both of its addresses.
type fake struct {
	*httptest.Server
	mux  *http.ServeMux
	mu   sync.Mutex
	seen []call
}

type call struct {
	method, path string
	query, form  url.Values
	user, pass   string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{mux: http.NewServeMux()}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, pass, _ := r.BasicAuth()
		if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
			_ = r.ParseForm()
		}
		f.mu.Lock()
		f.seen = append(f.seen, call{r.Method, r.URL.Path, r.URL.Query(), r.PostForm, user, pass})
		f.mu.Unlock()
		f.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// on answers one path of the account.
func (f *fake) on(pattern string, answer func(r *http.Request) any) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		a := answer(r)
		if fail, ok := a.(failed); ok {
			w.WriteHeader(fail.status)
			a = map[string]any{"code": fail.code, "message": "x", "status": fail.status}
		}
		_ = json.NewEncoder(w).Encode(a)
	})
}

type failed struct{ status, code int }

const accounts = "/2010-04-01/Accounts/" + account

func (f *fake) takes(sid string) {
	f.on("POST "+accounts+"/Messages.json", func(*http.Request) any { return map[string]any{"sid": sid, "status": "queued"} })
}

// calls are those to a path so far.
func (f *fake) calls(method, path string) []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var some []call
	for _, c := range f.seen {
		if c.method == method && c.path == path {
			some = append(some, c)
		}
	}
	return some
}

// open is a connector whose Twilio is f.
func (f *fake) open(t *testing.T, k core.Kind, changed map[string]any) core.Connector {
	t.Helper()
	all := map[string]any{"api_url": f.URL, "content_url": f.URL + "/"}
	for name, v := range changed {
		all[name] = v
	}
	return opened(t, k, all)
}

// payload is the only native call of the first message of a corpus answer.
func payload(t *testing.T, k core.Kind, name string) core.Payload {
	t.Helper()
	answer, ok := connectortest.Corpus(t)[name]
	if !ok {
		t.Fatalf("the corpus has no %s", name)
	}
	return render(t, k, answer[0].Content)
}

func render(t *testing.T, k core.Kind, c core.Content) core.Payload {
	t.Helper()
	fitted := core.Fit([]core.Saying{{Content: c}}, k.Capabilities, core.FitOptions{Choose: "Please choose"})
	p, err := k.Render(core.Outgoing{To: "whatsapp:+15551230000", Content: fitted[0].Parts[0], Ref: "abc.0"})
	if err != nil || len(p) != 1 {
		t.Fatalf("render: %v, %d calls", err, len(p))
	}
	return p[0]
}
