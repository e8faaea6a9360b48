package store

import (
	"fmt"
	"slices"

	"causeway/core"
	"causeway/db"
)

// unite gives who all of the names, which the provider says are one person's. An
// identity that was known by nothing else turns out to be the same person; one
// that has other names besides has lost these: a number goes to somebody else.
func (t *tx) unite(ch core.ChannelID, who *identity, names []string) error {
	for _, other := range who.others {
		rest, err := t.namesBesides(ch, other, names)
		if err != nil {
			return err
		}
		if rest {
			for _, name := range other.names {
				if _, err := t.Exec(`UPDATE identity_key SET identity_id = $1 WHERE channel = $2 AND name = $3`, who.id, string(ch), name); err != nil {
					return fmt.Errorf("give a name on: %w", err)
				}
			}
			who.names = append(who.names, other.names...)
			continue
		}
		if err := t.join(who, other); err != nil {
			return err
		}
	}
	who.others = nil
	return nil
}

func (t *tx) namesBesides(ch core.ChannelID, who identity, names []string) (bool, error) {
	rows, err := t.Rows(`SELECT name FROM identity_key WHERE channel = $1 AND identity_id = $2`, string(ch), who.id)
	if err != nil {
		return false, fmt.Errorf("read names: %w", err)
	}
	has, err := collect(rows, func(scan func(...any) error) (name string, err error) {
		err = scan(&name)
		return name, err
	})
	return slices.ContainsFunc(has, func(name string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return db.Clean(n) == name })
	}), err
}

// join makes two identities one, the older of them, with the conversations of
// both: the newest is the present one. So do their contacts.
func (t *tx) join(who *identity, other identity) error {
	t.batch().joined = true
	into, from := *who, other
	if from.id < into.id {
		into, from = from, into
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`UPDATE conversation SET present = 0 WHERE identity_id IN ($1, $2) AND present = 1
			AND id < (SELECT max(c.id) FROM conversation c WHERE c.identity_id IN ($1, $2) AND c.present = 1)`, []any{into.id, from.id}},
		{`UPDATE conversation SET identity_id = $1 WHERE identity_id = $2`, []any{into.id, from.id}},
		{`UPDATE identity_key SET identity_id = $1 WHERE identity_id = $2`, []any{into.id, from.id}},
		{`UPDATE identity SET no_marketing = (SELECT f.no_marketing FROM identity f WHERE f.id = $2), marketing_at = (SELECT f.marketing_at FROM identity f WHERE f.id = $2)
			WHERE id = $1 AND marketing_at < (SELECT f.marketing_at FROM identity f WHERE f.id = $2)`, []any{into.id, from.id}},
		{`DELETE FROM reached WHERE identity_id = $1`, []any{from.id}},
		{`DELETE FROM identity WHERE id = $1`, []any{from.id}},
	} {
		if _, err := t.Exec(step.query, step.args...); err != nil {
			return fmt.Errorf("join two identities: %w", err)
		}
	}
	t.batch().foreseen = nil // it may hold what is changed here
	contacts := []core.ContactID{into.contact, from.contact}
	slices.Sort(contacts)
	if contacts[0] != contacts[1] {
		if err := t.merge(contacts[0], contacts[1]); err != nil {
			return err
		}
	}
	names := append(slices.Clone(who.names), other.names...)
	*who = identity{id: into.id, contact: contacts[0], address: into.address, names: names}
	return nil
}

// learnNames keeps by which names the provider knows whom a message went to.
func (t *tx) learnNames(ch core.ChannelID, id core.ConversationID, e core.Reported) error {
	if len(e.Keys) == 0 || e.Status != core.Sent && e.Status != core.Delivered {
		return nil
	}
	found, err := t.named(ch, e.Keys)
	if err != nil {
		return err
	}
	who := identity{}
	if err := t.Row(`SELECT i.id, i.contact_id, i.address FROM conversation c JOIN identity i ON i.id = c.identity_id WHERE c.id = $1`,
		[]any{int64(id)}, &who.id, &who.contact, &who.address); err != nil {
		return fmt.Errorf("read whom it went to: %w", err)
	}
	for _, one := range append([]identity{found}, found.others...) {
		if one.id != 0 {
			who.meet(one)
		}
	}
	return t.name(ch, &who, e.Keys, addName)
}
