package main_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// howMany is how many conversations begin at once where agents take turns:
// go test ./cmd/causeway -run Turns -conversations 10000.
var howMany = flag.Int("conversations", 400, "conversations in the test of turns")

// TestTurnsAreFair: conversations that come at once, while agents come and go,
// are given to those who are there within one of each other, counted from when
// those last changed.
func TestTurnsAreFair(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.program = plain
	var agents []string
	var entries strings.Builder
	for i := range 6 {
		id := fmt.Sprintf("agent%d@example.com", i)
		agents = append(agents, id)
		fmt.Fprintf(&entries, "\n  - {id: %s}", id)
	}
	w.config["agents"] = entries.String()
	w.config["api_keys"] = "[{name: admin, key: " + adminKey + ", role: admin}]"
	w.config["routing"] = "{}"
	w.start()
	for _, id := range agents[:3] {
		w.available(id, "online")
	}
	stop := make(chan struct{})
	var coming sync.WaitGroup
	coming.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(rand.IntN(60)) * time.Millisecond):
				w.availableAtOnce(agents[rand.IntN(len(agents))], []string{"online", "online", "away", "offline"}[rand.IntN(4)])
			}
		}
	})
	atOnce(8, func(worker int) {
		for i := worker; i < *howMany; i += 8 {
			if a, err := w.postTelegram("tg", telegramText(1+i, 50_000+i, "hello")); err != nil || a.status != 200 {
				t.Errorf("%d %s %v", a.status, a.body, err)
			}
		}
	})
	close(stop)
	coming.Wait()
	if n := w.fairTurns(); n != *howMany {
		t.Errorf("%d conversations were given away, want %d", n, *howMany)
	}
}

// availableAtOnce is available for other goroutines.
func (w *world) availableAtOnce(id, status string) {
	a, err := w.do("PUT", "/api/v1/agents/"+id+"/availability", fmt.Appendf(nil, `{"status":%q}`, status), "Api-Key", adminKey, "Content-Type", "application/json")
	if err != nil || a.status != 200 {
		w.t.Errorf("%d %s %v", a.status, a.body, err)
	}
}

// fairTurns reads the event log and looks at every moment in it. It returns how
// many conversations were given away.
func (w *world) fairTurns() (total int) {
	w.t.Helper()
	there, given := map[string]bool{}, map[string]int{}
	for _, e := range w.events() {
		var data struct {
			Agent, Effective string
			Owner            owner
		}
		if err := json.Unmarshal(e.Data, &data); err != nil {
			w.t.Fatal(err)
		}
		switch e.Type {
		case "agent.changed":
			there[data.Agent] = data.Effective == "online"
			clear(given)
		case "owner.changed":
			total++
			given[data.Owner.ID]++
			var counts []int
			for id, is := range there {
				if is {
					counts = append(counts, given[id])
				}
			}
			switch {
			case len(counts) == 0 && data.Owner.Type == "nobody":
			case !there[data.Owner.ID]:
				w.t.Fatalf("event %d: %+v is not there", e.Seq, data.Owner)
			case slices.Max(counts)-slices.Min(counts) > 1:
				w.t.Fatalf("event %d: unfair: %v", e.Seq, given)
			}
		}
	}
	return total
}
