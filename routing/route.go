package routing

import (
	"fmt"
	"strings"

	"causeway/core"
)

// The names of the rules, as they stand in core.Reason.
const (
	RuleSkipRouting    = "skip_routing"
	RuleTeam           = "team"
	RuleChannel        = "channel"
	RuleBot            = "new_conversations_to_bot"
	RuleAssignee       = "assignee"
	RuleHandOff        = "hand_off"
	RuleBotFails       = "bot_fails"
	RuleAsked          = "asked"
	RuleHours          = "hours"
	RuleInConversation = "in_conversation"
	RuleQueue          = "queue"
	RuleAway           = "agent_away"
	RuleGone           = "owner_gone"
	RuleStays          = "stays"
	RuleAutomatic      = "automatic"
	RuleEverybody      = "notify_everybody"
	RuleDefaultAgent   = "default_agent"
	RuleTeamOwns       = "team_owns"
	RuleNobody         = "nobody"
)

// Route decides who answers. It is pure, and always comes to a decision: at
// worst, nobody. Exactly one of its reasons is chosen, and the reasons come in
// the order in which the rules were looked at.
//
// It takes agents to be online only if their state says so.
func (t *Table) Route(a core.Asked) core.Decision {
	r := &route{Table: t, asked: a, states: map[string]core.AgentState{}}
	for _, s := range a.Agents {
		r.states[s.ID] = s
	}
	if t.TeamExists(a.OwnTeam) {
		r.decision.Team = a.OwnTeam
	}
	switch a.Cause {
	case core.CauseHandOff:
		r.handOff()
	case core.CauseBotFails:
		r.botFails()
	case core.CauseQueue:
		r.add(RuleQueue, false, "The conversation waits in the queue, and it may be its turn.")
		r.people(r.decision.Team)
	case core.CauseAway:
		r.add(RuleAway, false, fmt.Sprintf("%s has gone away, so that somebody else is looked for.", r.AgentName(a.Owner.ID)))
		r.people(r.decision.Team)
	case core.CauseGone:
		r.gone()
	case core.CauseAsked:
		r.moved()
	case core.CauseNew, core.CauseReopened:
		r.anew()
	default:
		r.anew()
	}
	r.decision.Say = r.words()
	return r.decision
}

// route is one decision in the making.
type route struct {
	*Table
	asked    core.Asked
	states   map[string]core.AgentState
	decision core.Decision
	closed   bool // the group whose rules held is outside its hours
	busy     bool // somebody of it is there, and has no room
	told     group
}

// anew applies the rules for a new conversation: the first that applies wins.
func (r *route) anew() {
	for _, applies := range []func() bool{r.skipRouting, r.teamGiven, r.channelRule, r.toBot, r.assignee} {
		if applies() {
			return
		}
	}
	r.people("")
}

func (r *route) skipRouting() bool {
	if !r.asked.SkipRouting {
		return false
	}
	r.setTeam(r.asked.Team)
	if r.asked.To == "" {
		r.add(RuleSkipRouting, false, "The rules are skipped and nobody is named, which means the default agent.")
		r.lastResort(r.groupOf(r.decision.Team))
		return true
	}
	return r.named(RuleSkipRouting, "%s is named, and the rules are skipped.")
}

func (r *route) teamGiven() bool {
	if r.asked.Team == "" {
		return false
	}
	if !r.setTeam(r.asked.Team) {
		r.add(RuleTeam, false, fmt.Sprintf("There is no team %q.", r.asked.Team))
		return false
	}
	r.add(RuleTeam, false, fmt.Sprintf("The conversation is for team %s, so that team's rules hold.", r.TeamName(r.asked.Team)))
	r.people(r.asked.Team)
	return true
}

func (r *route) channelRule() bool {
	rule, ok := r.channels[r.asked.Channel]
	switch {
	case !ok:
		r.add(RuleChannel, false, fmt.Sprintf("There is no rule for channel %s.", r.asked.Channel))
		return false
	case rule.Team != "":
		r.setTeam(rule.Team)
		r.add(RuleChannel, false, fmt.Sprintf("Channel %s belongs to team %s, so that team's rules hold.", rule.Channel, r.TeamName(rule.Team)))
		r.people(rule.Team)
		return true
	}
	id := rule.Bot + rule.Agent
	return r.choose(id, RuleChannel, fmt.Sprintf("Channel %s belongs to %s.", rule.Channel, r.name(id)))
}

