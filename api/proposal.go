package api

import (
	"slices"

	"causeway/core"
	"causeway/routing"
)

// rulesAsked are rules that somebody thinks of: the keys of the config's routing,
// and its teams.
type rulesAsked struct {
	Assignment     *routing.Assignment    `json:"assignment,omitempty" enum:"automatic,notify_everybody"`
	DefaultAgent   *string                `json:"default_agent,omitempty" maxLength:"200"`
	DefaultTeam    *string                `json:"default_team,omitempty" maxLength:"200"`
	ToBot          *string                `json:"new_conversations_to_bot,omitempty" maxLength:"200"`
	Channels       *[]routing.ChannelRule `json:"channels,omitempty" maxItems:"1000"`
	WelcomeMessage *string                `json:"welcome_message,omitempty" maxLength:"4000"`
	AwayMessage    *string                `json:"away_message,omitempty" maxLength:"4000"`
	Queue          *bool                  `json:"queue,omitempty"`
	Teams          *[]routing.Team        `json:"teams,omitempty" maxItems:"1000"`
}

// proposed is a router by the rules in force, with what somebody proposes in
// their place.
func (d *Directory) proposed(rules *rulesAsked, agents []agentAsked) (core.Router, error) {
	c, other := d.Rules, rules != nil
	c.Agents = slices.Clone(c.Agents)
	for _, a := range agents {
		for i := range c.Agents {
			if c.Agents[i].ID == a.ID && a.Capacity != nil {
				c.Agents[i].Capacity, other = *a.Capacity, true
			}
		}
	}
	if !other {
		return d.Routing, nil
	}
	if rules != nil {
		rules.into(&c)
	}
	table, problems := routing.New(c)
	if len(problems) > 0 {
		return nil, invalid("the proposed rules do not make sense: %s: %s", problems[0].Key, problems[0].Text)
	}
	return table, nil
}

func (r *rulesAsked) into(c *routing.Config) {
	set(&c.Assignment, r.Assignment)
	set(&c.DefaultAgent, r.DefaultAgent)
	set(&c.DefaultTeam, r.DefaultTeam)
	set(&c.NewConversationsToBot, r.ToBot)
	set(&c.Channels, r.Channels)
	set(&c.WelcomeMessage, r.WelcomeMessage)
	set(&c.AwayMessage, r.AwayMessage)
	set(&c.Queue, r.Queue)
	set(&c.Teams, r.Teams)
}

// set makes what is given the value.
func set[T any](value *T, given *T) {
	if given != nil {
		*value = *given
	}
}
