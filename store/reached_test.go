package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

// reaches reports that the contact got that far.
func (b *bench) reaches(who string, s core.Status, until time.Time) core.ItemFate {
	b.t.Helper()
	return b.event(fmt.Sprint(who, s, until.UnixMilli()), core.Reached{Who: core.Person{Address: core.Address(who), UserID: "test:" + who}, Status: s, Until: until})
}

func TestAReportOnAllMessagesMarksThoseSentByThen(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	start := time.Now().Add(-time.Hour)
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	other := b.hear(heard("6", "1", "hi"))[0].Conversation
	var calls atomic.Int64
	b.works(func(_ context.Context, w core.Work) core.Outcome {
		if s, ok := w.(core.SendWork); ok {
			sent := start.Add(10 * time.Minute * time.Duration(s.Message.Seq))
			return core.CallMade{Provider: core.ProviderID(fmt.Sprint("p", calls.Add(1))), Last: true, At: sent}
		}
		return nil
	})
	for range 3 { // sent 20, 30 and 40 minutes after the start
		b.say(id, ann, b.says(core.Text{Body: "a"}))
	}
	b.say(other, ann, b.says(core.Text{Body: "b"}))
	b.event("echo", core.Echo{To: core.Person{Address: "5", UserID: "test:5"}, Provider: "e", Content: core.Text{Body: "from the app"}, At: start.Add(25 * time.Minute)})
	b.quiet(id, 5)
	b.quiet(other, 2)
	b.rest()
	look := func(want string) {
		t.Helper()
		got := ""
		for _, m := range append(b.messages(id), b.messages(other)[1:]...) {
			got += string(m.Status) + " "
		}
		if got != want+" " {
			t.Errorf("statuses are %s, want %s", got, want)
		}
	}
	look("received sent sent sent sent sent")
	b.reaches("5", core.Delivered, start.Add(30*time.Minute))
	look("received delivered delivered sent delivered sent")
	b.reaches("5", core.Read, start.Add(20*time.Minute))
	look("received read delivered sent delivered sent")
	b.reaches("5", core.Delivered, start.Add(20*time.Minute))
	look("received read delivered sent delivered sent")
	if fate := b.reaches("5", core.Read, start.Add(24*time.Hour)); fate.Fate != core.FateStatus {
		t.Errorf("the fate is %+v", fate)
	}
	look("received read read read read sent")
	if fate := b.reaches("7", core.Read, start); fate.Fate != core.FateIgnored {
		t.Errorf("of a stranger, the fate is %+v", fate)
	}
}

// The contact may have read a message before its call is answered, and what is
// said later is not read by a report that named a time to come.
func TestAReportOnAllMessagesMayComeBeforeTheCallIsAnswered(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.reaches("5", core.Read, time.Now().Add(-time.Minute))
	b.reaches("5", core.Delivered, time.Now().Add(24*time.Hour))
	begun := []time.Time{time.Now().Add(-2 * time.Minute), time.Now().Add(-30 * time.Second), time.Now().Add(time.Minute)}
	b.works(func(_ context.Context, w core.Work) core.Outcome {
		s, ok := w.(core.SendWork)
		if !ok {
			return nil
		}
		return core.CallMade{Provider: core.ProviderID(fmt.Sprint(s.Message.Seq)), Last: true, At: begun[s.Message.Seq-2]}
	})
	for range begun {
		b.say(id, ann, b.says(core.Text{Body: "a"}))
	}
	b.quiet(id, 4)
	b.rest()
	for i, want := range []core.Status{core.Read, core.Delivered, core.Sent} {
		if got := b.messages(id)[i+1].Status; got != want {
			t.Errorf("message %d is %s, want %s", i, got, want)
		}
	}
}
