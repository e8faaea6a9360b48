package telegram

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-telegram/bot/models"

	"causeway/connectors/kit"
	"causeway/core"
)

// secretHeader is in canonical form. Bot API, "setWebhook".
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// Receive implements core.Connector. A call is one update, and so one item.
// Without a secret, as polling allows, it takes nothing.
func (c *Connector) Receive(r core.Request) (core.Delivery, error) {
	if !kit.Same(c.set.Secret, r.Header[secretHeader]) {
		return core.Delivery{}, core.ErrUnverified
	}
	item, _, err := c.update(r.Body)
	if err != nil {
		return core.Delivery{}, err
	}
	return core.Delivery{Items: []core.Item{item}}, nil
}

// update reads one update, and its id if it has one. An error wraps
// core.ErrUnreadable; the item names the update even then.
func (c *Connector) update(raw []byte) (core.Item, *int64, error) {
	var members map[string]json.RawMessage
	if err := kit.Decode(raw, &members); errors.Is(err, core.ErrUnreadable) {
		_ = json.Unmarshal(raw, &members) // for the id, which may be there nevertheless
		id := idOf(members)
		return core.Item{Key: keyOf(id, raw)}, id, err
	}
	id := idOf(members)
	u := update{key: keyOf(id, raw), set: &c.set}
	if id == nil {
		return kit.Quarantine(u.key, "there is no update_id"), nil, nil
	}
	return u.item(members), id, nil
}

func idOf(members map[string]json.RawMessage) *int64 {
	var id *int64
	if json.Unmarshal(members["update_id"], &id) != nil {
		return nil
	}
	return id
}

func keyOf(id *int64, raw []byte) string {
	if id == nil {
		return kit.KeyOfBody(raw)
	}
	return "u" + strconv.FormatInt(*id, 10)
}

// update is one update on its way to an item.
type update struct {
	key string
	set *Settings
}

// item reads the one member that stands beside update_id. Bot API, "Update".
func (u update) item(members map[string]json.RawMessage) core.Item {
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
	if m.MigrateToChatID != 0 {
		return u.moved(m)
	}
	content, why := m.content()
	if content == nil {
		return kit.Ignore(u.key, why)
	}
	return core.Item{Key: u.key, Acks: u.typing(m), Event: core.Heard{
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
	m.MediaGroupID = "" // the edit is no file of an album that is being sent
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
// In a group everything that Telegram gives is for us: with its privacy mode on,
// that is commands, mentions and replies alone. Bots FAQ, "What messages will my
// bot get?".
func (u update) read(raw json.RawMessage) (message, *core.Item) {
	m, ok := readMessage(raw)
	item := core.Item{}
	switch {
	case !ok || m.ID == 0 || m.Chat.ID == 0:
		item = kit.Quarantine(u.key, "the message cannot be read")
	case m.Chat.Type != models.ChatTypePrivate && !u.set.Groups:
		item = kit.Ignore(u.key, "group chats are off")
	case m.MigrateToChatID != 0:
		return m, nil
	case m.From == nil:
		item = kit.Ignore(u.key, "nobody wrote it")
	case m.From.IsBot && m.SenderChat == nil:
		item = kit.Ignore(u.key, "a bot wrote it")
	default:
		return m, nil
	}
	return m, &item
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
