package store

import (
	"context"
	"fmt"
	"slices"

	"causeway/core"
	"causeway/db"
)

// identity is where a contact is reached on one channel.
type identity struct {
	id      int64
	contact core.ContactID
	address core.Address
	names   []string // by which the provider knows it, of those that were asked for
	// others have some of the names that were asked for.
	others []identity

	// What is known of the contact, if read is set.
	read                            bool
	name, username, phone, language string
}

// identify finds the person, by any of their lasting names, or makes them known.
// A contact whose user id is known from another channel is the same person.
func (t *tx) identify(ch core.ChannelID, p core.Person) (identity, error) {
	names := namesOf(p)
	who, err := t.named(ch, names)
	if err != nil {
		return identity{}, err
	}
	insert := addName
	if who.id == 0 {
		insert = firstName
		if who, err = t.newIdentity(ch, p); err != nil {
			return identity{}, err
		}
	}
	if err := t.name(ch, &who, names, insert); err != nil {
		return identity{}, err
	}
	return who, t.refresh(&who, p)
}

// The ways to give a name. Who names the same new person at the same time fails
// by the first, and finds them then.
const (
	firstName = `INSERT INTO identity_key(channel, name, identity_id) VALUES($1, $2, $3)`
	addName   = firstName + ` ON CONFLICT(channel, name) DO NOTHING`
)

// name gives who all of the names, by the statement.
func (t *tx) name(ch core.ChannelID, who *identity, names []string, insert string) error {
	if err := t.unite(ch, who, names); err != nil {
		return err
	}
	for i, name := range names {
		if slices.Contains(who.names, db.Clean(name)) || slices.Contains(names[:i], name) {
			continue
		}
		if _, err := t.Tx.Exec(insert, string(ch), db.Clean(name), who.id); err != nil {
			return fmt.Errorf("name contact: %w", err)
		}
	}
	return nil
}

// named is the identity of the first of the names that is known, the zero one if
// none is.
func (t *tx) named(ch core.ChannelID, names []string) (identity, error) {
	clean := make([]string, len(names))
	values := make([]any, len(names))
	for i, name := range names {
		clean[i] = db.Clean(name)
		values[i] = clean[i]
	}
	if who, ok := t.batch().foreseen.person(ch, clean); ok {
		return who, nil
	}
	found, err := t.people(ch, values)
	if err != nil || len(found) == 0 {
		return identity{}, err
	}
	sortBy(found, func(who identity) int { return slices.Index(clean, who.names[0]) })
	who := found[0]
	for _, other := range found[1:] {
		who.meet(other)
	}
	return who, nil
}

// meet notes an identity that has one of the names that were asked for.
func (who *identity) meet(other identity) {
	if other.id == who.id {
		who.names = append(who.names, other.names...)
		return
	}
	for i := range who.others {
		if who.others[i].id == other.id {
			who.others[i].names = append(who.others[i].names, other.names...)
			return
		}
	}
	who.others = append(who.others, other)
}

