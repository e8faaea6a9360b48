package core

import (
	"context"
	"time"
)

// mediaPatience is how long a turn waits for the size and type of its file.
const mediaPatience = 5 * time.Second

// albumQuiet is how long no further file may come before an album is whole: its
// files come singly, and nothing marks the last.
const albumQuiet = time.Second

// botDelays are the waits before a bot is tried again; then people take over.
var botDelays = []time.Duration{time.Second, 4 * time.Second}

// turn asks the bot. A welcome is tried once, and its failure changes no owner.
func (e *Engine) turn(ctx context.Context, s *Setup, w TurnWork) Outcome {
	quiet := w.Burst
	if w.Album {
		quiet = albumQuiet
	}
	if w.Quiet < quiet && w.Dialogue == nil {
		return Later{After: min(quiet-w.Quiet, quiet)} // the clock may have been set back
	}
	if w.Pending && max(w.Waited, -w.Waited) < mediaPatience { // a clock that was set back does not make it wait
		return Later{After: 100 * time.Millisecond}
	}
	bot, ok := s.Bots[w.Bot]
	if !ok {
		return TurnDone{Failed: true, Notices: []string{"The bot " + w.Bot + " is not configured."}}
	}
	ch, ok := s.Channels[w.Conversation.Channel]
	if !ok {
		return TurnDone{Failed: true, Notices: []string{"The channel " + string(w.Conversation.Channel) + " is not configured."}}
	}
	if w.Dialogue != nil && w.Message != nil && !w.Form.Leaves(*w.Dialogue, w.Message.Content, s.Forms) {
		return e.dialogue(s, ch, w)
	}
	w.Source = ch.Kind.Source
	begun := e.o.Now()
	leave, ok := e.crowd.enter("bot " + w.Bot)
	if !ok {
		return turnedAway(begun.Sub(w.At))
	}
	defer leave()
	answer, err := bot.Reply(ctx, w.Turn)
	if err != nil {
		f := FaultOf(err)
		if ctx.Err() != nil {
			return Later{Fault: f} // we are stopping; it is not the bot's failure
		}
		e.o.Observer.Turn(w.Bot, string(f.Kind), e.o.Now().Sub(begun))
		return botFailed(w, f)
	}
	e.o.Observer.Turn(w.Bot, "ok", e.o.Now().Sub(begun))
	return e.answered(s, ch, answer)
}

// answered is a bot's answer as it is stored and carried out.
func (e *Engine) answered(s *Setup, ch Channel, a Answer) TurnDone {
	if a.AskRating {
		a.Say = append(a.Say, Saying{Content: rating(s.Rate)})
	}
	return TurnDone{
		Say: e.fit(s, ch, a.Say), HandOff: a.HandOff, Resolve: a.Resolve, Tags: a.Tags, Contact: a.Contact, Notices: a.Notices,
	}
}

// FormEndedEvent tells a bot that a form was not answered to its end; its data
// has the form's message and the reason.
const FormEndedEvent = "FORM_ENDED"

// The reasons: the contact gave it up, did not answer as asked, or left it open
// for too long with a secret in it.
const (
	EndedCancelled = "cancelled"
	EndedInvalid   = "invalid"
	EndedExpired   = "expired"
)

// FormEnded is the event for a form that a message asked.
func FormEnded(form MessageID, reason string) BotEvent {
	return BotEvent{Name: FormEndedEvent, Data: Metadata{"formMsgKey": KeyOf(form), "reason": reason}}
}

// dialogue takes a message as the answer to the question of a form.
func (e *Engine) dialogue(s *Setup, ch Channel, w TurnWork) Outcome {
	step := w.Form.Hear(*w.Dialogue, w.Message.Content, s.Forms)
	switch {
	case step.Done != nil:
		f := &FormTurn{Answer: step.Done, Submission: w.Form.Submission(*step.Done)}
		if w.Form.Submit.Shown {
			f.Shown = step.Done.Lines()
		}
		return TurnDone{Form: f, Contact: w.Form.Patch(*step.Done)}
	case step.Ended != "":
		return TurnDone{Form: &FormTurn{Event: new(FormEnded(w.Dialogue.Form, step.Ended))}}
	}
	say := make([]Saying, len(step.Ask))
	for i, c := range step.Ask {
		say[i].Content = c
	}
	return TurnDone{Form: &FormTurn{Next: &step.Next}, Say: e.fit(s, ch, say)}
}

// rating asks how it was, in a way that needs no language.
func rating(text string) Content {
	c := Choices{Body: text}
	for _, r := range []struct {
		face   string
		rating int
	}{{"😀", 10}, {"😐", 5}, {"🙁", 1}} {
		c.Buttons = append(c.Buttons, Button{Type: Reply, Title: r.face, Metadata: Metadata{MetaRating: r.rating, MetaSkipBot: true}})
	}
	return c
}

