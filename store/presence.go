package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"causeway/core"
)

// Desk is what an operator configured about the comings and goings of agents.
type Desk struct {
	Agents       []string      // who there is; nil for whoever is known
	OfflineAfter time.Duration // after the end of an agent's connection; a minute if zero
	ReassignAway bool
	// Place is what a contact is told who waits at a place of the queue; nil or
	// empty for nothing.
	Place func(position int) string
}

// desk is the desk as it is configured now.
func (s *Store) desk() Desk {
	var d Desk
	if s.o.Desk != nil {
		d = s.o.Desk()
	}
	if d.OfflineAfter <= 0 {
		d.OfflineAfter = time.Minute
	}
	return d
}

// renewal is how soon a connection is to be reported again. Reports are a third
// longer good than an agent stays online without one, so that one may be missing.
func (d Desk) renewal() time.Duration { return d.OfflineAfter / 3 }

// presence is an agent's row.
type presence struct {
	core.AgentState
	told    core.Availability // what was told of it last
	until   int64             // the connection counts
	leaving int64             // since when others are to take over, 0 if they are not
}

const presenceColumns = `agent, availability, effective, seen_until, leaving`

func (p *presence) scan(scan func(...any) error, now int64) error {
	err := scan(&p.ID, &p.Availability, &p.told, &p.until, &p.leaving)
	p.Connected = p.until > now
	return err
}

// SetAvailability implements core.Store.
func (s *Store) SetAvailability(ctx context.Context, agent string, a core.Availability) (core.AgentState, error) {
	var state core.AgentState
	err := s.do(ctx, 0, func(t *tx) error {
		var was core.Availability
		err := t.Row(`SELECT availability FROM agent_state WHERE agent = $1`, []any{agent}, &was)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("set availability: %w", err)
		}
		if _, err := t.Exec(`INSERT INTO agent_state(agent, availability) VALUES($1, $2) ON CONFLICT(agent) DO UPDATE SET availability = excluded.availability`,
			agent, string(a)); err != nil {
			return fmt.Errorf("set availability: %w", err)
		}
		if err := t.settle(agent, was != a); err != nil {
			return err
		}
		all, err := t.agents()
		for _, one := range all {
			if one.ID == agent {
				state = one
			}
		}
		return err
	})
	return state, err
}

// Seen implements core.Store.
func (s *Store) Seen(ctx context.Context, agent string) (again time.Duration, err error) {
	d := s.desk()
	again = d.renewal()
	var p presence
	err = p.scan(func(dst ...any) error {
		return s.db.Row(ctx, `SELECT `+presenceColumns+` FROM agent_state WHERE agent = $1`, []any{agent}, dst...)
	}, s.now())
	if err == nil && p.Effective() == p.told && p.until >= s.now()+d.OfflineAfter.Milliseconds() {
		return again, nil // another connection of the agent's said so just now
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return again, fmt.Errorf("agent is seen: %w", err)
	}
	return again, s.do(ctx, 0, func(t *tx) error {
		if _, err := t.Exec(`INSERT INTO agent_state(agent, availability, seen_until) VALUES($1, 'offline', $2) ON CONFLICT(agent) DO UPDATE SET seen_until = excluded.seen_until`,
			agent, t.seenUntil(d)); err != nil {
			return fmt.Errorf("agent is seen: %w", err)
		}
		return t.settle(agent, false)
	})
}

func (t *tx) seenUntil(d Desk) int64 { return t.now + (d.OfflineAfter + d.renewal()).Milliseconds() }

// comeBack gives agents who were connected when an earlier process ended the time
// to come back.
func (s *Store) comeBack(ctx context.Context) error {
	return s.do(ctx, 0, func(t *tx) error {
		if _, err := t.Exec(`UPDATE agent_state SET seen_until = $1 WHERE availability = 'auto' AND effective = 'online'`, t.seenUntil(s.desk())); err != nil {
			return fmt.Errorf("wait for agents: %w", err)
		}
		return nil
	})
}

// settle tells what an agent's availability comes to now, if that is news or was
// said anew, and has done what follows from it. The UPDATE holds the agent's row,
// so that each change is told once.
func (t *tx) settle(agent string, anew bool) error {
	var p presence
	if err := p.scan(func(dst ...any) error {
		return t.Row(`UPDATE agent_state SET leaving = leaving WHERE agent = $1 RETURNING `+presenceColumns, []any{agent}, dst...)
	}, t.now); err != nil {
		return fmt.Errorf("read agent: %w", err)
	}
	now := p.Effective()
	switch {
	case now == p.told && !anew:
		return nil
	case now == core.Online:
		p.leaving = 0
	case p.told == core.Online:
		p.leaving = t.s.newID()
	}
	if err := t.s.lanes.Wake(t.Tx, deskLane); err != nil {
		return err
	}
	if _, err := t.pass(); err != nil { // whoever is just being given a conversation has it before this
		return err
	}
	if _, err := t.Exec(`UPDATE agent_state SET effective = $1, leaving = $2 WHERE agent = $3`, string(now), p.leaving, agent); err != nil {
		return fmt.Errorf("keep agent: %w", err)
	}
	return t.note("agent.changed", 0, map[string]any{"agent": agent, "availability": p.Availability, "effective": now, "connected": p.Connected})
}

// availability is online if one agent is, else away if one is, else offline.
func (s *Store) availability(ctx context.Context) (core.Availability, error) {
	rows, err := s.db.Rows(ctx, `SELECT `+presenceColumns+` FROM agent_state`)
	if err != nil {
		return "", fmt.Errorf("read availability: %w", err)
	}
	d, best := s.desk(), core.Offline
	all, err := collect(rows, func(scan func(...any) error) (p presence, err error) { return p, p.scan(scan, s.now()) })
	if err != nil {
		return "", fmt.Errorf("read availability: %w", err)
	}
	for _, p := range all {
		switch is := p.Effective(); {
		case d.Agents != nil && !slices.Contains(d.Agents, p.ID):
		case is == core.Online, is == core.Away && best == core.Offline:
			best = is
		}
	}
	return best, nil
}
