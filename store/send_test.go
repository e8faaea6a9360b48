package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"causeway/core"
	"causeway/db"
	"causeway/routing"
)

var ann = core.Sender{Type: core.FromAgent, ID: "ann", Name: "Ann"}

func (b *bench) say(id core.ConversationID, from core.Sender, say ...core.Spoken) []core.Message {
	b.t.Helper()
	said, err := b.Say(b.t.Context(), core.Utterance{Conversation: id, Sender: from, Say: say})
	if err != nil {
		b.t.Fatal(err)
	}
	return said
}

func (b *bench) report(provider string, s core.Status) {
	b.t.Helper()
	b.hear(core.Item{Key: provider + string(s), Event: core.Reported{Provider: core.ProviderID(provider), Status: s}})
}

func TestARetryGoesOnAfterTheCallsThatGotThrough(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	m := b.say(id, ann, b.says(core.Text{Body: "a"}, core.Text{Body: "b"}, core.Text{Body: "c"}))[0]
	var calls, failures []int
	b.works(func(_ context.Context, w core.Work) core.Outcome {
		s, ok := w.(core.SendWork)
		if !ok {
			return nil
		}
		calls, failures = append(calls, s.Made), append(failures, s.Attempts)
		if len(calls) == 2 {
			return core.Later{After: time.Millisecond, Count: true, Fault: &core.Fault{Kind: core.Temporary}}
		}
		return core.CallMade{Provider: core.ProviderID(fmt.Sprint("p", s.Made)), Last: s.Made == 2}
	})
	b.quiet(id, 2)
	if want := []int{0, 1, 1, 2}; !slices.Equal(calls, want) {
		t.Errorf("calls are %v, want %v", calls, want)
	}
	if want := []int{0, 0, 1, 0}; !slices.Equal(failures, want) {
		t.Errorf("failures since the last success are %v, want %v", failures, want)
	}
	if got := b.messages(id)[1]; got.Status != core.Sent || got.ProviderID != "p0" || got.ID != m.ID {
		t.Errorf("message is %+v", got)
	}
	b.report("p0", core.Delivered)
	if got := b.messages(id)[1].Status; got != core.Sent {
		t.Errorf("the first call's report made it %s", got)
	}
	b.report("p2", core.Delivered)
	if got := b.messages(id)[1].Status; got != core.Delivered {
		t.Errorf("the last call's report made it %s", got)
	}
}

func TestAReportNeverTakesAMessageBack(t *testing.T) {
	statuses := []core.Status{core.Sent, core.Delivered, core.Read}
	for _, order := range permutations(statuses) {
		b := open(t, routing.Config{DefaultAgent: "ann"})
		id := b.hear(heard("5", "1", "hi"))[0].Conversation
		b.say(id, ann, b.says(core.Text{Body: "a"}))
		b.report("p", order[0]) // before the answer to our own call
		b.works(func(context.Context, core.Work) core.Outcome { return core.CallMade{Provider: "p", Last: true} })
		b.quiet(id, 2)
		highest := slices.Index(statuses, order[0])
		for _, s := range order[1:] {
			b.report("p", s)
			highest = max(highest, slices.Index(statuses, s))
			if got := b.messages(id)[1].Status; got != statuses[highest] {
				t.Errorf("%v: after %s it is %s", order, s, got)
			}
		}
	}
}

func TestWhatReportsTellBesidesIsKept(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	say := b.says(core.Text{Body: "a"})
	say.Notes = []core.Note{{Path: "body", Rule: "split", Severity: core.Same}}
	b.say(id, ann, say)
	tell := func(s core.Status, details core.Metadata) {
		b.hear(core.Item{Key: "d" + string(s), Event: core.Reported{Provider: "p", Status: s, Details: details}})
	}
	tell(core.Sent, core.Metadata{"pricing": map[string]any{"category": "service"}}) // before our call is answered
	b.works(func(context.Context, core.Work) core.Outcome { return core.CallMade{Provider: "p", Last: true} })
	b.quiet(id, 2)
	tell(core.Delivered, core.Metadata{"more": "x"})
	if got := fmt.Sprint(b.messages(id)[1].Details); got != "map[more:x pricing:map[category:service]]" {
		t.Errorf("details are %s", got)
	}
	if got := b.messages(id)[1].Notes; len(got) != 1 || got[0].Rule != "split" {
		t.Errorf("notes are %+v", got)
	}
}

