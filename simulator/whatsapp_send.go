package simulator

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// window is how long free-form messages are let through after the person wrote
// (Cloud API, Customer service windows).
const window = 24 * time.Hour

// messages is POST /<number>/messages.
func (n *Number) messages(g *graphCall) answer {
	var q waRequest
	if err := json.Unmarshal(g.body, &q); err != nil {
		return schema("The request body is not valid: %v", err).answer()
	}
	if q.Status != "" {
		return n.markRead(&q)
	}
	if e := n.check(&q); e != nil {
		return e.answer()
	}
	n.mu.Lock()
	z, e := n.recipient(&q)
	if e == nil {
		e = n.throttled(z)
	}
	plan := n.plan
	if e != nil {
		late := plan.Late && (e.code == 131026 || e.code == 131047)
		n.mu.Unlock()
		if !late {
			return e.answer()
		}
		id := n.wamid(q.To + q.Recipient)
		n.failed(id, &q, e)
		return n.accepted(&q, nil, id)
	}
	id := n.wamid(z.user.Phone)
	n.show(z, id, &q)
	n.mu.Unlock()
	if links := q.links(); len(links) > 0 {
		n.s.spawn(func() { n.load(z, id, &q, links) })
		return n.accepted(&q, z, id)
	}
	n.progress(z, id, &q)
	return n.accepted(&q, z, id)
}

// accepted is the answer of a send; 200 means accepted, not delivered.
func (n *Number) accepted(q *waRequest, z *WhatsAppPerson, id string) answer {
	to := q.To
	if to == "" {
		to = q.Recipient
	}
	contact := obj{"input": to}
	switch {
	case q.To == "":
		contact["user_id"] = q.Recipient
	case z != nil:
		contact["wa_id"] = z.user.Phone
	default:
		contact["wa_id"] = phoneDigits(q.To)
	}
	message := obj{"id": id}
	if q.Type == "template" {
		message["message_status"] = "accepted"
	}
	a := jsonAnswer(http.StatusOK, obj{"messaging_product": "whatsapp", "contacts": []obj{contact}, "messages": []obj{message}})
	a.messageID = id
	return a
}

