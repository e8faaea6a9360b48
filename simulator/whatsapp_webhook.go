package simulator

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
	"unicode/utf16"
)

const (
	signatureHeader = "X-Hub-Signature-256"
	// webhookLives is how long Meta tries (Webhooks: up to 7 days).
	webhookLives = 7 * 24 * time.Hour
	// maxBatch is how many updates one POST carries (Webhooks: up to 1000).
	maxBatch = 1000
)

// sign is the value of X-Hub-Signature-256 (Webhooks, Validating Payloads).
func sign(secret string, body []byte) string {
	return "sha256=" + stamp(secret, string(body))
}

func stamp(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text)) // never fails
	return hex.EncodeToString(m.Sum(nil))
}

// writeEscape writes a rune as \u and four lower-case digits, twice where
// UTF-16 needs it.
func writeEscape(b *bytes.Buffer, r rune) {
	for _, u := range utf16.AppendRune(nil, r) {
		fmt.Fprintf(b, `\u%04x`, u)
	}
}

// notice is one thing to tell by webhook: a change of field "messages".
type notice struct {
	event    string // message, status
	lane     string
	key      string
	contact  obj // nil: none
	messages []obj
	statuses []obj
	said     []Said
}

// batch gathers notices while webhooks are held.
type batch struct{ notices []notice }

// Hold keeps webhooks back until Release, which posts them in few POSTs of
// many, as Meta batches.
func (n *Number) Hold() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held == nil {
		n.held = &batch{}
	}
}

// Release posts what was held.
func (n *Number) Release() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held == nil {
		return
	}
	all := n.held.notices
	n.held = nil
	for len(all) > 0 {
		size := min(len(all), maxBatch)
		n.post("batch", all[:size]...)
		all = all[size:]
	}
}

// tell posts a notice, or keeps it while webhooks are held. The lock is held.
func (n *Number) tell(one notice) {
	if n.held != nil {
		n.held.notices = append(n.held.notices, one)
		return
	}
	n.post(one.lane, one)
}

// post queues notices as one webhook.
func (n *Number) post(lane string, notices ...notice) {
	changes := make([]obj, len(notices))
	w := Webhook{Event: notices[0].event, Key: notices[0].key}
	for i, one := range notices {
		value := n.value()
		if one.contact != nil {
			value["contacts"] = []obj{one.contact}
		}
		if one.messages != nil {
			value["messages"] = one.messages
		}
		if one.statuses != nil {
			value["statuses"] = one.statuses
		}
		changes[i] = obj{"field": "messages", "value": value}
		w.Said = append(w.Said, one.said...)
	}
	w.Body = escaped(n.envelope(changes))
	n.queue(lane, &w)
}

func (n *Number) value() obj {
	return obj{"messaging_product": "whatsapp", "metadata": obj{"display_phone_number": n.opt.DisplayPhone, "phone_number_id": n.opt.PhoneNumberID}}
}

func (n *Number) envelope(changes []obj) obj {
	return obj{"object": "whatsapp_business_account", "entry": []obj{{"id": n.opt.WABA, "changes": changes}}}
}

func (n *Number) queue(lane string, w *Webhook) {
	w.Kind, w.Account, w.Created = kindWhatsApp, n.opt.PhoneNumberID, n.s.now()
	n.s.ledger.opened(w)
	if !n.reaches() {
		n.s.ledger.gaveUp(w)
		return
	}
	n.box.add(&post{lane: lane, url: *n.url.Load(), header: n.headers(w.Body), expires: w.Created.Add(webhookLives), hook: w})
}

func (n *Number) headers(body []byte) http.Header {
	return http.Header{
		"Content-Type": {"application/json"}, signatureHeader: {sign(n.opt.AppSecret, body)}, "User-Agent": {"facebookexternalua"},
	}
}

func (n *Number) reaches() bool {
	u, err := url.Parse(*n.url.Load())
	return err == nil && loopbackHost(u.Hostname())
}

// PostRaw signs and posts a whole webhook body as given: account events, other
// numbers, other fields.
func (n *Number) PostRaw(body json.RawMessage) error {
	if !json.Valid(body) {
		return fmt.Errorf("raw webhook: not JSON")
	}
	n.queue("raw", &Webhook{Event: "raw", Body: append([]byte(nil), body...)})
	return nil
}

// Verify makes the handshake: GET with hub.challenge, which must be answered by
// 200 and the bare challenge (Webhooks, Verification requests).
func (n *Number) Verify(ctx context.Context) error {
	challenge := n.digits()
	q := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {challenge}, "hub.verify_token": {n.opt.VerifyToken}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, *n.url.Load()+"?"+q.Encode(), nil)
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if !n.reaches() {
		return fmt.Errorf("handshake: %w", errForeign)
	}
	w, err := n.s.client.Do(r)
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(io.LimitReader(w.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if w.StatusCode != http.StatusOK || string(body) != challenge {
		return fmt.Errorf("handshake: answered %d with %q, not 200 with the challenge", w.StatusCode, body)
	}
	return nil
}
