package core

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestPaceKeepsToBothRates(t *testing.T) {
	p := newPace()
	r := Rate{Every: 10 * time.Millisecond, Burst: 4, PairEvery: time.Second, PairBurst: 2}
	now := time.Unix(1000, 0)
	for i, want := range []time.Duration{0, 0, time.Second, 2 * time.Second} {
		if got := p.take(now, "c", Reservation{"a", r, time.Minute}); got != want {
			t.Errorf("message %d to a waits %s, want %s", i+1, got, want)
		}
	}
	for i, want := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond} {
		if got := p.take(now, "c", Reservation{Address(rune('b' + i)), r, time.Minute}); got != want {
			t.Errorf("message %d to others waits %s, want %s", i+1, got, want)
		}
	}
	for range 3 {
		if got := p.take(now, "c", Reservation{"a", r, time.Millisecond}); got != 3*time.Second {
			t.Errorf("who has no patience is told %s", got)
		}
	}
	if got := p.take(now, "d", Reservation{"a", r, time.Minute}); got != 0 {
		t.Errorf("another channel waits %s", got)
	}
	if got := p.take(now.Add(time.Minute), "c", Reservation{"a", r, time.Minute}); got != 0 {
		t.Errorf("a minute later it waits %s", got)
	}
	if got := p.take(now, "e", Reservation{"a", Rate{}, time.Minute}); got != 0 {
		t.Errorf("without bounds it waits %s", got)
	}
}

// Thousands who wait come back one after another, when their turn has come, and
// are turned away again rarely.
func TestWhoFindsNoPlaceQueues(t *testing.T) {
	p := newPace()
	r := Rate{Every: 100 * time.Millisecond, Burst: 10}
	now := time.Unix(1000, 0)
	const messages = 2000
	due := make([]time.Time, messages)
	for i := range due {
		due[i] = now
	}
	asked, sent := 0, 0
	for ; sent < messages && now.Before(time.Unix(1000+2*messages, 0)); now = now.Add(50 * time.Millisecond) {
		for i, at := range due {
			if at.IsZero() || at.After(now) {
				continue
			}
			asked++
			if wait := p.take(now, "c", Reservation{Address(rune('a' + i)), r, time.Second}); wait <= time.Second {
				due[i] = time.Time{}
				sent++
			} else {
				due[i] = now.Add(wait)
			}
		}
	}
	if took := now.Sub(time.Unix(1000, 0)).Seconds(); sent != messages || took < 195 || took > 215 {
		t.Errorf("%d messages in %.0f s; the rate allows 2000 in 200 s", sent, took)
	}
	if asked > 6*messages {
		t.Errorf("%d messages asked %d times", messages, asked)
	}
}

// heldBot answers when it is let go.
type heldBot struct{ heard, let chan struct{} }

func (b heldBot) Reply(context.Context, Turn) (Answer, error) {
	b.heard <- struct{}{}
	<-b.let
	return Answer{}, nil
}

// A bot that hangs keeps so many turns and no more, so that there are places for
// the turns of the others.
func TestABotThatHangsLeavesRoomForOthers(t *testing.T) {
	e := policyEngine(&oneCall{}, 0, true)
	hangs, answers := heldBot{make(chan struct{}), make(chan struct{})}, heldBot{make(chan struct{}, 1), make(chan struct{})}
	close(answers.let)
	setup := *e.setup.Load()
	setup.Bots = map[string]Bot{"hangs": hangs, "answers": answers}
	e.Swap(&setup)
	turn := func(bot string, waited time.Duration) Outcome {
		m := &Message{Content: Text{Body: "a"}}
		return e.Act(t.Context(), TurnWork{Turn: Turn{Bot: bot, Conversation: Conversation{Channel: "c"}, Message: m, At: policyNow.Add(-waited)}})
	}
	var all sync.WaitGroup
	for range mostAtOnce {
		all.Go(func() { turn("hangs", 0) })
		<-hangs.heard
	}
	for waited, want := range map[time.Duration]time.Duration{0: crowdWait, 8 * time.Second: 2 * time.Second, time.Hour: crowdPatience} {
		if got, ok := turn("hangs", waited).(Later); !ok || fmt.Sprint(got) != fmt.Sprint(Later{After: want}) {
			t.Errorf("one more, after %s: %+v", waited, got)
		}
	}
	if got, ok := turn("answers", 0).(TurnDone); !ok || got.Failed {
		t.Errorf("the other bot: %+v", got)
	}
	close(hangs.let)
	all.Wait()
	if len(e.crowd.in) != 0 {
		t.Errorf("places are still taken: %v", e.crowd.in)
	}
}

func TestAContactWhoIsRefusedIsLeftAloneForLongerAndLonger(t *testing.T) {
	c := &oneCall{err: &Fault{Kind: RateLimited, Scope: OneContact, After: 3 * time.Second}}
	e := policyEngine(c, 0, true)
	to := func(a Address) time.Duration {
		w := policySend(FromBot)
		w.To = a
		later, _ := e.Act(t.Context(), w).(Later)
		if later.Pause || later.Count {
			t.Errorf("it holds back others, or counts: %+v", later)
		}
		return later.After
	}
	for _, want := range []time.Duration{3, 4, 16, 64, 256, 256} {
		if got := to("a"); got != want*time.Second {
			t.Errorf("it waits %s, want %ds", got, want)
		}
	}
	if got := to("b"); got != 3*time.Second {
		t.Errorf("another waits %s", got)
	}
	c.err = nil
	to("a")
	c.err = &Fault{Kind: RateLimited, Scope: OneContact}
	if got := to("a"); got != time.Second {
		t.Errorf("after one that was taken it waits %s", got)
	}
	for i := range 2 * mostBuckets {
		e.pace.refuse("c", Address(rune(i)))
	}
	if n := len(e.pace.refused); n > mostBuckets+1 {
		t.Errorf("%d contacts are remembered", n)
	}
}

// A group has a rate of its own, and its messages count for the channel too.
func TestAGroupHasARateOfItsOwn(t *testing.T) {
	c := &oneCall{id: "p"}
	e := policyEngine(c, 0, true)
	ch := e.setup.Load().Channels["c"]
	ch.Rate = Rate{PairEvery: time.Minute, PairBurst: 5, GroupEvery: time.Hour, GroupBurst: 2}
	ch.Kind.Group = func(a Address) bool { return a == "group" }
	e.setup.Load().Channels["c"] = ch
	for to, want := range map[Address]int{"group": 2, "person": 5} {
		taken := 0
		for range 7 {
			w := policySend(FromBot)
			w.To = to
			if _, ok := e.Act(t.Context(), w).(CallMade); ok {
				taken++
			}
		}
		if taken != want {
			t.Errorf("%s gets %d at once, want %d", to, taken, want)
		}
	}
}
