package store

import (
	"database/sql"
	"errors"
	"fmt"

	"causeway/core"
	"causeway/db"
)

// echo keeps a message that the contact got from elsewhere: the phone app, or
// another tool. One of ours is known by the provider's id or by our own name for
// the call. While a send of ours is under way its answer may yet name the echo,
// so that the echo waits for the end of the send, under the same lock.
func (t *tx) echo(item core.Arrived, e core.Echo) (core.ItemFate, error) {
	if fate, known, err := t.known(item.Channel.ID, item.Item, e.Provider); known || err != nil {
		return fate, err
	}
	report := core.Reported{Provider: e.Provider, Ref: e.Ref, Status: core.Sent, At: e.At}
	if err := t.holdEchoed(item.Channel.ID, e, report); err != nil {
		return core.ItemFate{}, err
	}
	if call, err := t.called(item.Channel.ID, report); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return core.ItemFate{}, fmt.Errorf("find echoed message: %w", err)
	} else if err == nil {
		return core.ItemFate{Key: item.Key, Fate: core.FateDuplicate, Message: call.message, Conversation: call.conversation}, nil
	}
	who, err := t.identify(item.Channel.ID, e.To)
	if err != nil {
		return core.ItemFate{}, err
	}
	c, err := t.present(who.id)
	if err != nil {
		return core.ItemFate{}, err
	}
	if c == nil {
		if c, err = t.begin(item.Channel, who); err != nil {
			return core.ItemFate{}, err
		}
	}
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: "an echo, kept apart while a send is under way", Conversation: c.ID}
	if busy, err := t.sending(c.ID); err != nil || busy {
		return fate, errors.Join(err, t.postponeEcho(c, item.Key, e), t.save(c))
	}
	id, err := t.keepEcho(c, item.Key, e)
	if err != nil {
		return fate, err
	}
	return core.ItemFate{Key: item.Key, Fate: core.FateMessage, Message: id, Conversation: c.ID}, t.save(c)
}

// sending reports whether a call of the conversation may be under way.
func (t *tx) sending(c core.ConversationID) (bool, error) {
	var n int
	if err := t.Row(`SELECT count(*) FROM task WHERE lane_id = $1 AND starts > 0`, []any{sendLane(c)}, &n); err != nil {
		return false, fmt.Errorf("look for sends: %w", err)
	}
	return n > 0, nil
}

// keepEcho writes the echo as an outgoing message.
func (t *tx) keepEcho(c *conversation, key string, e core.Echo) (core.MessageID, error) {
	reply, err := t.quoted(c, e.ReplyTo)
	if err != nil {
		return 0, err
	}
	id := core.MessageID(t.s.newID())
	content, err := t.keepFiles(c, id, e.Content)
	if err != nil {
		return 0, err
	}
	m, err := t.insert(c, row{
		Message: core.Message{
			ID: id, Direction: core.Out, Content: content, Status: core.Sent, ReplyTo: reply,
			Sender: core.Sender{Type: core.FromAgent, Name: e.By}, ProviderID: e.Provider, At: e.At,
		},
		eventKey: key,
	})
	return m.ID, err
}

// move gives a contact their new names on the channel.
func (t *tx) move(item core.Arrived, e core.Moved) (core.ItemFate, error) {
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: "the contact has another id"}
	if again, known, err := t.known(item.Channel.ID, item.Item, ""); known || err != nil {
		return again, err
	}
	who, err := t.named(item.Channel.ID, e.Keys)
	if err != nil {
		return fate, err
	}
	if who.id == 0 {
		fate.Fate, fate.Why = core.FateIgnored, "the contact is not known"
		return fate, nil
	}
	names := e.To.Keys
	if len(names) == 0 {
		names = []string{string(e.To.Address)}
	}
	for _, name := range names {
		// A name that somebody else had is this contact's from now on.
		if _, err := t.Exec(`INSERT INTO identity_key(channel, name, identity_id) VALUES($1, $2, $3)
			ON CONFLICT(channel, name) DO UPDATE SET identity_id = excluded.identity_id`, string(item.Channel.ID), db.Clean(name), who.id); err != nil {
			return fate, fmt.Errorf("name contact: %w", err)
		}
	}
	if e.To.Phone != "" {
		if _, err := t.Exec(`UPDATE contact SET phone = $1 WHERE id = $2`, db.Clean(e.To.Phone), int64(who.contact)); err != nil {
			return fate, fmt.Errorf("move contact: %w", err)
		}
	}
	if err := t.refresh(&who, e.To); err != nil {
		return fate, err
	}
	return fate, t.inPresent(who, &fate, func(c *conversation) error {
		return t.noticeOnce(c, item.Key, "The contact has another number or id from now on: "+string(who.address))
	})
}

