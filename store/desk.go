package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/core"
	"causeway/lanes"
)

const (
	deskLane  = "timer:desk"
	deskEvery = 30 * time.Second // hours that open wake nobody
	deskPage  = 100
)

// armDesk starts the desk's lane, once for ever, and has it look at what may have
// changed while nobody ran.
func (s *Store) armDesk(ctx context.Context) error {
	return s.do(ctx, 0, func(t *tx) error {
		if err := t.armOnce(lanes.Lane{ID: deskLane, Kind: laneTimer}, 0); err != nil {
			return err
		}
		return t.s.lanes.Wake(t.Tx, deskLane)
	})
}

// RulesChanged has those who wait looked at under new rules.
func (s *Store) RulesChanged(ctx context.Context) error {
	return s.do(ctx, 0, func(t *tx) error { return t.s.lanes.Wake(t.Tx, deskLane) })
}

// lookForRoom has those who wait looked at soon. It is called after the commit of
// what may have given somebody room, or put somebody into a queue: whichever of
// two such commits is the later one is followed by a look that sees both.
func (s *Store) lookForRoom() {
	select {
	case s.room <- struct{}{}:
	default:
	}
}

// watchRoom wakes the desk when there may be room and somebody waits.
func (s *Store) watchRoom(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.room:
		}
		var waits int
		err := s.db.Row(ctx, `SELECT count(*) FROM (SELECT 1 FROM waiting LIMIT 1) AS w`, nil, &waits)
		if err == nil && waits > 0 {
			err = s.RulesChanged(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Log.WithError(err).Warn("those who wait are looked at half a minute later")
		}
	}
}

// workDesk does what agents' comings and goings ask for: who lost the connection
// is offline, what those who left or are not configured any more have open goes
// to others, and those who wait get whoever has room. Each step is a transaction of its own that looks again at
// what it changes, so that a desk on another node does no harm.
func (s *Store) workDesk(ctx context.Context) lanes.Result {
	next, err := s.lookAround(ctx)
	if err != nil {
		return lanes.Result{Next: lanes.Again, After: stuck, Error: err.Error()}
	}
	return lanes.Result{Next: lanes.Again, After: next}
}

func (s *Store) lookAround(ctx context.Context) (next time.Duration, err error) {
	for _, step := range []func(context.Context) error{s.missAgents, s.replaceAll, s.takeOver, s.seatAll} {
		if err := step(ctx); err != nil {
			return 0, err
		}
	}
	var until sql.NullInt64
	if err := s.db.Row(ctx, `SELECT min(seen_until) FROM agent_state WHERE availability = 'auto' AND effective = 'online'`, nil, &until); err != nil {
		return 0, fmt.Errorf("read agents: %w", err)
	}
	next = deskEvery
	if until.Valid {
		next = min(next, max(time.Duration(until.Int64-s.now())*time.Millisecond, time.Millisecond))
	}
	return next, nil
}

// missAgents settles agents whose connection has been gone for long enough.
func (s *Store) missAgents(ctx context.Context) error {
	rows, err := s.db.Rows(ctx, `SELECT agent FROM agent_state WHERE availability = 'auto' AND effective = 'online' AND seen_until <= $1`, s.now())
	if err != nil {
		return fmt.Errorf("look for agents: %w", err)
	}
	gone, err := collect(rows, func(scan func(...any) error) (id string, err error) { return id, scan(&id) })
	for _, agent := range gone {
		if err := s.do(ctx, 0, func(t *tx) error { return t.settle(agent, false) }); err != nil {
			return err
		}
	}
	return err
}

// takeOver gives what agents who left have open to others.
func (s *Store) takeOver(ctx context.Context) error {
	rows, err := s.db.Rows(ctx, `SELECT `+presenceColumns+` FROM agent_state WHERE leaving <> 0`)
	if err != nil {
		return fmt.Errorf("look for agents who left: %w", err)
	}
	left, err := collect(rows, func(scan func(...any) error) (p presence, err error) { return p, p.scan(scan, s.now()) })
	if err != nil {
		return fmt.Errorf("look for agents who left: %w", err)
	}
	for _, p := range left {
		if s.desk().ReassignAway {
			open := core.Owner{Type: core.AgentType, ID: p.ID}
			if err := s.eachOpen(ctx, open, func(t *tx, id core.ConversationID) error { return t.leave(id, p.ID) }); err != nil {
				return err
			}
		}
		if err := s.do(ctx, 0, func(t *tx) error {
			_, err := t.Exec(`UPDATE agent_state SET leaving = 0 WHERE agent = $1 AND leaving = $2`, p.ID, p.leaving)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// leave gives a conversation of an agent who is not there to somebody who is. If
// nobody is, it stays as it is.
func (t *tx) leave(id core.ConversationID, agent string) error {
	c, err := t.load(id)
	if err != nil {
		return ignoreMissing(err)
	}
	var effective core.Availability
	if err := t.Row(`SELECT effective FROM agent_state WHERE agent = $1`, []any{agent}, &effective); err != nil {
		return fmt.Errorf("read agent: %w", err)
	}
	if effective == core.Online || c.burdens() != agent {
		return nil
	}
	d, err := t.decide(c, core.Asked{Cause: core.CauseAway})
	if err != nil {
		return err
	}
	if !d.Owner.Is(c.Owner) {
		return errors.Join(t.own(c, core.CauseAway, d), t.save(c))
	}
	if d.Offer {
		return t.note("conversation.offered", c.ID, map[string]any{"team": c.Team})
	}
	return nil
}

// seatAll gives those who wait to whoever has room, the oldest first, until
// nobody has.
func (s *Store) seatAll(ctx context.Context) error {
	full := map[string]bool{}
	for {
		id, group, err := s.nextWaiting(ctx, full)
		if err != nil || id == 0 {
			return err
		}
		var came seat
		if err := s.do(ctx, id, func(t *tx) error { came, err = t.call(id, group); return err }); err != nil {
			return err
		}
		if came == stays {
			full[group] = true
		}
	}
}

// nextWaiting is the conversation that has waited longest in the queue of a group
// that is not full, 0 if there is none.
func (s *Store) nextWaiting(ctx context.Context, full map[string]bool) (id core.ConversationID, group string, err error) {
	rows, err := s.db.Rows(ctx, groupsSQL+` SELECT w.conversation_id, w.grp FROM g JOIN waiting w ON w.grp = g.grp
		AND w.ticket = (SELECT min(h.ticket) FROM waiting h WHERE h.grp = g.grp) ORDER BY w.ticket`)
	if err != nil {
		return 0, "", fmt.Errorf("read the queues: %w", err)
	}
	_, err = collect(rows, func(scan func(...any) error) (struct{}, error) {
		var head core.ConversationID
		var of string
		err := scan(&head, &of)
		if id == 0 && !full[of] {
			id, group = head, of
		}
		return struct{}{}, err
	})
	return id, group, err
}