func (r *route) toBot() bool {
	bot := r.config.NewConversationsToBot
	if bot == "" {
		r.add(RuleBot, false, "New conversations do not go to a bot.")
		return false
	}
	return r.choose(bot, RuleBot, fmt.Sprintf("New conversations go to bot %s.", r.BotName(bot)))
}

func (r *route) assignee() bool {
	if r.asked.To == "" || r.asked.SkipRouting {
		return false
	}
	return r.named(RuleAssignee, "%s is named, and no rule came before.")
}

// handOff is a bot's wish: an agent, another bot, a team or the rules.
func (r *route) handOff() {
	teamKnown := r.setTeam(r.asked.Team)
	if r.asked.To != "" && r.named(RuleHandOff, "The bot hands over to %s; the rules are skipped.") {
		return
	}
	switch {
	case r.asked.Team != "" && teamKnown:
		r.add(RuleHandOff, false, fmt.Sprintf("The bot hands over to team %s, so that team's rules hold.", r.TeamName(r.asked.Team)))
	case r.asked.Team != "":
		r.add(RuleHandOff, false, fmt.Sprintf("The bot hands over to team %q, which there is not, so that a person is looked for.", r.asked.Team))
	case r.asked.To == "":
		r.add(RuleHandOff, false, "The bot hands over to whoever the rules say.")
	}
	named := ""
	if teamKnown {
		named = r.asked.Team
	}
	r.people(r.decision.Team, r.present(named)...)
}

// botFails looks for a person, and says what went wrong.
func (r *route) botFails() {
	text := "The bot could not answer, so that a person is looked for."
	if r.asked.Because != "" {
		text = strings.TrimSuffix(r.asked.Because, ".") + ". So a person is looked for."
	}
	r.add(RuleBotFails, false, text)
	r.people(r.decision.Team, r.present("")...)
}

// gone finds an owner in place of one who is not configured any more. What a bot
// had goes the way of a new conversation, to the bot that took its place; what
// people had stays with people.
func (r *route) gone() {
	was := r.asked.Owner
	r.add(RuleGone, false, fmt.Sprintf("%s is not configured any more, so that somebody else is looked for.", orID(was.Name, was.ID)))
	if was.Type == core.BotOwner {
		r.anew()
		return
	}
	r.people(r.decision.Team, r.present("")...)
}

// moved is an agent's or an API user's wish.
func (r *route) moved() {
	r.setTeam(r.asked.Team)
	if r.asked.To != "" && r.named(RuleAsked, "%s was named.") {
		return
	}
	r.add(RuleAsked, false, "The conversation was given back to the rules.")
	r.people(r.decision.Team)
}

// named chooses the agent or bot that the question names. An unknown id becomes
// a notice.
func (r *route) named(rule, text string) bool {
	if id := r.asked.To; r.IsAgent(id) || r.IsBot(id) {
		return r.choose(id, rule, fmt.Sprintf(text, r.name(id)))
	}
	r.notice(fmt.Sprintf("There is no agent and no bot %q.", r.asked.To))
	r.add(rule, false, fmt.Sprintf("There is no agent and no bot %q.", r.asked.To))
	return false
}

// choose makes an agent or a bot the owner.
func (r *route) choose(id, rule, text string) bool {
	owner := core.Owner{Type: core.AgentType, ID: id, Name: r.AgentName(id)}
	if r.IsBot(id) {
		owner = core.Owner{Type: core.BotOwner, ID: id, Name: r.BotName(id)}
	}
	r.decision.Owner = owner
	r.add(rule, true, text)
	return true
}

// setTeam sets the conversation's team. An unknown one becomes a notice, and
// changes nothing.
func (r *route) setTeam(id string) bool {
	switch {
	case id == "":
		return false
	case !r.TeamExists(id):
		r.notice(fmt.Sprintf("There is no team %q.", id))
		return false
	}
	r.decision.Team = id
	return true
}

func (r *route) add(rule string, chosen bool, text string) {
	r.decision.Why = append(r.decision.Why, core.Reason{Rule: rule, Chosen: chosen, Text: text})
}

// notice adds a line, once.
func (r *route) notice(text string) {
	switch r.decision.Notice {
	case "":
		r.decision.Notice = text
	case text:
	default:
		r.decision.Notice += " " + text
	}
}

// name is how a reason names an agent or a bot.
func (r *route) name(id string) string {
	if r.IsBot(id) {
		return "bot " + r.BotName(id)
	}
	return r.AgentName(id)
}
