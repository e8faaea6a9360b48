package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
	"causeway/routing"
)

func (b *border) peopleRoutes() {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"agents, teams, bots"}}
	}
	register(b, op("list-agents", http.MethodGet, "/agents", "List the agents and whether they take conversations"), byStaff, b.listAgents)
	register(b, op("set-availability", http.MethodPut, "/agents/{agent}/availability", "Say whether an agent takes conversations"), byStaff, b.setAvailability)
	register(b, op("list-teams", http.MethodGet, "/teams", "List the teams"), byStaff, b.listTeams)
	register(b, op("list-bots", http.MethodGet, "/bots", "List the bots"), byStaff, b.listBots)
}

// agentView is an agent with what may change about them.
type agentView struct {
	Agent
	Availability core.Availability `json:"availability" enum:"online,away,offline,auto" doc:"As it was set."`
	Effective    core.Availability `json:"effective" enum:"online,away,offline" doc:"What it comes to now: auto follows the agent's event stream."`
	Connected    bool              `json:"connected" doc:"An event stream is open with the agent's key, or was until a moment ago."`
	Open         int               `json:"open" doc:"Conversations that the agent owns now."`
}

func viewOf(a Agent, s core.AgentState) agentView {
	if s.Availability == "" {
		s.Availability = core.Offline // as all agents begin
	}
	return agentView{a, s.Availability, s.Effective(), s.Connected, s.Open}
}

func (b *border) listAgents(ctx context.Context, in *Paging) (*answer[page[agentView]], error) {
	d := b.Directory()
	agents, err := pageAt(d.Agents, *in)
	if err != nil {
		return nil, err
	}
	states, err := b.agentStates(ctx, d)
	if err != nil {
		return nil, err
	}
	views := make([]agentView, len(agents.Items))
	for i, a := range agents.Items {
		views[i] = viewOf(a, states[a.ID])
	}
	return &answer[page[agentView]]{page[agentView]{views, agents.Next}}, nil
}

// agentStates is the state of all configured agents, by id.
func (b *border) agentStates(ctx context.Context, d *Directory) (map[string]core.AgentState, error) {
	ids := make([]string, len(d.Agents))
	for i, a := range d.Agents {
		ids[i] = a.ID
	}
	all, err := b.Store.Agents(ctx, ids)
	if err != nil {
		return nil, err
	}
	states := make(map[string]core.AgentState, len(all))
	for _, s := range all {
		states[s.ID] = s
	}
	return states, nil
}

type availabilityInput struct {
	Agent string `path:"agent" maxLength:"200"`
	Body  struct {
		Status core.Availability `json:"status" enum:"online,away,offline,auto"`
	} `nameHint:"SetAvailability"`
}

func (b *border) setAvailability(ctx context.Context, in *availabilityInput) (*answer[agentView], error) {
	if who := callerOf(ctx); who.Role == AgentRole && who.Agent != in.Agent {
		return nil, problem(CodeForbidden, "an agent's key sets that agent's own availability only")
	}
	a, ok := b.Directory().agent(in.Agent)
	if !ok {
		return nil, problem(CodeNotFound, "there is no such agent")
	}
	s, err := b.Store.SetAvailability(ctx, a.ID, in.Body.Status)
	if err != nil {
		return nil, err
	}
	return &answer[agentView]{viewOf(a, s)}, nil
}

// teamView is a team with those who wait for it.
type teamView struct {
	Team
	Waiting int `json:"waiting" doc:"Conversations that wait until a member has room."`
}

func (b *border) listTeams(ctx context.Context, in *Paging) (*answer[page[teamView]], error) {
	teams, err := pageAt(b.Directory().Teams, *in)
	if err != nil {
		return nil, err
	}
	waiting, err := b.Store.Queues(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]teamView, len(teams.Items))
	for i, t := range teams.Items {
		t.Members = orEmpty(t.Members)
		views[i] = teamView{t, waiting[routing.GroupOf(t.ID)]}
	}
	return &answer[page[teamView]]{page[teamView]{views, teams.Next}}, nil
}

func (b *border) listBots(_ context.Context, in *Paging) (*answer[page[Bot]], error) {
	bots, err := pageAt(b.Directory().Bots, *in)
	if err != nil {
		return nil, err
	}
	return &answer[page[Bot]]{bots}, nil
}
