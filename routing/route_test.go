package routing

import (
	"strings"
	"testing"
	"time"

	"causeway/core"
)

// noon is a Wednesday, 12:00 UTC.
var noon = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)

func people() Config {
	return Config{
		Agents: []Agent{{ID: "ann", Name: "Ann", Capacity: 2}, {ID: "bob", Name: "Bob"}, {ID: "cem", Name: "Cem"}},
		Bots:   []Bot{{ID: "helper", Name: "Helper"}, {ID: "expert"}},
		Teams:  []Team{{ID: "sales", Name: "Sales", Members: []string{"bob", "cem"}}},
	}
}

func with(change func(*Config)) Config {
	c := people()
	change(&c)
	return c
}

func agent(id string, a core.Availability, turn int64) core.AgentState {
	return core.AgentState{ID: id, Availability: a, Turns: map[string]int64{GroupAll: turn, GroupOf("sales"): turn}}
}

func allOnline() []core.AgentState {
	return []core.AgentState{agent("ann", core.Online, 3), agent("bob", core.Online, 2), agent("cem", core.Online, 1)}
}

func noneOnline() []core.AgentState {
	return []core.AgentState{agent("ann", core.Away, 1), agent("bob", core.Offline, 2)}
}

// want is what is expected of a decision. Empty fields of Owner and rule mean
// nobody; the others are compared as they are.
type want struct {
	owner  string // "type id"
	team   string
	group  string
	queue  string
	rule   string // the chosen one
	offer  bool
	notice string // a part
	say    string
	why    string // a part of the chosen reason
}

type situation struct {
	name   string
	config Config
	asked  core.Asked
	want   want
}

func check(t *testing.T, cases []situation) {
	t.Helper()
	for _, s := range cases {
		t.Run(s.name, func(t *testing.T) {
			if s.asked.Cause == "" {
				s.asked.Cause = core.CauseNew
			}
			if s.asked.Now.IsZero() {
				s.asked.Now = noon
			}
			table, problems := New(s.config)
			if len(problems) > 0 {
				t.Fatalf("problems: %v", problems)
			}
			d := table.Route(s.asked)
			if got := string(d.Owner.Type) + " " + d.Owner.ID; got != s.want.owner {
				t.Errorf("owner %q, want %q; why %v", got, s.want.owner, d.Why)
			}
			if d.Team != s.want.team || d.Group != s.want.group || d.Queue != s.want.queue || d.Offer != s.want.offer || d.Say != s.want.say {
				t.Errorf("team %q group %q queue %q offer %v say %q, want %+v", d.Team, d.Group, d.Queue, d.Offer, d.Say, s.want)
			}
			if !strings.Contains(d.Notice, s.want.notice) || (s.want.notice == "") != (d.Notice == "") {
				t.Errorf("notice %q, want %q", d.Notice, s.want.notice)
			}
			chosen := chosenOf(t, d)
			if chosen.Rule != s.want.rule || !strings.Contains(chosen.Text, s.want.why) {
				t.Errorf("chosen %+v, want rule %q with %q", chosen, s.want.rule, s.want.why)
			}
		})
	}
}

// chosenOf is the one chosen reason, which is the last.
func chosenOf(t *testing.T, d core.Decision) core.Reason {
	t.Helper()
	for i, r := range d.Why {
		if r.Chosen != (i == len(d.Why)-1) {
			t.Errorf("reason %d of %+v: only the last is chosen", i, d.Why)
		}
		if r.Rule == "" || r.Text == "" {
			t.Errorf("reason %d is empty: %+v", i, r)
		}
	}
	if len(d.Why) == 0 {
		t.Fatal("no reasons")
	}
	return d.Why[len(d.Why)-1]
}

