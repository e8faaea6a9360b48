package routing

import (
	"testing"
	"time"

	"causeway/core"
)

func busy(id string, open int) core.AgentState {
	return core.AgentState{ID: id, Availability: core.Online, Open: open}
}

func queued() Config {
	return with(func(c *Config) {
		c.Queue, c.WelcomeMessage, c.AwayMessage = true, "Welcome", "Away"
		for i := range c.Agents {
			c.Agents[i].Capacity = 2
		}
	})
}

func TestTheQueue(t *testing.T) {
	c := queued()
	withDefault := queued()
	withDefault.DefaultAgent = "cem"
	everybody := queued()
	everybody.Assignment, everybody.DefaultAgent = NotifyEverybody, "cem"
	night := queued()
	night.Teams = append(night.Teams, Team{ID: "night", Members: []string{"ann"}, Hours: &Hours{Wed: "2000-2300"}})
	off := people()
	full := []core.AgentState{busy("ann", 2), busy("bob", 2), {ID: "cem", Availability: core.Offline}}
	one := []core.AgentState{busy("ann", 2), busy("bob", 1)}
	sales := core.Owner{Type: core.TeamOwner, ID: "sales"}
	check(t, []situation{
		{"it waits when all who are there are full", c, core.Asked{Agents: full},
			want{owner: "nobody ", queue: GroupAll, rule: RuleQueue, say: "Welcome"}},
		{"also where there is a default agent", withDefault, core.Asked{Agents: full},
			want{owner: "nobody ", queue: GroupAll, rule: RuleQueue, say: "Welcome"}},
		{"for a team it is the team's queue, and the team owns it", c, core.Asked{Team: "sales", Agents: full},
			want{owner: "team sales", team: "sales", queue: "team:sales", rule: RuleQueue, say: "Welcome"}},
		{"with nobody there at all it does not wait", withDefault, core.Asked{Agents: noneOnline()},
			want{owner: "agent cem", rule: RuleDefaultAgent, say: "Welcome\n\nAway"}},
		{"with nobody there and no default agent it waits, and is told so", c, core.Asked{Agents: noneOnline()},
			want{owner: "nobody ", queue: GroupAll, rule: RuleQueue, say: "Welcome\n\nAway"}},
		{"where there are no agents at all nobody is waited for", with(func(c *Config) { c.Agents, c.Teams, c.Queue = nil, nil, true }), core.Asked{},
			want{owner: "nobody ", rule: RuleNobody}},
		{"without a queue the default agent gets it", with(func(c *Config) { c.Agents[0].Capacity = 2; c.DefaultAgent = "cem" }), core.Asked{Agents: []core.AgentState{busy("ann", 2)}},
			want{owner: "agent cem", rule: RuleDefaultAgent}},
		{"under notify everybody nobody waits", everybody, core.Asked{Agents: full},
			want{owner: "agent cem", offer: true, rule: RuleEverybody, say: "Welcome"}},
		{"nobody overtakes those who wait", c, core.Asked{Agents: one, Waiting: []string{GroupAll}},
			want{owner: "nobody ", queue: GroupAll, rule: RuleQueue, say: "Welcome"}},
		{"also where they wait in the queue of another team of the agent", c, core.Asked{Agents: one, Waiting: []string{"team:sales"}},
			want{owner: "nobody ", queue: GroupAll, rule: RuleQueue, say: "Welcome"}},
		{"who waits for others is not overtaken", c, core.Asked{Agents: []core.AgentState{busy("ann", 1), busy("bob", 2)}, Waiting: []string{"team:sales"}},
			want{owner: "agent ann", group: GroupAll, rule: RuleAutomatic, say: "Welcome"}},
		{"who waits for a team that is closed is not overtaken either", night, core.Asked{Agents: []core.AgentState{busy("ann", 1), busy("bob", 2)}, Waiting: []string{"team:night"}},
			want{owner: "agent ann", group: GroupAll, rule: RuleAutomatic, say: "Welcome"}},
		{"without a queue those who wait are on their way out of it", off, core.Asked{Agents: one, Waiting: []string{GroupAll}},
			want{owner: "agent bob", group: GroupAll, rule: RuleAutomatic}},
		{"its turn has come", c, core.Asked{Cause: core.CauseQueue, Owner: sales, OwnTeam: "sales", Agents: one},
			want{owner: "agent bob", team: "sales", group: "team:sales", rule: RuleAutomatic}},
		{"its turn has not come while an older one waits for the same agent", c, core.Asked{Cause: core.CauseQueue, Owner: sales, OwnTeam: "sales", Agents: one, Waiting: []string{GroupAll}},
			want{owner: "team sales", team: "sales", queue: "team:sales", rule: RuleQueue}},
		{"its turn has not come", c, core.Asked{Cause: core.CauseQueue, Owner: sales, OwnTeam: "sales", Agents: full, Waiting: []string{"team:sales"}},
			want{owner: "team sales", team: "sales", queue: "team:sales", rule: RuleQueue}},
		{"it goes on waiting while nobody is there", withDefault, core.Asked{Cause: core.CauseQueue, Agents: noneOnline()},
			want{owner: "nobody ", queue: GroupAll, rule: RuleQueue}},
		{"it goes on waiting outside hours", night, core.Asked{Cause: core.CauseQueue, OwnTeam: "night", Agents: one},
			want{owner: "team night", team: "night", queue: "team:night", rule: RuleQueue}},
		{"once there is no queue any more the rules decide", off, core.Asked{Cause: core.CauseQueue, Agents: noneOnline()},
			want{owner: "nobody ", rule: RuleNobody}},
		{"a bot that hands over may meet a queue", c, core.Asked{Cause: core.CauseHandOff, Owner: core.Owner{Type: core.BotOwner, ID: "helper"}, LastAgent: "ann", Agents: full},
			want{owner: "nobody ", queue: GroupAll, rule: RuleQueue}},
		{"an agent who is named gets it, however full", c, core.Asked{To: "ann", Agents: full},
			want{owner: "agent ann", rule: RuleAssignee, say: "Welcome"}},
	})
}

