package routing

import (
	"fmt"
	"strings"

	"causeway/core"
)

// Table is rules that make sense. It never changes, and is safe for concurrent
// use. It is a core.Router.
type Table struct {
	config   Config
	agents   map[string]Agent
	bots     map[string]Bot
	teams    map[string]team
	channels map[core.ChannelID]ChannelRule
	all      group
}

var _ core.Router = (*Table)(nil)

type team struct {
	Team
	group group
}

// group is those who take turns, and how.
type group struct {
	key          string // in core.Decision.Group
	name         string // in reasons
	team         string // empty for all agents
	members      []string
	assignment   Assignment
	defaultAgent string
	hours        hours
}

// New makes a table of c. Each problem has the path of a key in the config
// file. A table with problems leaves out what they are about; it is not meant
// to be used.
func New(c Config) (*Table, []core.Problem) {
	t := &Table{
		config:   c,
		agents:   map[string]Agent{},
		bots:     map[string]Bot{},
		teams:    map[string]team{},
		channels: map[core.ChannelID]ChannelRule{},
	}
	k := &checker{table: t}
	k.people()
	k.teams()
	k.rules()
	return t, k.problems
}

// AgentName is what an agent is called, or the id where there is no such agent.
func (t *Table) AgentName(id string) string { return orID(t.agents[id].Name, id) }

// BotName is what a bot is called, or the id where there is no such bot.
func (t *Table) BotName(id string) string { return orID(t.bots[id].Name, id) }

// TeamName is what a team is called, or the id where there is no such team.
func (t *Table) TeamName(id string) string { return orID(t.teams[id].Name, id) }

// IsAgent reports whether id is an agent's.
func (t *Table) IsAgent(id string) bool { _, ok := t.agents[id]; return ok }

// IsBot reports whether id is a bot's.
func (t *Table) IsBot(id string) bool { _, ok := t.bots[id]; return ok }

// TeamExists reports whether id is a team's.
func (t *Table) TeamExists(id string) bool { _, ok := t.teams[id]; return ok }

// AgentIDs lists the agents in the order of the config: whose states a question
// to the table should bring.
func (t *Table) AgentIDs() []string {
	var ids []string
	for _, a := range t.config.Agents {
		ids = append(ids, a.ID)
	}
	return ids
}

// groupOf is the group whose rules hold for a team, for the default team, or
// for everybody.
func (t *Table) groupOf(id string) group {
	if id == "" {
		id = t.config.DefaultTeam
	}
	if team, ok := t.teams[id]; ok {
		return team.group
	}
	return t.all
}

// groupBy is the group of a key.
func (t *Table) groupBy(key string) (group, bool) {
	if key == GroupAll {
		return t.all, true
	}
	team, ok := t.teams[strings.TrimPrefix(key, GroupOf(""))]
	return team.group, ok
}

func (g group) has(agent string) bool {
	for _, m := range g.members {
		if m == agent {
			return true
		}
	}
	return false
}

func orID(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

// checker fills a table and gathers what is wrong with its config.
type checker struct {
	table    *Table
	problems []core.Problem
}

func (k *checker) wrong(key, format string, args ...any) {
	k.problems = append(k.problems, core.Problem{Key: key, Text: fmt.Sprintf(format, args...)})
}