func TestNewConversations(t *testing.T) {
	toBot := with(func(c *Config) {
		c.NewConversationsToBot = "helper"
		c.Channels = []ChannelRule{{Channel: "tg", Bot: "expert"}, {Channel: "wa", Agent: "cem"}, {Channel: "ig", Team: "sales"}}
		c.WelcomeMessage, c.AwayMessage = "Welcome", "Away"
	})
	bare := people()
	check(t, []situation{
		{"1. an assignee given with skipRouting", toBot,
			core.Asked{Channel: "tg", To: "bob", Team: "sales", SkipRouting: true, Agents: allOnline()},
			want{owner: "agent bob", team: "sales", rule: RuleSkipRouting, say: "Welcome", why: "Bob is named"}},
		{"1. the assignee may be a bot", toBot,
			core.Asked{Channel: "tg", To: "helper", SkipRouting: true},
			want{owner: "bot helper", rule: RuleSkipRouting}},
		{"1. an unknown assignee leaves it to the next rule, with a notice", toBot,
			core.Asked{To: "zoe", SkipRouting: true},
			want{owner: "bot helper", rule: RuleBot, notice: `no agent and no bot "zoe"`}},
		{"skipRouting without an assignee is the default agent", with(func(c *Config) { c.DefaultAgent = "ann"; c.NewConversationsToBot = "helper" }),
			core.Asked{SkipRouting: true, Agents: allOnline()},
			want{owner: "agent ann", rule: RuleDefaultAgent}},
		{"2. a team given: that team's rules", toBot,
			core.Asked{Channel: "tg", To: "ann", Team: "sales", Agents: allOnline()},
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic, say: "Welcome", why: "Cem (0 open), then Bob (0 open)"}},
		{"2. an unknown team leaves it to the next rule, with a notice", toBot,
			core.Asked{Channel: "tg", Team: "billing"},
			want{owner: "bot expert", rule: RuleChannel, notice: `no team "billing"`}},
		{"3. the channel's rule: bot", toBot, core.Asked{Channel: "tg"},
			want{owner: "bot expert", rule: RuleChannel, why: "Channel tg belongs to bot expert"}},
		{"3. the channel's rule: agent", toBot, core.Asked{Channel: "wa", Agents: allOnline()},
			want{owner: "agent cem", rule: RuleChannel, say: "Welcome"}},
		{"3. the channel's rule: agent, also one who is away", toBot, core.Asked{Channel: "wa", Agents: noneOnline()},
			want{owner: "agent cem", rule: RuleChannel, say: "Welcome\n\nAway"}},
		{"3. the channel's rule: team", toBot, core.Asked{Channel: "ig", Agents: allOnline()},
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic, say: "Welcome"}},
		{"4. new conversations to bot", toBot, core.Asked{Channel: "other", Agents: allOnline()},
			want{owner: "bot helper", rule: RuleBot}},
		{"4. wins over an assignee given without skipRouting", toBot, core.Asked{Channel: "other", To: "ann"},
			want{owner: "bot helper", rule: RuleBot}},
		{"5. an assignee given without skipRouting", bare, core.Asked{To: "ann", Agents: allOnline()},
			want{owner: "agent ann", rule: RuleAssignee}},
		{"6. automatic: least recently assigned among agents who are online", bare, core.Asked{Agents: allOnline()},
			want{owner: "agent cem", group: GroupAll, rule: RuleAutomatic, why: "Of all agents it is the turn of Cem (0 open), then Bob (0 open), then Ann (0 open)."}},
		{"6. automatic: an agent without a turn yet is next", bare,
			core.Asked{Agents: []core.AgentState{agent("ann", core.Online, 1), {ID: "bob", Availability: core.Online}}},
			want{owner: "agent bob", group: GroupAll, rule: RuleAutomatic}},
		{"6. automatic: ties go by the order of the config", bare,
			core.Asked{Agents: []core.AgentState{agent("cem", core.Online, 5), agent("bob", core.Online, 5)}},
			want{owner: "agent bob", group: GroupAll, rule: RuleAutomatic}},
		{"6. automatic: offline and away skipped", bare,
			core.Asked{Agents: []core.AgentState{agent("ann", core.Online, 9), agent("bob", core.Away, 1), agent("cem", core.Auto, 1)}},
			want{owner: "agent ann", group: GroupAll, rule: RuleAutomatic, why: "Bob is away, Cem is not connected"}},
		{"6. automatic: the full are skipped", bare,
			core.Asked{Agents: []core.AgentState{{ID: "ann", Availability: core.Online, Open: 2}, agent("bob", core.Online, 7)}},
			want{owner: "agent bob", group: GroupAll, rule: RuleAutomatic, why: "Ann is full (2 of 2 open)"}},
		{"6. automatic: none: default agent", with(func(c *Config) { c.DefaultAgent = "ann"; c.AwayMessage = "Away" }),
			core.Asked{Agents: noneOnline()},
			want{owner: "agent ann", rule: RuleDefaultAgent, say: "Away"}},
		{"6. notify everybody = default agent, everyone told, anyone may take it",
			with(func(c *Config) { c.Assignment = NotifyEverybody; c.DefaultAgent = "ann"; c.AwayMessage = "Away" }),
			core.Asked{Agents: []core.AgentState{agent("bob", core.Online, 0)}},
			want{owner: "agent ann", offer: true, rule: RuleEverybody}},
		{"6. notify everybody without a default agent still tells everyone",
			with(func(c *Config) { c.Assignment = NotifyEverybody; c.AwayMessage = "Away" }),
			core.Asked{Agents: noneOnline()},
			want{owner: "nobody ", offer: true, rule: RuleNobody, say: "Away"}},
		{"7. default agent, though away", with(func(c *Config) { c.DefaultAgent = "bob" }), core.Asked{},
			want{owner: "agent bob", rule: RuleDefaultAgent}},
		{"8. nobody", with(func(c *Config) { c.WelcomeMessage = "Welcome" }), core.Asked{},
			want{owner: "nobody ", rule: RuleNobody, say: "Welcome"}},
		{"8. nobody, where there are no people at all", Config{}, core.Asked{},
			want{owner: "nobody ", rule: RuleNobody}},
	})
}

