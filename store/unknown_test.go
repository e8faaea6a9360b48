package store

import (
	"context"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

// A message that was given up as unknown is settled by the first report that can
// only be about it: by our name for the call, or by a list that tells whom it was
// for and what it says.
func TestUnknownIsSettledAfterItsSendIsOver(t *testing.T) {
	for name, report := range map[string]func(core.MessageID) core.Reported{
		"by our name": func(id core.MessageID) core.Reported { return core.Reported{Ref: core.RefOf(id, 0)} },
		"by a list":   func(core.MessageID) core.Reported { return core.Reported{To: "5", Text: "an answer", At: time.Now()} },
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, routing.Config{DefaultAgent: "ann"})
			b.works(func(_ context.Context, w core.Work) core.Outcome {
				if _, ok := w.(core.SendWork); ok {
					return core.SendFailed{Fault: &core.Fault{Kind: core.Ambiguous}}
				}
				return nil
			})
			c := b.hear(heard("5", "1", "one"))[0].Conversation
			said, err := b.Say(t.Context(), core.Utterance{Conversation: c, Sender: core.Sender{Type: core.FromAgent, ID: "ann"}, Say: []core.Spoken{b.says(core.Text{Body: "an answer"})}})
			if err != nil {
				t.Fatal(err)
			}
			status := func() core.Status {
				m, err := b.Message(t.Context(), said[0].ID)
				if err != nil {
					t.Fatal(err)
				}
				return m.Status
			}
			b.until("it is unknown", func() bool { return status() == core.Unknown })
			for _, other := range []core.Reported{{To: "6", Text: "an answer"}, {To: "5", Text: "another"}, {To: "5", Text: "an answer", At: time.Now().Add(-time.Hour)}} {
				other.Provider, other.Status = "SM0", core.Delivered
				b.hear(core.Item{Key: "s:0" + other.Text + string(other.To), Event: other})
			}
			if got := status(); got != core.Unknown {
				t.Fatalf("what others were sent made it %s", got)
			}
			for i, to := range []core.Status{core.Sent, core.Delivered} {
				r := report(said[0].ID)
				r.Provider, r.Status = "SM1", to
				b.hear(core.Item{Key: "s:" + string(to), Event: r})
				if got := status(); got != to {
					t.Errorf("report %d makes it %s, want %s", i, got, to)
				}
			}
		})
	}
}
