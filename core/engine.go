package core

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
)

// Engine moves messages: from a connector to the store, from the store to a bot,
// and from the store to a connector. All its decisions are plain functions of
// what the store hands it; what it decides, the store keeps.
type Engine struct {
	o     Ports
	setup atomic.Pointer[Setup]

	trouble trouble      // faults in a row, by channel
	noRoom  atomic.Int64 // until when files wait for room on the disk, in milliseconds
	pace    pace
	crowd   crowd
	names   names
	acking  chan struct{} // a place for each ack under way
	acks    sync.WaitGroup
}

// Ports is all that an engine asks of others. Every field but Shared is needed.
type Ports struct {
	Store    Store
	Shared   Shared // nil where no other node sends
	Keeper   Keeper
	Submit   Submitter
	Observer Observer
	Log      logrus.FieldLogger
	Now      func() time.Time
	NewID    func() int64
	Chance   func() float64 // in [0,1), to spread retries
}

// Setup is what the operator configured. It is swapped as a whole.
type Setup struct {
	Channels map[ChannelID]Channel
	Bots     map[string]Bot
	TTL      time.Duration // an outgoing message that waited longer fails
	Choose   string        // the body of choices where none is given
	Forms    FormTexts
	Rate     string // asks for a rating
}

// Channel is one account at one provider.
type Channel struct {
	ID        ChannelID
	Kind      Kind
	Connector Connector
	Resend    bool // a call whose outcome is unknown may be made once more
	Rate      Rate
	// Reopen is sent when a message meets a closed window, nil for nothing.
	Reopen *Template
}

// Info is what the store must know of the channel.
func (c Channel) Info() ChannelInfo {
	return ChannelInfo{ID: c.ID, Kind: c.Kind.Name, Window: c.Kind.Capabilities.Window, Reopen: c.Reopen}
}

const (
	ackPlaces  = 64
	ackTimeout = 10 * time.Second
)

// NewEngine makes an engine that begins with s.
func NewEngine(o Ports, s *Setup) *Engine {
	e := &Engine{o: o, acking: make(chan struct{}, ackPlaces), pace: newPace()}
	e.trouble.rows, e.crowd.in = map[ChannelID]int{}, map[string]int{}
	e.names.places, e.names.until = make(chan struct{}, namePlaces), map[string]time.Time{}
	e.setup.Store(s)
	return e
}

// Swap puts another setup in force. Work under way ends under the old one.
func (e *Engine) Swap(s *Setup) { e.setup.Store(s) }

// Run works until ctx ends, and then waits for what is under way.
func (e *Engine) Run(ctx context.Context) error {
	defer e.acks.Wait()
	if err := e.Poll(ctx); err != nil {
		return err
	}
	if err := e.o.Store.Run(ctx, e.Act); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	return nil
}

// Receive takes a webhook call. When it returns no error, all that the call
// reported is on disk, and the provider may be told so. It returns ErrNotFound
// for a channel that is not there, ErrUnverified, ErrUnreadable, ErrBusy and ErrStore.
func (e *Engine) Receive(ctx context.Context, id ChannelID, r Request) (ReplyBody, error) {
	s := e.setup.Load()
	ch, ok := s.Channels[id]
	if !ok {
		return ReplyBody{}, fmt.Errorf("channel %q: %w", id, ErrNotFound)
	}
	d, err := ch.Connector.Receive(r)
	if err != nil {
		return ReplyBody{}, fmt.Errorf("receive: %w", err)
	}
	if len(d.Items) == 0 {
		if len(d.Reply.Body) > 0 {
			return d.Reply, nil // a handshake
		}
		d.Items = []Item{{Fate: FateQuarantined, Why: "the call reports nothing that is known"}}
	}
	a := s.arrival(ch, r.Body, d.Items)
	fates, err := e.o.Store.Record(ctx, a)
	if err != nil {
		return ReplyBody{}, fmt.Errorf("record: %w", err)
	}
	e.recorded(s, ch, a, fates)
	return d.Reply, nil
}

// recorded counts what is on disk, makes the acks of what is new, and has it
// asked what its sender is called.
func (e *Engine) recorded(s *Setup, ch Channel, a Arrival, fates []ItemFate) {
	for i, f := range fates {
		e.o.Observer.Item(ch.ID, f.Fate)
		item := a.Items[i]
		if f.Fate == FateMessage {
			e.ack(ch, item.Acks)
		}
		if judged, ok := item.Event.(Judged); ok && f.Fate == FateStatus {
			e.o.Log.WithFields(logrus.Fields{"channel": item.Channel.ID, "matter": judged.Matter, "health": judged.Health, "code": judged.Code}).
				Warn("the provider says of the account: " + judged.Text)
		}
		if f.Fate == FateMessage || f.Fate == FateStatus {
			e.askName(s.Channels[item.Channel.ID], item.Item)
		}
	}
}