func TestTeams(t *testing.T) {
	own := with(func(c *Config) {
		c.DefaultAgent = "ann"
		c.AwayMessage = "Away"
		c.Teams[0].Assignment, c.Teams[0].DefaultAgent, c.Teams[0].AwayMessage = NotifyEverybody, "cem", "Sales are away"
	})
	given := core.Asked{Team: "sales", Agents: noneOnline()}
	check(t, []situation{
		{"a team may have its own human rules and default agent", own, given,
			want{owner: "agent cem", team: "sales", offer: true, rule: RuleEverybody, say: "Sales are away"}},
		{"its nobody-available falls to routing's default agent", with(func(c *Config) { c.DefaultAgent = "ann" }), given,
			want{owner: "agent ann", team: "sales", rule: RuleDefaultAgent}},
		{"else the owner is the team", people(), given,
			want{owner: "team sales", team: "sales", rule: RuleTeamOwns}},
		{"the default team's rules hold where no team is given", with(func(c *Config) { c.DefaultTeam = "sales" }),
			core.Asked{Agents: allOnline()},
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic}},
		{"a team without its own assignment has routing's", with(func(c *Config) { c.Assignment = NotifyEverybody }), given,
			want{owner: "team sales", team: "sales", offer: true, rule: RuleTeamOwns}},
		{"team stays set whoever owns", with(func(c *Config) { c.NewConversationsToBot = "helper" }),
			core.Asked{Cause: core.CauseReopened, OwnTeam: "sales"},
			want{owner: "bot helper", team: "sales", rule: RuleBot}},
	})
}

func TestHours(t *testing.T) {
	closed := with(func(c *Config) {
		c.AwayMessage = "Away"
		c.Teams[0].AwayMessage = "We open at nine"
		c.Teams[0].Hours = &Hours{Zone: "Europe/Berlin", Wed: "0900-1400"}
	})
	fallback := closed
	fallback.DefaultAgent = "ann"
	check(t, []situation{
		{"inside hours members are taken in turn", closed, core.Asked{Team: "sales", Agents: allOnline(), Now: noon.Add(-time.Minute)},
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic}},
		{"outside hours members count as unavailable and the away message is said", closed, core.Asked{Team: "sales", Agents: allOnline()},
			want{owner: "team sales", team: "sales", rule: RuleTeamOwns, say: "We open at nine"}},
		{"outside hours the away message is said, also if the default agent is online", fallback, core.Asked{Team: "sales", Agents: allOnline()},
			want{owner: "agent ann", team: "sales", rule: RuleDefaultAgent, say: "We open at nine"}},
	})
}