// recipient finds the person, by phone or business-scoped user id, and whether
// this type of message may be sent now. The lock is held.
func (n *Number) recipient(q *waRequest) (*WhatsAppPerson, *graphError) {
	z := n.people[q.Recipient]
	if q.To != "" {
		z = n.people[phoneDigits(q.To)]
	}
	switch {
	case phoneDigits(q.To) == n.opt.DisplayPhone:
		return nil, graph(http.StatusBadRequest, 131021, "Sender and recipient phone number is the same")
	case z == nil || z.blocked:
		return nil, graph(http.StatusBadRequest, 131026, "Unable to deliver message.")
	case q.Type != "template" && n.s.now().Sub(z.wrote) > window:
		return nil, graph(http.StatusBadRequest, 131047, "Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
	}
	return z, nil
}

func phoneDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// throttled spends the limits of one message. The lock is held.
func (n *Number) throttled(z *WhatsAppPerson) *graphError {
	now := n.s.now()
	if n.limits.PairEvery > 0 {
		b := n.pairs[z.key()]
		if b == nil {
			b = newBucket(1/n.limits.PairEvery.Seconds(), max(n.limits.PairBurst, 1), now)
			n.pairs[z.key()] = b
		}
		if _, ok := b.take(now); !ok {
			return graph(http.StatusBadRequest, 131056, "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.")
		}
	}
	if _, ok := n.all.take(now); !ok {
		return graph(http.StatusBadRequest, 130429, "Message failed to send because there were too many messages sent from this phone number in a short period of time.")
	}
	return nil
}

// wamid makes a message id that no other run of the simulator makes.
func (n *Number) wamid(person string) string {
	raw := fmt.Sprintf("%s/%s/%d/%d", n.opt.PhoneNumberID, person, n.s.now().UnixNano(), n.seq.Add(1))
	return "wamid.HBg" + base64.StdEncoding.EncodeToString([]byte(raw))
}

// markRead marks an inbound message read, and may show that we type.
func (n *Number) markRead(q *waRequest) answer {
	switch {
	case q.Product != "whatsapp":
		return schema("The parameter messaging_product is required.").answer()
	case q.Status != "read":
		return invalid("status must be read").answer()
	case q.Typing != nil && q.Typing.Type != "text":
		return invalid("typing_indicator type must be text").answer()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	z := n.sent[q.MessageID]
	if z == nil || !z.markedRead(q.MessageID) {
		return invalid("Message ID is invalid, or not of a received message").answer()
	}
	if q.Typing != nil {
		z.typingAt = n.s.now()
	}
	return succeeded()
}

// links are the URLs that Meta must load itself.
func (q *waRequest) links() map[string]string {
	links := map[string]string{}
	add := func(kind string, m *waMedia) {
		if m != nil && m.Link != "" {
			links[m.Link] = kind
		}
	}
	add(q.Type, q.media())
	if q.Interactive != nil {
		if h := q.Interactive.Header; h != nil {
			add(h.Type, h.media())
		}
		for _, c := range q.Interactive.Action.Cards {
			if c.Header != nil {
				add(c.Header.Type, c.Header.media())
			}
		}
	}
	return links
}

// load fetches linked media after the answer; a failure is told by a failed
// status 131053 (Cloud API, Media: media by link).
func (n *Number) load(z *WhatsAppPerson, id string, q *waRequest, links map[string]string) {
	ctx, done := context.WithTimeout(n.s.ctx, 10*time.Second)
	defer done()
	for link, kind := range links {
		got, err := n.s.fetch(ctx, link, waKinds[kind].most)
		var e *graphError
		if err != nil {
			e = graph(http.StatusBadRequest, 131053, "Media download error: %v", err)
		} else {
			e = fits(kind, got.Type, len(got.Data))
		}
		if e != nil {
			z.screen.change(id, func(s *Shown) { s.Deleted, s.Status = true, "failed" })
			n.failed(id, q, e)
			return
		}
		z.screen.change(id, func(s *Shown) { s.fill(link, got) })
	}
	n.progress(z, id, q)
}

// fill puts fetched bytes where the link stood.
func (s *Shown) fill(link string, got Fetched) {
	put := func(m *Media) *Media {
		if m == nil || m.URL != link {
			return m
		}
		c := *m
		c.MIME, c.Size, c.Data = got.Type, len(got.Data), got.Data
		return &c
	}
	s.Media = put(s.Media)
	cards := append([]Shown(nil), s.Cards...)
	for i := range cards {
		cards[i].Media = put(cards[i].Media)
	}
	s.Cards = cards
}

// progress tells sent and delivered as the plan says. Reactions are only sent.
func (n *Number) progress(z *WhatsAppPerson, id string, q *waRequest) {
	n.mu.Lock()
	defer n.mu.Unlock()
	plan := n.plan
	steps := []string{"sent", "delivered"}
	switch {
	case plan.Off:
		return
	case q.Type == "reaction" || plan.SkipDelivered:
		steps = steps[:1]
	case plan.Disorder:
		steps = []string{"delivered", "sent"}
	}
	z.screen.change(id, func(s *Shown) { s.Status = "delivered" })
	for i, step := range steps {
		one := n.status(z, id, step, q.Callback)
		if i == 0 && plan.BeforeAnswer && n.held == nil && n.reaches() {
			n.postNow(one)
			continue
		}
		n.tell(one)
	}
}

// postNow posts one notice before it returns, as fast providers overtake their
// own answer. A failure is retried as always. The lock is held, and let go
// while it waits.
func (n *Number) postNow(one notice) {
	w := Webhook{Kind: kindWhatsApp, Account: n.opt.PhoneNumberID, Event: one.event, Key: one.key, Created: n.s.now()}
	value := n.value()
	value["contacts"], value["statuses"] = []obj{one.contact}, one.statuses
	w.Body = escaped(n.envelope([]obj{{"field": "messages", "value": value}}))
	n.s.ledger.opened(&w)
	p := &post{url: *n.url.Load(), header: n.headers(w.Body), expires: w.Created.Add(webhookLives), hook: &w}
	n.mu.Unlock()
	defer n.mu.Lock()
	if acked, _ := n.box.try(p); !acked {
		n.s.spawn(func() { n.box.deliver(p, 1, 0) })
	}
}

// status words one status of a message (Webhooks, messages: statuses).
func (n *Number) status(z *WhatsAppPerson, id, status, callback string) notice {
	s := obj{"id": id, "status": status, "timestamp": strconv.FormatInt(n.s.now().Unix(), 10), "recipient_user_id": z.user.UserID}
	if z.user.UserID == "" {
		delete(s, "recipient_user_id")
	}
	if !z.user.WithoutPhone {
		s["recipient_id"] = z.user.Phone
	}
	if callback != "" {
		s["biz_opaque_callback_data"] = callback
	}
	if status == "sent" || status == "delivered" {
		s["pricing"] = obj{"billable": true, "pricing_model": "PMP", "type": "regular", "category": "service"}
	}
	return notice{event: "status", lane: "status:" + id, key: id, contact: z.contact(), statuses: []obj{s}}
}

// failed tells that a message that was accepted cannot be delivered.
func (n *Number) failed(id string, q *waRequest, e *graphError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := obj{"id": id, "status": "failed", "timestamp": strconv.FormatInt(n.s.now().Unix(), 10), "errors": []obj{e.webhook()}}
	if q.To != "" {
		s["recipient_id"] = phoneDigits(q.To)
	} else {
		s["recipient_user_id"] = q.Recipient
	}
	if q.Callback != "" {
		s["biz_opaque_callback_data"] = q.Callback
	}
	n.tell(notice{event: "status", lane: "status:" + id, key: id, statuses: []obj{s}})
}
