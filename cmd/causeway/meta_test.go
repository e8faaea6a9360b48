package main_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// meta is the part of Meta's Graph that Instagram and Messenger channels call.
type meta struct {
	*httptest.Server
	mu    sync.Mutex
	calls []graphCall
	// answers a call of the given path instead, if it writes anything.
	answers func(c graphCall, rw http.ResponseWriter) bool
	files   map[string][]byte // by path
}

// graphCall is one call as it came.
type graphCall struct {
	path, kind, body string
}

func newMeta(t *testing.T) *meta {
	t.Helper()
	m := &meta{files: map[string][]byte{}}
	m.Server = httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(m.Close)
	return m
}

func (m *meta) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // an end that comes early shows in the body
	c := graphCall{r.URL.Path, r.Header.Get("Content-Type"), string(body)}
	m.mu.Lock()
	if r.Method == http.MethodPost {
		m.calls = append(m.calls, c)
	}
	n, file, answers := len(m.calls), m.files[r.URL.Path], m.answers
	m.mu.Unlock()
	switch {
	case file != nil:
		_, _ = rw.Write(file)
	case answers != nil && answers(c, rw):
	case strings.HasSuffix(r.URL.Path, "/message_attachments"):
		_, _ = fmt.Fprintf(rw, `{"attachment_id":"att-%d"}`, n)
	case r.Method == http.MethodPost:
		_, _ = fmt.Fprintf(rw, `{"recipient_id":"1","message_id":"mid-out-%d"}`, n)
	default:
		_, _ = io.WriteString(rw, `{"name":"Lena Vogt"}`)
	}
}

// sent are the calls to send a message so far, those with text in them.
func (m *meta) sent(text string) (all []graphCall) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.calls {
		if strings.Contains(c.body, text) {
			all = append(all, c)
		}
	}
	return all
}

const metaSecret = "secret-of-the-meta-app"

// instagram is a channel's line in the config.
func (m *meta) instagram(id, account string) string {
	return fmt.Sprintf("\n  - {id: %s, kind: instagram, account_id: %q, access_token: token-of-the-account, app_secret: %s, verify_token: word, api_url: %q}",
		id, account, metaSecret, m.URL)
}

func (m *meta) messenger(id, page string) string {
	return fmt.Sprintf("\n  - {id: %s, kind: messenger, page_id: %q, access_token: token-of-the-page, app_secret: %s, verify_token: word, api_url: %q}",
		id, page, metaSecret, m.URL)
}

// told has Meta tell a channel of one event of the person at an account; event is
// its key and value.
func (w *world) told(channel, object, account, event string) {
	w.t.Helper()
	body := fmt.Appendf(nil, `{"object":%q,"entry":[{"id":%q,"time":1791800000456,"messaging":[{"sender":{"id":"6120000000000077"},"recipient":{"id":%q},"timestamp":1791800000123,%s}]}]}`,
		object, account, account, event)
	mac := hmac.New(sha256.New, []byte(metaSecret))
	mac.Write(body)
	a, err := w.do("POST", "/webhooks/"+channel, body, "Content-Type", "application/json", "X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	if err != nil || a.status != 200 {
		w.t.Fatalf("webhook: %d %s %v", a.status, a.body, err)
	}
}
