package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"causeway/core"
)

// known reports whether the owner is one whom the config knows.
func (s *Store) known(o core.Owner) bool { return s.o.Known == nil || s.o.Known(o) }

// replace finds an owner for an open conversation whose own is not configured any
// more. What people have is looked for by the desk; what a bot has waits until
// the contact writes: nobody is to be given all that was ever left open.
func (t *tx) replace(c *conversation) error {
	if c.Status != core.Open || t.s.known(c.Owner) {
		return nil
	}
	d, err := t.decide(c, core.Asked{Cause: core.CauseGone})
	if err != nil {
		return err
	}
	return t.own(c, core.CauseGone, d)
}

// ownersSQL lists the teams that own open conversations, by one look-up in the
// index for each, and the agents who do.
const ownersSQL = `WITH RECURSIVE g(id) AS (SELECT min(owner_id) FROM conversation WHERE owner_type = 'team' AND status = 'open'
	UNION ALL SELECT (SELECT min(c.owner_id) FROM conversation c WHERE c.owner_type = 'team' AND c.status = 'open' AND c.owner_id > g.id) FROM g WHERE g.id IS NOT NULL)
	SELECT 'team', id FROM g WHERE id IS NOT NULL UNION ALL SELECT 'agent', agent FROM agent_load WHERE open > 0`

// replaceAll gives what agents and teams have open who are not configured any more
// to others.
func (s *Store) replaceAll(ctx context.Context) error {
	rows, err := s.db.Rows(ctx, ownersSQL)
	if err != nil {
		return fmt.Errorf("read the owners: %w", err)
	}
	owners, err := collect(rows, func(scan func(...any) error) (o core.Owner, err error) { return o, scan(&o.Type, &o.ID) })
	if err != nil {
		return fmt.Errorf("read the owners: %w", err)
	}
	for _, o := range slices.DeleteFunc(owners, s.known) {
		if err := s.eachOpen(ctx, o, func(t *tx, id core.ConversationID) error {
			c, err := t.load(id)
			if err != nil {
				return ignoreMissing(err)
			}
			return errors.Join(t.replace(c), t.save(c))
		}); err != nil {
			return err
		}
	}
	return nil
}

// openOf lists what an owner has open; the type stands in the text, so that an
// index of that type's alone can serve.
var openOf = map[core.OwnerType]string{
	core.AgentType: `SELECT id FROM conversation WHERE owner_type = 'agent' AND status = 'open' AND owner_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
	core.TeamOwner: `SELECT id FROM conversation WHERE owner_type = 'team' AND status = 'open' AND owner_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
}

// eachOpen does something, in a transaction of its own, with each conversation
// that an agent or a team has open.
func (s *Store) eachOpen(ctx context.Context, o core.Owner, do func(*tx, core.ConversationID) error) error {
	for last := int64(0); ; {
		rows, err := s.db.Rows(ctx, openOf[o.Type], o.ID, last, deskPage)
		if err != nil {
			return fmt.Errorf("read what %s has open: %w", o.ID, err)
		}
		open, err := collect(rows, func(scan func(...any) error) (id int64, err error) { return id, scan(&id) })
		if err != nil || len(open) == 0 {
			return err
		}
		for _, id := range open {
			c := core.ConversationID(id)
			if err := s.do(ctx, c, func(t *tx) error { return do(t, c) }); err != nil {
				return err
			}
		}
		last = open[len(open)-1]
	}
}
