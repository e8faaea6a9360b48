package telegram

import (
	"encoding/json"
	"strconv"

	"github.com/go-telegram/bot/models"

	"causeway/connectors/kit"
	"causeway/core"
)

// membership tells that a contact blocked the bot or came back. In a private
// chat it tells of nothing else. Bot API, "Update", my_chat_member.
func (u update) membership(raw json.RawMessage) core.Item {
	var m struct {
		Chat models.Chat  `json:"chat"`
		From *models.User `json:"from"`
		Date int          `json:"date"`
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
	case m.New.Status != "kicked" && m.New.Status != "member":
		return kit.Ignore(u.key, "the bot's place in the chat changed: "+m.New.Status)
	}
	who := message{Message: models.Message{From: m.From, Chat: m.Chat}}
	return core.Item{Key: u.key, Event: core.Blocked{From: who.person(), Blocked: m.New.Status == "kicked", At: at(m.Date)}}
}

// moved tells that a group became a supergroup, which has another id. The group
// says so in its last message; what the supergroup says of it in its first adds
// nothing. Bot API, "Message", migrate_to_chat_id.
func (u update) moved(m message) core.Item {
	to := message{Message: models.Message{Chat: m.Chat}}
	to.Chat.ID, to.Chat.Type = m.MigrateToChatID, models.ChatTypeSupergroup
	return core.Item{Key: u.key, Event: core.Moved{
		Keys: []string{strconv.FormatInt(m.Chat.ID, 10)}, To: to.person(), At: at(m.Date),
	}}
}
