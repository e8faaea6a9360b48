package main_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// heard is the body of a bot's webhook, as "Custom AI Agent Integration" has it.
type heard struct {
	BotID          string          `json:"botId"`
	Key            string          `json:"key"`
	From           string          `json:"from"`
	Message        string          `json:"message"`
	GroupID        int64           `json:"groupId"`
	Metadata       json.RawMessage `json:"metadata"`
	ContentType    int             `json:"contentType"`
	ApplicationKey string          `json:"applicationKey"`
	Source         int             `json:"source"`
	EventName      string          `json:"eventName"`
	CreatedAt      int64           `json:"createdAt"`
}

// call is one call of a bot's webhook.
type call struct {
	heard
	body []byte
	id   string // webhook-id
	bot  *bot
	w    http.ResponseWriter
	gone <-chan struct{} // closed when the caller has hung up
}

// message is one message of a bot's answer.
type message = map[string]any

// bot is a customer's bot.
type bot struct {
	t      *testing.T
	server *httptest.Server
	url    string
	free   chan struct{} // closed when bots must not keep anybody waiting

	mu     sync.Mutex
	answer func(*call)
	calls  []call
}

// newBot makes a bot; a nil answer greets nobody and repeats what it hears.
func newBot(t *testing.T, answer func(*call)) *bot {
	if answer == nil {
		answer = repeat
	}
	b := &bot{t: t, answer: answer, free: make(chan struct{})}
	b.server = httptest.NewServer(b)
	b.url = b.server.URL + "/bot"
	return b
}

func repeat(c *call) {
	if c.EventName == "WELCOME" {
		c.says()
		return
	}
	c.says(message{"message": "re: " + c.Message})
}

// release lets all who wait go on.
func (b *bot) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.free:
	default:
		close(b.free)
	}
}

// becomes changes what the bot answers from now on.
func (b *bot) becomes(answer func(*call)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = answer
}

func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the bridge was killed
	}
	c := call{body: body, id: r.Header.Get("webhook-id"), bot: b, w: w, gone: r.Context().Done()}
	if err := json.Unmarshal(body, &c.heard); err != nil {
		b.t.Errorf("a bot was called with %q: %v", body, err)
	}
	if r.Header.Get("X-Token") != botToken || !signed(r.Header, body) {
		b.t.Errorf("a bot was called without its token or signature: %v", r.Header)
	}
	b.mu.Lock()
	b.calls = append(b.calls, c)
	answer := b.answer
	b.mu.Unlock()
	answer(&c)
}

// signed checks the call's signature: Standard Webhooks, "Signature scheme".
func signed(h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(botSecret, "whsec_"))
	if err != nil {
		return false
	}
	at, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if off := time.Since(time.Unix(at, 0)); err != nil || off.Abs() > 5*time.Minute { // verifiers allow so much
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", h.Get("webhook-id"), h.Get("webhook-timestamp"), body)
	return h.Get("webhook-signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// says answers with messages.
func (c *call) says(all ...message) {
	if all == nil {
		all = []message{}
	}
	c.w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(c.w).Encode(all) // the bridge may be gone
}

// hang keeps the caller waiting until the caller leaves, or the test ends.
func (c *call) hang() {
	select {
	case <-c.gone:
	case <-c.bot.free:
	}
}

// fails answers with a status.
func fails(status int) func(*call) {
	return func(c *call) { http.Error(c.w, "no", status) }
}

// heard lists the calls, oldest first.
func (b *bot) heard() []call {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

// messages are the calls that were about a message.
func (b *bot) messages() []call {
	return slices.DeleteFunc(b.heard(), func(c call) bool { return c.EventName != "" && c.EventName != "KOMMUNICATE_MEDIA_EVENT" })
}

// hears waits for the n-th call that was about a message, counted from 1.
func (b *bot) hears(t *testing.T, n int) call {
	t.Helper()
	var c call
	eventually(t, fmt.Sprintf("message %d at the bot", n), func() error {
		all := b.messages()
		if len(all) < n {
			return fmt.Errorf("it heard %d", len(all))
		}
		c = all[n-1]
		return nil
	})
	return c
}

// gate keeps a bot thinking until it is opened.
type gate struct{ open chan struct{} }

func newGate() gate { return gate{make(chan struct{})} }

// wait returns when the gate is open, or the caller has left.
func (g gate) wait(c *call) {
	select {
	case <-g.open:
	case <-c.gone:
	case <-c.bot.free:
	case <-time.After(30 * time.Second):
	}
}
