package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
)

func (b *border) routingRoutes() {
	register(b, huma.Operation{
		OperationID: "route-dry", Method: http.MethodPost, Path: "/routing/dry-run", Tags: []string{"routing"},
		Summary:     "Ask who would answer, and why",
		Description: "Nothing is changed. Agents are as they are now, unless `agents` says otherwise, and the rules are those in force, unless `rules` proposes others.",
	}, byStaff, b.routeDry)
}

// routeInput is a made-up question to the rules.
type routeInput struct {
	Body struct {
		Cause       core.Cause     `json:"cause,omitempty" enum:"new,reopened,hand_off,bot_fails,asked,queue,away,gone" default:"new"`
		Channel     core.ChannelID `json:"channel" maxLength:"100"`
		To          string         `json:"to,omitempty" maxLength:"200" doc:"The agent or bot that is asked for."`
		Team        string         `json:"team,omitempty" maxLength:"200" doc:"The team that is asked for."`
		SkipRouting bool           `json:"skip_routing,omitempty"`
		Owner       ownerAsked     `json:"owner,omitempty" doc:"Who owns the conversation; nobody if left out."`
		OwnTeam     string         `json:"own_team,omitempty" maxLength:"200" doc:"The conversation's team."`
		LastAgent   string         `json:"last_agent,omitempty" maxLength:"200" doc:"The agent who last spoke in it."`
		Present     []string       `json:"participants,omitempty" maxItems:"100" doc:"Agents and bots that take part besides the owner."`
		Agents      []agentAsked   `json:"agents,omitempty" maxItems:"1000"`
		Rules       *rulesAsked    `json:"rules,omitempty" doc:"What is given takes the place of what is configured."`
		At          time.Time      `json:"at,omitzero" doc:"When; now if left out."`
	} `nameHint:"RoutingQuestion"`
}

type ownerAsked struct {
	Type core.OwnerType `json:"type" enum:"nobody,bot,agent,team"`
	ID   string         `json:"id,omitempty" maxLength:"200"`
}

type agentAsked struct {
	ID           string            `json:"id" maxLength:"200"`
	Availability core.Availability `json:"availability" enum:"online,away,offline"`
	Open         int               `json:"open,omitempty" minimum:"0"`
	Capacity     *int              `json:"capacity,omitempty" minimum:"0" maximum:"100000" doc:"As configured if left out."`
}

// decision is what the rules say.
type decision struct {
	Owner  core.Owner    `json:"owner"`
	Team   string        `json:"team"`
	Offer  bool          `json:"offer" doc:"Everybody is told, and anybody may take it."`
	Waits  bool          `json:"waits" doc:"It waits in the queue until somebody has room."`
	Notice string        `json:"notice"`
	Say    string        `json:"say" doc:"What the contact is told."`
	Why    []core.Reason `json:"why"`
}

func (b *border) routeDry(ctx context.Context, in *routeInput) (*answer[decision], error) {
	d, ask := b.Directory(), in.Body
	if _, ok := d.channel(ask.Channel); !ok {
		return nil, problem(CodeUnknownChannel, "channel must be the id of a channel")
	}
	router, err := d.proposed(ask.Rules, ask.Agents)
	if err != nil {
		return nil, err
	}
	states, err := b.agentStates(ctx, d)
	if err != nil {
		return nil, err
	}
	queues, err := b.Store.Queues(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range ask.Agents {
		if _, ok := d.agent(a.ID); !ok {
			return nil, problem(CodeUnknownAgent, "each of agents must have the id of an agent")
		}
		s := states[a.ID]
		s.ID, s.Availability, s.Open = a.ID, a.Availability, a.Open
		states[a.ID] = s
	}
	if ask.At.IsZero() {
		ask.At = b.Now()
	}
	asked := core.Asked{
		Cause: ask.Cause, Channel: ask.Channel, To: ask.To, Team: ask.Team, SkipRouting: ask.SkipRouting,
		Owner: core.Owner{Type: ask.Owner.Type, ID: ask.Owner.ID}, OwnTeam: ask.OwnTeam, LastAgent: ask.LastAgent,
		Present: ask.Present, Waiting: slices.Sorted(maps.Keys(queues)), Now: ask.At,
	}
	for _, a := range d.Agents {
		if s, ok := states[a.ID]; ok {
			asked.Agents = append(asked.Agents, s)
		}
	}
	said := router.Route(asked)
	return &answer[decision]{decision{
		Owner: ownerOf(said.Owner), Team: said.Team, Offer: said.Offer, Waits: said.Queue != "", Notice: said.Notice, Say: said.Say, Why: orEmpty(said.Why),
	}}, nil
}
