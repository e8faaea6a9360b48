package routing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"causeway/core"
)

// inTurn takes the agent of g who was longest not given a conversation. Among
// those who wait alike, the order of the config decides.
func (r *route) inTurn(g group) bool {
	var next, skipped []core.Candidate
	for _, id := range g.members {
		c := core.Candidate{ID: id, Name: r.AgentName(id), Open: r.states[id].Open, Capacity: r.agents[id].Capacity, Skipped: r.unavailable(id)}
		if c.Skipped == "" {
			next = append(next, c)
			continue
		}
		r.busy = r.busy || r.absent(id) == ""
		skipped = append(skipped, c)
	}
	slices.SortStableFunc(next, func(a, b core.Candidate) int {
		return cmp.Compare(r.states[a.ID].Turns[g.key], r.states[b.ID].Turns[g.key])
	})
	without := ""
	if len(skipped) > 0 {
		without = "; " + list(skipped, ", ", func(c core.Candidate) string { return c.Name + " is " + c.Skipped })
	}
	if len(next) == 0 {
		r.add(RuleAutomatic, false, fmt.Sprintf("Nobody of %s is available%s.", g.name, without))
		r.among(skipped)
		return r.waits(g)
	}
	r.decision.Group = g.key
	r.choose(next[0].ID, RuleAutomatic, fmt.Sprintf("Of %s it is the turn of %s%s. Who was longest given none is first.", g.name,
		list(next, ", then ", func(c core.Candidate) string { return fmt.Sprintf("%s (%d open)", c.Name, c.Open) }), without))
	r.among(append(next, skipped...))
	return true
}

// waits puts the conversation into the queue of g, if there is one: because all
// who are there have their hands full, or because nobody is there and there is no
// default agent. One that waits already goes on waiting in either case: it would
// be no better off elsewhere.
func (r *route) waits(g group) bool {
	switch {
	case !r.config.Queue || len(g.members) == 0:
		return false
	case r.busy || r.asked.Cause == core.CauseQueue:
	case r.asked.Cause == core.CauseAway || r.defaultAgent(g) != "":
		return false
	}
	r.decision.Queue, r.decision.Owner = g.key, core.Owner{Type: core.Nobody}
	if g.team != "" {
		r.decision.Owner = core.Owner{Type: core.TeamOwner, ID: g.team, Name: r.TeamName(g.team)}
	}
	r.add(RuleQueue, true, fmt.Sprintf("The conversation waits until somebody of %s has room.", g.name))
	return true
}

// unavailable says why an agent takes no conversation now; empty if the agent
// does.
func (r *route) unavailable(id string) string {
	if why := r.absent(id); why != "" {
		return why
	}
	open, capacity := r.states[id].Open, r.agents[id].Capacity
	switch {
	case capacity > 0 && open >= capacity:
		return fmt.Sprintf("full (%d of %d open)", open, capacity)
	case r.promised(id):
		return "promised to those who wait"
	}
	return ""
}

// absent says why an agent is not there; empty if the agent is.
func (r *route) absent(id string) string {
	state := r.states[id]
	switch {
	case r.closed:
		return "outside hours"
	case state.Availability == core.Auto && !state.Connected:
		return "not connected"
	case state.Effective() != core.Online:
		return string(state.Effective())
	}
	return ""
}

// promised reports whether the agent's next conversation is one that waits in a
// queue: nobody overtakes it.
func (r *route) promised(id string) bool {
	if !r.config.Queue {
		return false
	}
	return slices.ContainsFunc(r.asked.Waiting, func(key string) bool {
		g, ok := r.groupBy(key)
		return ok && g.assignment == Automatic && g.has(id) && g.hours.open(r.asked.Now)
	})
}

// among says among whom the last reason looked.
func (r *route) among(all []core.Candidate) { r.decision.Why[len(r.decision.Why)-1].Candidates = all }

const mostNamed = 10 // agents in a reason's text; all are its candidates

// list is what each says of all, of many not all.
func list(all []core.Candidate, between string, each func(core.Candidate) string) string {
	var parts []string
	for i, c := range all {
		if i == mostNamed {
			parts = append(parts, fmt.Sprintf("%d more", len(all)-i))
			break
		}
		parts = append(parts, each(c))
	}
	return strings.Join(parts, between)
}
