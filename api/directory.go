package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"

	"causeway/core"
	"causeway/routing"
)

// Directory is what the operator configured, as far as the border shows it or
// goes by it. It is read only.
type Directory struct {
	Channels []Channel
	Agents   []Agent
	Teams    []Team
	Bots     []Bot
	Keys     []Key
	Routing  core.Router
	Rules    routing.Config // that Routing goes by
	// Kinds is every kind that there is, configured or not; Choose is the text
	// above buttons where none is given. Both are for previews.
	Kinds  []core.Kind
	Choose string
}

// Channel is one account of a kind.
type Channel struct {
	ID           core.ChannelID
	Kind         string
	Title        string
	Capabilities core.Capabilities
	Users        string         // what the user ids of its contacts begin with
	Reopen       *core.Template // asks a contact to write when the window has closed
}

// Info is what the store must know of the channel.
func (c Channel) Info() core.ChannelInfo {
	return core.ChannelInfo{ID: c.ID, Kind: c.Kind, Window: c.Capabilities.Window, Reopen: c.Reopen}
}

// Agent is a person who answers.
type Agent struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Capacity int    `json:"capacity" doc:"Most open conversations given by turns; 0 for no bound."`
}

// Team is a group of agents.
type Team struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

// Bot is a program that answers.
type Bot struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Role says what the holder of a key may do.
type Role string

// The roles. An AgentRole key acts as its agent and a BotRole key as its bot; an
// AdminRole key may act as any agent.
const (
	AdminRole Role = "admin"
	AgentRole Role = "agent"
	BotRole   Role = "bot"
)

// Key opens the interface. Agent is set for AgentRole, Bot for BotRole.
type Key struct {
	Name   string
	Secret core.Secret
	Role   Role
	Agent  string
	Bot    string
}

// keyOf finds the key that was shown. It takes as long for a key that is nearly
// right as for any other, and compares with all of them.
func (d *Directory) keyOf(shown string) (Key, bool) {
	sum := sha256.Sum256([]byte(shown))
	found := Key{}
	for _, k := range d.Keys {
		theirs := sha256.Sum256([]byte(k.Secret.Reveal()))
		if subtle.ConstantTimeCompare(sum[:], theirs[:]) == 1 {
			found = k
		}
	}
	return found, found.usable()
}

// usable reports whether the key is complete: an empty secret opens nothing, and
// nobody acts as nobody.
func (k Key) usable() bool {
	if k.Secret == "" {
		return false
	}
	switch k.Role {
	case AdminRole:
		return true
	case AgentRole:
		return k.Agent != ""
	case BotRole:
		return k.Bot != ""
	}
	return false
}

func (d *Directory) channel(id core.ChannelID) (Channel, bool) {
	return first(d.Channels, func(c Channel) bool { return c.ID == id })
}

func (d *Directory) agent(id string) (Agent, bool) {
	return first(d.Agents, func(a Agent) bool { return a.ID == id })
}

func (d *Directory) team(id string) (Team, bool) {
	return first(d.Teams, func(t Team) bool { return t.ID == id })
}

func (d *Directory) bot(id string) (Bot, bool) {
	return first(d.Bots, func(b Bot) bool { return b.ID == id })
}

// sender is the key's agent or bot; an admin key is the system.
func (d *Directory) sender(k Key) core.Sender {
	switch k.Role {
	case AgentRole:
		a, _ := d.agent(k.Agent)
		return core.Sender{Type: core.FromAgent, ID: k.Agent, Name: a.Name}
	case BotRole:
		b, _ := d.bot(k.Bot)
		return core.Sender{Type: core.FromBot, ID: k.Bot, Name: b.Name}
	case AdminRole:
	}
	return core.Sender{Type: core.FromSystem, ID: k.Name, Name: k.Name}
}

func first[T any](all []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	var none T
	return none, false
}
