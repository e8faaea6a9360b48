package simulator

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// draft is a message about to be sent, checked except for its chat.
type draft struct {
	method string
	body   obj // what the message says: text, photo …
	shown  Shown
	markup markup
}

// TelegramLimits switch Telegram's rate limits on (Bots FAQ: about one message
// a second in one chat, thirty a second in all). Zero is no limit.
type TelegramLimits struct {
	PerSecond     int // over all chats
	ChatPerSecond int
	ChatBurst     int // so many at once in a chat; ChatPerSecond if zero
}

// Limit sets the bot's rate limits. They count by the simulator's clock.
func (b *Bot) Limit(l TelegramLimits) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.perBot, b.perChat = l, nil, map[int64]*bucket{}
	if l.PerSecond > 0 {
		b.perBot = newBucket(float64(l.PerSecond), l.PerSecond, b.s.now())
	}
}

// reachable finds the chat that a call names and checks that the bot may write
// there. The bot's lock is held.
func (b *Bot) reachable(p params) (*TelegramPerson, *refusal) {
	if p.values["chat_id"] == "" {
		return nil, bad("chat_id is empty")
	}
	id, ok := p.int("chat_id")
	z := b.people[id]
	switch {
	case !ok || z == nil:
		return nil, bad("chat not found")
	case z.blocked:
		return nil, &refusal{code: http.StatusForbidden, text: "Forbidden: bot was blocked by the user"}
	case z.deactivated:
		return nil, &refusal{code: http.StatusForbidden, text: "Forbidden: user is deactivated"}
	case !z.started:
		return nil, &refusal{code: http.StatusForbidden, text: "Forbidden: bot can't initiate conversation with a user"}
	}
	return z, nil
}

// throttled spends the limits of one message. The bot's lock is held.
func (b *Bot) throttled(chat int64) *refusal {
	now := b.s.now()
	if b.limit.ChatPerSecond > 0 && b.perChat[chat] == nil {
		burst := max(b.limit.ChatBurst, b.limit.ChatPerSecond)
		b.perChat[chat] = newBucket(float64(b.limit.ChatPerSecond), burst, now)
	}
	wait, ok := b.perChat[chat].take(now)
	if ok {
		wait, ok = b.perBot.take(now)
	}
	if ok {
		return nil
	}
	return &refusal{code: http.StatusTooManyRequests, text: fmt.Sprintf("Too Many Requests: retry after %d", wait), retryAfter: wait}
}

// send puts drafts into the chat as one call.
func (b *Bot) send(p params, drafts ...draft) ([]obj, *refusal) {
	m, r := readMarkup(p.values["reply_markup"])
	if r != nil {
		return nil, r
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	z, r := b.reachable(p)
	if r != nil {
		return nil, r
	}
	to, r := z.replied(p)
	if r != nil {
		return nil, r
	}
	for range drafts {
		if r := b.throttled(z.user.ID); r != nil {
			return nil, r
		}
	}
	var out []obj
	for _, d := range drafts {
		d.markup = m
		out = append(out, z.receive(d, to))
	}
	return out, nil
}

// one sends a single message.
func (b *Bot) one(p params, d draft) (any, *refusal) {
	out, r := b.send(p, d)
	if r != nil {
		return nil, r
	}
	return out[0], nil
}

// receive shows a bot's message to the person. The bot's lock is held.
func (z *TelegramPerson) receive(d draft, to *telegramMessage) obj {
	m := z.newMessage(d.body)
	m.fromBot = true
	m.body["from"] = z.bot.user()
	if d.markup.wire != nil {
		m.body["reply_markup"] = d.markup.wire
	}
	if to != nil {
		m.body["reply_to_message"] = to.quoted()
		d.shown.ReplyTo = strconv.FormatInt(to.id, 10)
	}
	d.shown.ID, d.shown.From, d.shown.Method, d.shown.At = strconv.FormatInt(m.id, 10), Business, d.method, m.at
	d.shown.Buttons = d.markup.buttons
	if d.markup.keyboard != nil {
		d.shown.Buttons = d.markup.keyboard
		z.keyboard = d.markup.keyboard
	} else if d.markup.remove {
		z.keyboard = nil
	}
	z.action = "" // a message ends what is shown as going on
	z.screen.show(d.shown)
	return m.body
}

// replied finds the message that a send answers (Bot API, ReplyParameters).
func (z *TelegramPerson) replied(p params) (*telegramMessage, *refusal) {
	var reply struct {
		MessageID int64 `json:"message_id"`
		Lenient   bool  `json:"allow_sending_without_reply"`
	}
	if p.values["reply_parameters"] != "" && !p.json("reply_parameters", &reply) {
		return nil, bad("can't parse reply parameters JSON object")
	}
	if n, ok := p.int("reply_to_message_id"); ok && reply.MessageID == 0 {
		reply.MessageID, reply.Lenient = n, p.bool("allow_sending_without_reply")
	}
	if reply.MessageID == 0 {
		return nil, nil
	}
	m := z.messages[reply.MessageID]
	if m == nil && !reply.Lenient {
		return nil, bad("message to be replied not found")
	}
	return m, nil
}

func (b *Bot) sendMessage(_ context.Context, p params) (any, *refusal) {
	text, entities, r := richText(p, "text", "entities")
	if r != nil {
		return nil, r
	}
	if text == "" {
		return nil, bad("message text is empty")
	}
	if units(text) > maxText {
		return nil, bad("message is too long")
	}
	d := draft{method: "sendMessage", body: obj{"text": text}, shown: Shown{Text: text, Entities: entities}}
	if all := withFound(text, entities); len(all) > 0 {
		d.body["entities"] = wireEntities(all)
	}
	return b.one(p, d)
}

// caption reads a caption into a draft.
func caption(p params, d *draft) *refusal {
	text, entities, r := richText(p, "caption", "caption_entities")
	if r != nil {
		return r
	}
	if units(text) > maxCaption {
		return bad("message caption is too long")
	}
	if text == "" {
		return nil
	}
	d.body["caption"] = text
	d.shown.Caption, d.shown.Entities = text, entities
	if all := withFound(text, entities); len(all) > 0 {
		d.body["caption_entities"] = wireEntities(all)
	}
	return nil
}

func place(p params) (obj, Location, *refusal) {
	lat, ok1 := p.float("latitude")
	lon, ok2 := p.float("longitude")
	if !ok1 || !ok2 || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
		return nil, Location{}, bad("wrong latitude or longitude specified")
	}
	return obj{"latitude": lat, "longitude": lon}, Location{Latitude: lat, Longitude: lon}, nil
}