func TestHandOff(t *testing.T) {
	c := with(func(c *Config) {
		c.NewConversationsToBot = "helper"
		c.WelcomeMessage, c.AwayMessage = "Welcome", "Away"
		c.Teams = append(c.Teams, Team{ID: "night", Members: []string{"ann"}})
	})
	everybody := c
	everybody.Assignment, everybody.DefaultAgent = NotifyEverybody, "bob"
	ask := func(a core.Asked) core.Asked {
		a.Cause = core.CauseHandOff
		a.Owner = core.Owner{Type: core.BotOwner, ID: "helper"}
		if a.Agents == nil {
			a.Agents = allOnline()
		}
		return a
	}
	failed := func(a core.Asked) core.Asked { a = ask(a); a.Cause = core.CauseBotFails; return a }
	check(t, []situation{
		{`KM_ASSIGN_TO "" = human rules`, c, ask(core.Asked{}),
			want{owner: "agent cem", group: GroupAll, rule: RuleAutomatic}},
		{"the conversation's team's rules, if set", c, ask(core.Asked{OwnTeam: "night"}),
			want{owner: "agent ann", team: "night", group: "team:night", rule: RuleAutomatic}},
		{"preferring under automatic the agent in the conversation who last spoke and is online", c, ask(core.Asked{LastAgent: "ann"}),
			want{owner: "agent ann", rule: RuleInConversation}},
		{"the agent who last spoke is not online", c, ask(core.Asked{LastAgent: "ann", Agents: []core.AgentState{agent("ann", core.Away, 0), agent("bob", core.Online, 1)}}),
			want{owner: "agent bob", group: GroupAll, rule: RuleAutomatic}},
		{"under notify everybody nobody is preferred", everybody, ask(core.Asked{LastAgent: "ann"}),
			want{owner: "agent bob", offer: true, rule: RuleEverybody}},
		{"an agent = that agent, rules skipped", c, ask(core.Asked{To: "bob", OwnTeam: "night"}),
			want{owner: "agent bob", team: "night", rule: RuleHandOff}},
		{"an agent who is away is told of as away", c, ask(core.Asked{To: "bob", Agents: noneOnline()}),
			want{owner: "agent bob", rule: RuleHandOff, say: "Away"}},
		{"a bot = that bot", c, ask(core.Asked{To: "expert"}),
			want{owner: "bot expert", rule: RuleHandOff}},
		{"KM_ASSIGN_TEAM = that team's rules", c, ask(core.Asked{Team: "sales", OwnTeam: "night"}),
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic}},
		{"of a named team only a member is preferred", c, ask(core.Asked{Team: "sales", LastAgent: "ann"}),
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic}},
		{"an agent and a team = the agent, and the team is set", c, ask(core.Asked{To: "ann", Team: "sales"}),
			want{owner: "agent ann", team: "sales", rule: RuleHandOff}},
		{"an unknown id = human rules and a notice", c, ask(core.Asked{To: "zoe", OwnTeam: "night"}),
			want{owner: "agent ann", team: "night", group: "team:night", rule: RuleAutomatic, notice: `"zoe"`}},
		{"an unknown team = human rules and a notice", c, ask(core.Asked{Team: "billing"}),
			want{owner: "agent cem", group: GroupAll, rule: RuleAutomatic, notice: `"billing"`}},
		{"nobody available: the away message", c, ask(core.Asked{Agents: noneOnline()}),
			want{owner: "nobody ", rule: RuleNobody, say: "Away"}},
		{"a bot that fails = human rules, with the same preference", c, failed(core.Asked{LastAgent: "bob"}),
			want{owner: "agent bob", rule: RuleInConversation}},
		{"a bot that fails under notify everybody = the default agent", everybody, failed(core.Asked{}),
			want{owner: "agent bob", offer: true, rule: RuleEverybody}},
	})
}

func TestReopenedAndMoved(t *testing.T) {
	c := with(func(c *Config) {
		c.NewConversationsToBot = "helper"
		c.WelcomeMessage, c.AwayMessage = "Welcome", "Away"
	})
	noBot := with(func(c *Config) { c.WelcomeMessage, c.AwayMessage = "Welcome", "Away" })
	check(t, []situation{
		{"a message in a resolved conversation routes it anew", c, core.Asked{Cause: core.CauseReopened, Owner: core.Owner{Type: core.AgentType, ID: "ann"}, LastAgent: "ann"},
			want{owner: "bot helper", rule: RuleBot}},
		{"no welcome on reopening", noBot, core.Asked{Cause: core.CauseReopened, Agents: allOnline()},
			want{owner: "agent cem", group: GroupAll, rule: RuleAutomatic}},
		{"whoever is named gets it, and the contact hears nothing", c, core.Asked{Cause: core.CauseAsked, To: "bob"},
			want{owner: "agent bob", rule: RuleAsked}},
		{"given back to the rules, it does not come back to who gave it", c, core.Asked{Cause: core.CauseAsked, LastAgent: "ann", Agents: allOnline()},
			want{owner: "agent cem", group: GroupAll, rule: RuleAutomatic}},
		{"a team that is named", c, core.Asked{Cause: core.CauseAsked, Team: "sales", Agents: allOnline()},
			want{owner: "agent cem", team: "sales", group: "team:sales", rule: RuleAutomatic}},
	})
}
