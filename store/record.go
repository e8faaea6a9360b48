package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"causeway/core"
	"causeway/db"
)

// Record implements core.Store. Unique keys on messages make it safe to be
// called again, or twice at once, with what is known already.
func (s *Store) Record(ctx context.Context, a core.Arrival) ([]core.ItemFate, error) {
	var fates []core.ItemFate
	view, ask := s.tx, any(nil)
	switch {
	case onlyHeard(a):
		view, ask = s.asked, a
	case s.db.Shared():
		ask = a // for what it locks
	}
	err := sorted(s.db.DoAsking(ctx, int64(orderKey(a)), ask, func(t *db.Tx) (err error) {
		fates, err = view(t).recordAll(a)
		return err
	}))
	if err != nil {
		return nil, fmt.Errorf("record delivery on %s: %w", a.Channel, err)
	}
	return fates, nil
}

// onlyHeard reports whether an arrival has nothing but what contacts say, which
// is nearly always so.
func onlyHeard(a core.Arrival) bool {
	for _, item := range a.Items {
		if _, ok := item.Event.(core.Heard); !ok {
			return false
		}
	}
	return true
}

func (t *tx) recordAll(a core.Arrival) ([]core.ItemFate, error) {
	fates := make([]core.ItemFate, 0, len(a.Items))
	for _, item := range a.Items {
		fate, err := t.record(item)
		if err != nil {
			return nil, err
		}
		fates = append(fates, fate)
	}
	return fates, t.keepDelivery(a, fates)
}

// orderKey groups a delivery's transactions with others of the same contact, so
// that writers do not contend.
func orderKey(a core.Arrival) core.ConversationID {
	for _, item := range a.Items {
		switch e := item.Event.(type) {
		case core.Heard:
			return keyOf(string(a.Channel), string(e.From.Address))
		case core.Reported:
			return keyOf(string(a.Channel), string(e.Provider))
		default: // of the whole channel
		}
	}
	return keyOf(string(a.Channel), "")
}