func (b *Bot) sendLocation(_ context.Context, p params) (any, *refusal) {
	where, at, r := place(p)
	if r != nil {
		return nil, r
	}
	return b.one(p, draft{method: "sendLocation", body: obj{"location": where}, shown: Shown{Location: &at}})
}

func (b *Bot) sendVenue(_ context.Context, p params) (any, *refusal) {
	where, at, r := place(p)
	if r != nil {
		return nil, r
	}
	at.Name, at.Address = p.values["title"], p.values["address"]
	if at.Name == "" || at.Address == "" {
		return nil, bad("venue title and address must be non-empty")
	}
	venue := obj{"location": where, "title": at.Name, "address": at.Address}
	return b.one(p, draft{method: "sendVenue", body: obj{"venue": venue, "location": where}, shown: Shown{Location: &at}})
}

func (b *Bot) sendContact(_ context.Context, p params) (any, *refusal) {
	phone, name := p.values["phone_number"], p.values["first_name"]
	switch {
	case phone == "":
		return nil, bad("contact phone number is empty")
	case name == "":
		return nil, bad("contact first name is empty")
	case len(p.values["vcard"]) > 2048: // Bot API, sendContact: "0-2048 bytes"
		return nil, bad("vcard is too long")
	}
	c := obj{"phone_number": phone, "first_name": name}
	whole := name
	if last := p.values["last_name"]; last != "" {
		c["last_name"] = last
		whole += " " + last
	}
	if v := p.values["vcard"]; v != "" {
		c["vcard"] = v
	}
	return b.one(p, draft{method: "sendContact", body: obj{"contact": c}, shown: Shown{Text: phone, Contacts: []string{whole}}})
}

// actions are what sendChatAction may show (Bot API, sendChatAction).
var actions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
	"choose_sticker", "find_location", "record_video_note", "upload_video_note",
}

func (b *Bot) sendChatAction(_ context.Context, p params) (any, *refusal) {
	if !slices.Contains(actions, p.values["action"]) {
		return nil, bad("wrong parameter action in request")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	z, r := b.reachable(p)
	if r != nil {
		return nil, r
	}
	z.action, z.actionAt = p.values["action"], b.s.now()
	return true, nil
}

func (b *Bot) answerCallbackQuery(_ context.Context, p params) (any, *refusal) {
	if units(p.values["text"]) > maxCallbackAnswer {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queries[p.values["callback_query_id"]]
	if q == nil || b.s.now().Sub(q.at) > 150*time.Second {
		return nil, bad("query is too old and response timeout expired or query ID is invalid")
	}
	q.answered, q.text = true, p.values["text"]
	return true, nil
}