// arrival finds the channel that each item is for.
func (s *Setup) arrival(ch Channel, body []byte, items []Item) Arrival {
	a := Arrival{Channel: ch.ID, Body: body}
	for _, item := range items {
		to, ok := s.hearer(ch, item.Account)
		if !ok {
			item.Event, item.Fate, item.Why = nil, FateIgnored, "not our number: "+item.Account
			to = ch
		}
		a.Items = append(a.Items, Arrived{Item: item, Channel: to.Info()})
	}
	return a
}

// hearer is the channel of account, which is ch itself or one of the same app.
func (s *Setup) hearer(ch Channel, account string) (Channel, bool) {
	own, ok := ch.Connector.(Account)
	if account == "" || !ok {
		return ch, true
	}
	app, mine := own.Account()
	if account == mine {
		return ch, true
	}
	for _, other := range s.Channels {
		a, ok := other.Connector.(Account)
		if !ok {
			continue
		}
		if theirApp, theirs := a.Account(); theirApp == app && theirs == account {
			return other, true
		}
	}
	return Channel{}, false
}

// ack makes the calls of an item that is on disk: once, aside, best effort.
func (e *Engine) ack(ch Channel, calls []Payload) {
	if len(calls) == 0 {
		return
	}
	select {
	case e.acking <- struct{}{}:
	default:
		e.o.Observer.Call(ch.ID, "ack_dropped", 0)
		return
	}
	e.acks.Go(func() {
		defer func() { <-e.acking }()
		ctx, cancel := context.WithTimeout(context.Background(), ackTimeout)
		defer cancel()
		for _, call := range calls {
			if _, err := ch.Connector.Send(ctx, call); err != nil {
				e.o.Log.WithFields(logrus.Fields{"channel": ch.ID, "op": call.Op, "fault": FaultOf(err).Kind}).Info("an ack was not taken")
			}
		}
	})
}

// Say queues messages for the contact. It returns the errors of [Store.Say], and
// ErrInvalid if the conversation's channel is not configured any more.
func (e *Engine) Say(ctx context.Context, s Speech) ([]Message, error) {
	c, err := e.o.Store.Conversation(ctx, s.Conversation)
	if err != nil {
		return nil, fmt.Errorf("say: %w", err)
	}
	setup := e.setup.Load()
	ch, ok := setup.Channels[c.Channel]
	if !ok {
		return nil, fmt.Errorf("say: channel %q is not configured: %w", c.Channel, ErrInvalid)
	}
	u := Utterance{Conversation: s.Conversation, Sender: s.Sender, KeepOwner: s.KeepOwner, Once: s.Once}
	if s.Does != nil {
		done := e.answered(setup, ch, *s.Does)
		u.Say, u.Does = done.Say, &done
	} else {
		u.Say = e.fit(setup, ch, s.Say)
	}
	said, err := e.o.Store.Say(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("say: %w", err)
	}
	return said, nil
}

// Fit makes an answer fit a channel and gives ids to its messages, as for all
// that is said. It is nil for a channel that is not configured.
func (e *Engine) Fit(id ChannelID, say []Saying) []Spoken {
	setup := e.setup.Load()
	ch, ok := setup.Channels[id]
	if !ok {
		return nil
	}
	return e.fit(setup, ch, say)
}

// fit gives ids to what is to be said and makes it fit the channel.
func (e *Engine) fit(s *Setup, ch Channel, say []Saying) []Spoken {
	ids := make([]MessageID, len(say))
	for i := range ids {
		ids[i] = MessageID(e.o.NewID())
	}
	fitted := Fit(say, ch.Kind.Capabilities, FitOptions{
		Choose: s.Choose, Kind: ch.Kind.Name, Takes: ch.Kind.Takes, Unmarked: ch.Kind.Unmarked,
		Token: func(message, option int) string { return TokenOf(ids[message], option) },
	})
	spoken := make([]Spoken, len(fitted))
	for i, f := range fitted {
		spoken[i] = Spoken{ID: ids[i], Key: KeyOf(ids[i]), Fitted: f}
	}
	return spoken
}

// Act does one piece of work and says what came of it. It stores nothing.
func (e *Engine) Act(ctx context.Context, w Work) Outcome {
	s := e.setup.Load()
	switch w := w.(type) {
	case TurnWork:
		return e.turn(ctx, s, w)
	case SendWork:
		return e.send(ctx, s, w)
	case FetchWork:
		return e.fetch(ctx, s, w)
	case SubmitWork:
		return e.submit(ctx, w)
	case PollWork:
		return e.poll(ctx, s, w)
	case EraseWork:
		return e.erase(w)
	}
	return nil
}