func keyOf(words ...string) core.ConversationID {
	var h uint64 = 14695981039346656037 // FNV-1a
	for _, word := range words {
		for i := range len(word) {
			h = (h ^ uint64(word[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211 // in no word: they are UTF-8
	}
	return core.ConversationID(h >> 1)
}

func (t *tx) record(item core.Arrived) (core.ItemFate, error) {
	switch e := item.Event.(type) {
	case core.Heard:
		return t.hear(item, e)
	case core.Reported:
		return t.report(item, e)
	case core.Reached:
		return t.reached(item, e)
	case core.Echo:
		return t.echo(item, e)
	case core.Moved:
		return t.move(item, e)
	case core.Opened:
		return t.opened(item, e)
	case core.Blocked:
		return t.blocked(item, e)
	case core.Judged:
		return t.judged(item, e)
	case core.OptedOut:
		return t.optedOut(item, e)
	}
	return core.ItemFate{Key: item.Key, Fate: item.Fate, Why: db.Clean(item.Why)}, nil
}

// keepDelivery writes the ledger: the body as it came, and each item's fate.
func (t *tx) keepDelivery(a core.Arrival, fates []core.ItemFate) error {
	items, err := pack(fates)
	if err != nil {
		return err
	}
	body, packed := string(a.Body), false
	if t.masked {
		body = "a secret was typed in it: the body is not kept"
	}
	if !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
		body, packed = base64.StdEncoding.EncodeToString([]byte(body)), true
	}
	t.Put(insertDelivery, t.s.newID(), string(a.Channel), t.now, body, flag(packed), items)
	return nil
}

var insertDelivery = &db.Insert{Into: `INSERT INTO delivery(id, channel, at, body, packed, items)`, Columns: 6}

// known finds the message that an item made when it came before.
func (t *tx) known(ch core.ChannelID, item core.Item, provider core.ProviderID) (core.ItemFate, bool, error) {
	f := core.ItemFate{Key: item.Key, Fate: core.FateDuplicate}
	b, unknown := t.batch(), true
	for _, name := range madeNames(ch, item.Key, provider) {
		made, ok := b.made[name]
		if !ok {
			var looked bool
			made, ok, looked = b.foreseen.message(name)
			unknown = unknown && looked
		}
		if ok {
			f.Message, f.Conversation = made.Message, made.Conversation
			return f, true, nil
		}
	}
	if unknown {
		return core.ItemFate{}, false, nil
	}
	err := t.Tx.Row(`SELECT id, conversation_id FROM message WHERE channel = $1 AND event_key = $2
		UNION ALL SELECT id, conversation_id FROM message WHERE channel = $1 AND provider_id = $3 LIMIT 1`,
		[]any{string(ch), db.Clean(item.Key), db.Clean(string(provider))}, &f.Message, &f.Conversation)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return core.ItemFate{}, false, nil
	case err != nil:
		return core.ItemFate{}, false, fmt.Errorf("look for duplicate: %w", err)
	}
	return f, true, nil
}

// madeNames are the unique names of a message among those of its channel.
func madeNames(ch core.ChannelID, key string, provider core.ProviderID) (names []string) {
	if key != "" {
		names = append(names, string(ch)+"\x00e"+db.Clean(key))
	}
	if provider != "" {
		names = append(names, string(ch)+"\x00p"+db.Clean(string(provider)))
	}
	return names
}

// hear records a message from a contact.
func (t *tx) hear(item core.Arrived, e core.Heard) (core.ItemFate, error) {
	if fate, known, err := t.known(item.Channel.ID, item.Item, e.Provider); known || err != nil {
		return fate, errors.Join(err, t.maskIfHidden(item.Channel.ID, e.Provider))
	}
	who, err := t.identify(item.Channel.ID, e.From)
	if err != nil {
		return core.ItemFate{}, err
	}
	c, fresh, err := t.thread(item.Channel, who)
	if err != nil {
		return core.ItemFate{}, err
	}
	if e.Content, err = t.understood(c, e.Content); err != nil {
		return core.ItemFate{}, err
	}
	if fresh || !aside(e.Content) {
		if err := t.attend(c, fresh); err != nil {
			return core.ItemFate{}, err
		}
	}
	r, err := t.inbound(c, item.Item, e)
	if err != nil {
		return core.ItemFate{}, err
	}
	if err := errors.Join(t.hideSecret(c, &r, e.ReplyTo), t.nameLost(c, &r), t.rated(c, r.Content)); err != nil {
		return core.ItemFate{}, err
	}
	c.hops = 0
	c.Unread++
	if hears(r.Content) {
		c.heardAt, c.windowMS = t.now, item.Channel.Window.Milliseconds()
	}
	if fresh {
		if err := t.welcome(c); err != nil {
			return core.ItemFate{}, err
		}
	}
	m, err := t.insert(c, r)
	if err != nil {
		return core.ItemFate{}, err
	}
	if err := t.follow(c, r); err != nil {
		return core.ItemFate{}, err
	}
	return core.ItemFate{Key: item.Key, Fate: core.FateMessage, Message: m.ID, Conversation: c.ID}, t.save(c)
}

// inbound makes the row of a message, of which picks are understood already: files
// get an id of ours.
func (t *tx) inbound(c *conversation, item core.Item, e core.Heard) (row, error) {
	r := row{
		Message: core.Message{
			ID: core.MessageID(t.s.newID()), Direction: core.In, Content: e.Content, Status: core.Received, Metadata: e.Metadata,
			ProviderID: e.Provider, At: e.At,
		},
		eventKey: item.Key,
	}
	var err error
	if r.Sender, err = t.asSender(c.contact, e.From); err != nil {
		return r, err
	}
	if r.ReplyTo, err = t.quoted(c, e.ReplyTo); err != nil {
		return r, err
	}
	r.Content, err = t.keepFiles(c, r.ID, e.Content)
	if c.answered() && hears(r.Content) && !silent(r.Content) && !c.Terms.Skips(core.EventOf(r.Content)) {
		r.turn = turnPending
	}
	return r, err
}

// hears reports whether such a message says something: a bot is told of it, and
// the provider takes answers. Reactions, edits and deletions are for people: a
// bot would answer the same thing twice, and they open no reply window.
func hears(c core.Content) bool {
	switch c.(type) {
	case core.Reaction, core.Edited, core.Deleted:
		return false
	}
	return true
}

// silent reports whether the author of a button wants the bot not to hear of it.
func silent(c core.Content) bool {
	pick, ok := c.(core.Selection)
	return ok && fmt.Sprint(pick.Metadata[core.MetaSkipBot]) == "true"
}

// quoted is our id of the message that the provider names.
func (t *tx) quoted(c *conversation, provider core.ProviderID) (core.MessageID, error) {
	if provider == "" {
		return 0, nil
	}
	var id core.MessageID
	err := t.Row(`SELECT id FROM message WHERE channel = $1 AND provider_id = $2 AND conversation_id = $3
		UNION ALL SELECT m.id FROM call k JOIN message m ON m.id = k.message_id WHERE k.channel = $1 AND k.provider_id = $2 AND m.conversation_id = $3 LIMIT 1`,
		[]any{string(c.Channel), db.Clean(string(provider)), int64(c.ID)}, &id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find quoted message: %w", err)
	}
	return id, nil
}

// keepFiles notes the files of a content and has them fetched; the content names
// them by our address at once.
func (t *tx) keepFiles(c *conversation, message core.MessageID, content core.Content) (core.Content, error) {
	switch content := content.(type) {
	case core.Media:
		return t.keepLater(c, message, content)
	case core.Album:
		items := make([]core.Media, len(content.Items))
		for i, m := range content.Items {
			var err error
			if items[i], err = t.keepLater(c, message, m); err != nil {
				return nil, err
			}
		}
		return core.Album{Items: items}, nil
	}
	return content, nil
}

func (t *tx) keepLater(c *conversation, message core.MessageID, m core.Media) (core.Media, error) {
	if m.Ref == "" {
		return m, nil
	}
	id := t.s.newID()
	if _, err := t.Exec(`INSERT INTO media(id, conversation_id, message_id, channel, ref, mime, name, size, state, fault, created_at)
		VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10)`, id, int64(c.ID), int64(message), string(c.Channel),
		db.Clean(m.Ref), db.Clean(m.MIME), db.Clean(m.Name), m.Size, mediaPending, t.now); err != nil {
		return m, fmt.Errorf("note media: %w", err)
	}
	m.Ref, m.URL = "", ourURL(id)
	return m, t.enqueueMedia(c, id)
}

// follow queues what the message sets going.
func (t *tx) follow(c *conversation, r row) error {
	if err := t.takeBack(c, r); err != nil {
		return err
	}
	if hears(r.Content) {
		if err := t.releaseHeld(c); err != nil {
			return err
		}
	}
	if pick, ok := r.Content.(core.Selection); ok && pick.Button == core.Submit {
		if err := t.enqueueBot(c, whatSubmit, int64(r.ID)); err != nil {
			return err
		}
	}
	if r.turn == turnPending {
		return t.enqueueBot(c, whatMessage, int64(r.ID))
	}
	return nil
}

// releaseHeld queues, in order, what waited for the contact to write.
func (t *tx) releaseHeld(c *conversation) error {
	if !c.holds {
		return nil
	}
	rows, err := t.Rows(`UPDATE message SET status = 'queued', fault = '' WHERE conversation_id = $1 AND status = 'held' RETURNING id, seq`, int64(c.ID))
	if err != nil {
		return fmt.Errorf("release held messages: %w", err)
	}
	held, err := collect(rows, func(scan func(...any) error) ([2]int64, error) {
		var r [2]int64
		err := scan(&r[0], &r[1])
		return r, err
	})
	if err != nil {
		return fmt.Errorf("release held messages: %w", err)
	}
	sortBy(held, func(r [2]int64) int64 { return r[1] })
	for _, r := range held {
		if err := t.enqueueSend(c, core.MessageID(r[0])); err != nil {
			return err
		}
		if err := t.noteStatus(c.ID, core.MessageID(r[0]), core.Queued, nil); err != nil {
			return err
		}
	}
	return nil
}
