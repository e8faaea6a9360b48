package store

import (
	"context"
	"strings"
	"testing"

	"causeway/core"
	"causeway/routing"
)

// asking plays the engine for forms: the dialogue, and a bot that begins one.
func (b *bench) asking(form core.Form, heard chan<- core.Turn, posted chan<- core.Submission) func(context.Context, core.Work) core.Outcome {
	texts := core.FormTexts{Invalid: "no", Cancel: "cancel", Back: "back"}
	return func(ctx context.Context, w core.Work) core.Outcome {
		switch w := w.(type) {
		case core.SubmitWork:
			posted <- w.Submission
			return core.Submitted{}
		case core.TurnWork:
			if w.Dialogue == nil || w.Message == nil {
				heard <- w.Turn
				if w.Event != nil && w.Event.Name == core.WelcomeEvent {
					return core.TurnDone{Say: []core.Spoken{b.says(form)}}
				}
				return core.TurnDone{}
			}
			step := w.Form.Hear(*w.Dialogue, w.Message.Content, texts)
			switch {
			case step.Done != nil:
				return core.TurnDone{Form: &core.FormTurn{Answer: step.Done, Submission: w.Form.Submission(*step.Done), Shown: step.Done.Lines()}}
			case step.Ended != "":
				return core.TurnDone{Form: &core.FormTurn{Event: &core.BotEvent{Name: core.FormEndedEvent}}}
			}
			o := core.TurnDone{Form: &core.FormTurn{Next: &step.Next}}
			for _, c := range step.Ask {
				o.Say = append(o.Say, b.says(c))
			}
			return o
		}
		return b.echo(ctx, w)
	}
}

var signUp = core.Form{
	Body:   "Sign up",
	Fields: []core.Field{{Type: core.TextField, Name: "Name"}, {Type: core.SecretField, Name: "Pin"}},
	Submit: core.FormSubmit{Label: "Send", ToBot: true, URL: "https://ex.com/post", Shown: true},
}

const canary = "s3cret-canary"

func TestAFormIsAnsweredAcrossARestartAndItsSecretIsKeptNowhere(t *testing.T) {
	heardBy, posted := make(chan core.Turn, 9), make(chan core.Submission, 9)
	b := open(t, toHelper)
	stop := b.works(b.asking(signUp, heardBy, posted))
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.rest()
	b.hear(heard("5", "2", "Zoë"))
	b.rest()
	stop()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, toHelper, b.url)
	again.works(again.asking(signUp, heardBy, posted))
	secret := heard("5", "3", canary)
	a := arrival(secret)
	a.Body = []byte(`{"text":"` + canary + `"}`)
	if _, err := again.Record(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	again.rest()
	if s := <-posted; s.Data["Pin"] != canary || s.Data["Name"] != "Zoë" {
		t.Errorf("posted %+v", s)
	}
	var last core.Turn
	for len(heardBy) > 0 {
		last = <-heardBy
	}
	answer, ok := last.Message.Content.(core.FormAnswer)
	if !ok || answer.Answers[1].Values[0] != canary || !answer.ToBot {
		t.Errorf("the bot heard %+v", last.Message)
	}
	got := story(again.messages(id))
	if !strings.Contains(got, "contact received "+core.Mask) || !strings.Contains(got, "Name : Zoë") || !strings.HasSuffix(got, "contact received Send") {
		t.Errorf("got\n%s", got)
	}
	again.kept(canary)
}

// kept fails the test if the word is found anywhere in the database.
func (b *bench) kept(word string) {
	b.t.Helper()
	for _, table := range []string{"message", "delivery", "bot_event", "conversation", "log", "task", "lane", "media"} {
		rows, err := b.DB().Rows(b.t.Context(), `SELECT * FROM `+table)
		if err != nil {
			b.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			b.t.Fatal(err)
		}
		found, err := collect(rows, func(scan func(...any) error) (string, error) {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			err := scan(values...)
			var text strings.Builder
			for _, v := range values {
				if s, ok := (*v.(*any)).(string); ok {
					text.WriteString(s)
				}
			}
			return text.String(), err
		})
		if err != nil {
			b.t.Fatal(err)
		}
		for _, text := range found {
			if strings.Contains(text, word) {
				b.t.Errorf("%s keeps the secret: %s", table, text)
			}
		}
	}
}

