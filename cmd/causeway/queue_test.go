package main_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// place is where a conversation stands in the queue.
type place struct {
	Status string
	Owner  owner
	Team   string
	Queue  *struct {
		Position int
		Since    time.Time
	}
}

// stands waits until a conversation stands so: its status, its owner, its place.
func (w *world) stands(id int64, want string) {
	w.t.Helper()
	eventually(w.t, want, func() error {
		var p place
		w.must(adminKey, "GET", fmt.Sprintf("conversations/%d", id), nil, &p)
		got := p.Status + " " + p.Owner.ID
		if p.Queue != nil {
			got += fmt.Sprint(" at ", p.Queue.Position)
		}
		if got != want {
			return fmt.Errorf("it stands at %q", got)
		}
		return nil
	})
}

// hangup has the bridge take over the config as it stands.
func (w *world) hangup() {
	w.t.Helper()
	const done = "the config was taken over"
	before := strings.Count(w.log(), done)
	w.write()
	w.bridge.signal(syscall.SIGHUP)
	eventually(w.t, done, func() error {
		if strings.Count(w.log(), done) == before {
			return errors.New(w.log())
		}
		return nil
	})
}

func (w *world) resolves(id int64) {
	w.t.Helper()
	w.patch(id, map[string]string{"status": "resolved"})
}

// withCapacity is Ann and Ben with a capacity.
func withCapacity(n int) string {
	return fmt.Sprintf("[{id: %s, name: Ann, capacity: %d}, {id: %s, name: Ben, capacity: %d}]", ann, n, ben, n)
}

// TestWaitingQueue: when all who are there have their hands full, conversations
// wait, are told their place, and are given away oldest first whenever somebody
// has room, whatever made it.
func TestWaitingQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["agents"] = withCapacity(1)
	w.config["teams"] = fmt.Sprintf("[{id: sales, name: Sales, members: [%s]}]", ben)
	w.config["routing"] = fmt.Sprintf("{queue: true, default_agent: %s, welcome_message: Welcome.}", ann)
	w.config["texts"] = `{queue: "You are number {position}.", resolved: Closed.}`
	w.start()
	w.available(ann, "online")
	var ids []int64
	var phones []phone
	next := func() int64 {
		z, c := w.firstWord()
		phones, ids = append(phones, z), append(ids, c.ID)
		return c.ID
	}
	for range 8 {
		next()
	}
	w.stands(ids[0], "open "+ann)
	w.stands(ids[1], "waiting  at 1")
	w.stands(ids[7], "waiting  at 7")
	shows(t, phones[0], "Welcome.")
	shows(t, phones[2], "Welcome.", "You are number 2.")
	if c := w.thread(ids[1]); c.StatusCode != 7 {
		t.Errorf("its code is %d, want Kommunicate's 7", c.StatusCode)
	}
	if first := w.why(ids[1])[0]; first.rules() != "channel new_conversations_to_bot automatic queue*" {
		t.Errorf("why it waits: %s", first.rules())
	}

	w.resolves(ids[0]) // by a resolved one
	w.stands(ids[1], "open "+ann)
	w.stands(ids[2], "waiting  at 1")
	if called := w.why(ids[1])[0]; called.Cause != "queue" || called.rules() != "queue automatic*" {
		t.Errorf("why Ann has it: %s %s", called.Cause, called.rules())
	}
	w.available(ben, "online") // by an agent who comes
	w.stands(ids[2], "open "+ben)
	w.config["agents"] = withCapacity(2) // by more capacity
	w.hangup()
	w.stands(ids[3], "open "+ann)
	w.stands(ids[4], "open "+ben)
	w.stands(ids[5], "waiting  at 1")
	w.bridge.stop() // and over a restart
	w.config["agents"] = strings.Replace(withCapacity(2), "capacity: 2", "capacity: 3", 1)
	w.start()
	w.stands(ids[5], "open "+ann)
	w.patch(ids[5], map[string]string{"owner": ben}) // by one who gives something away
	w.stands(ids[6], "open "+ann)
	w.stands(ids[7], "waiting  at 1")

	if a := w.says(annKey, ids[7], "I have a minute"); a.status != 201 { // an agent takes it
		t.Fatalf("%d %s", a.status, a.body)
	}
	w.stands(ids[7], "open "+ann)
	w.resolves(next()) // and it leaves when it is resolved, or spam
	w.stands(ids[8], "resolved ")
	w.patch(next(), map[string]string{"status": "spam"})
	w.stands(ids[9], "spam ")
	last := w.begin("tg", stranger(w.tg), `{"teamId":"sales"}`)
	w.stands(last.ID, "waiting sales at 1")
	w.config["routing"] = fmt.Sprintf("{default_agent: %s}", ann) // without a queue nobody waits
	w.hangup()
	w.stands(last.ID, "open "+ann)
}

// TestAgentsWhoGoAway: what an agent has open goes to those who are there, each
// in turn, with the reason.
func TestAgentsWhoGoAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const cem = "cem@example.com"
	w.config["agents"] = fmt.Sprintf("[{id: %s, name: Ann}, {id: %s, name: Ben}, {id: %s, name: Cem}]", ann, ben, cem)
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, reassign_away: true, offline_after: 1s}", ann)
	w.start()
	w.available(ann, "auto")
	leave := w.attend(annKey)
	w.is(ann, "auto", "online")
	var ids []int64
	for range 4 {
		_, c := w.firstWord()
		w.stands(c.ID, "open "+ann)
		ids = append(ids, c.ID)
	}
	w.available(ben, "online")
	w.available(cem, "online")
	leave() // her connection ends
	eventually(t, "Ben and Cem have two each", func() error {
		if b, c := w.colleague(ben), w.colleague(cem); b.Open != 2 || c.Open != 2 {
			return fmt.Errorf("%+v %+v", b, c)
		}
		return nil
	})
	why := w.why(ids[0])[0]
	if why.Cause != "away" || why.rules() != "agent_away automatic*" || !strings.Contains(why.Why[0].Text, "Ann has gone away") {
		t.Errorf("why is %+v", why)
	}
	w.available(cem, "away")
	eventually(t, "Ben has all", func() error {
		if b := w.colleague(ben); b.Open != 4 {
			return fmt.Errorf("%+v", b)
		}
		return nil
	})
	w.available(ben, "offline") // nobody is left: it stays where it is
	pause(time.Second)          // what looks for others is done before the config changes
	w.config["routing"] = fmt.Sprintf("{default_agent: %s}", ann)
	w.hangup()
	w.available(cem, "online")
	w.available(ben, "online")
	w.available(ben, "away") // not configured any more
	w.firstGoesTo(cem)
	if b := w.colleague(ben); b.Open != 4 {
		t.Errorf("Ben has %+v", b)
	}
}
