package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// provider is the part of Twilio and of 360dialog that channels call: it takes
// whatever is sent, and has a list of messages.
type provider struct {
	*httptest.Server
	mu       sync.Mutex
	taken    []string         // bodies of calls that send or make something, in words
	messages []map[string]any // of Twilio's list, the newest first
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // an end that comes early shows in the body
	words := string(body)
	if form, err := url.ParseQuery(words); err == nil && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		words = fmt.Sprint(form)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodPost {
		p.taken = append(p.taken, words)
	}
	n := len(p.taken)
	var answer any
	switch {
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/Messages.json"):
		answer = map[string]any{"messages": p.list(r.URL.Query()), "next_page_uri": nil}
	case r.Method == http.MethodGet:
		answer = map[string]any{"contents": []any{}, "meta": map[string]any{}}
	case strings.HasSuffix(r.URL.Path, "/Content"):
		answer = map[string]any{"sid": fmt.Sprint("HX", n)}
	case strings.HasSuffix(r.URL.Path, "/Messages.json"):
		answer = map[string]any{"sid": fmt.Sprint("SMout", n), "status": "queued"}
	default:
		answer = map[string]any{"messaging_product": "whatsapp", "contacts": []any{}, "messages": []any{map[string]any{"id": fmt.Sprint("wamid.out", n)}}}
	}
	_ = json.NewEncoder(rw).Encode(answer)
}

// list is what Twilio's filters leave of its messages ("Message Resource").
func (p *provider) list(q url.Values) []map[string]any {
	some := []map[string]any{}
	from, _ := time.Parse(time.RFC3339, q.Get("DateSent>"))
	to, _ := time.Parse(time.RFC3339, q.Get("DateSent<"))
	for _, m := range p.messages {
		at, _ := time.Parse(time.RFC1123Z, m["date_sent"].(string)) //nolint:forcetypeassert // add puts it there
		if !at.Before(from) && !at.After(to) && (!q.Has("To") || m["to"] == q.Get("To")) && (!q.Has("From") || m["from"] == q.Get("From")) {
			some = append(some, m)
		}
	}
	return some
}

// add puts a message at the head of the list.
func (p *provider) add(at time.Time, sid, direction, status, from, to, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	when := at.UTC().Format(time.RFC1123Z)
	p.messages = append([]map[string]any{{
		"sid": sid, "from": from, "to": to, "body": body, "direction": direction, "status": status, "num_media": "0", "num_segments": "1",
		"error_code": nil, "error_message": nil, "messaging_service_sid": nil, "date_sent": when, "date_created": when,
	}}, p.messages...)
}

// said is all that was sent and made so far.
func (p *provider) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.taken, "\n")
}

// twilio is a channel's line in the config.
func (p *provider) twilio(id, kind, from, more string) string {
	return fmt.Sprintf("\n  - {id: %s, kind: %s, account_sid: ACone, auth_token: tokenA, from: %q, api_url: %q, content_url: %q%s}", id, kind, from, p.URL, p.URL, more)
}
