package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

// writes is what a person says under the names that the provider tells.
func (b *bench) writes(id string, address core.Address, keys ...string) core.ConversationID {
	b.t.Helper()
	p := core.Person{Address: address, Keys: keys, UserID: "test:" + string(address), Name: "Lena"}
	return b.hear(core.Item{Key: id, Event: core.Heard{From: p, Provider: core.ProviderID(id), Content: core.Text{Body: id}}})[0].Conversation
}

func (b *bench) present(id core.ConversationID) core.Contact {
	b.t.Helper()
	return b.conversation(id).Contact
}

// Who was known by a number, and apart from it by a user id, turns out to be one.
func TestTwoWhoAreOneBecomeOne(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	number := b.writes("1", "+49", "+49")
	id := b.writes("2", "DE.1", "DE.1")
	if number == id || b.present(number).ID == b.present(id).ID {
		t.Fatal("they are one already")
	}
	both := b.writes("3", "+49", "DE.1", "+49")
	if both != id {
		t.Errorf("it goes to %d, and not to the newest, %d", both, id)
	}
	if b.present(number).ID != b.present(id).ID || b.present(id).UserID != "test:+49" || b.present(id).Address != "+49" {
		t.Errorf("contacts are %+v and %+v", b.present(number), b.present(id))
	}
	for key, names := range map[string][]string{"4": {"+49"}, "5": {"DE.1"}, "6": {"DE.1", "+49"}} {
		if got := b.writes(key, core.Address(names[0]), names...); got != id {
			t.Errorf("%v: it goes to %d, want %d", names, got, id)
		}
	}
	if n := len(b.messages(id)); n != 5 {
		t.Errorf("%d messages", n)
	}
}

// A number that is given to somebody else takes its conversation to them, and
// leaves the one before with what they are known by besides.
func TestANumberThatIsGivenToSomebodyElse(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	before := b.writes("0", "+49", "DE.1", "+49")
	after := b.writes("1", "+50", "DE.2", "+50")
	if got := b.writes("2", "+49", "DE.2", "+49"); before == after || got != after || b.present(after).Address != "+49" {
		t.Errorf("conversations are %d, %d and %d, of %+v", before, after, got, b.present(after))
	}
	if got := b.writes("3", "+49", "+49"); got != after {
		t.Errorf("the number alone goes to %d, want %d", got, after)
	}
	if got := b.writes("4", "DE.1", "DE.1"); got != before {
		t.Errorf("the user id alone goes to %d, want %d", got, before)
	}
}

// We write to a number, and the answer comes under a user id alone: the report
// on what we wrote has told that they are the same.
func TestAReportTellsWhoANumberIs(t *testing.T) {
	for _, apart := range []bool{false, true} {
		t.Run(fmt.Sprint("wrote before: ", apart), func(t *testing.T) {
			b := open(t, routing.Config{DefaultAgent: "ann"})
			id := b.writes("1", "+49", "+49")
			if apart {
				b.writes("0", "DE.1", "DE.1")
			}
			b.say(id, ann, b.says(core.Text{Body: "hello"}))
			b.works(func(context.Context, core.Work) core.Outcome { return core.CallMade{Provider: "p", Last: true} })
			b.quiet(id, 2)
			b.rest()
			b.hear(core.Item{Key: "s", Event: core.Reported{Provider: "p", Status: core.Sent, Keys: []string{"DE.1", "+49", "49"}}})
			answer := b.writes("2", "DE.1", "DE.1")
			if b.present(answer).ID != b.present(id).ID || !apart && answer != id {
				t.Errorf("the answer is in %d, of %+v, and not in %d", answer, b.present(answer), id)
			}
		})
	}
}

// What comes again changes nothing: neither notices, nor the reply window, nor
// where a contact is who has moved on since.
func TestEventsWithoutWordsCountOnce(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.writes("1", "+49", "+49")
	moved := func(key, from, to string) {
		b.event(key, core.Moved{Keys: []string{from}, To: core.Person{Address: core.Address(to), Keys: []string{to}, UserID: "test:" + to}})
	}
	who := core.Person{Address: "+49", Keys: []string{"+49"}, UserID: "test:+49"}
	for range 2 {
		b.event("blocked", core.Blocked{From: who, Blocked: true})
	}
	moved("m1", "+49", "+50")
	moved("m2", "+50", "+51")
	moved("m1", "+49", "+50")
	if got := b.present(id).Address; got != "+51" {
		t.Errorf("the contact is at %s", got)
	}
	if n := len(b.messages(id)); n != 4 {
		t.Errorf("%d messages:\n%s", n, story(b.messages(id)))
	}
}

func TestALinkThatLedHereIsTheConversationsAndCountsOnce(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.writes("1", "+49", "+49")
	opened := core.Opened{
		From: core.Person{Address: "+49", Keys: []string{"+49"}, UserID: "test:+49"}, At: time.Now().Add(time.Second),
		Metadata: core.Metadata{core.MetaStart: "flyer"},
	}
	if f := b.event("o", opened); f.Fate != core.FateStatus || f.Conversation != id {
		t.Errorf("the fate is %+v", f)
	}
	if got := b.conversation(id).Metadata[core.MetaStart]; got != "flyer" {
		t.Errorf("the conversation's start is %v", got)
	}
	b.writes("2", "+49", "+49")
	resolved := core.Resolved
	if _, err := b.Change(t.Context(), id, core.Change{Status: &resolved}); err != nil {
		t.Fatal(err)
	}
	opened.At = time.Now().Add(-time.Hour)
	if f := b.event("o", opened); f.Fate != core.FateDuplicate || f.Conversation != id {
		t.Errorf("when it comes again, the fate is %+v", f)
	}
	if got := b.conversation(id).Status; got != core.Resolved {
		t.Errorf("it is %s again", got)
	}
}