// greets reports whether the turn is a new conversation's greeting. The same event
// in a hand-off is what the bot is to go on from.
func (w TurnWork) greets() bool {
	return w.Event != nil && w.Conversation.OwnerEpoch <= 1 &&
		(w.Event.Name == WelcomeEvent || w.Event.Name == w.Conversation.Terms.WelcomeEvent)
}

// botFailed is the whole policy for bots that do not answer.
func botFailed(w TurnWork, f *Fault) Outcome {
	why := f.Message
	if why == "" {
		why = string(f.Kind)
	}
	if w.greets() {
		return TurnDone{Notices: []string{"The bot " + w.Bot + " gave no welcome: " + why}}
	}
	if again := f.Kind == Temporary || f.Kind == RateLimited; again && w.Try <= len(botDelays) {
		wait := max(botDelays[w.Try-1], min(f.After, 30*time.Second))
		return Later{After: wait, Fault: f, Count: true}
	}
	return TurnDone{Failed: true, Notices: []string{"The bot " + w.Bot + " could not answer: " + why}}
}

const (
	fetchTries = 5
	// diskRests is for how long nothing is fetched once there was no room for a file;
	// fetchAgain is when one is looked at again that waits for that, by whichever node.
	diskRests, fetchAgain = 10 * time.Second, 2 * time.Second
)

// fetch copies a file into our keeping: providers' links expire.
func (e *Engine) fetch(ctx context.Context, s *Setup, w FetchWork) Outcome {
	ch, ok := s.Channels[w.Channel]
	opener, opens := ch.Connector.(MediaOpener)
	if !ok || !opens {
		return FetchFailed{&Fault{Kind: Permanent, Code: "no_channel", Message: "the channel cannot fetch files"}}
	}
	if e.o.Now().UnixMilli() < e.noRoom.Load() {
		return e.roomLater(nil)
	}
	leave, ok := e.crowd.enter("files of " + string(w.Channel))
	if !ok {
		return turnedAway(crowdPatience)
	}
	defer leave()
	kept, err := e.keep(ctx, opener, w)
	if err == nil {
		return Fetched{kept}
	}
	f := FaultOf(err)
	switch {
	case ctx.Err() != nil:
		return Later{Fault: f}
	case f.Code == CodeDisk:
		e.noRoom.Store(e.o.Now().Add(diskRests).UnixMilli())
		return e.roomLater(f)
	case f.Kind == Permanent || w.Attempts+1 >= fetchTries:
		return FetchFailed{f}
	}
	return Later{After: max(f.After, e.backoff(w.Attempts)), Fault: f, Count: true}
}

// roomLater has a file fetched when there may be room, here or at another node,
// for as long as the provider has it.
func (e *Engine) roomLater(f *Fault) Later {
	return Later{After: time.Duration((0.5 + e.o.Chance()) * float64(fetchAgain)), Fault: f}
}

func (e *Engine) keep(ctx context.Context, opener MediaOpener, w FetchWork) (Kept, error) {
	file, err := opener.OpenMedia(ctx, w.Ref)
	if err != nil {
		return Kept{}, err
	}
	defer func() { _ = file.Body.Close() }() // it was read whole or has failed already
	return e.o.Keeper.Keep(ctx, w.ID, file)
}

// erase removes files, for as long as it takes.
func (e *Engine) erase(w EraseWork) Outcome {
	for _, id := range w.Files {
		if err := e.o.Keeper.Remove(id); err != nil {
			e.o.Log.WithError(err).Warn("a file whose message was taken back could not be removed; it is tried again")
			return Later{After: min(e.backoff(w.Attempts), time.Minute), Fault: FaultOf(err), Count: true}
		}
	}
	return Erased{}
}

const submitTries = 3

// submit makes the call of a submit button, or delivers a form.
func (e *Engine) submit(ctx context.Context, w SubmitWork) Outcome {
	leave, ok := e.crowd.enter("forms")
	if !ok {
		return turnedAway(crowdPatience)
	}
	defer leave()
	err := e.o.Submit.Submit(ctx, w.Submission)
	what, done := "The button “"+w.Title+"”", "carried out"
	if w.Form {
		what, done = "The form “"+w.Title+"”", "delivered"
	}
	if err == nil {
		return Submitted{Notice: what + " was " + done + "."}
	}
	f := FaultOf(err)
	switch {
	case ctx.Err() != nil:
		return Later{Fault: f}
	case f.Kind == Temporary && w.Attempts+1 < submitTries:
		return Later{After: e.backoff(w.Attempts), Fault: f, Count: true}
	}
	return Submitted{Notice: what + " could not be " + done + ": " + f.Message}
}
