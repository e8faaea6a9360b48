package routing

import "fmt"

// people takes in agents and bots, whose ids are one namespace.
func (k *checker) people() {
	taken := map[string]string{}
	fresh := func(id, path string) bool {
		switch first, twice := taken[id]; {
		case id == "":
			k.wrong(path+".id", "the id is missing")
			return false
		case twice:
			k.wrong(path+".id", "%q is taken already by %s; ids of agents and bots must differ", id, first)
			return false
		}
		taken[id] = path
		return true
	}
	for i, a := range k.table.config.Agents {
		path := fmt.Sprintf("agents[%d]", i)
		if a.Capacity < 0 {
			k.wrong(path+".capacity", "the capacity cannot be less than 0; write 0 for any number")
		}
		if fresh(a.ID, path) {
			k.table.agents[a.ID] = a
			k.table.all.members = append(k.table.all.members, a.ID)
		}
	}
	for i, b := range k.table.config.Bots {
		if fresh(b.ID, fmt.Sprintf("bots[%d]", i)) {
			k.table.bots[b.ID] = b
		}
	}
}

// teams takes in the teams with their groups.
func (k *checker) teams() {
	for i, t := range k.table.config.Teams {
		path := fmt.Sprintf("teams[%d]", i)
		if t.ID == "" {
			k.wrong(path+".id", "the id is missing")
			continue
		}
		if k.table.TeamExists(t.ID) {
			k.wrong(path+".id", "there is a team %q already", t.ID)
			continue
		}
		k.table.teams[t.ID] = team{Team: t, group: k.group(t, path)}
	}
}

func (k *checker) group(t Team, path string) group {
	g := group{
		key: GroupOf(t.ID), name: "team " + orID(t.Name, t.ID), team: t.ID,
		assignment:   k.assignment(t.Assignment, path, k.table.config.Assignment),
		defaultAgent: k.agent(t.DefaultAgent, path+".default_agent"),
	}
	for j, m := range t.Members {
		key := fmt.Sprintf("%s.members[%d]", path, j)
		switch id := k.agent(m, key); {
		case m == "":
			k.wrong(key, "the agent's id is missing")
		case g.has(m):
			k.wrong(key, "%q is a member already", m)
		case id != "":
			g.members = append(g.members, id)
		}
	}
	if t.Hours != nil {
		read, problems := t.Hours.read(path + ".hours")
		g.hours = read
		k.problems = append(k.problems, problems...)
	}
	return g
}

// rules takes in the routing itself.
func (k *checker) rules() {
	c := k.table.config
	k.table.all.key, k.table.all.name = GroupAll, "all agents"
	k.table.all.assignment = k.assignment(c.Assignment, "routing", Automatic)
	k.table.config.DefaultAgent = k.agent(c.DefaultAgent, "routing.default_agent")
	k.table.config.DefaultTeam = k.team(c.DefaultTeam, "routing.default_team")
	k.table.config.NewConversationsToBot = k.bot(c.NewConversationsToBot, "routing.new_conversations_to_bot")
	for i, r := range c.Channels {
		k.channel(r, fmt.Sprintf("routing.channels[%d]", i))
	}
}

func (k *checker) channel(r ChannelRule, path string) {
	if _, twice := k.table.channels[r.Channel]; twice {
		k.wrong(path+".channel", "there is a rule for channel %q already", r.Channel)
		return
	}
	if r.Channel == "" {
		k.wrong(path+".channel", "the channel's id is missing")
		return
	}
	named := 0
	for _, id := range []string{r.Bot, r.Agent, r.Team} {
		if id != "" {
			named++
		}
	}
	if named != 1 {
		k.wrong(path, "name exactly one of bot, agent and team")
		return
	}
	r.Bot, r.Agent, r.Team = k.bot(r.Bot, path+".bot"), k.agent(r.Agent, path+".agent"), k.team(r.Team, path+".team")
	k.table.channels[r.Channel] = r
}

func (k *checker) assignment(a Assignment, path string, otherwise Assignment) Assignment {
	switch a {
	case Automatic, NotifyEverybody:
		return a
	case "":
		if otherwise == NotifyEverybody {
			return NotifyEverybody
		}
		return Automatic
	}
	k.wrong(path+".assignment", "%q is not known; write automatic or notify_everybody", string(a))
	return Automatic
}

// agent, bot and team give back the id if it is known, and else empty.
func (k *checker) agent(id, key string) string { return k.known(id, key, "agent", k.table.IsAgent) }
func (k *checker) bot(id, key string) string   { return k.known(id, key, "bot", k.table.IsBot) }
func (k *checker) team(id, key string) string  { return k.known(id, key, "team", k.table.TeamExists) }

func (k *checker) known(id, key, what string, is func(string) bool) string {
	if id == "" || is(id) {
		return id
	}
	k.wrong(key, "there is no %s %q", what, id)
	return ""
}
