package store

import (
	"encoding/json"
	flags "flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

// howMany is how many conversations the tests of fairness have assigned at once:
// go test ./store -run Fair -conversations 10000.
var howMany = flags.Int("conversations", 400, "conversations in tests of fairness")

var five = []routing.Agent{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}, {ID: "e"}}

// occurrence is an entry of the log, as far as owners and agents are concerned.
type occurrence struct {
	core.LogEntry
	Owner     core.Owner
	Cause     core.Cause
	Agent     string
	Effective core.Availability
	Status    core.ConversationStatus
}

// happened reads the whole log.
func (b *bench) happened() []occurrence {
	b.t.Helper()
	var all []occurrence
	for after := int64(0); ; {
		entries, err := b.Log(b.t.Context(), after, 1000)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(entries) == 0 {
			return all
		}
		for _, e := range entries {
			o := occurrence{LogEntry: e}
			if err := json.Unmarshal(e.Data, &o); err != nil {
				b.t.Fatal(err)
			}
			all = append(all, o)
			after = e.Seq
		}
	}
}

func (b *bench) set(agent string, a core.Availability) {
	if _, err := b.SetAvailability(b.t.Context(), agent, a); err != nil {
		b.t.Error(err)
	}
}

// arrive has many people write for the first time, eight at a time.
func (b *bench) arrive(n int, each func(core.ConversationID)) {
	var people sync.WaitGroup
	next := make(chan int)
	for range 8 {
		people.Go(func() {
			for i := range next {
				fates, err := b.Record(b.t.Context(), arrival(heard(fmt.Sprint("p", i), "1", "hi")))
				if err != nil {
					b.t.Error(err)
					continue
				}
				each(fates[0].Conversation)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	people.Wait()
}

// Conversations that come at once are given to the agents who are there within
// one of each other, counted from when those last changed.
func TestFairUnderConcurrency(t *testing.T) {
	b := open(t, routing.Config{Agents: five, DefaultAgent: "e"})
	for _, a := range five[:3] {
		b.set(a.ID, core.Online)
	}
	stop := make(chan struct{})
	var coming sync.WaitGroup
	coming.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(rand.IntN(40)) * time.Millisecond):
				who, is := five[rand.IntN(len(five))].ID, []core.Availability{core.Online, core.Online, core.Away, core.Offline}[rand.IntN(4)]
				b.set(who, is)
			}
		}
	})
	b.arrive(*howMany, func(core.ConversationID) {})
	close(stop)
	coming.Wait()

	there, given, changes, total := map[string]bool{}, map[string]int{}, 0, 0
	for _, o := range b.happened() {
		switch o.Type {
		case "agent.changed":
			if there[o.Agent] != (o.Effective == core.Online) {
				there[o.Agent] = o.Effective == core.Online
				clear(given)
				changes++
			}
		case "owner.changed":
			total++
			var counts []int
			given[o.Owner.ID]++
			for id, is := range there {
				if is {
					counts = append(counts, given[id])
				}
			}
			switch {
			case len(counts) == 0 && o.Owner.ID != "e":
				t.Fatalf("entry %d: nobody is there, and %q got it", o.Seq, o.Owner.ID)
			case len(counts) == 0:
			case !there[o.Owner.ID]:
				t.Fatalf("entry %d: %q is not there", o.Seq, o.Owner.ID)
			case slices.Max(counts)-slices.Min(counts) > 1:
				t.Fatalf("entry %d: unfair: %v of %v", o.Seq, given, there)
			}
		}
	}
	if total != *howMany {
		t.Errorf("%d conversations were given away, want %d", total, *howMany)
	}
	t.Logf("%d conversations, the agents changed %d times", total, changes)
}