func permutations(list []core.Status) [][]core.Status {
	if len(list) < 2 {
		return [][]core.Status{list}
	}
	var all [][]core.Status
	for i := range list {
		rest := append(slices.Clone(list[:i]), list[i+1:]...)
		for _, p := range permutations(rest) {
			all = append(all, append([]core.Status{list[i]}, p...))
		}
	}
	return all
}

func TestAReportByOurOwnNameProvesTheCall(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	m := b.say(id, ann, b.says(core.Text{Body: "a"}))[0]
	b.hear(core.Item{Key: "s", Event: core.Reported{Provider: "wamid", Ref: core.RefOf(m.ID, 0), Status: core.Delivered}})
	var made []int
	b.works(func(_ context.Context, w core.Work) core.Outcome {
		s, _ := w.(core.SendWork)
		made = append(made, s.Made)
		return core.CallMade{Last: true} // the engine sees that there is nothing left to call
	})
	b.quiet(id, 2)
	if got := b.messages(id)[1]; got.Status != core.Delivered || got.ProviderID != "wamid" || !slices.Equal(made, []int{1}) {
		t.Errorf("message is %s %s, made %v", got.Status, got.ProviderID, made)
	}
}

func TestHeldMessagesGoInOrderWhenTheContactWrites(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	closed := true
	b.works(func(_ context.Context, w core.Work) core.Outcome {
		s, _ := w.(core.SendWork)
		if closed {
			return core.SendFailed{Fault: &core.Fault{Kind: core.WindowClosed}, Hold: true}
		}
		return core.CallMade{Provider: core.ProviderID("p" + s.Message.Text), Last: true}
	})
	b.say(id, ann, b.says(core.Text{Body: "a"}))
	b.say(id, ann, b.says(core.Text{Body: "b"}))
	b.until("both are held", func() bool {
		list := b.messages(id)
		return list[1].Status == core.Held && list[2].Status == core.Held
	})
	closed = false
	b.hear(heard("5", "2", "here"))
	b.quiet(id, 4)
	b.until("both are sent", func() bool { return story(b.messages(id)[1:3]) == "agent sent a\nagent sent b" })
}

func TestTheSameCallTwiceIsSaidOnce(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	u := func() core.Utterance {
		return core.Utterance{Conversation: id, Sender: ann, Once: "k1", Say: []core.Spoken{b.says(core.Text{Body: "a"}), b.says(core.Text{Body: "b"})}}
	}
	first, err := b.Say(t.Context(), u())
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Say(t.Context(), u())
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != 2 || len(second) != 2 || first[1].ID != second[1].ID || len(b.messages(id)) != 3 {
		t.Errorf("said %v and %v", first, second)
	}
	b.works(b.echo)
	b.quiet(id, 3)
}

func TestABotMaySpeakOnlyWhileItOwns(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	_, err := b.Say(t.Context(), core.Utterance{Conversation: id, Sender: core.Sender{Type: core.FromBot, ID: "helper"}, Say: []core.Spoken{b.says(core.Text{Body: "a"})}})
	if err != core.ErrNotOwner { // refusals are returned as they are
		t.Errorf("error is %v", err)
	}
	if len(b.messages(id)) != 1 {
		t.Error("it was said")
	}
}

func TestTypedNumbersAndTitlesMeanTheNewestChoices(t *testing.T) {
	b := open(t, toHelper)
	menu := func(titles ...string) core.Spoken {
		c := core.Choices{Body: "Pick"}
		for _, title := range titles {
			c.Buttons = append(c.Buttons, core.Button{Type: core.Reply, Title: title, ID: "id-" + title, Message: "I want " + title})
		}
		return b.says(c)
	}
	heardBy := make(chan core.Content, 20)
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		turn, ok := w.(core.TurnWork)
		switch {
		case !ok:
			return b.echo(ctx, w)
		case turn.Message == nil:
			return core.TurnDone{Say: []core.Spoken{menu("Tea", "Café")}}
		}
		heardBy <- turn.Message.Content
		return core.TurnDone{}
	})
	id := b.hear(heard("5", "1", "2"))[0].Conversation // nothing was offered yet
	if got := <-heardBy; got != (core.Content)(core.Text{Body: "2"}) {
		t.Errorf("before the offer it is %#v", got)
	}
	b.quiet(id, 2)
	b.hear(heard("5", "2", "cafe"))
	pick, ok := (<-heardBy).(core.Selection)
	if !ok || pick.ID != "id-Café" || pick.Message != "I want Café" {
		t.Errorf("a title is %#v", pick)
	}
	b.hear(heard("5", "3", "1"))
	if got, ok := (<-heardBy).(core.Text); !ok {
		t.Errorf("after the set was used it is %#v", got)
	}
	offer := b.messages(id)[1]
	b.hear(core.Item{Key: "t", Event: core.Heard{From: core.Person{Address: "5"}, Provider: "t", Content: core.Selection{Token: core.TokenOf(offer.ID, 0), Title: "forged"}}})
	if pick, ok := (<-heardBy).(core.Selection); !ok || pick.ID != "id-Tea" || pick.Title != "Tea" {
		t.Errorf("an old button is %#v", pick)
	}
	other := b.hear(heard("6", "1", "hello"))[0].Conversation
	<-heardBy
	b.hear(core.Item{Key: "f", Event: core.Heard{From: core.Person{Address: "6"}, Provider: "f", Content: core.Selection{Token: core.TokenOf(offer.ID, 0), Title: "Tea"}}})
	if pick, ok := (<-heardBy).(core.Selection); !ok || pick.ID != "" {
		t.Errorf("a token of another conversation is %#v", pick)
	}
	b.quiet(other, 2)
}

