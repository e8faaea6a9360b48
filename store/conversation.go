package store

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"causeway/core"
	"causeway/db"
)

// conversation is a row, as an operation works on it. Who loads one holds it to
// the end of the transaction.
type conversation struct {
	core.Conversation
	identity  int64
	contact   core.ContactID
	titled    int
	lastSeq   int64
	heardAt   int64
	windowMS  int64
	lastAgent string
	hops      int
	dialogue  string // packed core.Dialogue, "" for none
	loaded    string // the dialogue as it was
	forgetAt  int64
	counted   string // the agent in whose load it is counted, "" for none
	live      bool   // it has messages whose options may be typed
	holds     bool   // it has messages that wait for the contact to write
	kept      steady // as it is stored
}

// steady is what most operations leave as it is.
type steady struct {
	status, ownerType, ownerID, ownerName string
	ownerEpoch                            int64
	team, tags, metadata, title           string
	titled                                int
	lastAgent, terms, dialogue            string
	forgetAt                              int64
}

// steady is what would be stored now.
func (c *conversation) steady() (steady, error) {
	tags, err := pack(c.Tags)
	if err != nil {
		return steady{}, err
	}
	metadata, err := pack(c.Metadata)
	if err != nil {
		return steady{}, err
	}
	terms, err := pack(c.Terms)
	return c.steadyWith(tags, metadata, terms), err
}

func (c *conversation) steadyWith(tags, metadata, terms string) steady {
	return steady{
		status: string(c.Status), ownerType: string(c.Owner.Type), ownerID: c.Owner.ID, ownerName: c.Owner.Name, ownerEpoch: c.OwnerEpoch,
		team: c.Team, tags: tags, metadata: metadata, title: db.Clean(c.Title), titled: c.titled, lastAgent: c.lastAgent, terms: terms, dialogue: c.dialogue, forgetAt: c.forgetAt,
	}
}

const conversationColumns = `c.id, c.channel, c.kind, c.identity_id, c.contact_id, c.status, c.owner_type, c.owner_id, c.owner_name, c.owner_epoch,
	c.team, c.tags, c.metadata, c.title, c.title_given, c.unread, c.last_seq, c.heard_at, c.window_ms, c.last_agent, c.terms, c.hops, c.dialogue, c.forget_at, c.created_at, c.updated_at`

func (c *conversation) scan(scan func(...any) error, more ...any) error {
	var tags, metadata, terms string
	var created, updated int64
	fields := []any{&c.ID, &c.Channel, &c.Kind, &c.identity, &c.contact, &c.Status, &c.Owner.Type, &c.Owner.ID, &c.Owner.Name, &c.OwnerEpoch,
		&c.Team, &tags, &metadata, &c.Title, &c.titled, &c.Unread, &c.lastSeq, &c.heardAt, &c.windowMS, &c.lastAgent, &terms, &c.hops, &c.dialogue, &c.forgetAt, &created, &updated}
	if err := scan(append(fields, more...)...); err != nil {
		return err
	}
	c.Contact.ID, c.counted, c.loaded = c.contact, c.burdens(), c.dialogue
	c.Tags, c.Metadata = []string{}, core.Metadata{}
	c.CreatedAt, c.UpdatedAt = timeOf(created), timeOf(updated)
	if c.windowMS > 0 && c.heardAt > 0 {
		closes := timeOf(c.heardAt + c.windowMS)
		c.WindowClosesAt = &closes
	}
	c.kept = c.steadyWith(tags, metadata, terms)
	return errors.Join(unpack(tags, &c.Tags), unpack(metadata, &c.Metadata), unpack(terms, &c.Terms))
}

// load reads the conversation for changing it.
func (t *tx) load(id core.ConversationID) (*conversation, error) {
	if c := t.batch().foreseen.thread(id); c != nil && t.holds(byID, int64(id)) {
		return c, nil
	}
	return t.loadWhere(byID, int64(id))
}

// present reads the conversation in which the identity writes now, nil if there is none.
func (t *tx) present(identity int64) (*conversation, error) {
	if c := t.batch().foreseen.presentOf(identity); c != nil && t.holds(byIdentity, identity) {
		return c, nil
	}
	c, err := t.loadWhere(byIdentity, identity)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return c, err
}

