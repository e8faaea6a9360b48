package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/core"
	"causeway/routing"
)

var toHelper = routing.Config{NewConversationsToBot: "helper", DefaultAgent: "ann"}

// echo answers each message with itself, and takes every call.
func (b *bench) echo(_ context.Context, w core.Work) core.Outcome {
	switch w := w.(type) {
	case core.TurnWork:
		if w.Message == nil {
			return core.TurnDone{Say: []core.Spoken{b.says(core.Text{Body: "event " + w.Event.Name})}}
		}
		return core.TurnDone{Say: []core.Spoken{b.says(core.Text{Body: "echo " + w.Message.Text})}}
	case core.SendWork:
		return core.CallMade{Provider: core.ProviderID("p" + w.Message.ID.String()), Last: true}
	}
	return nil
}

func (b *bench) quiet(id core.ConversationID, messages int) {
	b.t.Helper()
	b.until("the conversation comes to rest", func() bool {
		list := b.messages(id)
		for _, m := range list {
			if m.Status == core.Queued || m.Status == core.Sending {
				return false
			}
		}
		return len(list) >= messages
	})
}

func TestTheBotHearsWelcomeThenEachMessageInOrder(t *testing.T) {
	b := open(t, toHelper)
	id := b.hear(heard("5", "1", "one"))[0].Conversation
	b.hear(heard("5", "2", "two"), heard("5", "3", "three"))
	b.works(b.echo)
	b.quiet(id, 7)
	want := "contact received one\ncontact received two\ncontact received three\n" +
		"bot sent event WELCOME\nbot sent echo one\nbot sent echo two\nbot sent echo three"
	if got := story(b.messages(id)); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestALateAnswerIsSuppressed(t *testing.T) {
	b := open(t, toHelper)
	asked, answer := make(chan core.ConversationID), make(chan struct{})
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		if turn, ok := w.(core.TurnWork); ok && turn.Message != nil {
			asked <- turn.Conversation.ID
			<-answer
			o, _ := b.echo(ctx, w).(core.TurnDone)
			o.HandOff, o.Tags = &core.HandOff{To: "other"}, []string{"late"}
			return o
		}
		return b.echo(ctx, w)
	})
	b.hear(heard("5", "1", "one"))
	id := <-asked
	if _, err := b.Say(t.Context(), core.Utterance{
		Conversation: id, Sender: core.Sender{Type: core.FromAgent, ID: "ann", Name: "Ann"}, Say: []core.Spoken{b.says(core.Text{Body: "I am Ann"})},
	}); err != nil {
		t.Fatal(err)
	}
	b.hear(heard("5", "2", "two")) // nobody hands this to the bot any more
	close(answer)
	b.quiet(id, 5)
	b.until("the turn is over", func() bool { return strings.Contains(story(b.messages(id)), "suppressed") })
	if got := story(b.messages(id)); !strings.Contains(got, "bot suppressed echo one") || !strings.Contains(got, "agent sent I am Ann") || strings.Contains(got, "echo two") {
		t.Errorf("got\n%s", got)
	}
	if c := b.conversation(id); c.Owner.ID != "ann" || len(c.Tags) != 0 {
		t.Errorf("conversation is %+v", c)
	}
}

// Who says once more that the bot owns it, or that it has no team, must not cost
// the contact an answer.
func TestAnAnswerIsGivenThoughTheOwnerIsNamedAgain(t *testing.T) {
	b := open(t, toHelper)
	asked, answer := make(chan core.ConversationID), make(chan struct{})
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		if turn, ok := w.(core.TurnWork); ok && turn.Message != nil {
			asked <- turn.Conversation.ID
			<-answer
		}
		return b.echo(ctx, w)
	})
	b.hear(heard("5", "1", "one"))
	id := <-asked
	before := b.conversation(id)
	helper, none := "helper", ""
	for _, change := range []core.Change{{Owner: &helper}, {Team: &none}, {Owner: &helper, Team: &none}} {
		if c, err := b.Change(t.Context(), id, change); err != nil || c.OwnerEpoch != before.OwnerEpoch || !c.Owner.Is(before.Owner) || c.Team != "" {
			t.Errorf("%+v: %+v, %v", change, c, err)
		}
	}
	close(answer)
	b.quiet(id, 3)
	if got := story(b.messages(id)); !strings.Contains(got, "bot sent echo one") {
		t.Errorf("got\n%s", got)
	}
}

