// Package routing says who answers a conversation: the rules that an operator
// wrote down, as a pure function with its reasons. It knows no store, no clock
// and no channel: whose turn it is, who is online and what time it is come with
// the question.
package routing

import (
	"time"

	"causeway/core"
)

// Config is the rules as an operator writes them, with those whom they name.
// The tags are the keys of the config file; agents, teams and bots stand beside
// the rules there, and are filled in by whoever reads it.
type Config struct {
	Assignment            Assignment    `yaml:"assignment"` // automatic if empty
	DefaultAgent          string        `yaml:"default_agent"`
	DefaultTeam           string        `yaml:"default_team"` // whose rules hold where no team is given
	NewConversationsToBot string        `yaml:"new_conversations_to_bot"`
	Channels              []ChannelRule `yaml:"channels"`
	WelcomeMessage        string        `yaml:"welcome_message"`
	AwayMessage           string        `yaml:"away_message"`
	Queue                 bool          `yaml:"queue"`         // conversations wait while all who are there are full
	ReassignAway          bool          `yaml:"reassign_away"` // what an agent who goes away has open goes to others
	OfflineAfter          time.Duration `yaml:"offline_after"` // an agent at auto is offline so long after the connection ended

	Agents []Agent `yaml:"-"`
	Teams  []Team  `yaml:"-"`
	Bots   []Bot   `yaml:"-"`
}

// Assignment is how a conversation finds its agent.
type Assignment string

// The assignments. Automatic takes agents who are online in turn. Notify
// everybody gives the default agent the conversation and tells all.
const (
	Automatic       Assignment = "automatic"
	NotifyEverybody Assignment = "notify_everybody"
)

// ChannelRule gives the new conversations of one channel to exactly one bot,
// agent or team.
type ChannelRule struct {
	Channel core.ChannelID `yaml:"channel" json:"channel"`
	Bot     string         `yaml:"bot" json:"bot,omitempty"`
	Agent   string         `yaml:"agent" json:"agent,omitempty"`
	Team    string         `yaml:"team" json:"team,omitempty"`
}

// Agent is a person who answers.
type Agent struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"` // the id if empty
	Role     string `yaml:"role"`
	Capacity int    `yaml:"capacity"` // most open conversations taken in turn, 0 for any number
}

// Team is a group of agents. What it leaves empty is as for everybody.
type Team struct {
	ID           string     `yaml:"id" json:"id"`
	Name         string     `yaml:"name" json:"name,omitempty"` // the id if empty
	Members      []string   `yaml:"members" json:"members,omitempty"`
	Assignment   Assignment `yaml:"assignment" json:"assignment,omitempty"`
	DefaultAgent string     `yaml:"default_agent" json:"default_agent,omitempty"`
	Hours        *Hours     `yaml:"hours" json:"hours,omitempty"` // nil: always open
	AwayMessage  string     `yaml:"away_message" json:"away_message,omitempty"`
}

// Hours are a team's opening hours, "0900-1700" a day, in a time zone. A day
// that is left out is closed. Equal ends mean the whole day; an end before the
// start runs over midnight. Without any day the team is always open.
type Hours struct {
	Zone string `yaml:"zone" json:"zone,omitempty"` // "Europe/Berlin"; UTC if empty
	Mon  string `yaml:"mon" json:"mon,omitempty"`
	Tue  string `yaml:"tue" json:"tue,omitempty"`
	Wed  string `yaml:"wed" json:"wed,omitempty"`
	Thu  string `yaml:"thu" json:"thu,omitempty"`
	Fri  string `yaml:"fri" json:"fri,omitempty"`
	Sat  string `yaml:"sat" json:"sat,omitempty"`
	Sun  string `yaml:"sun" json:"sun,omitempty"`
}

// Bot is a bot's name; how to reach it is not routing's business.
type Bot struct {
	ID   string
	Name string // the id if empty
}

// The groups that agents take turns in, as in core.Decision.Group: GroupAll, or
// GroupOf a team.
const GroupAll = "all"

// GroupOf is the group of a team.
func GroupOf(team string) string { return "team:" + team }