func TestATurnWaitsForItsFile(t *testing.T) {
	b := open(t, toHelper)
	got := make(chan core.Message, 1)
	b.works(func(ctx context.Context, w core.Work) core.Outcome {
		switch w := w.(type) {
		case core.FetchWork:
			time.Sleep(30 * time.Millisecond)
			return core.Fetched{Kept: core.Kept{MIME: "image/png", Size: 42}}
		case core.TurnWork:
			if w.Pending {
				return core.Later{After: time.Hour}
			}
			if w.Message != nil {
				got <- *w.Message
			}
		}
		return b.echo(ctx, w)
	})
	b.hear(core.Item{Key: "u1", Event: core.Heard{From: core.Person{Address: "5"}, Provider: "1", Content: core.Media{Media: core.Image, Ref: "file-1", Caption: "look"}}})
	m := <-got
	file, ok := m.Content.(core.Media)
	if !ok || file.MIME != "image/png" || file.Size != 42 || file.Ref != "" || file.URL == "" || m.Text != "look" {
		t.Errorf("message is %+v", m.Content)
	}
	b.rest()
}

// A send whose process died stays in doubt however often it waits, until the
// provider's report tells that the call was made: else "resend: never" would be
// a second call.
func TestADoubtfulSendStaysSoUntilItIsReported(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	m := b.say(id, ann, b.says(core.Text{Body: "a"}, core.Text{Body: "b"}))[0]
	if err := b.db.Do(t.Context(), 0, func(t *db.Tx) error { // as it is left by a process that died in the call
		_, err := t.Exec(`UPDATE task SET starts = 1, started_at = 1 WHERE ref = $1`, int64(m.ID))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var doubts []string
	b.works(func(_ context.Context, w core.Work) core.Outcome {
		s, ok := w.(core.SendWork)
		if !ok {
			return nil
		}
		doubts = append(doubts, fmt.Sprint(s.Made, s.Died))
		switch {
		case len(doubts) == 3:
			b.hear(core.Item{Key: "r", Event: core.Reported{Provider: "p0", Ref: core.RefOf(m.ID, 0), Status: core.Delivered}})
			return core.Later{After: time.Millisecond}
		case s.Made == 1:
			return core.CallMade{Provider: "p1", Last: true}
		}
		return core.Later{After: time.Millisecond}
	})
	b.quiet(id, 2)
	if want := []string{"0 true", "0 true", "0 true", "1 false"}; !slices.Equal(doubts, want) {
		t.Errorf("made and doubted %q, want %q", doubts, want)
	}
}

// What a provider remarks when it takes a message is kept with it, beside what
// its reports tell.
func TestARemarkIsKept(t *testing.T) {
	b := open(t, routing.Config{DefaultAgent: "ann"})
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.say(id, ann, b.says(core.Text{Body: "a"}))
	b.works(func(context.Context, core.Work) core.Outcome {
		return core.CallMade{Provider: "p0", Last: true, Details: core.Metadata{"remark": "held back"}}
	})
	b.quiet(id, 2)
	b.hear(core.Item{Key: "s", Event: core.Reported{Provider: "p0", Status: core.Delivered, Details: core.Metadata{"pricing": "dear"}}})
	if m := b.messages(id)[1]; m.Status != core.Delivered || m.Details["remark"] != "held back" || m.Details["pricing"] != "dear" {
		t.Errorf("%+v", m)
	}
}