// people are the identities of those of the names that are known, one for each.
func (t *tx) people(ch core.ChannelID, names []any) ([]identity, error) {
	var all []identity
	for names, more := among(names); names != nil; names, more = among(more) {
		rows, err := t.Tx.Rows(`SELECT k.name, i.id, i.contact_id, i.address, p.name, p.username, p.phone, p.language FROM identity_key k
			JOIN identity i ON i.id = k.identity_id JOIN contact p ON p.id = i.contact_id WHERE k.channel = $1 AND k.name IN `+placesFrom(2, len(names)),
			slices.Insert(names, 0, any(string(ch)))...)
		if err != nil {
			return nil, fmt.Errorf("look for contact: %w", err)
		}
		found, err := collect(rows, func(scan func(...any) error) (who identity, err error) {
			who.names, who.read = make([]string, 1), true
			err = scan(&who.names[0], &who.id, &who.contact, &who.address, &who.name, &who.username, &who.phone, &who.language)
			return who, err
		})
		if err != nil {
			return nil, fmt.Errorf("look for contact: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// namesOf are the lasting names of a person on a channel.
func namesOf(p core.Person) []string {
	if len(p.Keys) == 0 {
		return []string{string(p.Address)}
	}
	return p.Keys
}

func (t *tx) newIdentity(ch core.ChannelID, p core.Person) (identity, error) {
	who := identity{id: t.s.newID(), address: core.Address(db.Clean(string(p.Address)))}
	user := db.Clean(p.UserID)
	if user == "" {
		user = string(ch) + ":" + string(who.address)
	}
	user = core.UserIDOf(user)
	id := t.s.newID()
	err := t.Tx.Row(`INSERT INTO contact(id, user_id, name, username, phone, email, image_link, language, metadata, created_at)
		VALUES($1, $2, $3, $4, $5, '', '', $6, '', $7) ON CONFLICT(user_id) DO UPDATE SET user_id = excluded.user_id RETURNING id`,
		[]any{id, user, db.Clean(p.Name), db.Clean(p.Username), db.Clean(p.Phone), db.Clean(p.Language), t.now}, &who.contact)
	if err != nil {
		return identity{}, fmt.Errorf("add contact: %w", err)
	}
	if _, err := t.Tx.Exec(`INSERT INTO identity(id, channel, contact_id, address) VALUES($1, $2, $3, $4)`,
		who.id, string(ch), int64(who.contact), string(who.address)); err != nil {
		return identity{}, fmt.Errorf("add identity: %w", err)
	}
	return who, nil
}

// refresh takes over what the provider now says of the person; what it leaves
// out, or what we were told otherwise, stays.
func (t *tx) refresh(who *identity, p core.Person) error {
	if address := core.Address(db.Clean(string(p.Address))); address != "" && address != who.address {
		if _, err := t.Exec(`UPDATE identity SET address = $1 WHERE id = $2`, string(address), who.id); err != nil {
			return fmt.Errorf("move contact: %w", err)
		}
		who.address = address
	}
	name, username, phone, language := db.Clean(p.Name), db.Clean(p.Username), db.Clean(p.Phone), db.Clean(p.Language)
	tells := func(has, told string) bool { return told != "" && has != told }
	if who.read && (who.name != "" || name == "") && !tells(who.username, username) && (who.phone != "" || phone == "") && !tells(who.language, language) {
		return nil
	}
	_, err := t.Tx.Exec(`UPDATE contact SET name = CASE WHEN name = '' THEN $1 ELSE name END,
		username = CASE WHEN $2 = '' THEN username ELSE $2 END, phone = CASE WHEN phone = '' THEN $3 ELSE phone END,
		language = CASE WHEN $4 = '' THEN language ELSE $4 END
		WHERE id = $5 AND (name = '' AND $1 <> '' OR $2 <> '' AND username <> $2 OR phone = '' AND $3 <> '' OR $4 <> '' AND language <> $4)`,
		name, username, phone, language, int64(who.contact))
	if err != nil {
		return fmt.Errorf("refresh contact: %w", err)
	}
	return nil
}

// Named implements core.Store.
func (s *Store) Named(ctx context.Context, ch core.ChannelID, p core.Person) error {
	err := s.do(ctx, 0, func(t *tx) error {
		who, err := t.named(ch, namesOf(p))
		if err != nil || who.id == 0 {
			return err
		}
		p.Address = "" // they may have moved meanwhile
		if err := t.refresh(&who, p); err != nil {
			return err
		}
		return t.inPresent(who, &core.ItemFate{}, func(c *conversation) error {
			return t.note("conversation.updated", c.ID, map[string]any{"contact": map[string]any{"id": c.contact, "name": db.Clean(p.Name), "username": db.Clean(p.Username)}})
		})
	})
	if err != nil {
		return fmt.Errorf("name a contact: %w", err)
	}
	return nil
}

// asSender is the contact as the sender of a message. Who gives no name goes by
// the one that we know, or by a pseudonym.
func (t *tx) asSender(id core.ContactID, p core.Person) (core.Sender, error) {
	from := core.Sender{Type: core.FromContact, ID: fmt.Sprint(int64(id)), Name: p.Name}
	if from.Name != "" {
		return from, nil
	}
	c := core.Contact{ID: id}
	if err := t.Row(`SELECT name FROM contact WHERE id = $1`, []any{int64(id)}, &c.Name); err != nil {
		return from, fmt.Errorf("read the sender's name: %w", err)
	}
	from.Name = c.NamedByUs().Name
	return from, nil
}

// patchContact changes what a bot or person said of a contact.
func (t *tx) patchContact(id core.ContactID, p core.ContactPatch) error {
	var c core.Contact
	var metadata string
	if err := t.Row(`SELECT name, email, phone, image_link, metadata FROM contact WHERE id = $1`+t.s.db.RowLock(), []any{int64(id)},
		&c.Name, &c.Email, &c.Phone, &c.ImageLink, &metadata); err != nil {
		return fmt.Errorf("read contact: %w", err)
	}
	if err := unpack(metadata, &c.Metadata); err != nil {
		return fmt.Errorf("read contact: %w", err)
	}
	for _, field := range []struct {
		into *string
		from *string
	}{{&c.Name, p.Name}, {&c.Email, p.Email}, {&c.Phone, p.Phone}, {&c.ImageLink, p.ImageLink}} {
		if field.from != nil {
			*field.into = db.Clean(*field.from)
		}
	}
	packed, err := pack(merge(c.Metadata, p.Metadata))
	if err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE contact SET name = $1, email = $2, phone = $3, image_link = $4, metadata = $5 WHERE id = $6`,
		c.Name, c.Email, c.Phone, c.ImageLink, packed, int64(id)); err != nil {
		return fmt.Errorf("change contact: %w", err)
	}
	return nil
}
