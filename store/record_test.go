package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

func TestAMessageIsStoredOnceHoweverOftenItComes(t *testing.T) {
	b := open(t, routing.Config{NewConversationsToBot: "helper"})
	const times = 50
	fates := make(chan core.Fate, times)
	var wg sync.WaitGroup
	for range times {
		wg.Go(func() {
			got, err := b.Record(t.Context(), arrival(heard("5", "1", "hi")))
			if err != nil {
				t.Error(err)
				return
			}
			fates <- got[0].Fate
		})
	}
	wg.Wait()
	close(fates)
	count := map[core.Fate]int{}
	for f := range fates {
		count[f]++
	}
	if count[core.FateMessage] != 1 || count[core.FateDuplicate] != times-1 {
		t.Errorf("fates are %v", count)
	}
	// The same message under another event key is the same message.
	again := heard("5", "1", "hi")
	again.Key = "u99"
	if f := b.hear(again)[0]; f.Fate != core.FateDuplicate || f.Message == 0 {
		t.Errorf("fate is %+v", f)
	}
}

func TestManyFirstMessagesMakeOneContactAndOneConversation(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() { b.hear(heard("5", fmt.Sprint(i), "photo")) })
	}
	wg.Wait()
	list, err := b.Conversations(t.Context(), core.ConversationQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Unread != 10 {
		t.Fatalf("conversations are %+v", list)
	}
	for i, m := range b.messages(list[0].ID) {
		if m.Seq != int64(i+1) {
			t.Errorf("message %d has seq %d", i, m.Seq)
		}
	}
	if list[0].Owner.ID != "ann" || list[0].Contact.UserID != "test:5" || list[0].Contact.Name != "Zoë" {
		t.Errorf("conversation is %+v", list[0])
	}
}

func TestEachItemOfABatchHasItsOwnFate(t *testing.T) {
	b := open(t, routing.Config{})
	fates := b.hear(
		heard("5", "1", "one"),
		core.Item{Key: "x", Fate: core.FateQuarantined, Why: "not understood"},
		heard("5", "1", "one"),
		core.Item{Key: "y", Fate: core.FateIgnored, Why: "not our number"},
		core.Item{Key: "s", Event: core.Reported{Provider: "nobody knows", Status: core.Delivered}},
		heard("6", "2", "two\x00\xff"),
	)
	want := []core.Fate{core.FateMessage, core.FateQuarantined, core.FateDuplicate, core.FateIgnored, core.FateStatus, core.FateMessage}
	for i, f := range fates {
		if f.Fate != want[i] {
			t.Errorf("item %d is %s, want %s", i, f.Fate, want[i])
		}
	}
	ledger, err := b.Deliveries(t.Context(), "", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(ledger) != 1 || len(ledger[0].Items) != len(want) || ledger[0].Items[1].Why != "not understood" {
		t.Errorf("ledger is %+v", ledger)
	}
}

func TestAPersonIsKnownByEveryName(t *testing.T) {
	b := open(t, routing.Config{})
	say := func(id string, p core.Person) core.ConversationID {
		p.Name = "Lena"
		return b.hear(core.Item{Key: id, Event: core.Heard{From: p, Provider: core.ProviderID(id), Content: core.Text{Body: "hi"}}})[0].Conversation
	}
	first := say("1", core.Person{Address: "+49", Keys: []string{"DE.1", "49"}, UserID: "test:+49"})
	noPhone := say("2", core.Person{Address: "DE.1", Keys: []string{"DE.1"}, UserID: "test:DE.1"})
	onlyPhone := say("3", core.Person{Address: "+49", Keys: []string{"49"}, UserID: "test:+49"})
	other := say("4", core.Person{Address: "+48", Keys: []string{"48"}, UserID: "test:+48"})
	if noPhone != first || onlyPhone != first || other == first {
		t.Errorf("conversations are %d %d %d %d", first, noPhone, onlyPhone, other)
	}
	if c := b.conversation(first); c.Contact.UserID != "test:+49" || c.Contact.Address != "+49" {
		t.Errorf("contact is %+v", c.Contact)
	}
}

func TestAResolvedConversationIsReopenedAndRoutedAnew(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	resolved, to := core.Resolved, "ben"
	if _, err := b.Change(t.Context(), id, core.Change{Owner: &to, Status: &resolved}); err != nil {
		t.Fatal(err)
	}
	if again := b.hear(heard("5", "2", "hi again"))[0].Conversation; again != id {
		t.Errorf("conversation %d, want %d", again, id)
	}
	c := b.conversation(id)
	if c.Status != core.Open || c.Owner.ID != "ann" || c.OwnerEpoch != 3 {
		t.Errorf("conversation is %+v", c)
	}
	why, err := b.Why(t.Context(), id, 0, 50)
	if err != nil || len(why) != 3 || why[0].Cause != core.CauseReopened || len(why[0].Why) == 0 {
		t.Errorf("why is %+v, %v", why, err)
	}
}

func TestTheLogIsDenseAndInOrder(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	changed := b.Changed()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() { b.hear(heard(fmt.Sprint(i%7), fmt.Sprint(i), "hi")) })
	}
	wg.Wait()
	<-changed
	var after int64
	for {
		list, err := b.Log(t.Context(), after, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		for _, e := range list {
			if after++; e.Seq != after {
				t.Fatalf("entry %d follows %d", e.Seq, after-1)
			}
		}
	}
	if after < 40+7*2 {
		t.Errorf("the log has %d entries", after)
	}
}

