package telegram

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/connectors/kit"
	"causeway/core"
)

// secretHeader is in canonical form. Bot API, "setWebhook".
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// Receive implements core.Connector. A call is one update, and so one item.
func (c *Connector) Receive(r core.Request) (core.Delivery, error) {
	if !kit.Same(c.set.Secret, r.Header[secretHeader]) {
		return core.Delivery{}, core.ErrUnverified
	}
	var members map[string]json.RawMessage
	if err := kit.Decode(r.Body, &members); errors.Is(err, core.ErrUnreadable) {
		return core.Delivery{}, err
	}
	var id int64
	if err := json.Unmarshal(members["update_id"], &id); err != nil {
		return one(kit.Quarantine(kit.KeyOfBody(r.Body), "there is no update_id")), nil
	}
	return one(c.item(id, members)), nil
}

func one(i core.Item) core.Delivery { return core.Delivery{Items: []core.Item{i}} }

// update is one update on its way to an item.
type update struct {
	id     int64
	key    string
	groups bool
}

// item reads the one member that stands beside update_id. Bot API, "Update".
func (c *Connector) item(id int64, members map[string]json.RawMessage) core.Item {
	u := update{id: id, key: "u" + strconv.FormatInt(id, 10), groups: c.set.Groups}
	for _, read := range []struct {
		member string
		by     func(json.RawMessage) core.Item
	}{
		{"message", u.message},
		{"edited_message", u.edited},
		{"callback_query", u.tapped},
		{"message_reaction", u.reacted},
		{"my_chat_member", u.membership},
	} {
		if raw, ok := members[read.member]; ok {
			return read.by(raw)
		}
	}
	for _, member := range slices.Sorted(maps.Keys(members)) {
		if why, ok := ignored[member]; ok {
			return kit.Ignore(u.key, why)
		}
	}
	return kit.Quarantine(u.key, "the kind of update is not known: "+unknown(members, map[string]bool{"update_id": true}))
}

// ignored are the kinds of update that are none of ours.
var ignored = map[string]string{
	"channel_post":               "a post in a Telegram channel",
	"edited_channel_post":        "an edit in a Telegram channel",
	"chat_member":                "somebody's place in a chat changed",
	"message_reaction_count":     "anonymous reactions",
	"business_connection":        "business accounts are not used",
	"business_message":           "business accounts are not used",
	"edited_business_message":    "business accounts are not used",
	"deleted_business_messages":  "business accounts are not used",
	"guest_message":              "the bot is no member of that chat",
	"poll":                       "the state of a poll",
	"poll_answer":                "a vote in a poll",
	"inline_query":               "inline mode is not used",
	"chosen_inline_result":       "inline mode is not used",
	"shipping_query":             "payments are not used",
	"pre_checkout_query":         "payments are not used",
	"purchased_paid_media":       "payments are not used",
	"subscription":               "payments are not used",
	"chat_join_request":          "join requests are not used",
	"chat_boost":                 "boosts are not used",
	"removed_chat_boost":         "boosts are not used",
	"managed_bot":                "managed bots are not used",
	"stopped_message_generation": "streamed answers are not used",
}

func (u update) message(raw json.RawMessage) core.Item {
	m, item := u.read(raw)
	if item != nil {
		return *item
	}
	content, why := m.content()
	if content == nil {
		return kit.Ignore(u.key, why)
	}
	return core.Item{Key: u.key, Event: core.Heard{
		From:     m.person(),
		Provider: providerID(m.Chat.ID, m.ID),
		Content:  content,
		ReplyTo:  m.replyTo(),
		Metadata: m.metadata(),
		At:       at(m.Date),
	}}
}

// edited carries the same message id as the message that it changes; the
// update's own id keeps two edits apart.
func (u update) edited(raw json.RawMessage) core.Item {
	m, item := u.read(raw)
	if item != nil {
		return *item
	}
	if m.Location != nil {
		return kit.Ignore(u.key, "a live location moved")
	}
	content, why := m.content()
	if content == nil {
		return kit.Ignore(u.key, why)
	}
	of := providerID(m.Chat.ID, m.ID)
	return core.Item{Key: u.key, Event: core.Heard{
		From:     m.person(),
		Provider: of + core.ProviderID(":"+u.key),
		Content:  core.Edited{Of: of, New: content},
		Metadata: m.metadata(),
		At:       at(max(m.EditDate, m.Date)),
	}}
}

// read reads a message that is for us, or says with an item why there is none.
func (u update) read(raw json.RawMessage) (message, *core.Item) {
	m, ok := readMessage(raw)
	item := core.Item{}
	switch {
	case !ok || m.ID == 0 || m.Chat.ID == 0:
		item = kit.Quarantine(u.key, "the message cannot be read")
	case m.Chat.Type != models.ChatTypePrivate && !u.groups:
		item = kit.Ignore(u.key, "group chats are off")
	case m.From == nil:
		item = kit.Ignore(u.key, "nobody wrote it")
	case m.From.IsBot && m.SenderChat == nil:
		item = kit.Ignore(u.key, "a bot wrote it")
	default:
		return m, nil
	}
	return m, &item
}

