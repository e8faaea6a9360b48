package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// edit changes a bot's own message (Bot API, Updating messages). change alters
// body and returns what the person sees of it.
func (b *Bot) edit(p params, change func(body obj) (func(*Shown), *refusal)) (any, *refusal) {
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
	id, _ := p.int("message_id")
	msg := z.messages[id]
	switch {
	case msg == nil:
		return nil, bad("message to edit not found")
	case !msg.fromBot:
		return nil, bad("message can't be edited")
	}
	body := maps.Clone(msg.body)
	show, r := change(body)
	if r != nil {
		return nil, r
	}
	delete(body, "reply_markup") // not given: the keyboard goes
	if m.wire != nil {
		body["reply_markup"] = m.wire
	}
	if same(body, msg.body) {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	body["edit_date"] = b.s.now().Unix()
	msg.body = body
	z.screen.change(strconv.FormatInt(id, 10), func(s *Shown) {
		show(s)
		s.Buttons, s.Edited = m.buttons, true
	})
	return body, nil
}

// same compares two messages but for their edit date.
func same(a, b obj) bool {
	a, b = maps.Clone(a), maps.Clone(b)
	delete(a, "edit_date")
	delete(b, "edit_date")
	return bytes.Equal(jsonAnswer(0, a).body, jsonAnswer(0, b).body)
}

func (b *Bot) editMessageText(_ context.Context, p params) (any, *refusal) {
	text, entities, r := richText(p, "text", "entities")
	switch {
	case r != nil:
		return nil, r
	case text == "":
		return nil, bad("message text is empty")
	case units(text) > maxText:
		return nil, bad("message is too long")
	}
	return b.edit(p, func(body obj) (func(*Shown), *refusal) {
		if body["text"] == nil {
			return nil, bad("there is no text in the message to edit")
		}
		body["text"] = text
		delete(body, "entities")
		if all := withFound(text, entities); len(all) > 0 {
			body["entities"] = wireEntities(all)
		}
		return func(s *Shown) { s.Text, s.Entities = text, entities }, nil
	})
}

func (b *Bot) editMessageCaption(_ context.Context, p params) (any, *refusal) {
	d := draft{body: obj{}}
	if r := caption(p, &d); r != nil {
		return nil, r
	}
	return b.edit(p, func(body obj) (func(*Shown), *refusal) {
		if !hasCaption(body) {
			return nil, bad("there is no caption in the message to edit")
		}
		delete(body, "caption")
		delete(body, "caption_entities")
		maps.Copy(body, d.body)
		return func(s *Shown) { s.Caption, s.Entities = d.shown.Caption, d.shown.Entities }, nil
	})
}

// hasCaption reports whether this sort of message may have one.
func hasCaption(body obj) bool {
	for _, kind := range []string{"photo", "video", "animation", "audio", "document", "voice"} {
		if body[kind] != nil {
			return true
		}
	}
	return false
}

func (b *Bot) editMessageReplyMarkup(_ context.Context, p params) (any, *refusal) {
	return b.edit(p, func(obj) (func(*Shown), *refusal) { return func(*Shown) {}, nil })
}

// deleteMessage works on messages younger than 48 h (Bot API, deleteMessage).
func (b *Bot) deleteMessage(_ context.Context, p params) (any, *refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	z, r := b.reachable(p)
	if r != nil {
		return nil, r
	}
	id, _ := p.int("message_id")
	m := z.messages[id]
	switch {
	case m == nil:
		return nil, bad("message to delete not found")
	case b.s.now().Sub(m.at) > 48*time.Hour:
		return nil, bad("message can't be deleted for everyone")
	}
	delete(z.messages, id)
	z.screen.change(strconv.FormatInt(id, 10), func(s *Shown) { s.Deleted = true })
	return true, nil
}

// reactions are the emoji that a reaction may be (Bot API, ReactionTypeEmoji).
const reactions = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 " +
	"😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"

// setMessageReaction: a bot sets at most one (Bot API, setMessageReaction).
func (b *Bot) setMessageReaction(_ context.Context, p params) (any, *refusal) {
	var list []struct{ Type, Emoji string }
	if raw := p.values["reaction"]; raw != "" && json.Unmarshal([]byte(raw), &list) != nil {
		return nil, bad("can't parse reaction types JSON object")
	}
	emoji := ""
	if len(list) > 1 {
		return nil, bad("REACTIONS_TOO_MANY")
	}
	if len(list) == 1 {
		emoji = strings.TrimSuffix(list[0].Emoji, "\ufe0f")
		if list[0].Type != "emoji" || !slices.Contains(strings.Fields(reactions), emoji) {
			return nil, bad("REACTION_INVALID")
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	z, r := b.reachable(p)
	if r != nil {
		return nil, r
	}
	id, _ := p.int("message_id")
	if z.messages[id] == nil {
		return nil, bad("message to react not found")
	}
	z.screen.change(strconv.FormatInt(id, 10), func(s *Shown) { s.Reaction = emoji })
	return true, nil
}
