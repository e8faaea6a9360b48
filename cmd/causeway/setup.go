package main

import (
	"fmt"
	"time"

	"causeway/api"
	"causeway/bots"
	"causeway/config"
	"causeway/core"
	"causeway/egress"
	"causeway/routing"
)

// setup is all that a config makes, swapped as a whole on reload.
type setup struct {
	config    *config.Config
	engine    *core.Setup
	directory *api.Directory
	rules     *routing.Table
}

// newSetup opens every channel and bot of the config. It makes no call.
func newSetup(c *config.Config, client *egress.Client, now func() time.Time) (*setup, error) {
	rules, problems := routing.New(c.Routing)
	if len(problems) > 0 {
		return nil, fmt.Errorf("routing: %s: %s", problems[0].Key, problems[0].Text)
	}
	s := &setup{config: c, rules: rules, engine: &core.Setup{
		Channels: map[core.ChannelID]core.Channel{}, Bots: map[string]core.Bot{}, TTL: c.OutboundTTL, Choose: c.Texts.Choose,
		Rate: c.Texts.Rate, Forms: core.FormTexts{Invalid: c.Texts.Invalid, Cancel: c.Texts.Cancel, Back: c.Texts.Back},
	}}
	byName := map[string]core.Kind{}
	kinds := kinds(c, now)
	for _, k := range kinds {
		byName[k.Name] = k
	}
	for _, ch := range c.Channels {
		kind := byName[ch.Kind.Name]
		connector, err := kind.Open(ch.ID, ch.Settings)
		if err != nil {
			return nil, fmt.Errorf("open channel %s: %w", ch.ID, err)
		}
		s.engine.Channels[ch.ID] = channel(ch, kind, connector)
	}
	if err := distinct(c.Channels, s.engine.Channels); err != nil {
		return nil, err
	}
	for _, b := range c.Bots {
		bot, err := bots.Webhook(bots.Options{
			ID: b.ID, Name: b.Name, URL: b.URL, HeaderName: b.Header.Name, HeaderValue: b.Header.Value,
			Timeout: b.Timeout, Secret: b.Secret, AppID: c.AppID, HTTP: client, Now: now,
		})
		if err != nil {
			return nil, err
		}
		s.engine.Bots[b.ID] = bot
	}
	s.directory = directory(c, s, kinds)
	return s, nil
}

// distinct refuses two channels of one account: whichever of them heard a message
// would not know what the other had stored.
func distinct(channels []config.Channel, open map[core.ChannelID]core.Channel) error {
	first := map[[2]string]config.Channel{}
	for _, ch := range channels {
		a, ok := open[ch.ID].Connector.(core.Account)
		if !ok {
			continue
		}
		app, account := a.Account()
		if other, taken := first[[2]string{app, account}]; taken {
			return fmt.Errorf("line %d: channel %s is the same account as channel %s in line %d; take one of them out", ch.Line, ch.ID, other.ID, other.Line)
		}
		first[[2]string{app, account}] = ch
	}
	return nil
}

// channel is an account with what its settings say to the engine.
func channel(ch config.Channel, kind core.Kind, connector core.Connector) core.Channel {
	c := core.Channel{ID: ch.ID, Kind: kind, Connector: connector, Resend: true, Rate: kind.Capabilities.Rate}
	if r, ok := ch.Settings.(core.Resender); ok {
		c.Resend = r.Resends()
	}
	if r, ok := ch.Settings.(core.Reopener); ok {
		c.Reopen = r.Reopens()
	}
	if h, ok := ch.Settings.(core.Hurrier); ok && h.Hurries() {
		c.Rate = core.Rate{}
	}
	if s, ok := ch.Settings.(core.Shower); ok {
		c.Kind.Capabilities = s.Shows(c.Kind.Capabilities)
	}
	return c
}

// directory is what the API shows of the config.
func directory(c *config.Config, s *setup, kinds []core.Kind) *api.Directory {
	d := &api.Directory{Routing: s.rules, Rules: c.Routing, Kinds: kinds, Choose: c.Texts.Choose}
	for _, ch := range c.Channels {
		open := s.engine.Channels[ch.ID]
		k := open.Kind
		d.Channels = append(d.Channels, api.Channel{ID: ch.ID, Kind: k.Name, Title: k.Title, Capabilities: k.Capabilities, Users: k.Users, Reopen: open.Reopen})
	}
	for _, a := range c.Agents {
		d.Agents = append(d.Agents, api.Agent{ID: a.ID, Name: s.rules.AgentName(a.ID), Role: a.Role, Capacity: a.Capacity})
	}
	for _, t := range c.Teams {
		d.Teams = append(d.Teams, api.Team{ID: t.ID, Name: s.rules.TeamName(t.ID), Members: t.Members})
	}
	for _, b := range c.Bots {
		d.Bots = append(d.Bots, api.Bot{ID: b.ID, Name: s.rules.BotName(b.ID)})
	}
	for _, k := range c.APIKeys {
		d.Keys = append(d.Keys, api.Key{Name: k.Name, Secret: k.Key, Role: api.Role(k.Role), Agent: k.Agent, Bot: k.Bot})
	}
	return d
}
