package telegram

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"

	"causeway/core"
)

// message is a message as the library reads it, and as it came.
type message struct {
	models.Message
	fields map[string]json.RawMessage
}

// readMessage reads what it can. The library's models refuse a whole message
// for one unknown tag deep inside it, such as a new kind of forward origin; then
// the message is read field by field, and only that field is missing.
func readMessage(raw json.RawMessage) (message, bool) {
	var m message
	if err := json.Unmarshal(raw, &m.fields); err != nil || m.fields == nil {
		return m, false
	}
	if json.Unmarshal(raw, &m.Message) == nil {
		return m, true
	}
	m.Message = models.Message{}
	for _, name := range slices.Sorted(maps.Keys(m.fields)) {
		alone, err := json.Marshal(map[string]json.RawMessage{name: m.fields[name]})
		if err != nil {
			continue
		}
		before := m.Message
		if json.Unmarshal(alone, &m.Message) != nil {
			m.Message = before
		}
	}
	return m, true
}

// person is who wrote: in a private chat the user, in a group the group.
func (m message) person() core.Person {
	id := strconv.FormatInt(m.Chat.ID, 10)
	p := core.Person{Address: core.Address(id), UserID: "telegram:" + id}
	if topic := m.topic(); topic != 0 {
		// Answers go to the same topic; the person is the same in all of them.
		p.Address += core.Address("/" + strconv.Itoa(topic))
		p.Keys = []string{id}
	}
	if m.Chat.Type != models.ChatTypePrivate {
		p.Name, p.Username = m.Chat.Title, m.Chat.Username
		return p
	}
	if m.From == nil {
		p.Name, p.Username = strings.TrimSpace(m.Chat.FirstName+" "+m.Chat.LastName), m.Chat.Username
		return p
	}
	p.Name, p.Username, p.Language = name(m.From), m.From.Username, m.From.LanguageCode
	if m.Contact != nil && m.Contact.UserID == m.From.ID {
		p.Phone = phone(m.Contact.PhoneNumber) // a button gave the person's own
	}
	return p
}

// topic is the thread that the message stands in, 0 for none. Other messages may
// have a thread too, that of their replies, and it is no topic.
func (m message) topic() int {
	if !m.IsTopicMessage {
		return 0
	}
	return m.MessageThreadID
}

// speaker is who wrote in a group: a person, or a chat that hides one, such as
// the group itself for an anonymous administrator.
func (m message) speaker() map[string]any {
	if c := m.SenderChat; c != nil {
		return map[string]any{"id": strconv.FormatInt(c.ID, 10), "name": c.Title}
	}
	if m.From == nil {
		return nil
	}
	who := map[string]any{"id": strconv.FormatInt(m.From.ID, 10), "name": name(m.From)}
	if m.From.Username != "" {
		who["username"] = m.From.Username
	}
	return who
}

// start is the parameter of the link that opened the chat. In a group the
// command may name the bot. Bot API, "Deep linking".
func (m message) start() string {
	word, rest, _ := strings.Cut(m.Text, " ")
	if command, _, _ := strings.Cut(word, "@"); command != "/start" {
		return ""
	}
	return strings.TrimSpace(rest)
}

// replyTo is what the message answers. It is read apart from the library, whose
// models may refuse the message inside.
func (m message) replyTo() core.ProviderID {
	var of struct {
		ID   int         `json:"message_id"`
		Chat models.Chat `json:"chat"`
	}
	if json.Unmarshal(m.fields["reply_to_message"], &of) != nil || of.ID == 0 {
		return ""
	}
	if of.Chat.ID == 0 {
		of.Chat.ID = m.Chat.ID
	}
	return providerID(of.Chat.ID, of.ID)
}

// metadata is what else came with a message; nil for nothing.
func (m message) metadata() core.Metadata {
	all := core.Metadata{}
	if start := m.start(); start != "" {
		all[core.MetaStart] = start
	}
	if m.Quote != nil {
		all[core.MetaQuote] = m.Quote.Text
	}
	if from := m.forwarded(); from != nil {
		all[core.MetaForwarded] = from
	}
	if m.MediaGroupID != "" {
		all[core.MetaAlbum] = m.MediaGroupID
	}
	if links := m.links(); len(links) > 0 {
		all["links"] = links
	}
	if m.Location != nil && m.Location.LivePeriod > 0 {
		all["live_period"] = m.Location.LivePeriod
	}
	if who := m.speaker(); who != nil && m.Chat.Type != models.ChatTypePrivate {
		all["sender"] = who
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// forwarded says where a forwarded message comes from. Bot API, "MessageOrigin".
func (m message) forwarded() map[string]any {
	raw, ok := m.fields["forward_origin"]
	if !ok {
		return nil
	}
	var o struct {
		Type   string       `json:"type"`
		User   *models.User `json:"sender_user"`
		Hidden string       `json:"sender_user_name"`
		Sender *models.Chat `json:"sender_chat"`
		Chat   *models.Chat `json:"chat"`
	}
	if json.Unmarshal(raw, &o) != nil {
		return map[string]any{}
	}
	from := map[string]any{"type": o.Type}
	switch {
	case o.User != nil:
		from["from"] = name(o.User)
	case o.Hidden != "":
		from["from"] = o.Hidden
	case o.Sender != nil:
		from["from"] = o.Sender.Title
	case o.Chat != nil:
		from["from"] = o.Chat.Title
	}
	return from
}

// links are the addresses that stand behind words of the text. Offsets count
// UTF-16 units; the words themselves stay in the text.
func (m message) links() []string {
	var all []string
	for _, e := range slices.Concat(m.Entities, m.CaptionEntities) {
		if e.Type == models.MessageEntityTypeTextLink && e.URL != "" {
			all = append(all, e.URL)
		}
	}
	return all
}

func name(u *models.User) string {
	if u == nil {
		return ""
	}
	return strings.TrimSpace(u.FirstName + " " + u.LastName)
}

// phone is a number with the plus sign that Telegram may leave out.
func phone(number string) string {
	if number != "" && strings.Trim(number, "0123456789") == "" {
		return "+" + number
	}
	return number
}

// length counts as Telegram counts at most.
func length(s string) int { return len(utf16.Encode([]rune(s))) }
