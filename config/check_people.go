package config

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"time"

	"causeway/routing"
)

// people checks who there is: agents, teams, bots and channels.
func (l *loader) people() {
	c := l.config
	answering, teams, channels := map[string]string{}, map[string]string{}, map[string]string{}
	for i := range c.Agents {
		a := &c.Agents[i]
		l.identify(at("agents", i, "id"), a.ID, answering)
		if a.Name == "" {
			a.Name = a.ID
		}
		if a.Role == "" {
			a.Role = "agent"
		}
		l.oneOf(at("agents", i, "role"), a.Role, "admin", "agent")
		if a.Capacity < 0 || a.Capacity > 100_000 {
			l.wrong(at("agents", i, "capacity"), "must be between 0 (any number) and 100000")
		}
	}
	for i := range c.Bots {
		l.identify(at("bots", i, "id"), c.Bots[i].ID, answering)
	}
	for i := range c.Teams {
		t := &c.Teams[i]
		l.identify(at("teams", i, "id"), t.ID, teams)
		if t.Name == "" {
			t.Name = t.ID
		}
	}
	for i, ch := range c.Channels {
		l.identify(at("channels", i, "id"), string(ch.ID), channels)
	}
}

func (l *loader) keys() {
	c := l.config
	named, same := map[string]string{}, map[string]string{}
	for i, k := range c.APIKeys {
		l.distinct(at("api_keys", i, "name"), k.Name, named)
		key := at("api_keys", i, "key")
		switch first, taken := same[k.Key.Reveal()]; {
		case k.Key == "":
			l.wrong(key, "is missing; make one with: openssl rand -hex 32")
		case taken:
			l.wrong(key, "is the same as %s; each must differ", first)
		default:
			same[k.Key.Reveal()] = key
		}
		l.role(i, k)
	}
}

func (l *loader) role(i int, k APIKey) {
	agent, bot := at("api_keys", i, "agent"), at("api_keys", i, "bot")
	switch k.Role {
	case RoleAdmin:
	case RoleAgent:
		l.refers(agent, k.Agent, l.agents())
		if k.Agent == "" {
			l.wrong(agent, "is missing; write the id of the agent whose key it is")
		}
	case RoleBot:
		l.refers(bot, k.Bot, l.botIDs())
		if k.Bot == "" {
			l.wrong(bot, "is missing; write the id of the bot whose key it is")
		}
	default:
		l.oneOf(at("api_keys", i, "role"), string(k.Role), string(RoleAdmin), string(RoleAgent), string(RoleBot))
	}
	if k.Agent != "" && k.Role != RoleAgent {
		l.wrong(agent, "goes with role: agent alone")
	}
	if k.Bot != "" && k.Role != RoleBot {
		l.wrong(bot, "goes with role: bot alone")
	}
}

// headerForm is RFC 9110's token.
var headerForm = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")

// ourHeaders are those that we set ourselves.
var ourHeaders = []string{
	"host", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection",
	"webhook-id", "webhook-timestamp", "webhook-signature",
}

func (l *loader) bots() {
	for i := range l.config.Bots {
		b := &l.config.Bots[i]
		if b.Name == "" {
			b.Name = b.ID
		}
		switch key := at("bots", i, "url"); {
		case b.URL == "":
			l.wrong(key, "is missing; write the address that the bot listens on")
		case !isAddress(b.URL):
			l.wrong(key, "must be an address such as https://bot.example.com/hook, without a user in it")
		}
		if !l.given(at("bots", i, "timeout")) {
			b.Timeout = 30 * time.Second
		}
		l.between(at("bots", i, "timeout"), b.Timeout, 100*time.Millisecond, 2*time.Minute)
		if b.Burst < 0 || b.Burst > time.Minute {
			l.wrong(at("bots", i, "burst"), "must be between 0s and 1m")
		}
		if secret := b.Secret.Reveal(); secret != "" {
			coded := strings.TrimPrefix(secret, "whsec_")
			if _, err := base64.StdEncoding.DecodeString(coded); err != nil || coded == "" {
				l.wrong(at("bots", i, "secret"), "must be whsec_ and then base64; make one with: echo whsec_$(openssl rand -base64 32)")
			}
		}
		l.header(i, b.Header)
	}
}

