package simulator

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"
)

// TelegramUser describes a person on Telegram (Bot API, User).
type TelegramUser struct {
	ID        int64
	FirstName string // "Person" if empty
	LastName  string
	Username  string // without @
	Language  string // language_code; "en" if empty
}

// TelegramPerson is a person with a phone, in a private chat with one bot. All
// its methods may be called concurrently.
type TelegramPerson struct {
	bot    *Bot
	user   TelegramUser
	screen *screen

	// The bot's lock guards what follows.
	nextID      int64
	messages    map[int64]*telegramMessage
	started     bool // the person wrote first, or StartQuietly
	blocked     bool
	deactivated bool
	keyboard    [][]Button
	action      string
	actionAt    time.Time
	opened      []string
	nQueries    int
}

// telegramMessage is a message in a chat, as the API writes it.
type telegramMessage struct {
	id      int64
	body    obj // never changed in place
	fromBot bool
	at      time.Time
}

// Person registers a person; an ID that is known returns the person it has.
// The bot cannot write to a person who has done nothing yet.
func (b *Bot) Person(u TelegramUser) *TelegramPerson {
	b.mu.Lock()
	defer b.mu.Unlock()
	if z := b.people[u.ID]; z != nil {
		return z
	}
	if u.FirstName == "" {
		u.FirstName = "Person"
	}
	if u.Language == "" {
		u.Language = "en"
	}
	z := &TelegramPerson{
		bot: b, user: u, screen: newScreen(b.s.opt.Keep), nextID: b.opt.FirstMessage, messages: map[int64]*telegramMessage{},
	}
	b.people[u.ID] = z
	return z
}

// People lists the bot's people.
func (b *Bot) People() []*TelegramPerson {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []*TelegramPerson
	for _, z := range b.people {
		out = append(out, z)
	}
	return out
}

// User is the person as registered, with defaults filled in.
func (z *TelegramPerson) User() TelegramUser { return z.user }

// Screen is what the person sees, oldest first.
func (z *TelegramPerson) Screen() []Shown { return z.screen.all() }

// Wait returns the oldest message of the bot that matches and that no earlier
// Wait returned, and blocks until there is one or ctx ends.
func (z *TelegramPerson) Wait(ctx context.Context, match func(Shown) bool) (Shown, error) {
	return z.screen.wait(ctx, match)
}

// Opened lists the URLs that the person opened with Tap.
func (z *TelegramPerson) Opened() []string {
	z.bot.mu.Lock()
	defer z.bot.mu.Unlock()
	return append([]string(nil), z.opened...)
}

// Typing is the chat action shown now, "" if none: it lasts 5 s (Bot API,
// sendChatAction) or until the bot's next message.
func (z *TelegramPerson) Typing() string {
	z.bot.mu.Lock()
	defer z.bot.mu.Unlock()
	if z.bot.s.now().Sub(z.actionAt) >= 5*time.Second {
		return ""
	}
	return z.action
}

// Spinning counts the taps whose callback query the bot has not answered.
func (z *TelegramPerson) Spinning() int {
	z.bot.mu.Lock()
	defer z.bot.mu.Unlock()
	n := 0
	for _, q := range z.bot.queries {
		if q.person == z && !q.answered {
			n++
		}
	}
	return n
}

// StartQuietly opens the chat without an update, as if the person had written
// long ago: the bot may write first.
func (z *TelegramPerson) StartQuietly() {
	z.bot.mu.Lock()
	defer z.bot.mu.Unlock()
	z.started = true
}

// Block blocks the bot: its sends fail with 403, and it hears my_chat_member.
func (z *TelegramPerson) Block() { z.member("member", "kicked") }

// Unblock takes Block back.
func (z *TelegramPerson) Unblock() { z.member("kicked", "member") }

// Deactivate deletes the person's account: sends fail with 403, silently.
func (z *TelegramPerson) Deactivate() {
	z.bot.mu.Lock()
	defer z.bot.mu.Unlock()
	z.deactivated = true
}

func (z *TelegramPerson) member(from, to string) {
	b := z.bot
	b.mu.Lock()
	defer b.mu.Unlock()
	if z.blocked == (to == "kicked") {
		return
	}
	z.blocked = to == "kicked"
	state := func(status string) obj {
		o := obj{"user": b.user(), "status": status}
		if status == "kicked" {
			o["until_date"] = 0
		}
		return o
	}
	b.emit("my_chat_member", "member:"+z.id(), obj{"my_chat_member": obj{
		"chat": z.chat(), "from": z.from(), "date": b.s.now().Unix(), "old_chat_member": state(from), "new_chat_member": state(to),
	}})
}

func (z *TelegramPerson) id() string { return strconv.FormatInt(z.user.ID, 10) }

func (z *TelegramPerson) from() obj {
	o := obj{"id": z.user.ID, "is_bot": false, "first_name": z.user.FirstName, "language_code": z.user.Language}
	z.names(o)
	return o
}

func (z *TelegramPerson) chat() obj {
	o := obj{"id": z.user.ID, "type": "private", "first_name": z.user.FirstName}
	z.names(o)
	return o
}

func (z *TelegramPerson) names(o obj) {
	if z.user.LastName != "" {
		o["last_name"] = z.user.LastName
	}
	if z.user.Username != "" {
		o["username"] = z.user.Username
	}
}

// newMessage numbers a message of this chat and keeps it. The bot's lock is
// held.
func (z *TelegramPerson) newMessage(content obj) *telegramMessage {
	m := &telegramMessage{id: z.nextID, at: z.bot.s.now(), body: maps.Clone(content)}
	z.nextID++
	m.body["message_id"], m.body["chat"], m.body["date"] = m.id, z.chat(), m.at.Unix()
	z.messages[m.id] = m
	if old := m.id - int64(z.bot.s.opt.Keep); old > 0 {
		delete(z.messages, old)
	}
	return m
}

// quoted is the message inside reply_to_message, which nests no further.
func (m *telegramMessage) quoted() obj {
	o := maps.Clone(m.body)
	delete(o, "reply_to_message")
	return o
}

// say sends a message of the person. Writing to a bot unblocks it.
func (z *TelegramPerson) say(kind string, content obj, shown Shown) Shown {
	b := z.bot
	b.mu.Lock()
	defer b.mu.Unlock()
	z.started, z.blocked = true, false
	m := z.newMessage(content)
	m.body["from"] = z.from()
	if n, err := strconv.ParseInt(shown.ReplyTo, 10, 64); err == nil {
		if to := z.messages[n]; to != nil {
			m.body["reply_to_message"] = to.quoted()
		}
	}
	shown.ID, shown.From, shown.Method, shown.At = strconv.FormatInt(m.id, 10), Me, kind, m.at
	z.screen.show(shown)
	text := shown.Text + shown.Caption
	b.emit("message", "chat:"+z.id(), obj{"message": m.body}, z.said(fmt.Sprint(m.id), kind, text))
	return shown
}

func (z *TelegramPerson) said(id, kind, text string) Said {
	return Said{Kind: kindTelegram, Account: z.bot.opt.Username, Person: z.id(), MessageID: id, Type: kind, Text: text}
}