func TestAfterAHandOffTheRestGoesToTheNewBot(t *testing.T) {
	b := open(t, toHelper)
	id := b.hear(heard("5", "1", "one"))[0].Conversation
	b.hear(heard("5", "2", "two"))
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		if !ok || turn.Event != nil && turn.Bot == "helper" {
			return b.echo(ctx, w)
		}
		o, _ := b.echo(ctx, w).(core.TurnDone)
		o.Say[0].Content = core.Text{Body: turn.Bot + " heard " + core.PlainText(o.Say[0].Content)}
		if turn.Bot == "helper" {
			o.HandOff = &core.HandOff{To: "other", Event: &core.BotEvent{Name: "HELLO"}}
		}
		return o
	})
	b.quiet(id, 6)
	got := story(b.messages(id))
	for _, want := range []string{"helper heard echo one", "other heard echo two", "other heard event HELLO"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestABotThatFailsHandsOffWithANotice(t *testing.T) {
	b := open(t, toHelper)
	if _, err := b.SetAvailability(t.Context(), "ben", core.Online); err != nil {
		t.Fatal(err)
	}
	var tries atomic.Int32
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		if !ok || turn.Message == nil {
			return b.echo(ctx, w)
		}
		if int(tries.Add(1)) != turn.Try {
			t.Errorf("try is %d", turn.Try)
		}
		if turn.Try < 3 {
			return core.Later{After: time.Millisecond, Count: true, Fault: &core.Fault{Kind: core.Temporary}}
		}
		return core.TurnDone{Failed: true, Notices: []string{"The bot could not answer."}}
	})
	id := b.hear(heard("5", "1", "one"))[0].Conversation
	b.until("ben owns it", func() bool { return b.conversation(id).Owner.ID == "ben" })
	got := b.messages(id)
	if last := got[len(got)-1]; last.Text != "The bot could not answer." || !last.Private || last.Sender.Type != core.FromSystem {
		t.Errorf("got\n%s", story(got))
	}
}

func TestRoundRobinIsFairUnderConcurrency(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	for _, agent := range []string{"ann", "ben"} {
		if _, err := b.SetAvailability(t.Context(), agent, core.Online); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 101 {
		wg.Go(func() { b.hear(heard(fmt.Sprint(i), "1", "hi")) })
	}
	wg.Wait()
	agents, err := b.Agents(t.Context(), []string{"ann", "ben"})
	if err != nil {
		t.Fatal(err)
	}
	if d := agents[0].Open - agents[1].Open; d < -1 || d > 1 || agents[0].Open+agents[1].Open != 101 {
		t.Errorf("agents have %d and %d", agents[0].Open, agents[1].Open)
	}
}

func TestOneSlowBotHoldsUpNobodyElse(t *testing.T) {
	b := open(t, toHelper)
	hold := make(chan struct{})
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		if turn, ok := w.(core.TurnWork); ok && turn.Conversation.Contact.UserID == "test:slow" {
			<-hold
		}
		return b.echo(ctx, w)
	})
	slow := b.hear(heard("slow", "1", "one"))[0].Conversation
	quick := b.hear(heard("quick", "1", "one"))[0].Conversation
	b.quiet(quick, 3)
	if got := len(b.messages(slow)); got != 1 {
		t.Errorf("the slow one has %d messages", got)
	}
	close(hold)
	b.quiet(slow, 3)
}

func TestWorkThatAProcessLeftIsResumed(t *testing.T) {
	b := open(t, toHelper)
	id := b.hear(heard("5", "1", "one"))[0].Conversation
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, toHelper, b.url)
	again.works(again.echo)
	again.quiet(id, 3)
}