// A time that no calendar has must not make its conversation unreadable.
func TestTimesThatCannotBe(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	for i, at := range []time.Time{
		time.Unix(1<<63-1, 0), time.UnixMilli(1<<63 - 1), time.UnixMilli(lastMS + 1), time.Unix(1e15, 0), time.Unix(-5, 0), time.UnixMilli(lastMS),
	} {
		item := heard("5", fmt.Sprint(i), "hello")
		e, _ := item.Event.(core.Heard)
		e.At = at
		item.Event = e
		fate := b.hear(item)[0]
		m, err := b.Message(t.Context(), fate.Message)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(m.At); err != nil {
			t.Errorf("%d: %v", i, err)
		}
		if m.At.IsZero() != (i < 5) {
			t.Errorf("%d: %s", i, m.At)
		}
	}
}

// NUL is taken out of whatever is stored, however it was written.
func TestNoNULIsKept(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"b"}`: `{"a":"b"}`, `{"a":"\u0000b\u0000"}`: `{"a":"b"}`, `"\\u0000"`: `"\\u0000"`, `"\\\u0000\n"`: `"\\\n"`, `"\u00000"`: `"0"`,
	} {
		if got := cleanJSON([]byte(in)); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
	b := open(t, toHelper)
	item := heard("5", "1", "a\x00b")
	e, _ := item.Event.(core.Heard)
	e.Metadata = core.Metadata{"k\x00": "v\x00"}
	item.Event = e
	fate := b.hear(item)[0]
	if err := b.Trigger(t.Context(), fate.Conversation, core.BotEvent{Name: "X\x00", Data: core.Metadata{"d": "\x00"}}, ""); err != nil {
		t.Fatal(err)
	}
	m, err := b.Message(t.Context(), fate.Message)
	if err != nil || m.Content != core.Content(core.Text{Body: "ab"}) || m.Metadata["k"] != "v" {
		t.Errorf("%+v, %v", m, err)
	}
	var kept string
	if err := b.db.Row(t.Context(), `SELECT max(name || data) FROM bot_event WHERE name LIKE 'X%'`, nil, &kept); err != nil || strings.Contains(kept, "\x00") || strings.Contains(kept, "u0000") {
		t.Errorf("kept %q, %v", kept, err)
	}
}
