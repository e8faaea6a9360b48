package simulator

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// typingLives is how long a typing indicator shows (Cloud API, Typing
// indicators: 25 s).
const typingLives = 25 * time.Second

// WhatsAppUser describes a person on WhatsApp.
type WhatsAppUser struct {
	Phone    string // digits
	UserID   string // business-scoped: "DE.9281…"
	Name     string
	Username string // with or without @
	// WithoutPhone hides the phone from webhooks, as for people with a username
	// who are no contacts of the business.
	WithoutPhone bool
}

// WhatsAppPerson is a person with a phone, in a chat with one number. All its
// methods may be called concurrently.
type WhatsAppPerson struct {
	number *Number
	user   WhatsAppUser
	screen *screen

	// The number's lock guards what follows.
	wrote     time.Time // zero: never; the window counts from here
	blocked   bool
	typingAt  time.Time
	opened    []string
	callbacks map[string]string // biz_opaque_callback_data by wamid
	unread    []string          // the business's messages not read yet
}

// Person registers a person; a phone or user id that is known returns the
// person it has. The window opens when the person writes.
func (n *Number) Person(u WhatsAppUser) *WhatsAppPerson {
	u.Phone = phoneDigits(u.Phone)
	n.mu.Lock()
	defer n.mu.Unlock()
	if z := n.people[cmp.Or(u.Phone, u.UserID)]; z != nil {
		return z
	}
	u.Name = cmp.Or(u.Name, "Person")
	z := &WhatsAppPerson{number: n, user: u, screen: newScreen(n.s.opt.Keep), callbacks: map[string]string{}}
	for _, key := range []string{u.Phone, u.UserID} {
		if key != "" {
			n.people[key] = z
		}
	}
	return z
}

// remember notes whose screen a message is on, in bounds. The lock is held.
func (n *Number) remember(id string, z *WhatsAppPerson) {
	if len(n.sent) >= n.s.opt.Keep {
		for old := range n.sent {
			delete(n.sent, old)
			break
		}
	}
	n.sent[id] = z
	if len(z.unread) < n.s.opt.Keep {
		z.unread = append(z.unread, id)
	}
}

// User is the person as registered.
func (z *WhatsAppPerson) User() WhatsAppUser { return z.user }

// Screen is what the person sees, oldest first.
func (z *WhatsAppPerson) Screen() []Shown { return z.screen.all() }

// Wait returns the oldest message of the business that matches and that no
// earlier Wait returned, and blocks until there is one or ctx ends.
func (z *WhatsAppPerson) Wait(ctx context.Context, match func(Shown) bool) (Shown, error) {
	return z.screen.wait(ctx, match)
}

// Opened lists the URLs that the person opened with Tap.
func (z *WhatsAppPerson) Opened() []string {
	z.number.mu.Lock()
	defer z.number.mu.Unlock()
	return append([]string(nil), z.opened...)
}

// Typing reports whether the business is shown as typing.
func (z *WhatsAppPerson) Typing() bool {
	z.number.mu.Lock()
	defer z.number.mu.Unlock()
	return z.number.s.now().Sub(z.typingAt) < typingLives
}

// OpenWindow lets the business write for 24 h, as if the person had written now.
func (z *WhatsAppPerson) OpenWindow() {
	z.number.mu.Lock()
	defer z.number.mu.Unlock()
	z.wrote = z.number.s.now()
}

// CloseWindow ends the window as if 24 h had passed.
func (z *WhatsAppPerson) CloseWindow() {
	z.number.mu.Lock()
	defer z.number.mu.Unlock()
	z.wrote = time.Time{}
}

// Block makes the number's messages undeliverable (131026).
func (z *WhatsAppPerson) Block() { z.block(true) }

// Unblock takes Block back.
func (z *WhatsAppPerson) Unblock() { z.block(false) }

func (z *WhatsAppPerson) block(on bool) {
	z.number.mu.Lock()
	defer z.number.mu.Unlock()
	z.blocked = on
}

// Read opens the chat: every unread message of the business gets a read status.
func (z *WhatsAppPerson) Read() {
	n := z.number
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range z.unread {
		if s, ok := z.screen.find(id); !ok || s.Deleted {
			continue
		}
		z.screen.change(id, func(s *Shown) { s.Status = "read" })
		if !n.plan.Off {
			n.tell(n.status(z, id, "read", z.callbacks[id]))
		}
		delete(z.callbacks, id)
	}
	z.unread = nil
}

// markedRead shows the person that an own message was read. The lock is held.
func (z *WhatsAppPerson) markedRead(id string) bool {
	s, ok := z.screen.find(id)
	return ok && s.From == Me && z.screen.change(id, func(s *Shown) { s.Status = "read" })
}

func (z *WhatsAppPerson) key() string { return cmp.Or(z.user.Phone, z.user.UserID) }

// contact is the person as webhooks show them.
func (z *WhatsAppPerson) contact() obj {
	profile := obj{"name": z.user.Name}
	if z.user.Username != "" {
		profile["username"] = z.user.Username
	}
	c := obj{"profile": profile}
	if !z.user.WithoutPhone {
		c["wa_id"] = z.user.Phone
	}
	if z.user.UserID != "" {
		c["user_id"] = z.user.UserID
	}
	return c
}

// say sends a message of the person, with what every message has.
func (z *WhatsAppPerson) say(kind string, message obj, shown Shown) Shown {
	n := z.number
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.s.now()
	id := n.wamid(z.user.Phone)
	message["id"], message["type"], message["timestamp"] = id, kind, strconv.FormatInt(now.Unix(), 10)
	if !z.user.WithoutPhone {
		message["from"] = z.user.Phone
	}
	if z.user.UserID != "" {
		message["from_user_id"] = z.user.UserID
	}
	if shown.ReplyTo != "" {
		message["context"] = z.context(shown.ReplyTo)
	}
	shown.ID, shown.From, shown.Method, shown.At = id, Me, kind, now
	if kind != "reaction" {
		z.wrote = now // reactions are not said to open the window
		n.sent[id] = z
		z.screen.show(shown)
	}
	n.tell(notice{
		event: "message", lane: "person:" + z.key(), key: id, contact: z.contact(), messages: []obj{message},
		said: []Said{{Kind: kindWhatsApp, Account: n.opt.PhoneNumberID, Person: z.key(), MessageID: id, Type: kind, Text: shown.Text + shown.Caption}},
	})
	return shown
}

// context names the message that one answers, and who wrote it.
func (z *WhatsAppPerson) context(id string) obj {
	c := obj{"id": id, "from": z.number.opt.DisplayPhone}
	if s, ok := z.screen.find(id); ok && s.From == Me {
		delete(c, "from")
		if !z.user.WithoutPhone {
			c["from"] = z.user.Phone
		} else {
			c["from_user_id"] = z.user.UserID
		}
	}
	return c
}

// SendRaw sends a message as given; id, timestamp and the sender are filled in,
// type must be there.
func (z *WhatsAppPerson) SendRaw(message json.RawMessage) (Shown, error) {
	var body obj
	if err := json.Unmarshal(message, &body); err != nil {
		return Shown{}, fmt.Errorf("raw message: %w", err)
	}
	kind, _ := body["type"].(string)
	if kind == "" {
		return Shown{}, fmt.Errorf("raw message: no type")
	}
	return z.say(kind, body, Shown{}), nil
}
