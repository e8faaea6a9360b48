package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"causeway/core"
	"causeway/db"
)

// agents is the state of every agent that anything is known of.
func (t *tx) agents() ([]core.AgentState, error) { return readAgents(t.Tx.Rows, t.now) }

// Agents implements core.Reader. An agent of whom nothing is known is offline.
func (s *Store) Agents(ctx context.Context, ids []string) ([]core.AgentState, error) {
	var known []core.AgentState
	err := s.db.Snapshot(ctx, func(read db.Reader) (err error) {
		known, err = readAgents(func(query string, args ...any) (*sql.Rows, error) { return read.Rows(ctx, query, args...) }, s.now())
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]core.AgentState, len(ids))
	for i, id := range ids {
		all[i] = core.AgentState{ID: id, Availability: core.Offline}
		if at := slices.IndexFunc(known, func(a core.AgentState) bool { return a.ID == id }); at >= 0 {
			all[i] = known[at]
		}
	}
	return all, nil
}

// readAgents gathers what is known of each agent: whether they are there, when
// they had their turns, and what they have open.
func readAgents(query func(string, ...any) (*sql.Rows, error), now int64) ([]core.AgentState, error) {
	at := map[string]int{}
	var all []core.AgentState
	state := func(agent string) *core.AgentState {
		i, ok := at[agent]
		if !ok {
			i = len(all)
			at[agent] = i
			all = append(all, core.AgentState{ID: agent, Availability: core.Offline, Turns: map[string]int64{}})
		}
		return &all[i]
	}
	var agent, word string
	var n int64
	take := map[string]func(){
		"state": func() { state(agent).Availability, state(agent).Connected = core.Availability(word), n > now },
		"turn":  func() { state(agent).Turns[word] = n },
		"open":  func() { state(agent).Open = int(n) },
	}
	rows, err := query(`SELECT 'state', agent, availability, seen_until FROM agent_state UNION ALL SELECT 'turn', agent, grp, turn FROM rotor
		UNION ALL SELECT 'open', agent, '', open FROM agent_load`)
	if err != nil {
		return nil, fmt.Errorf("read agents: %w", err)
	}
	if _, err := collect(rows, func(scan func(...any) error) (struct{}, error) {
		var what string
		err := scan(&what, &agent, &word, &n)
		if err == nil {
			take[what]()
		}
		return struct{}{}, err
	}); err != nil {
		return nil, fmt.Errorf("read agents: %w", err)
	}
	return all, nil
}

// Queues implements core.Reader.
func (s *Store) Queues(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.Rows(ctx, `SELECT grp, count(*) FROM waiting GROUP BY grp`)
	if err != nil {
		return nil, fmt.Errorf("read the queues: %w", err)
	}
	queues := map[string]int{}
	_, err = collect(rows, func(scan func(...any) error) (struct{}, error) {
		var group string
		var n int
		err := scan(&group, &n)
		queues[group] = n
		return struct{}{}, err
	})
	return queues, err
}
