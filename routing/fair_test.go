package routing

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"causeway/core"
)

// Turns are fair within one since the candidates last changed.
func TestTurnsAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Config
		states := map[string]*core.AgentState{}
		for i := range rapid.IntRange(1, 6).Draw(t, "agents") {
			id := fmt.Sprint("agent", i)
			c.Agents = append(c.Agents, Agent{ID: id})
			turn := rapid.Int64Range(0, 3).Draw(t, "turn")
			states[id] = &core.AgentState{ID: id, Availability: core.Online, Turns: map[string]int64{GroupAll: turn}}
		}
		table, _ := New(c)
		now := int64(10)
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			online := map[string]bool{}
			for id, s := range states {
				s.Availability = rapid.SampledFrom([]core.Availability{core.Online, core.Online, core.Away, core.Offline}).Draw(t, id)
				online[id] = s.Availability == core.Online
			}
			given := map[string]int{}
			for range rapid.IntRange(0, 40).Draw(t, "conversations") {
				var asked []core.AgentState
				for _, s := range states {
					asked = append(asked, *s)
				}
				d := table.Route(core.Asked{Cause: core.CauseNew, Agents: asked})
				if d.Group == "" {
					continue
				}
				if !online[d.Owner.ID] {
					t.Fatalf("%s is not online", d.Owner.ID)
				}
				now++
				states[d.Owner.ID].Turns[d.Group] = now
				given[d.Owner.ID]++
			}
			var counts []int
			for id, is := range online {
				if is {
					counts = append(counts, given[id])
				}
			}
			if len(counts) > 0 && slices.Max(counts)-slices.Min(counts) > 1 {
				t.Fatalf("unfair: %v", given)
			}
		}
	})
}

// Whatever is asked, there is one chosen reason and it is the last, and the
// owner is somebody whom the config knows.
func TestEveryQuestionIsDecided(t *testing.T) {
	ids := []string{"", "ann", "bob", "helper", "sales", "zoe"}
	table, _ := New(with(func(c *Config) {
		c.Channels = []ChannelRule{{Channel: "ig", Team: "sales"}}
		c.Teams[0].Hours = &Hours{Wed: "0900-1000"}
		c.AwayMessage = "Away"
	}))
	rapid.Check(t, func(r *rapid.T) {
		d := table.Route(core.Asked{
			Cause:       core.Cause(rapid.SampledFrom([]string{"new", "reopened", "hand_off", "bot_fails", "asked", "odd"}).Draw(r, "cause")),
			Channel:     core.ChannelID(rapid.SampledFrom([]string{"ig", "wa"}).Draw(r, "channel")),
			To:          rapid.SampledFrom(ids).Draw(r, "to"),
			Team:        rapid.SampledFrom(ids).Draw(r, "team"),
			OwnTeam:     rapid.SampledFrom(ids).Draw(r, "own"),
			LastAgent:   rapid.SampledFrom(ids).Draw(r, "last"),
			SkipRouting: rapid.Bool().Draw(r, "skip"),
			Agents:      rapid.SampledFrom([][]core.AgentState{nil, allOnline(), noneOnline()}).Draw(r, "agents"),
			Now:         noon,
		})
		chosenOf(t, d)
		switch d.Owner.Type {
		case core.AgentType:
			if !table.IsAgent(d.Owner.ID) {
				r.Fatalf("unknown agent %+v", d.Owner)
			}
		case core.BotOwner:
			if !table.IsBot(d.Owner.ID) || d.Say != "" {
				r.Fatalf("bot %+v, say %q", d.Owner, d.Say)
			}
		case core.TeamOwner:
			if !table.TeamExists(d.Owner.ID) || d.Team != d.Owner.ID {
				r.Fatalf("team %+v of %q", d.Owner, d.Team)
			}
		case core.Nobody:
		default:
			r.Fatalf("owner %+v", d.Owner)
		}
		if d.Team != "" && !table.TeamExists(d.Team) {
			r.Fatalf("unknown team %q", d.Team)
		}
	})
}
