package routing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"causeway/core"
)

// people applies the human rules of a team, else of the default team, else of
// all agents. last is the agent who is preferred under automatic, if any.
func (r *route) people(teamID, last string) {
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
	if r.inConversation(last) || r.inTurn(g) {
		return
	}
	r.lastResort(g)
}

// inConversation prefers the agent who last spoke.
func (r *route) inConversation(last string) bool {
	if last == "" || !r.IsAgent(last) {
		return false
	}
	if why := r.unavailable(last); why != "" {
		r.add(RuleInConversation, false, fmt.Sprintf("%s last spoke here, but is %s.", r.AgentName(last), why))
		return false
	}
	return r.choose(last, RuleInConversation, fmt.Sprintf("%s last spoke here and is online.", r.AgentName(last)))
}

// inTurn takes the agent of g who was longest not given a conversation. Among
// those who wait alike, the order of the config decides.
func (r *route) inTurn(g group) bool {
	var online, skipped []string
	for _, id := range g.members {
		if why := r.unavailable(id); why != "" {
			skipped = append(skipped, r.AgentName(id)+" is "+why)
			continue
		}
		online = append(online, id)
	}
	slices.SortStableFunc(online, func(a, b string) int {
		return cmp.Compare(r.states[a].Turns[g.key], r.states[b].Turns[g.key])
	})
	without := ""
	if len(skipped) > 0 {
		without = "; " + strings.Join(skipped, ", ")
	}
	if len(online) == 0 {
		r.add(RuleAutomatic, false, fmt.Sprintf("Nobody of %s is available%s.", g.name, without))
		return false
	}
	var waiting []string
	for _, id := range online {
		waiting = append(waiting, fmt.Sprintf("%s (%d open)", r.AgentName(id), r.states[id].Open))
	}
	r.decision.Group = g.key
	return r.choose(online[0], RuleAutomatic,
		fmt.Sprintf("Of %s it is the turn of %s%s.", g.name, strings.Join(waiting, ", then "), without))
}

// unavailable says why an agent takes no conversation now; empty if the agent
// does.
func (r *route) unavailable(id string) string {
	state, known := r.states[id]
	capacity := r.agents[id].Capacity
	switch {
	case r.closed:
		return "outside hours"
	case !known || state.Availability == "":
		return string(core.Offline)
	case state.Availability == core.Auto:
		return "not connected"
	case state.Availability != core.Online:
		return string(state.Availability)
	case capacity > 0 && state.Open >= capacity:
		return fmt.Sprintf("full (%d of %d open)", state.Open, capacity)
	}
	return ""
}

// everybody gives the conversation to the default agent and tells all of g.
func (r *route) everybody(g group) {
	r.decision.Offer = true
	if id := r.defaultAgent(g); id != "" {
		r.choose(id, RuleEverybody, fmt.Sprintf("%s is the default agent, and all of %s are told and may take it.", r.AgentName(id), g.name))
		return
	}
	r.add(RuleEverybody, false, fmt.Sprintf("All of %s are told and may take it; there is no default agent.", g.name))
	r.lastResort(g)
}

// lastResort is the default agent, else the team, else nobody.
func (r *route) lastResort(g group) {
	switch id := r.defaultAgent(g); {
	case id != "":
		r.choose(id, RuleDefaultAgent, fmt.Sprintf("%s is the default agent.", r.AgentName(id)))
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

// words are what the contact is told: a welcome to a new conversation, and that
// nobody is there. A bot speaks for itself, and a move by hand is not news.
func (r *route) words() string {
	if r.decision.Owner.Type == core.BotOwner || r.asked.Cause == core.CauseAsked {
		return ""
	}
	var say []string
	if r.asked.Cause == core.CauseNew && r.config.WelcomeMessage != "" {
		say = append(say, r.config.WelcomeMessage)
	}
	if away := r.awayMessage(); away != "" && !r.someoneThere() {
		say = append(say, away)
	}
	return strings.Join(say, "\n\n")
}

func (r *route) awayMessage() string {
	if own := r.teams[r.decision.Team].AwayMessage; own != "" {
		return own
	}
	return r.config.AwayMessage
}

// someoneThere reports whether the owner, or anybody who was told, is online.
func (r *route) someoneThere() bool {
	if r.closed {
		return false
	}
	if r.states[r.decision.Owner.ID].Availability == core.Online {
		return true
	}
	if !r.decision.Offer {
		return false
	}
	for _, id := range r.told.members {
		if r.states[id].Availability == core.Online {
			return true
		}
	}
	return false
}
