package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

func TestAConversationStartedByUsIsWhereTheContactAnswers(t *testing.T) {
	b := open(t, routing.Config{NewConversationsToBot: "helper", DefaultAgent: "ann"})
	b.works(b.echo)
	first := b.hear(heard("5", "1", "hi"))[0].Conversation
	c, err := b.Start(t.Context(), core.Start{
		Channel: tg, Contact: core.Person{Address: "5", UserID: "test:5"}, Title: "Order 42", Assignee: "ben", SkipRouting: true,
		Participants: []string{"ann", "helper"}, Metadata: core.Metadata{"k": "v"}, Welcome: "Hello from the shop",
		Terms: core.Terms{SkipEvents: []string{"WELCOME_EVENT"}, Context: core.Metadata{"page": "cart"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.ID == first || c.Owner.ID != "ben" || c.Title != "Order 42" || c.Metadata["k"] != "v" || c.Contact.UserID != "test:5" || c.Terms.Context["page"] != "cart" {
		t.Errorf("conversation is %+v", c)
	}
	if got := b.hear(heard("5", "2", "here I am"))[0].Conversation; got != c.ID {
		t.Errorf("the answer came into %d, want %d", got, c.ID)
	}
	b.rest()
	if got := story(b.messages(c.ID)); got != "system sent Hello from the shop\ncontact received here I am" {
		t.Errorf("got\n%s", got)
	}
}

func TestABotDoesNotHearTheEventsThatItSkips(t *testing.T) {
	b := open(t, toHelper)
	b.works(b.echo)
	c, err := b.Start(t.Context(), core.Start{Channel: tg, Contact: core.Person{Address: "5"}, Terms: core.Terms{SkipEvents: []string{"WELCOME"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Trigger(t.Context(), c.ID, core.BotEvent{Name: "HELLO"}, ""); err != nil {
		t.Fatal(err)
	}
	b.rest()
	if got := story(b.messages(c.ID)); got != "bot sent event HELLO" {
		t.Errorf("got\n%s", got)
	}
	d, err := b.Start(t.Context(), core.Start{Channel: tg, Contact: core.Person{Address: "6"}, Terms: core.Terms{WelcomeEvent: "CUSTOM"}})
	if err != nil {
		t.Fatal(err)
	}
	b.rest()
	if got := story(b.messages(d.ID)); got != "bot sent event CUSTOM" {
		t.Errorf("got\n%s", got)
	}
}

func TestTwoContactsBecomeOne(t *testing.T) {
	b := open(t, routing.Config{})
	one := b.conversation(b.hear(heard("5", "1", "hi"))[0].Conversation)
	two := b.conversation(b.hear(heard("6", "1", "hi"))[0].Conversation)
	email := "zoe@example.com"
	if _, err := b.PatchContact(t.Context(), two.Contact.ID, core.ContactPatch{Email: &email, Metadata: core.Metadata{"a": 1.0}}); err != nil {
		t.Fatal(err)
	}
	got, err := b.Merge(t.Context(), one.Contact.ID, two.Contact.ID)
	if err != nil || got.Email != email || got.UserID != "test:5" {
		t.Errorf("contact is %+v, %v", got, err)
	}
	if c := b.conversation(two.ID); c.Contact.ID != one.Contact.ID {
		t.Errorf("conversation is %+v", c.Contact)
	}
	if c := b.hear(heard("6", "2", "again"))[0].Conversation; c != two.ID {
		t.Errorf("a message came into %d", c)
	}
	if _, err := b.Merge(t.Context(), one.Contact.ID, 12345); err == nil {
		t.Error("a contact that is not there was merged")
	}
	if _, err := b.Contact(t.Context(), two.Contact.ID); err == nil {
		t.Error("the other contact is still there")
	}
	if _, err := b.PatchContact(t.Context(), 12345, core.ContactPatch{Email: &email}); err == nil {
		t.Error("a contact that is not there was changed")
	}
}

func TestABurstIsHandedOverTogether(t *testing.T) {
	b := open(t, toHelper)
	b.o.Burst = func(string) time.Duration { return 150 * time.Millisecond }
	turns := make(chan string, 9)
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		switch {
		case !ok || turn.Message == nil:
			return b.echo(ctx, w)
		case turn.Quiet < turn.Burst:
			return core.Later{After: turn.Burst - turn.Quiet}
		}
		texts := []string{turn.Message.Text}
		for _, m := range turn.With {
			texts = append(texts, m.Text)
		}
		turns <- strings.Join(texts, "+")
		return core.TurnDone{}
	})
	for _, n := range []string{"1", "2", "3"} {
		b.hear(heard("5", n, "m"+n))
	}
	b.rest()
	b.hear(heard("5", "4", "m4"))
	b.rest()
	close(turns)
	var got []string
	for s := range turns {
		got = append(got, s)
	}
	if strings.Join(got, " ") != "m1+m2+m3 m4" {
		t.Errorf("turns are %v", got)
	}
}

func TestATapOnAFaceIsARatingAndTheBotHearsNothingOfIt(t *testing.T) {
	b := open(t, toHelper)
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		if !ok {
			return b.echo(ctx, w)
		}
		if turn.Message != nil && turn.Message.Text == "bye" {
			return core.TurnDone{Say: []core.Spoken{b.says(core.Choices{Body: "How was it?", Buttons: []core.Button{
				{Type: core.Reply, Title: "😀", Metadata: core.Metadata{core.MetaRating: 10, core.MetaSkipBot: true}},
			}})}}
		}
		if turn.Message != nil {
			t.Errorf("the bot heard %q", turn.Message.Text)
		}
		return core.TurnDone{}
	})
	id := b.hear(heard("5", "1", "bye"))[0].Conversation
	b.rest()
	offer := b.messages(id)[1]
	b.hear(core.Item{Key: "tap", Event: core.Heard{From: core.Person{Address: "5"}, Provider: "tap", Content: core.Selection{Token: core.TokenOf(offer.ID, 0), Title: "😀"}}})
	b.rest()
	got, err := b.Feedback(t.Context(), id)
	if err != nil || len(got) != 1 || got[0].Rating != 10 {
		t.Errorf("feedback is %+v, %v", got, err)
	}
}

func TestAResolvedConversationIsSaidToBeSo(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	b.o.Resolved = func() string { return "Closed." }
	b.works(b.echo)
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	resolved := core.Resolved
	for range 2 { // the second time nothing is said
		if _, err := b.Change(t.Context(), id, core.Change{Status: &resolved}); err != nil {
			t.Fatal(err)
		}
	}
	b.rest()
	if got := story(b.messages(id)); got != "contact received hi\nsystem sent Closed." {
		t.Errorf("got\n%s", got)
	}
}

func TestABotIsToldWhetherAgentsAreThere(t *testing.T) {
	b := open(t, toHelper)
	available := make(chan core.Availability, 2)
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		switch {
		case !ok:
			return b.echo(ctx, w)
		case turn.Message != nil:
			available <- turn.Available
			return core.TurnDone{}
		}
		return core.TurnDone{Say: []core.Spoken{b.says(core.Choices{Body: "?", Buttons: []core.Button{
			{Type: core.Reply, Title: "Person", Metadata: core.Metadata{core.MetaAction: core.ActionAvailability}},
		}})}}
	})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	if got := <-available; got != "" {
		t.Errorf("without asking it is %q", got)
	}
	b.rest()
	offer := b.messages(id)[1]
	if _, err := b.SetAvailability(t.Context(), "ann", core.Away); err != nil {
		t.Fatal(err)
	}
	b.hear(core.Item{Key: "tap", Event: core.Heard{From: core.Person{Address: "5"}, Provider: "tap", Content: core.Selection{Token: core.TokenOf(offer.ID, 0), Title: "x"}}})
	if got := <-available; got != core.Away {
		t.Errorf("it is %q", got)
	}
	b.rest()
}

func TestAContactWithoutANameGoesByAPseudonymUntilOneIsTold(t *testing.T) {
	b := open(t, routing.Config{})
	item := heard("5", "1", "hi")
	e, _ := item.Event.(core.Heard)
	e.From.Name, e.From.UserID = "", "sms:MY BANK"
	item.Event = e
	id := b.hear(item)[0].Conversation
	c := b.conversation(id)
	if want := core.Pseudonym(uint64(c.Contact.ID)); c.Contact.Name != want || !c.Contact.Pseudonym || c.Contact.UserID != "sms:MY_BANK" {
		t.Errorf("contact is %+v, want %q", c.Contact, want)
	}
	if from := b.messages(id)[0].Sender; from.Name != c.Contact.Name {
		t.Errorf("the sender is %+v", from)
	}
	b.hear(heard("5", "2", "it is me")) // now the provider tells the name
	if c := b.conversation(id); c.Contact.Name != "Zoë" || c.Contact.Pseudonym {
		t.Errorf("contact is %+v", c.Contact)
	}
	if p, err := b.Contact(t.Context(), c.Contact.ID); err != nil || p.Name != "Zoë" || p.Pseudonym {
		t.Errorf("contact is %+v, %v", p, err)
	}
}

func TestATitleFollowsTheOwnersName(t *testing.T) {
	b := open(t, toHelper)
	start := func(from, title string, until bool) core.ConversationID {
		t.Helper()
		c, err := b.Start(t.Context(), core.Start{Channel: tg, Contact: core.Person{Address: core.Address(from)}, Title: title, TitleUntilAgent: until})
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	ben, order, none := "ben", "Order 7", ""
	for _, c := range []struct {
		title  string
		until  bool
		before string
		after  string
	}{{"", false, "helper", "ben"}, {"Order 42", false, "Order 42", "Order 42"}, {"Order 42", true, "Order 42", "ben"}} {
		id := start(c.title+fmt.Sprint(c.until), c.title, c.until)
		if got := b.conversation(id).Title; got != c.before {
			t.Errorf("%+v: the title is %q", c, got)
		}
		if got, err := b.Change(t.Context(), id, core.Change{Owner: &ben}); err != nil || got.Title != c.after {
			t.Errorf("%+v: then it is %q, %v", c, got.Title, err)
		}
		for _, next := range []struct{ title, want string }{{order, order}, {none, "ben"}} {
			if got, err := b.Change(t.Context(), id, core.Change{Title: &next.title}); err != nil || got.Title != next.want {
				t.Errorf("%+v: entitled %q it is %q, %v", c, next.title, got.Title, err)
			}
		}
	}
}
