package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

// capacity makes agents who take so many conversations.
func capacity(n int, ids ...string) []routing.Agent {
	var all []routing.Agent
	for _, id := range ids {
		all = append(all, routing.Agent{ID: id, Capacity: n})
	}
	return all
}

// asks has a new person write, and returns the conversation.
func (b *bench) asks(person string) core.ConversationID {
	b.t.Helper()
	return b.hear(heard(person, "1", "hi"))[0].Conversation
}

func (b *bench) change(id core.ConversationID, ch core.Change) core.Conversation {
	b.t.Helper()
	c, err := b.Change(b.t.Context(), id, ch)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) resolve(id core.ConversationID) {
	b.t.Helper()
	resolved := core.Resolved
	b.change(id, core.Change{Status: &resolved})
}

// stands is a conversation in a few words.
func (b *bench) stands(id core.ConversationID) string {
	b.t.Helper()
	c := b.conversation(id)
	s := string(c.Status) + " " + c.Owner.ID
	if c.Queue != nil {
		s += fmt.Sprint(" at ", c.Queue.Position)
	}
	return s
}

// comesTo waits until a conversation stands so.
func (b *bench) comesTo(id core.ConversationID, want string) {
	b.t.Helper()
	got := ""
	defer func() {
		if got != want {
			b.t.Errorf("it stands at %q", got)
		}
	}()
	b.until(want, func() bool { got = b.stands(id); return got == want })
}

func TestTheOldestIsNextWhenSomebodyHasRoom(t *testing.T) {
	b := open(t, routing.Config{Agents: capacity(1, "ann"), Queue: true, DefaultAgent: "ann"})
	b.o.Desk = func() Desk { return Desk{Place: func(n int) string { return fmt.Sprint("You are number ", n) }} }
	b.set("ann", core.Online)
	var all []core.ConversationID
	for i := range 4 {
		all = append(all, b.asks(fmt.Sprint(i)))
	}
	for i, want := range []string{"open ann", "waiting  at 1", "waiting  at 2", "waiting  at 3"} {
		if got := b.stands(all[i]); got != want {
			t.Errorf("conversation %d stands at %q, want %q", i, got, want)
		}
	}
	stop := b.works(b.echo)
	b.rest()
	if got := story(b.messages(all[2])); got != "system sent You are number 2\ncontact received hi" {
		t.Errorf("the third was told\n%s", got)
	}
	if got := b.stands(all[1]); got != "waiting  at 1" {
		t.Errorf("without room it stands at %q", got)
	}
	b.resolve(all[0])
	b.comesTo(all[1], "open ann")
	if got := b.stands(all[2]); got != "waiting  at 1" {
		t.Errorf("the next stands at %q", got)
	}
	why, err := b.Why(t.Context(), all[1], 0, 1)
	if err != nil || len(why) != 1 || why[0].Cause != core.CauseQueue || why[0].Why[0].Rule != routing.RuleQueue {
		t.Errorf("why is %+v, %v", why, err)
	}
	stop()
	b.resolve(all[1]) // while nobody works
	again := reopen(t, routing.Config{Agents: capacity(1, "ann"), Queue: true, DefaultAgent: "ann"}, b.restart())
	again.works(again.echo)
	again.comesTo(all[2], "open ann")
}

// restart closes the store and gives its address.
func (b *bench) restart() string {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.url
}

func TestHowAConversationLeavesTheQueue(t *testing.T) {
	b := open(t, routing.Config{
		Agents: capacity(1, "ann", "ben"), Queue: true,
		Teams: []routing.Team{{ID: "sales", Members: []string{"ben"}}},
	})
	b.works(b.echo)
	b.set("ann", core.Online)
	b.asks("0")
	var all []core.ConversationID
	for i := range 6 {
		all = append(all, b.asks(fmt.Sprint("w", i)))
	}
	resolved, spam, ben, sales := core.Resolved, core.Spam, "ben", "sales"
	b.change(all[0], core.Change{Status: &resolved})
	b.change(all[1], core.Change{Status: &spam})
	b.change(all[2], core.Change{Owner: &ben})
	if _, err := b.Say(t.Context(), core.Utterance{Conversation: all[3], Sender: core.Sender{Type: core.FromAgent, ID: "ben"}, Say: []core.Spoken{b.says(core.Text{Body: "hello"})}}); err != nil {
		t.Fatal(err)
	}
	b.change(all[4], core.Change{Team: &sales})
	for i, want := range []string{"resolved ", "spam ", "open ben", "open ben", "waiting sales at 1", "waiting  at 1"} {
		if got := b.stands(all[i]); got != want {
			t.Errorf("conversation %d stands at %q, want %q", i, got, want)
		}
	}
	unheard := core.Open
	if b.change(all[5], core.Change{Status: &unheard}); b.stands(all[5]) != "waiting  at 1" { // nobody would know of it
		t.Errorf("said to be open it stands at %q", b.stands(all[5]))
	}
	for team, want := range map[string]int{"": 2, "sales": 1, "other": 0} {
		if found, err := b.Conversations(t.Context(), core.ConversationQuery{Status: core.Waiting, Team: team, Limit: 9}); err != nil || len(found) != want {
			t.Errorf("%d wait for team %q, want %d: %v", len(found), team, want, err)
		}
	}
	b.hear(heard("w0", "2", "hi again")) // it comes anew, behind the other
	if got := b.stands(all[0]); got != "waiting  at 2" {
		t.Errorf("opened again it stands at %q", got)
	}
	b.set("ben", core.Online) // he is full with what he took
	b.resolve(all[2])
	b.resolve(all[3])
	b.comesTo(all[4], "open ben") // the oldest, though ben is one of all
}