func (l *loader) header(i int, h Header) {
	name, value := at("bots", i, "header.name"), at("bots", i, "header.value")
	switch {
	case h == Header{} && !l.quiet(value):
	case h.Name == "":
		l.wrong(name, "is missing; write the header's name, such as X-Token")
	case !headerForm.MatchString(h.Name):
		l.wrong(name, "must be a header's name, such as X-Token")
	case slices.Contains(ourHeaders, strings.ToLower(h.Name)):
		l.wrong(name, "is a header that we set ourselves; take another")
	case h.Value == "":
		l.wrong(value, "is missing; write the header's value")
	case strings.ContainsFunc(h.Value.Reveal(), func(r rune) bool { return r < ' ' || r == 0x7f }):
		l.wrong(value, "must be one line without control characters")
	}
}

// ids is what a reference may name.
type ids struct {
	what  string
	known []string
	// open: not all ids could be read, so that a reference is not judged.
	open bool
}

func (l *loader) ids(what, list string, count int, id func(int) string) ids {
	set := ids{what: what, open: l.spoiled[list]}
	for i := range count {
		set.open = set.open || l.spoiled[list+index(i)] || l.spoiled[at(list, i, "id")] && id(i) == ""
		if isID(id(i)) {
			set.known = append(set.known, id(i))
		}
	}
	return set
}

func (l *loader) agents() ids {
	return l.ids("agent", "agents", len(l.config.Agents), func(i int) string { return l.config.Agents[i].ID })
}

func (l *loader) botIDs() ids {
	return l.ids("bot", "bots", len(l.config.Bots), func(i int) string { return l.config.Bots[i].ID })
}

func (l *loader) teams() ids {
	return l.ids("team", "teams", len(l.config.Teams), func(i int) string { return l.config.Teams[i].ID })
}

func (l *loader) channelIDs() ids {
	return l.ids("channel", "channels", len(l.config.Channels), func(i int) string { return string(l.config.Channels[i].ID) })
}

// refers checks that an id names something; empty names nothing.
func (l *loader) refers(key, id string, to ids) {
	if id != "" && !to.open && !slices.Contains(to.known, id) {
		l.wrong(key, "there is no %s of that id; %s", to.what, meant(id, to.known))
	}
}

// routing checks the rules, and asks the rules' own package what else is wrong.
func (l *loader) routing() {
	c := l.config
	agents, bots, teams, channels := l.agents(), l.botIDs(), l.teams(), l.channelIDs()
	for i, t := range c.Teams {
		for j, member := range t.Members {
			l.refers(at("teams", i, "members"+index(j)), member, agents)
		}
		l.refers(at("teams", i, "default_agent"), t.DefaultAgent, agents)
	}
	r := &c.Routing
	l.refers("routing.default_agent", r.DefaultAgent, agents)
	l.refers("routing.default_team", r.DefaultTeam, teams)
	l.refers("routing.new_conversations_to_bot", r.NewConversationsToBot, bots)
	for i, rule := range r.Channels {
		l.refers(at("routing.channels", i, "channel"), string(rule.Channel), channels)
		l.refers(at("routing.channels", i, "bot"), rule.Bot, bots)
		l.refers(at("routing.channels", i, "agent"), rule.Agent, agents)
		l.refers(at("routing.channels", i, "team"), rule.Team, teams)
	}
	l.between("routing.offline_after", r.OfflineAfter, time.Second, time.Hour)
	r.Agents, r.Teams = c.Agents, c.Teams
	for _, b := range c.Bots {
		r.Bots = append(r.Bots, routing.Bot{ID: b.ID, Name: b.Name})
	}
	if agents.open || bots.open || teams.open {
		return
	}
	_, problems := routing.New(*r)
	for _, p := range problems {
		l.foreign(p.Key, p.Text)
	}
}
