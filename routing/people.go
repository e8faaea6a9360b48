package routing

import (
	"fmt"

	"causeway/core"
)

// people applies the human rules of a team, else of the default team, else of
// all agents. Under automatic, the first of present who is available is
// preferred.
func (r *route) people(teamID string, present ...string) {
	g := r.groupOf(teamID)
	r.told = g
	if g.team != "" {
		r.decision.Team = g.team
	}
	if !g.hours.open(r.asked.Now) {
		r.closed = true
		r.add(RuleHours, false, fmt.Sprintf("It is outside the hours of %s, so that nobody there is available.", g.name))
	}
	if g.assignment == NotifyEverybody {
		r.everybody(g)
		return
	}
	if r.inConversation(present) || r.inTurn(g) {
		return
	}
	r.lastResort(g)
}

// present are the agents who are in the conversation, who last spoke first; of a
// team that is named, its members alone.
func (r *route) present(team string) []string {
	var ids []string
	for _, id := range append([]string{r.asked.LastAgent}, r.asked.Present...) {
		if r.IsAgent(id) && (team == "" || r.groupOf(team).has(id)) {
			ids = append(ids, id)
		}
	}
	return ids
}

// inConversation prefers the agents who are in the conversation.
func (r *route) inConversation(present []string) bool {
	for _, id := range present {
		part := "takes part"
		if id == r.asked.LastAgent {
			part = "last spoke here"
		}
		if why := r.unavailable(id); why != "" {
			r.add(RuleInConversation, false, fmt.Sprintf("%s %s, but is %s.", r.AgentName(id), part, why))
			continue
		}
		return r.choose(id, RuleInConversation, fmt.Sprintf("%s %s and is online.", r.AgentName(id), part))
	}
	return false
}

// everybody gives the conversation to the default agent and tells all of g.
func (r *route) everybody(g group) {
	r.decision.Offer = true
	id := r.defaultAgent(g)
	if id != "" && !r.useless(id) {
		r.choose(id, RuleEverybody, fmt.Sprintf("%s is the default agent, and all of %s are told and may take it.", r.AgentName(id), g.name))
		return
	}
	without := "there is no default agent"
	if id != "" {
		without = "the default agent is not available"
	}
	r.add(RuleEverybody, false, fmt.Sprintf("All of %s are told and may take it; %s.", g.name, without))
	r.lastResort(g)
}

// lastResort is the default agent, else the team, else nobody. What an agent who
// went away leaves behind stays where it is rather than going to nobody.
func (r *route) lastResort(g group) {
	switch id := r.defaultAgent(g); {
	case id != "" && !r.useless(id):
		r.choose(id, RuleDefaultAgent, fmt.Sprintf("%s is the default agent.", r.AgentName(id)))
	case r.asked.Cause == core.CauseAway:
		r.decision.Owner = r.asked.Owner
		r.add(RuleStays, true, fmt.Sprintf("Nobody else is available, so that it stays with %s.", r.AgentName(r.asked.Owner.ID)))
	case g.team != "":
		r.decision.Owner = core.Owner{Type: core.TeamOwner, ID: g.team, Name: r.TeamName(g.team)}
		r.add(RuleTeamOwns, true, fmt.Sprintf("There is no default agent, so that %s itself is the owner.", g.name))
	default:
		r.decision.Owner = core.Owner{Type: core.Nobody}
		r.add(RuleNobody, true, "There is no default agent, so that nobody owns the conversation.")
	}
}

func (r *route) defaultAgent(g group) string {
	if g.defaultAgent != "" {
		return g.defaultAgent
	}
	return r.config.DefaultAgent
}

// useless reports whether the default agent is no help: a conversation is taken
// from an agent who is away only for one who is there.
func (r *route) useless(id string) bool {
	return r.asked.Cause == core.CauseAway && r.unavailable(id) != ""
}