// Under everything at once nobody has more than the capacity, nobody is
// overtaken, and nobody waits while somebody has room.
func TestTheQueueUnderConcurrency(t *testing.T) {
	const each = 3
	b := open(t, routing.Config{Agents: capacity(each, "a", "b", "c", "d"), Queue: true})
	b.works(b.echo)
	for _, id := range []string{"a", "b", "c"} {
		b.set(id, core.Online)
	}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	var resolved atomic.Int64
	open := make(chan core.ConversationID, *howMany)
	busy.Go(func() { // agents come and go
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(rand.IntN(20)) * time.Millisecond):
				b.set(string(rune('a'+rand.IntN(4))), []core.Availability{core.Online, core.Online, core.Away}[rand.IntN(3)])
			}
		}
	})
	for range 3 { // and resolve what they have
		busy.Go(func() {
			for id := range open {
				if b.conversation(id).Status == core.Waiting && rand.IntN(8) > 0 {
					open <- id
					time.Sleep(time.Millisecond)
					continue
				}
				b.resolve(id)
				resolved.Add(1)
			}
		})
	}
	b.arrive(*howMany/2, func(id core.ConversationID) { open <- id })
	b.until("all are resolved", func() bool { return int(resolved.Load()) == *howMany/2 })
	close(stop)
	close(open)
	busy.Wait()
	b.fairlyQueued(each)

	for i := range 4 {
		b.set(string(rune('a'+i)), core.Online)
	}
	var last []core.ConversationID
	for i := range 4*each + 5 {
		last = append(last, b.asks(fmt.Sprint("last", i)))
	}
	b.until("all have their hands full", func() bool {
		states, err := b.Agents(t.Context(), []string{"a", "b", "c", "d"})
		if err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(states, func(a core.AgentState) bool { return a.Open != each })
	})
	for i, id := range last[4*each:] {
		if got := b.conversation(id).Queue; got == nil || got.Position != i+1 {
			t.Errorf("the %d. who waits stands at %+v", i+1, got)
		}
	}
}

// fairlyQueued reads the log and looks at each moment in it.
func (b *bench) fairlyQueued(most int) {
	b.t.Helper()
	owner, load := map[core.ConversationID]string{}, map[string]int{}
	var queue []core.ConversationID
	leave := func(id core.ConversationID) {
		queue = slices.DeleteFunc(queue, func(c core.ConversationID) bool { return c == id })
	}
	waited := 0
	for _, o := range b.happened() {
		switch o.Type {
		case "conversation.waiting":
			queue = append(queue, o.Conversation)
			waited++
		case "conversation.resolved":
			load[owner[o.Conversation]]--
			owner[o.Conversation] = ""
			leave(o.Conversation)
		case "owner.changed":
			if o.Owner.Type != core.AgentType {
				continue
			}
			switch {
			case o.Cause == core.CauseQueue && (len(queue) == 0 || queue[0] != o.Conversation):
				b.t.Fatalf("entry %d: %d was called before %v", o.Seq, o.Conversation, queue)
			case o.Cause == core.CauseNew && len(queue) > 0:
				b.t.Fatalf("entry %d: %d overtook %v", o.Seq, o.Conversation, queue)
			}
			leave(o.Conversation)
			owner[o.Conversation] = o.Owner.ID
			if load[o.Owner.ID]++; load[o.Owner.ID] > most {
				b.t.Fatalf("entry %d: %s has %d", o.Seq, o.Owner.ID, load[o.Owner.ID])
			}
		}
	}
	if waited == 0 {
		b.t.Error("nobody had to wait")
	}
	b.t.Logf("%d waited", waited)
}