func TestAFormIsPausedWhileAPersonOwnsAndGoesOnAfter(t *testing.T) {
	heardBy, posted := make(chan core.Turn, 9), make(chan core.Submission, 9)
	b := open(t, routing.Config{NewConversationsToBot: "helper", DefaultAgent: "ann"})
	b.works(b.asking(signUp, heardBy, posted))
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.rest()
	b.say(id, ann, b.says(core.Text{Body: "Let me help"}))
	b.hear(heard("5", "2", "this is for Ann"))
	helper := "other"
	if _, err := b.Change(t.Context(), id, core.Change{Owner: &helper}); err != nil {
		t.Fatal(err)
	}
	b.hear(heard("5", "3", "Zoë"))
	b.rest()
	b.hear(heard("5", "4", "1234"))
	b.rest()
	if s := <-posted; s.Data["Name"] != "Zoë" || s.Data["Pin"] != "1234" {
		t.Errorf("posted %+v", s)
	}
}

// TestASecretThatComesAgainIsKeptNowhere: providers call again, quote, and tell of
// edits.
func TestASecretThatComesAgainIsKeptNowhere(t *testing.T) {
	heardBy, posted := make(chan core.Turn, 9), make(chan core.Submission, 9)
	b := open(t, toHelper)
	b.works(b.asking(signUp, heardBy, posted))
	b.hear(heard("5", "1", "hi"))
	b.rest()
	b.hear(heard("5", "2", "Zoë"))
	b.rest()
	secret, edit, quote := heard("5", "3", canary), heard("5", "4", ""), heard("5", "5", "that was my pin")
	told := secret.Event.(core.Heard)
	e := edit.Event.(core.Heard)
	e.Content = core.Edited{Of: told.Provider, New: core.Text{Body: canary}}
	edit.Event = e
	q := quote.Event.(core.Heard)
	q.ReplyTo = told.Provider
	quote.Event = q
	for _, item := range []core.Item{secret, secret, edit, quote} {
		a := arrival(item)
		a.Body = []byte(`{"text":"` + canary + `"}`)
		if _, err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		b.rest()
	}
	b.kept(canary)
}

// TestASecretThatIsTypedAfterATakeOverIsHidden: the contact answers the form's
// question, and knows nothing of the new owner; what answers a person is shown.
func TestASecretThatIsTypedAfterATakeOverIsHidden(t *testing.T) {
	heardBy, posted := make(chan core.Turn, 9), make(chan core.Submission, 9)
	b := open(t, routing.Config{NewConversationsToBot: "helper", DefaultAgent: "ann"})
	b.works(b.asking(signUp, heardBy, posted))
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.rest()
	b.hear(heard("5", "2", "Zoë"))
	b.rest()
	owner := "ann"
	if _, err := b.Change(t.Context(), id, core.Change{Owner: &owner}); err != nil {
		t.Fatal(err)
	}
	a := arrival(heard("5", "3", canary))
	a.Body = []byte(`{"text":"` + canary + `"}`)
	if _, err := b.Record(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	b.kept(canary)
	b.say(id, ann, b.says(core.Text{Body: "Let me help"}))
	b.hear(heard("5", "4", "thank you, Ann"))
	if got := story(b.messages(id)); !strings.HasSuffix(got, "contact received thank you, Ann") {
		t.Errorf("got\n%s", got)
	}
}

// TestANumberTypedInAFormIsNoPickOfAnOlderMenu: what a form asks is answered with
// what was typed, although a menu further up has such a number.
func TestANumberTypedInAFormIsNoPickOfAnOlderMenu(t *testing.T) {
	heardBy, posted := make(chan core.Turn, 9), make(chan core.Submission, 9)
	b := open(t, toHelper)
	b.works(b.asking(signUp, heardBy, posted))
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.rest()
	menu := b.says(core.Choices{Body: "Pick", Buttons: []core.Button{{Type: core.Reply, Title: "Soup"}, {Type: core.Reply, Title: "Cake"}}})
	b.say(id, core.Sender{Type: core.FromBot, ID: "helper"}, menu, b.says(signUp))
	b.rest()
	b.hear(heard("5", "2", "2"))
	b.rest()
	b.hear(heard("5", "3", "1"))
	b.rest()
	select {
	case s := <-posted:
		if s.Data["Name"] != "2" || s.Data["Pin"] != "1" {
			t.Errorf("posted %+v", s)
		}
	default:
		t.Errorf("nothing was posted:\n%s", story(b.messages(id)))
	}
}