func TestAgentsWhoGoAway(t *testing.T) {
	c := with(func(c *Config) { c.WelcomeMessage, c.AwayMessage = "Welcome", "Away" })
	ask := func(team string, agents ...core.AgentState) core.Asked {
		return core.Asked{Cause: core.CauseAway, Owner: core.Owner{Type: core.AgentType, ID: "ann"}, OwnTeam: team, LastAgent: "ann", Agents: agents}
	}
	byDefault := with(func(c *Config) { c.DefaultAgent = "cem" })
	everybody := with(func(c *Config) { c.Assignment, c.DefaultAgent = NotifyEverybody, "cem" })
	away := agent("ann", core.Away, 0)
	cem := agent("cem", core.Online, 0)
	full := queued()
	check(t, []situation{
		{"the others take it in turn", c, ask("", away, agent("bob", core.Online, 5), agent("cem", core.Online, 4)),
			want{owner: "agent cem", group: GroupAll, rule: RuleAutomatic}},
		{"of a team, the team's members", c, ask("sales", away, agent("bob", core.Online, 5)),
			want{owner: "agent bob", team: "sales", group: "team:sales", rule: RuleAutomatic}},
		{"with nobody there it stays", c, ask("", away), want{owner: "agent ann", rule: RuleStays, why: "stays with Ann"}},
		{"also rather than with a default agent who is not there", byDefault, ask("", away), want{owner: "agent ann", rule: RuleStays}},
		{"a default agent who is there gets it", byDefault, ask("sales", away, agent("cem", core.Offline, 0), agent("bob", core.Away, 0)), want{owner: "agent ann", team: "sales", rule: RuleStays}},
		{"where the others are full it waits", full, ask("", away, busy("bob", 2)), want{owner: "nobody ", queue: GroupAll, rule: RuleQueue}},
		{"under notify everybody all are told", everybody, ask("", away, cem), want{owner: "agent cem", offer: true, rule: RuleEverybody}},
		{"and it stays where the default agent is not there", everybody, ask("", away), want{owner: "agent ann", offer: true, rule: RuleStays}},
	})
}

func TestAutoFollowsTheConnection(t *testing.T) {
	there := core.AgentState{ID: "bob", Availability: core.Auto, Connected: true}
	gone := core.AgentState{ID: "bob", Availability: core.Auto}
	set := core.AgentState{ID: "bob", Availability: core.Away, Connected: true}
	check(t, []situation{
		{"connected is online", people(), core.Asked{Agents: []core.AgentState{there}}, want{owner: "agent bob", group: GroupAll, rule: RuleAutomatic}},
		{"not connected is offline", people(), core.Asked{Agents: []core.AgentState{gone}}, want{owner: "nobody ", rule: RuleNobody}},
		{"the connection changes nothing that was set", people(), core.Asked{Agents: []core.AgentState{set}}, want{owner: "nobody ", rule: RuleNobody}},
	})
}

func TestParticipantsArePreferred(t *testing.T) {
	ask := func(cause core.Cause, a core.Asked) core.Asked {
		a.Cause, a.Owner, a.Agents = cause, core.Owner{Type: core.BotOwner, ID: "helper"}, allOnline()
		return a
	}
	present := []string{"helper", "bob", "ann"}
	check(t, []situation{
		{"an agent who takes part is preferred to one who does not", people(), ask(core.CauseHandOff, core.Asked{Present: present}),
			want{owner: "agent bob", rule: RuleInConversation, why: "Bob takes part"}},
		{"the one who last spoke comes first", people(), ask(core.CauseBotFails, core.Asked{Present: present, LastAgent: "ann"}),
			want{owner: "agent ann", rule: RuleInConversation, why: "Ann last spoke"}},
		{"of a team that is named, its members", people(), ask(core.CauseHandOff, core.Asked{Present: []string{"ann"}, Team: "sales"}),
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic}},
	})
}

// Each reason tells who was looked at, with what load, and why not.
func TestCandidatesAreTold(t *testing.T) {
	c := with(func(c *Config) { c.Agents = append(c.Agents, Agent{ID: "dee"}) })
	table, _ := New(c)
	d := table.Route(core.Asked{Cause: core.CauseNew, Now: noon, Agents: []core.AgentState{
		{ID: "ann", Availability: core.Online, Open: 2}, {ID: "bob", Availability: core.Online, Open: 7, Turns: map[string]int64{GroupAll: 9}}, {ID: "dee", Availability: core.Online},
	}})
	want := []core.Candidate{
		{ID: "dee", Name: "dee"}, {ID: "bob", Name: "Bob", Open: 7},
		{ID: "ann", Name: "Ann", Open: 2, Capacity: 2, Skipped: "full (2 of 2 open)"}, {ID: "cem", Name: "Cem", Skipped: "offline"},
	}
	got := chosenOf(t, d).Candidates
	if len(got) != len(want) {
		t.Fatalf("candidates %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("candidate %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	because := table.Route(core.Asked{Cause: core.CauseBotFails, Because: "The bot Helper timed out.", Now: noon.Add(time.Hour)})
	if got := because.Why[0]; got.Rule != RuleBotFails || got.Text != "The bot Helper timed out. So a person is looked for." {
		t.Errorf("the first reason is %+v", got)
	}
}