func TestATapOnASubmitButtonIsCarriedOutBeforeTheTurn(t *testing.T) {
	b := open(t, toHelper)
	var order []string
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		switch w := w.(type) {
		case core.SubmitWork:
			order = append(order, "submit "+w.Submission.URL)
			return core.Submitted{Notice: "The button could not be carried out."}
		case core.TurnWork:
			if w.Message != nil {
				order = append(order, "turn "+w.Message.Text)
				return core.TurnDone{}
			}
			return core.TurnDone{Say: []core.Spoken{b.says(core.Choices{Body: "Pay?", Buttons: []core.Button{
				{Type: core.Submit, Title: "Pay", Message: "Paid", Submission: &core.Submission{URL: "https://pay.example"}},
			}})}}
		}
		return b.echo(ctx, w)
	})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.quiet(id, 2)
	offer := b.messages(id)[1]
	b.hear(core.Item{Key: "tap", Event: core.Heard{From: core.Person{Address: "5"}, Provider: "tap", Content: core.Selection{Token: core.TokenOf(offer.ID, 0), Title: "Pay"}}})
	b.until("the tap is handled", func() bool { return len(b.messages(id)) == 4 })
	b.rest()
	if got := strings.Join(order, ", "); got != "turn hi, submit https://pay.example, turn Paid" {
		t.Errorf("order is %s", got)
	}
}

func TestBotsThatHandEachOtherTheConversationAreStopped(t *testing.T) {
	b := open(t, toHelper)
	var turns atomic.Int32
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		if !ok {
			return b.echo(ctx, w)
		}
		if turn.Event != nil && turn.Event.Name == core.WelcomeEvent {
			return core.TurnDone{}
		}
		next := map[string]string{"helper": "other", "other": "helper"}[turn.Bot]
		return core.TurnDone{
			Say:     []core.Spoken{b.says(core.Text{Body: fmt.Sprint("passing on ", turns.Add(1))})},
			HandOff: &core.HandOff{To: next, Event: &core.BotEvent{Name: "TAKE"}},
		}
	})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.until("a person owns it", func() bool { return b.conversation(id).Owner.ID == "ann" })
	b.rest()
	got := b.messages(id)
	if n := turns.Load(); n > mostHops+1 {
		t.Errorf("the bots had %d turns", n)
	}
	if last := got[len(got)-1]; !last.Private || !strings.Contains(last.Text, "handed the conversation on") {
		t.Errorf("got\n%s", story(got))
	}
	b.hear(heard("5", "2", "a word"))
	if c := b.conversation(id); c.Owner.ID != "ann" {
		t.Errorf("owner is %+v", c.Owner)
	}
}

func TestAnAnswerMayHandOverAndResolveAtOnce(t *testing.T) {
	b := open(t, toHelper)
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		o, ok := b.echo(ctx, w).(core.TurnDone)
		if !ok {
			return b.echo(ctx, w)
		}
		o.HandOff, o.Resolve, o.Tags = &core.HandOff{To: "ben"}, true, []string{"done"}
		return o
	})
	id := b.hear(heard("5", "1", "bye"))[0].Conversation
	b.rest()
	if c := b.conversation(id); c.Owner.ID != "ben" || c.Status != core.Resolved || fmt.Sprint(c.Tags) != "[done]" {
		t.Errorf("%+v", c)
	}
}

func TestABotThatSkipsFilesHearsOfNone(t *testing.T) {
	b := open(t, toHelper)
	b.works(b.echo)
	c, err := b.Start(t.Context(), core.Start{Channel: tg, Contact: core.Person{Address: "5"}, Terms: core.Terms{SkipEvents: []string{"WELCOME", core.MediaEvent, ""}}})
	if err != nil {
		t.Fatal(err)
	}
	b.hear(core.Item{Key: "place", Event: core.Heard{From: core.Person{Address: "5"}, Provider: "place", Content: core.Location{Latitude: 1}}}, heard("5", "2", "here"))
	b.rest()
	if got := story(b.messages(c.ID)); !strings.HasSuffix(got, "contact received here\nbot sent echo here") || strings.Count(got, "bot") != 1 {
		t.Errorf("got\n%s", got)
	}
}

func TestNobodyAnswersSpam(t *testing.T) {
	b := open(t, toHelper)
	b.works(b.echo)
	id := b.hear(heard("5", "1", "buy this"))[0].Conversation
	b.rest()
	spam := core.Spam
	if _, err := b.Change(t.Context(), id, core.Change{Status: &spam}); err != nil {
		t.Fatal(err)
	}
	b.hear(heard("5", "2", "and that"))
	b.rest()
	got := b.messages(id)
	if c := b.conversation(id); c.Status != core.Spam || got[len(got)-1].Text != "and that" {
		t.Errorf("%s\n%s", c.Status, story(got))
	}
}
