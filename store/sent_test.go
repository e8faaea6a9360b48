package store

import (
	"context"
	"sync"
	"testing"
	"time"

	"causeway/core"
	"causeway/db"
	"causeway/db/dbtest"
	"causeway/routing"
)

// A report that is being kept for a call that is stored nowhere yet, by another
// node, while the call is stored: neither misses the other.
func TestAReportAndTheEndOfItsCallMeet(t *testing.T) {
	if !dbtest.IsPostgres() {
		t.Skip("SQLite has one transaction at a time")
	}
	url := dbtest.URL(t)
	b := reopen(t, routing.Config{DefaultAgent: "ann"}, url)
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.say(id, ann, b.says(core.Text{Body: "a"}))
	other, err := db.Open(t.Context(), url, db.Options{Beside: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	var node sync.WaitGroup
	defer node.Wait()
	held := make(chan struct{})
	b.works(func(context.Context, core.Work) core.Outcome {
		node.Go(func() {
			if err := other.Do(t.Context(), 1, func(tx *db.Tx) error {
				if err := tx.TryLock(int64(callKey("tg", "p"))); err != nil {
					return err
				}
				_, err := tx.Exec(`INSERT INTO early(channel, provider_id, status, fault, details, at) VALUES('tg', 'p', 'delivered', '', '', $1)`, b.now())
				close(held)
				<-time.After(300 * time.Millisecond)
				return err
			}); err != nil {
				t.Error(err)
			}
		})
		<-held
		return core.CallMade{Provider: "p", Last: true}
	})
	b.quiet(id, 2)
	if got := b.messages(id)[1].Status; got != core.Delivered {
		t.Errorf("the message is %s", got)
	}
}