// opened notes that the contact lets us write; a new conversation begins, so
// that a bot can greet. What led them here is the conversation's from now on.
func (t *tx) opened(item core.Arrived, e core.Opened) (core.ItemFate, error) {
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: "the contact opened the chat"}
	who, err := t.identify(item.Channel.ID, e.From)
	if err != nil {
		return fate, err
	}
	if now, err := t.present(who.id); err != nil || now != nil && !e.At.IsZero() && millis(e.At) <= now.heardAt {
		fate.Fate = core.FateDuplicate // or overtaken by what they wrote
		if now != nil && err == nil {
			return t.overtaken(now, fate, e.Metadata)
		}
		return fate, err
	}
	c, fresh, err := t.listen(item.Channel, who)
	if err != nil {
		return fate, err
	}
	c.heardAt, c.windowMS = t.now, item.Channel.Window.Milliseconds()
	if len(e.Metadata) > 0 {
		c.Metadata = merge(c.Metadata, e.Metadata)
		if err := t.note("conversation.updated", c.ID, map[string]any{"metadata": e.Metadata}); err != nil {
			return fate, err
		}
	}
	if fresh {
		if err := t.welcome(c); err != nil {
			return fate, err
		}
	}
	if err := t.releaseHeld(c); err != nil {
		return fate, err
	}
	fate.Conversation = c.ID
	return fate, t.save(c)
}

// overtaken keeps what led a contact here who had written before we heard of it,
// unless something is known already.
func (t *tx) overtaken(c *conversation, fate core.ItemFate, led core.Metadata) (core.ItemFate, error) {
	fate.Conversation = c.ID
	news := core.Metadata{}
	for key, value := range led {
		if _, known := c.Metadata[key]; !known {
			news[key] = value
		}
	}
	if len(news) == 0 {
		return fate, nil
	}
	fate.Fate, c.Metadata = core.FateStatus, merge(c.Metadata, news)
	if err := t.note("conversation.updated", c.ID, map[string]any{"metadata": news}); err != nil {
		return fate, err
	}
	return fate, t.save(c)
}

// blocked says in the conversation that the contact cannot be reached, or can again.
func (t *tx) blocked(item core.Arrived, e core.Blocked) (core.ItemFate, error) {
	fate := core.ItemFate{Key: item.Key, Fate: core.FateStatus, Why: "the contact blocked us"}
	text := "The contact blocked us: nothing that is sent arrives until they unblock us."
	if !e.Blocked {
		fate.Why, text = "the contact unblocked us", "The contact unblocked us."
	}
	if again, known, err := t.known(item.Channel.ID, item.Item, ""); known || err != nil {
		return again, err
	}
	who, err := t.named(item.Channel.ID, append([]string{string(e.From.Address)}, e.From.Keys...))
	if err != nil {
		return fate, err
	}
	if who.id == 0 {
		fate.Fate, fate.Why = core.FateIgnored, "the contact is not known"
		return fate, nil
	}
	return fate, t.inPresent(who, &fate, func(c *conversation) error {
		if err := t.noticeOnce(c, item.Key, text); err != nil {
			return err
		}
		return t.note("conversation.updated", c.ID, map[string]any{"blocked": e.Blocked})
	})
}

// inPresent does something in the contact's present conversation, if there is one.
func (t *tx) inPresent(who identity, fate *core.ItemFate, do func(*conversation) error) error {
	c, err := t.present(who.id)
	if err != nil || c == nil {
		return err
	}
	fate.Conversation = c.ID
	return errors.Join(do(c), t.save(c))
}
