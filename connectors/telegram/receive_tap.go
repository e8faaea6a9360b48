package telegram

import (
	"encoding/json"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/connectors/kit"
	"causeway/core"
)

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
			Rows [][]button `json:"inline_keyboard"`
		} `json:"reply_markup"`
	} `json:"message"`
}

type button struct {
	Text string `json:"text"`
	URL  string `json:"url"`
	Data string `json:"callback_data"`
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
	case q.Message.Chat.Type != models.ChatTypePrivate && !u.set.Groups:
		item.Fate, item.Why = core.FateIgnored, "group chats are off"
		return item
	case q.Data == "":
		item.Fate, item.Why = core.FateIgnored, "the button carries no data"
		return item
	}
	m := message{Message: models.Message{From: &q.From, Chat: q.Message.Chat, MessageThreadID: q.Message.Thread, IsTopicMessage: q.Message.InTopic}}
	item.Acks = append(item.Acks, u.clearing(q)...)
	item.Acks = append(item.Acks, u.typing(m)...)
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

// clearing takes the reply buttons off the message that was tapped, if the
// settings say so; links stay. Bot API, "editMessageReplyMarkup".
func (u update) clearing(q callback) []core.Payload {
	if !u.set.ClearUsed || len(q.Message.Markup.Rows) == 0 {
		return nil
	}
	edit := &bot.EditMessageReplyMarkupParams{ChatID: q.Message.Chat.ID, MessageID: q.Message.ID}
	var left [][]models.InlineKeyboardButton
	for _, row := range q.Message.Markup.Rows {
		var links []models.InlineKeyboardButton
		for _, b := range row {
			if b.URL != "" {
				links = append(links, models.InlineKeyboardButton{Text: b.Text, URL: b.URL})
			}
		}
		if len(links) > 0 {
			left = append(left, links)
		}
	}
	if len(left) > 0 {
		edit.ReplyMarkup = &models.InlineKeyboardMarkup{InlineKeyboard: left}
	}
	return []core.Payload{{Op: "editMessageReplyMarkup", Body: edit}}
}

// typing shows that the bot types, if the settings say so. Bot API,
// "sendChatAction".
func (u update) typing(m message) []core.Payload {
	if !u.set.Typing {
		return nil
	}
	return []core.Payload{{Op: "sendChatAction", Body: &bot.SendChatActionParams{
		ChatID: m.Chat.ID, MessageThreadID: m.topic(), Action: models.ChatActionTyping,
	}}}
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
	if r.Chat.Type != models.ChatTypePrivate && !u.set.Groups {
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
