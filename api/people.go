package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"causeway/core"
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

// agentView is an agent with what may change about him.
type agentView struct {
	Agent
	Availability core.Availability `json:"availability" enum:"online,away,offline,auto"`
	Open         int               `json:"open" doc:"Conversations that the agent owns now."`
}

func viewOf(a Agent, s core.AgentState) agentView {
	if s.Availability == "" {
		s.Availability = core.Offline // as all agents begin
	}
	return agentView{a, s.Availability, s.Open}
}

func (b *border) listAgents(ctx context.Context, _ *struct{}) (*answer[page[agentView]], error) {
	d := b.Directory()
	states, err := b.agentStates(ctx, d)
	if err != nil {
		return nil, err
	}
	views := make([]agentView, len(d.Agents))
	for i, a := range d.Agents {
		views[i] = viewOf(a, states[a.ID])
	}
	return &answer[page[agentView]]{page[agentView]{Items: views}}, nil
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
	if in.Body.Status == core.Auto {
		return nil, invalid("auto, which follows the agent's live connection, is not in this version: set online, away or offline")
	}
	s, err := b.Store.SetAvailability(ctx, a.ID, in.Body.Status)
	if err != nil {
		return nil, err
	}
	return &answer[agentView]{viewOf(a, s)}, nil
}

func (b *border) listTeams(context.Context, *struct{}) (*answer[page[Team]], error) {
	teams := orEmpty(b.Directory().Teams)
	views := make([]Team, len(teams))
	for i, t := range teams {
		t.Members = orEmpty(t.Members)
		views[i] = t
	}
	return &answer[page[Team]]{page[Team]{Items: views}}, nil
}

func (b *border) listBots(context.Context, *struct{}) (*answer[page[Bot]], error) {
	return &answer[page[Bot]]{page[Bot]{Items: orEmpty(b.Directory().Bots)}}, nil
}