// conversationSQL goes past what is put, unless the batch has saved the
// conversation: else none of it is of a conversation, nor a message that is held;
// whether one is live, the batch knows too.
const conversationSQL = `SELECT ` + conversationColumns + `, EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.live = 1),
	EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.status = 'held') FROM conversation c WHERE `

func (t *tx) loadWhere(where string, arg int64) (*conversation, error) {
	var c conversation
	scan := func(dst ...any) error {
		if err := t.holdWhere(where, arg); err != nil {
			return err
		}
		if b := t.batch(); b.saved[lockOf{where, arg}] || b.joined {
			return t.Row(conversationSQL+where, []any{arg}, dst...)
		}
		return t.Tx.Row(conversationSQL+where, []any{arg}, dst...)
	}
	if err := c.scan(scan, &c.live, &c.holds); err != nil {
		return nil, fmt.Errorf("load conversation: %w", err)
	}
	t.batch().foreseen.forget(&c)
	return &c, nil
}

// begin opens a conversation with the identity, owned by nobody yet.
func (t *tx) begin(ch core.ChannelInfo, who identity) (*conversation, error) {
	c := &conversation{identity: who.id, contact: who.contact, windowMS: ch.Window.Milliseconds()}
	c.ID, c.Channel, c.Kind, c.Status = core.ConversationID(t.s.newID()), ch.ID, ch.Kind, core.Open
	c.Contact.ID, c.Owner.Type = who.contact, core.Nobody
	c.CreatedAt, c.UpdatedAt = timeOf(t.now), timeOf(t.now)
	_, err := t.Tx.Exec(`INSERT INTO conversation(id, channel, kind, identity_id, contact_id, present, status, owner_type, owner_id, owner_name, owner_epoch,
		team, tags, metadata, title, title_given, unread, last_seq, heard_at, window_ms, last_agent, terms, hops, dialogue, created_at, updated_at, okey)
		VALUES($1, $2, $3, $4, $5, 1, $6, $7, '', '', 0, '', '', '', '', 0, 0, 0, 0, $8, '', '', 0, '', $9, $9, $10)`,
		int64(c.ID), string(c.Channel), c.Kind, c.identity, int64(c.contact), string(c.Status), string(core.Nobody), c.windowMS, t.now,
		int64(keyOf(string(ch.ID), string(who.address))))
	if err != nil {
		return nil, fmt.Errorf("begin conversation: %w", err)
	}
	return c, t.note("conversation.created", c.ID, map[string]any{"channel": c.Channel, "kind": c.Kind, "contact_id": c.contact})
}

// save writes what operations change of a conversation.
func (t *tx) save(c *conversation) error {
	t.keepSecrets(c)
	now, err := c.steady()
	if err != nil {
		return err
	}
	if now != c.kept {
		t.PutChange(changeSteady, int64(c.ID), now.status, now.ownerType, now.ownerID, now.ownerName, now.ownerEpoch, now.team, now.tags, now.metadata,
			now.title, now.titled, now.lastAgent, now.terms, now.dialogue, now.forgetAt)
	}
	t.PutChange(changeBusy, int64(c.ID), c.Unread, c.lastSeq, c.heardAt, c.windowMS, c.hops, t.now)
	c.kept = now
	b := t.batch()
	b.saved[lockOf{byID, int64(c.ID)}], b.saved[lockOf{byIdentity, c.identity}] = true, true
	return t.countLoad(c)
}

