package core

import (
	"context"
	"sync"
	"testing"
	"time"
)

func TestPaceKeepsToBothRates(t *testing.T) {
	p := pace{full: map[string]time.Time{}, last: map[ChannelID]time.Time{}}
	r := Rate{Every: 10 * time.Millisecond, Burst: 4, PairEvery: time.Second, PairBurst: 2}
	now := time.Unix(1000, 0)
	for i, want := range []time.Duration{0, 0, time.Second, 2 * time.Second} {
		if got := p.take(now, "c", "a", r, time.Minute); got != want {
			t.Errorf("message %d to a waits %s, want %s", i+1, got, want)
		}
	}
	for i, want := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond} {
		if got := p.take(now, "c", Address(rune('b'+i)), r, time.Minute); got != want {
			t.Errorf("message %d to others waits %s, want %s", i+1, got, want)
		}
	}
	for range 3 {
		if got := p.take(now, "c", "a", r, time.Millisecond); got != 3*time.Second {
			t.Errorf("who has no patience is told %s", got)
		}
	}
	if got := p.take(now, "d", "a", r, time.Minute); got != 0 {
		t.Errorf("another channel waits %s", got)
	}
	if got := p.take(now.Add(time.Minute), "c", "a", r, time.Minute); got != 0 {
		t.Errorf("a minute later it waits %s", got)
	}
	if got := p.take(now, "e", "a", Rate{}, time.Minute); got != 0 {
		t.Errorf("without bounds it waits %s", got)
	}
}

// Thousands who wait come back one after another, when their turn has come, and
// are turned away again rarely.
func TestWhoFindsNoPlaceQueues(t *testing.T) {
	p := pace{full: map[string]time.Time{}, last: map[ChannelID]time.Time{}}
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
			if wait := p.take(now, "c", Address(rune('a'+i)), r, time.Second); wait <= time.Second {
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
		if got, ok := turn("hangs", waited).(Later); !ok || got != (Later{After: want}) {
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
