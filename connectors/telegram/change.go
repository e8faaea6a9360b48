package telegram

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/core"
)

// change alters a message of the same chat: Bot API, "editMessageText",
// "deleteMessage" and "setMessageReaction".
func (to place) change(c core.Content) (core.Payload, error) {
	switch c := c.(type) {
	case core.Edited:
		id, err := to.message(c.Of)
		t, ok := c.New.(core.Text)
		if err != nil || !ok {
			return core.Payload{}, fmt.Errorf("edit on Telegram: only a text can be changed (%w)", err)
		}
		words := written(t.Body, t.Format)
		return core.Payload{Op: "editMessageText", Body: &bot.EditMessageTextParams{ChatID: to.chat, MessageID: id, Text: words.body, ParseMode: words.mode}}, nil
	case core.Deleted:
		id, err := to.message(c.Of)
		return core.Payload{Op: "deleteMessage", Body: &bot.DeleteMessageParams{ChatID: to.chat, MessageID: id}}, err
	case core.Reaction:
		id, err := to.message(c.To)
		p := &bot.SetMessageReactionParams{ChatID: to.chat, MessageID: id}
		if c.Emoji != "" {
			p.Reaction = []models.ReactionType{{Type: models.ReactionTypeTypeEmoji, ReactionTypeEmoji: &models.ReactionTypeEmoji{Type: models.ReactionTypeTypeEmoji, Emoji: c.Emoji}}}
		}
		return core.Payload{Op: "setMessageReaction", Body: p}, err
	}
	return core.Payload{}, fmt.Errorf("change something on Telegram: a %s changes nothing", c.Type())
}

// message is the number of a message of this chat.
func (to place) message(of core.ProviderID) (int, error) {
	chat, id, _ := strings.Cut(string(of), ":")
	number, err := strconv.Atoi(id)
	if err != nil || chat != fmt.Sprint(to.chat) {
		return 0, fmt.Errorf("%q is no message of this chat", of)
	}
	return number, nil
}