// callback is the part of a callback_query that matters. Its message may be
// inaccessible, or absent where it was sent by inline mode.
type callback struct {
	ID      string      `json:"id"`
	From    models.User `json:"from"`
	Data    string      `json:"data"`
	Message *struct {
		ID      int         `json:"message_id"`
		Chat    models.Chat `json:"chat"`
		Thread  int         `json:"message_thread_id"`
		InTopic bool        `json:"is_topic_message"`
		Markup  struct {
			Rows [][]struct {
				Text string `json:"text"`
				Data string `json:"callback_data"`
			} `json:"inline_keyboard"`
		} `json:"reply_markup"`
	} `json:"message"`
}

// tapped reports a button. What it brings back can be forged by a bad client:
// it is a token, which counts for nothing outside its own conversation.
func (u update) tapped(raw json.RawMessage) core.Item {
	var q callback
	if err := json.Unmarshal(raw, &q); err != nil || q.ID == "" || q.From.ID == 0 {
		return kit.Quarantine(u.key, "the callback query cannot be read")
	}
	item := core.Item{Key: u.key, Acks: []core.Payload{{
		Op: "answerCallbackQuery", Body: &bot.AnswerCallbackQueryParams{CallbackQueryID: q.ID},
	}}}
	switch {
	case q.Message == nil || q.Message.Chat.ID == 0:
		item.Fate, item.Why = core.FateIgnored, "inline mode is not used"
		return item
	case q.Message.Chat.Type != models.ChatTypePrivate && !u.groups:
		item.Fate, item.Why = core.FateIgnored, "group chats are off"
		return item
	case q.Data == "":
		item.Fate, item.Why = core.FateIgnored, "the button carries no data"
		return item
	}
	m := message{Message: models.Message{From: &q.From, Chat: q.Message.Chat, MessageThreadID: q.Message.Thread, IsTopicMessage: q.Message.InTopic}}
	item.Event = core.Heard{
		From:     m.person(),
		Provider: core.ProviderID("cb:" + q.ID),
		Content:  core.Selection{Token: q.Data, Title: q.title()},
		Metadata: m.metadata(),
	}
	return item
}

func (q callback) title() string {
	for _, row := range q.Message.Markup.Rows {
		for _, b := range row {
			if b.Data == q.Data {
				return b.Text
			}
		}
	}
	return ""
}

// reacted reports a reaction. It comes only where allowed_updates names it.
func (u update) reacted(raw json.RawMessage) core.Item {
	type reaction struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	var r struct {
		Chat models.Chat  `json:"chat"`
		ID   int          `json:"message_id"`
		User *models.User `json:"user"`
		Date int          `json:"date"`
		Old  []reaction   `json:"old_reaction"`
		New  []reaction   `json:"new_reaction"`
	}
	if err := json.Unmarshal(raw, &r); err != nil || r.Chat.ID == 0 || r.ID == 0 {
		return kit.Quarantine(u.key, "the reaction cannot be read")
	}
	if r.Chat.Type != models.ChatTypePrivate && !u.groups {
		return kit.Ignore(u.key, "group chats are off")
	}
	if r.User == nil {
		return kit.Ignore(u.key, "an anonymous reaction")
	}
	before := map[reaction]bool{}
	for _, o := range r.Old {
		before[o] = true
	}
	of := providerID(r.Chat.ID, r.ID)
	var content core.Content = core.Reaction{To: of}
	for _, n := range r.New {
		if before[n] {
			continue
		}
		if n.Emoji != "" {
			content = core.Reaction{To: of, Emoji: n.Emoji}
		} else {
			content = core.Unsupported{What: "reaction " + n.Type}
		}
	}
	m := message{Message: models.Message{From: r.User, Chat: r.Chat}}
	return core.Item{Key: u.key, Event: core.Heard{
		From: m.person(), Provider: of + core.ProviderID(":"+u.key), Content: content, Metadata: m.metadata(), At: at(r.Date),
	}}
}

// membership tells that the contact blocked the bot or came back.
func (u update) membership(raw json.RawMessage) core.Item {
	var m struct {
		Chat models.Chat `json:"chat"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.Chat.ID == 0 {
		return kit.Quarantine(u.key, "the membership cannot be read")
	}
	switch {
	case m.Chat.Type != models.ChatTypePrivate:
		return kit.Ignore(u.key, "the bot's place in a group changed: "+m.New.Status)
	case m.New.Status == "kicked":
		return kit.Ignore(u.key, "the contact blocked the bot")
	case m.New.Status == "member":
		return kit.Ignore(u.key, "the contact unblocked the bot")
	}
	return kit.Ignore(u.key, "the bot's place in the chat changed: "+m.New.Status)
}

// providerID names a message: Telegram counts messages chat by chat.
func providerID(chat int64, message int) core.ProviderID {
	return core.ProviderID(strconv.FormatInt(chat, 10) + ":" + strconv.Itoa(message))
}

func at(seconds int) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}