// What of a conversation changes with each message, and what rarely does.
var (
	changeBusy = &db.Change{
		Rows: `id BIGINT, unread BIGINT, last_seq BIGINT, heard_at BIGINT, window_ms BIGINT, hops BIGINT, updated_at BIGINT`,
		Make: `UPDATE conversation SET unread = v.unread, last_seq = v.last_seq, heard_at = v.heard_at, window_ms = v.window_ms, hops = v.hops,
			updated_at = v.updated_at FROM v WHERE conversation.id = v.id`,
	}
	changeSteady = &db.Change{
		Rows: `id BIGINT, status TEXT, owner_type TEXT, owner_id TEXT, owner_name TEXT, owner_epoch BIGINT, team TEXT, tags TEXT, metadata TEXT,
			title TEXT, title_given BIGINT, last_agent TEXT, terms TEXT, dialogue TEXT, forget_at BIGINT`,
		Make: `UPDATE conversation SET status = v.status, owner_type = v.owner_type, owner_id = v.owner_id, owner_name = v.owner_name,
			owner_epoch = v.owner_epoch, team = v.team, tags = v.tags, metadata = v.metadata, title = v.title, title_given = v.title_given,
			last_agent = v.last_agent, terms = v.terms, dialogue = v.dialogue, forget_at = v.forget_at FROM v WHERE conversation.id = v.id`,
	}
)

// burdens is the agent to whom the conversation is work, "" for none.
func (c *conversation) burdens() string {
	if c.Owner.Type != core.AgentType || c.Status != core.Open {
		return ""
	}
	return c.Owner.ID
}

// countLoad counts the conversation where it belongs now.
func (t *tx) countLoad(c *conversation) error {
	now := c.burdens()
	if now == c.counted {
		return nil
	}
	by := map[string]int{c.counted: -1, now: 1}
	for _, agent := range slices.Sorted(maps.Keys(by)) { // rows are locked in one order
		if agent == "" {
			continue
		}
		if _, err := t.Tx.Exec(`INSERT INTO agent_load(agent, open) VALUES($1, $2) ON CONFLICT(agent) DO UPDATE SET open = agent_load.open + excluded.open`,
			agent, by[agent]); err != nil {
			return fmt.Errorf("count an agent's load: %w", err)
		}
	}
	if c.counted != "" {
		t.After(t.s.lookForRoom)
	}
	c.counted = now
	return nil
}

// setStatus moves a conversation on and says so in the log.
func (t *tx) setStatus(c *conversation, to core.ConversationStatus) error {
	if c.Status == to {
		return nil
	}
	from := c.Status
	c.Status = to
	if from == core.Waiting {
		if err := t.leaveQueue(c); err != nil {
			return err
		}
	}
	kind := "conversation.updated"
	switch {
	case to == core.Waiting:
		kind = "conversation.waiting"
	case to == core.Resolved:
		kind = "conversation.resolved"
	case to == core.Open && from == core.Resolved:
		kind = "conversation.reopened"
	}
	return t.note(kind, c.ID, map[string]any{"status": to})
}

// resolve closes a conversation, and tells the contact so if nobody else does.
func (t *tx) resolve(c *conversation, tell bool) error {
	if c.Status == core.Resolved {
		return nil
	}
	c.dialogue = ""
	if err := t.setStatus(c, core.Resolved); err != nil {
		return err
	}
	if !tell || t.s.o.Resolved == nil || t.s.o.Resolved() == "" {
		return nil
	}
	return t.saySystem(c, t.s.o.Resolved())
}

// How a conversation came to its title.
const (
	titleFollows    = 0 // it is the owner's name
	titleGiven      = 1 // it stays
	titleUntilAgent = 2 // it stays until an agent owns the conversation
)

// entitle gives the conversation a title; an empty one follows the owner's name.
func (c *conversation) entitle(title string) {
	if c.Title, c.titled = db.Clean(title), titleGiven; title == "" {
		c.titled = titleFollows
		c.retitle()
	}
}

// retitle has the title follow the owner's name, where it does.
func (c *conversation) retitle() {
	if c.titled == titleUntilAgent && c.Owner.Type == core.AgentType {
		c.titled = titleFollows
	}
	if c.titled == titleFollows {
		c.Title = c.Owner.Name
	}
}

// addTags adds what is not there yet.
func (c *conversation) addTags(tags []string) {
	for _, tag := range tags {
		known := false
		for _, have := range c.Tags {
			known = known || have == tag
		}
		if !known && tag != "" {
			c.Tags = append(c.Tags, db.Clean(tag))
		}
	}
}
