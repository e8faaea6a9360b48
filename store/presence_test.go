package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

func (b *bench) agent(id string) core.AgentState {
	b.t.Helper()
	states, err := b.Agents(b.t.Context(), []string{id})
	if err != nil {
		b.t.Fatal(err)
	}
	return states[0]
}

func (b *bench) sees(agent string) {
	b.t.Helper()
	again, err := b.Seen(b.t.Context(), agent)
	if err != nil || again != b.desk().OfflineAfter/3 {
		b.t.Errorf("seen again after %v, %v", again, err)
	}
}

// told is what the log says of agents: their id and what it comes to.
func (b *bench) told() (all []string) {
	for _, o := range b.happened() {
		if o.Type == "agent.changed" {
			all = append(all, o.Agent+" "+string(o.Effective))
		}
	}
	return all
}

func (b *bench) isTold(want ...string) {
	b.t.Helper()
	if got := b.told(); !slices.Equal(got, want) {
		b.t.Errorf("told is %q, want %q", got, want)
	}
}

func TestAutoFollowsTheConnection(t *testing.T) {
	b := open(t, routing.Config{})
	var later time.Duration
	b.o.Now = func() time.Time { return time.Now().Add(later) }
	passes := func(d time.Duration) {
		t.Helper()
		later += d
		if _, err := b.lookAround(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.sees("ann") // who never said auto stays offline
	if a := b.agent("ann"); a.Effective() != core.Offline || !a.Connected {
		t.Errorf("before auto she is %+v", a)
	}
	b.set("ann", core.Auto)
	for range 3 { // her program says that it is there, and once is late
		passes(b.desk().OfflineAfter)
		b.sees("ann")
	}
	b.isTold("ann online")
	if got := b.conversation(b.asks("1")).Owner.ID; got != "ann" {
		t.Errorf("the owner is %q", got)
	}
	passes(b.desk().OfflineAfter + b.desk().renewal() + time.Second)
	b.isTold("ann online", "ann offline")
	if got := b.conversation(b.asks("2")).Owner.ID; got != "" {
		t.Errorf("the owner is %q", got)
	}
	b.sees("ann")
	b.isTold("ann online", "ann offline", "ann online")
	b.set("ann", core.Away) // what is set stands, connected or not
	b.sees("ann")
	passes(time.Hour)
	if a := b.agent("ann"); a.Effective() != core.Away || a.Connected {
		t.Errorf("set away she is %+v", a)
	}
	b.isTold("ann online", "ann offline", "ann online", "ann away")
}

func TestAgentsComeBackAfterARestart(t *testing.T) {
	b := open(t, routing.Config{})
	b.o.Now = func() time.Time { return time.Now().Add(-time.Hour) } // when they were seen last
	b.set("ann", core.Auto)
	b.set("ben", core.Auto)
	b.sees("ann")
	b.sees("ben")
	again := reopen(t, routing.Config{}, b.restart())
	if a := again.agent("ann"); a.Effective() != core.Online {
		t.Errorf("after the restart ann is %+v", a)
	}
	again.isTold("ann offline", "ben offline", "ann online", "ben online")
}

func TestOthersTakeOverFromAgentsWhoGoAway(t *testing.T) {
	agents := []routing.Agent{{ID: "ann"}, {ID: "ben"}, {ID: "cem"}, {ID: "dee"}}
	b := open(t, routing.Config{Agents: agents, DefaultAgent: "dee"})
	b.o.Desk = func() Desk { return Desk{ReassignAway: true} }
	b.works(b.echo)
	b.set("ann", core.Online)
	var all []core.ConversationID
	for i := range deskPage + 20 {
		all = append(all, b.asks(fmt.Sprint(i)))
	}
	b.resolve(all[0])
	b.set("ann", core.Away) // nobody is there: it stays with ann
	b.until("it was looked at", func() bool { return b.leavers() == 0 })
	if got := b.agent("ann").Open; got != len(all)-1 {
		t.Fatalf("with nobody there ann has %d", got)
	}
	b.set("ann", core.Online)
	b.set("ben", core.Online)
	b.set("cem", core.Online)
	b.set("ann", core.Offline)
	b.until("ann has nothing left", func() bool { return b.agent("ann").Open == 0 })
	if d := b.agent("ben").Open - b.agent("cem").Open; d < -1 || d > 1 {
		t.Errorf("ben has %d more than cem", d)
	}
	if c := b.conversation(all[0]); c.Owner.ID != "ann" || c.Status != core.Resolved {
		t.Errorf("what was resolved is %+v", c)
	}
	why, err := b.Why(t.Context(), all[1], 0, 1)
	if err != nil || why[0].Cause != core.CauseAway || why[0].Why[0].Rule != routing.RuleAway {
		t.Errorf("why is %+v, %v", why, err)
	}
}

// leavers is how many agents' desks are still to be looked at.
func (b *bench) leavers() (n int) {
	b.t.Helper()
	if err := b.DB().Row(b.t.Context(), `SELECT count(*) FROM agent_state WHERE leaving <> 0`, nil, &n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestNobodyTakesOverUnlessConfigured(t *testing.T) {
	b := open(t, routing.Config{})
	b.works(b.echo)
	b.set("ann", core.Online)
	id := b.asks("1")
	b.set("ben", core.Online)
	b.set("ann", core.Offline)
	b.until("it was looked at", func() bool { return b.leavers() == 0 })
	if got := b.conversation(id).Owner.ID; got != "ann" {
		t.Errorf("the owner is %q", got)
	}
}

// Only who is configured counts as there.
func TestAvailabilityIsOfThoseConfigured(t *testing.T) {
	b := open(t, routing.Config{})
	b.set("gone", core.Online)
	b.set("ann", core.Away)
	b.o.Desk = func() Desk { return Desk{Agents: []string{"ann", "ben"}} }
	if got, err := b.availability(t.Context()); got != core.Away || err != nil {
		t.Errorf("it is %q, %v", got, err)
	}
	b.set("ben", core.Auto)
	b.sees("ben")
	if got, err := b.availability(t.Context()); got != core.Online || err != nil {
		t.Errorf("it is %q, %v", got, err)
	}
}
