package store

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

func (b *bench) event(key string, e core.Event) core.ItemFate {
	b.t.Helper()
	return b.hear(core.Item{Key: key, Event: e})[0]
}

func TestAnEchoOfOursIsNeverASecondMessage(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	calling, answered := make(chan struct{}), make(chan struct{})
	b.works(func(context.Context, core.Work) core.Outcome {
		calling <- struct{}{}
		<-answered
		return core.CallMade{Provider: "p1", Last: true}
	})
	b.say(id, ann, b.says(core.Text{Body: "ours"}))
	<-calling
	echo := func(provider, text string) core.Echo {
		return core.Echo{To: core.Person{Address: "5"}, Provider: core.ProviderID(provider), Content: core.Text{Body: text}, By: "phone app"}
	}
	// The echoes of our call and of another come before our call is answered.
	for _, e := range []core.Echo{echo("p1", "ours"), echo("p2", "from the phone")} {
		if f := b.event("e"+string(e.Provider), e); f.Fate != core.FateStatus {
			t.Errorf("fate is %+v", f)
		}
	}
	close(answered)
	b.quiet(id, 3)
	b.until("the other is a message", func() bool { return len(b.messages(id)) == 3 })
	if got := story(b.messages(id)); got != "contact received hi\nagent sent ours\nagent sent from the phone" {
		t.Errorf("got\n%s", got)
	}
	if f := b.event("late", echo("p1", "ours")); f.Fate != core.FateDuplicate {
		t.Errorf("a late echo of ours is %+v", f)
	}
	if f := b.event("again", echo("p2", "from the phone")); f.Fate != core.FateDuplicate {
		t.Errorf("the same echo again is %+v", f)
	}
	if f := b.event("e3", echo("p3", "later")); f.Fate != core.FateMessage {
		t.Errorf("an echo while nothing is sent is %+v", f)
	}
}

func TestAContactWhoMovesStaysTheSame(t *testing.T) {
	b := open(t, routing.Config{})
	id := b.hear(heard("49", "1", "hi"))[0].Conversation
	f := b.event("m", core.Moved{Keys: []string{"49"}, To: core.Person{Address: "48", Keys: []string{"DE.2", "48"}, Phone: "+48"}})
	if f.Fate != core.FateStatus || f.Conversation != id {
		t.Errorf("fate is %+v", f)
	}
	for i, from := range []core.Person{{Address: "48"}, {Address: "48", Keys: []string{"DE.2"}}, {Address: "49"}} {
		got := b.hear(core.Item{Key: "k" + string(rune('a'+i)), Event: core.Heard{From: from, Provider: core.ProviderID(rune('a' + i)), Content: core.Text{Body: "x"}}})
		if got[0].Conversation != id {
			t.Errorf("%v wrote in conversation %d, want %d", from, got[0].Conversation, id)
		}
	}
	if f := b.event("n", core.Moved{Keys: []string{"nobody"}, To: core.Person{Address: "1"}}); f.Fate != core.FateIgnored {
		t.Errorf("a stranger's move is %+v", f)
	}
}

func TestABlockIsSaidInTheConversation(t *testing.T) {
	b := open(t, routing.Config{})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.event("b", core.Blocked{From: core.Person{Address: "5"}, Blocked: true})
	b.event("u", core.Blocked{From: core.Person{Address: "5"}})
	list := b.messages(id)
	if len(list) != 3 || !strings.Contains(list[1].Text, "blocked us") || !list[1].Private || !strings.Contains(list[2].Text, "unblocked") {
		t.Errorf("got\n%s", story(list))
	}
}

func TestAnOpenedChatIsGreetedAndOpensTheWindow(t *testing.T) {
	b := open(t, toHelper)
	b.works(b.echo)
	f := b.event("o", core.Opened{From: core.Person{Address: "5", UserID: "test:5"}})
	b.quiet(f.Conversation, 1)
	if got := story(b.messages(f.Conversation)); got != "bot sent event WELCOME" {
		t.Errorf("got\n%s", got)
	}
}

func TestAnAlbumIsOneTurn(t *testing.T) {
	b := open(t, toHelper)
	turns := make(chan core.Turn, 9)
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		switch {
		case !ok:
			return b.echo(ctx, w)
		case turn.Album && turn.Quiet < 100*time.Millisecond:
			return core.Later{After: 100*time.Millisecond - turn.Quiet}
		}
		turns <- turn.Turn
		return core.TurnDone{}
	})
	for _, n := range []string{"1", "2", "3"} {
		item := heard("5", n, "photo "+n)
		e, _ := item.Event.(core.Heard)
		e.Metadata = core.Metadata{core.MetaAlbum: "a1"}
		item.Event = e
		b.hear(item)
	}
	b.hear(heard("5", "4", "what do you think?"))
	b.rest()
	close(turns)
	var got []string
	for turn := range turns {
		if turn.Message != nil {
			got = append(got, turn.Message.Text)
			for _, m := range turn.With {
				got = append(got, "+ "+m.Text)
			}
		}
	}
	if s := strings.Join(got, ", "); s != "photo 1, + photo 2, + photo 3, what do you think?" {
		t.Errorf("turns are %s", s)
	}
}

func TestAPollGoesOnWhereItWasLeft(t *testing.T) {
	b := open(t, routing.Config{})
	var stored atomic.Int32
	poll := func(offsets chan<- string) func(ctx context.Context, w core.Work) core.Outcome {
		return func(ctx context.Context, w core.Work) core.Outcome {
			p, ok := w.(core.PollWork)
			if !ok {
				return nil
			}
			select {
			case offsets <- p.Offset:
			case <-ctx.Done():
				return core.Later{}
			}
			next := p.Offset + "x"
			return core.Gathered{Arrival: arrival(heard("5", next, next)), Next: next, Stored: func([]core.ItemFate) { stored.Add(1) }}
		}
	}
	if err := b.Poll(t.Context(), []core.ChannelID{tg.ID}); err != nil {
		t.Fatal(err)
	}
	offsets := make(chan string)
	stop := b.works(poll(offsets))
	for _, want := range []string{"", "x", "xx"} {
		if got := <-offsets; got != want {
			t.Errorf("offset is %q, want %q", got, want)
		}
	}
	stop()
	if stored.Load() < 2 {
		t.Errorf("stored %d times", stored.Load())
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, routing.Config{}, b.url)
	if err := again.Poll(t.Context(), []core.ChannelID{tg.ID}); err != nil {
		t.Fatal(err)
	}
	offsets = make(chan string)
	again.works(poll(offsets))
	if got := <-offsets; got != "xxx" {
		t.Errorf("after a restart the offset is %q", got)
	}
}
