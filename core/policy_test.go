package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
)

var policyNow = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

type oneCall struct {
	id  ProviderID
	err error
	got []Payload
}

func (c *oneCall) Receive(Request) (Delivery, error) { return Delivery{}, nil }
func (c *oneCall) Send(_ context.Context, p Payload) (ProviderID, error) {
	c.got = append(c.got, p)
	return c.id, c.err
}

type nobodyWatches struct{}

func (nobodyWatches) Webhook(ChannelID, string, time.Duration) {}
func (nobodyWatches) Item(ChannelID, Fate)                     {}
func (nobodyWatches) Turn(string, string, time.Duration)       {}
func (nobodyWatches) Call(ChannelID, string, time.Duration)    {}

func policyEngine(c *oneCall, evidence time.Duration, resend bool) *Engine {
	kind := Kind{Name: "test", Capabilities: Capabilities{Text: 100, Evidence: evidence}, Render: func(o Outgoing) ([]Payload, error) {
		if o.Content == (Content)(Text{Body: "bad"}) {
			return nil, errors.New("cannot")
		}
		return []Payload{{Op: o.Ref}}, nil
	}}
	return NewEngine(Ports{Observer: nobodyWatches{}, Log: quietLog(), Now: func() time.Time { return policyNow }, Chance: func() float64 { return 0.5 }, NewID: func() int64 { return 1 }},
		&Setup{Channels: map[ChannelID]Channel{"c": {ID: "c", Kind: kind, Connector: c, Resend: resend}}, TTL: time.Hour})
}

func quietLog() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}

func policySend(from SenderType) SendWork {
	return SendWork{
		Message: Message{ID: 7, CreatedAt: policyNow, Sender: Sender{Type: from}}, Channel: "c",
		Parts: []Content{Text{Body: "a"}, Text{Body: "b"}},
	}
}

func TestWhatBecomesOfACall(t *testing.T) {
	fault := func(k FaultKind) *Fault { return &Fault{Kind: k, Code: "x"} }
	for name, tt := range map[string]struct {
		err  error
		from SenderType
		work func(*SendWork)
		want Outcome
	}{
		"a call that is taken":        {want: CallMade{Provider: "p"}},
		"the last call":               {work: func(w *SendWork) { w.Made = 1 }, want: CallMade{Provider: "p", Last: true}},
		"reports told of all calls":   {work: func(w *SendWork) { w.Made = 2 }, want: CallMade{Last: true}},
		"a temporary fault":           {err: fault(Temporary), want: Later{After: 4 * time.Second, Fault: fault(Temporary), Count: true}},
		"the third temporary fault":   {err: fault(Temporary), work: func(w *SendWork) { w.Attempts = 2 }, want: Later{After: 64 * time.Second, Fault: fault(Temporary), Count: true}},
		"the sixth temporary fault":   {err: fault(Temporary), work: func(w *SendWork) { w.Attempts = 5 }, want: SendFailed{Fault: fault(Temporary)}},
		"a permanent fault":           {err: fault(Permanent), want: SendFailed{Fault: fault(Permanent)}},
		"a closed window, a bot":      {err: fault(WindowClosed), from: FromBot, want: SendFailed{Fault: fault(WindowClosed)}},
		"a closed window, an agent":   {err: fault(WindowClosed), from: FromAgent, want: SendFailed{Fault: fault(WindowClosed), Hold: true}},
		"too many calls":              {err: &Fault{Kind: RateLimited, After: 9 * time.Second}, want: Later{After: 9 * time.Second, Fault: &Fault{Kind: RateLimited, After: 9 * time.Second}, Pause: true}},
		"too many to one contact":     {err: &Fault{Kind: RateLimited, Scope: OneContact}, want: Later{After: time.Second, Fault: &Fault{Kind: RateLimited, Scope: OneContact}}},
		"a revoked token":             {err: fault(ChannelBroken), want: Later{After: time.Minute, Fault: fault(ChannelBroken), Pause: true}},
		"no whole answer":             {err: fault(Ambiguous), want: Later{After: 30 * time.Second, Fault: fault(Ambiguous), Unknown: true}},
		"no whole answer twice":       {err: fault(Ambiguous), work: func(w *SendWork) { w.Resent = true }, want: SendFailed{Fault: fault(Ambiguous)}},
		"we died, evidence may come":  {work: func(w *SendWork) { w.Died, w.Begun = true, policyNow.Add(-20*time.Second) }, want: Later{After: 10 * time.Second}},
		"we died, no evidence came":   {work: func(w *SendWork) { w.Died, w.Begun = true, policyNow.Add(-time.Minute) }, want: CallMade{Provider: "p"}},
		"it waited too long":          {work: func(w *SendWork) { w.Message.CreatedAt = policyNow.Add(-2 * time.Hour) }, want: SendFailed{Fault: &Fault{Kind: Permanent, Code: "expired"}}},
		"the channel is gone":         {work: func(w *SendWork) { w.Channel = "gone" }, want: Later{After: time.Minute, Fault: &Fault{Kind: ChannelBroken, Code: "no_channel"}}},
		"nothing can be shown":        {work: func(w *SendWork) { w.Parts = nil }, want: SendFailed{Fault: &Fault{Kind: Permanent, Code: "empty"}}},
		"a part that cannot be shown": {work: func(w *SendWork) { w.Parts = []Content{Text{Body: "bad"}} }, want: SendFailed{Fault: &Fault{Kind: Permanent, Code: "render"}}},
		"an error that nobody sorted": {err: errors.New("huh"), want: Later{After: 4 * time.Second, Fault: &Fault{Kind: Temporary, Code: "error"}, Count: true}},
		"we are stopping":             {err: context.Canceled, want: Later{After: 4 * time.Second, Fault: &Fault{Kind: Temporary, Code: "shutdown"}, Count: true}},
	} {
		t.Run(name, func(t *testing.T) {
			e := policyEngine(&oneCall{id: "p", err: tt.err}, 30*time.Second, true)
			if tt.err != nil {
				e = policyEngine(&oneCall{err: tt.err}, 30*time.Second, true)
			}
			w := policySend(tt.from)
			if tt.work != nil {
				tt.work(&w)
			}
			if got := bare(e.Act(t.Context(), w)); got != bare(tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, bare(tt.want))
			}
		})
	}
}

// bare is an outcome without the texts of its fault.
func bare(o Outcome) Outcome {
	strip := func(f *Fault) FaultKind {
		if f == nil {
			return ""
		}
		return f.Kind + "/" + FaultKind(f.Code)
	}
	switch o := o.(type) {
	case Later:
		return bareOutcome{after: o.After, fault: strip(o.Fault), count: o.Count, pause: o.Pause, unknown: o.Unknown}
	case CallMade:
		return bareOutcome{made: o.Provider, last: o.Last}
	case SendFailed:
		return bareOutcome{failed: true, fault: strip(o.Fault), hold: o.Hold}
	}
	return o
}

type bareOutcome struct {
	made                                ProviderID
	last                                bool
	after                               time.Duration
	fault                               FaultKind
	count, pause, unknown, failed, hold bool
}

func (bareOutcome) outcome() {}

func TestFiveFaultsInARowOpenTheBreakerAndASuccessClosesIt(t *testing.T) {
	c := &oneCall{err: &Fault{Kind: Temporary}}
	e := policyEngine(c, 0, true)
	for i := range 6 {
		later, _ := e.Act(t.Context(), policySend(FromBot)).(Later)
		if want := i >= 4; later.Pause != want || later.Count == want {
			t.Errorf("after %d faults: %+v", i+1, later)
		}
	}
	c.err = nil
	e.Act(t.Context(), policySend(FromBot))
	c.err = &Fault{Kind: Temporary}
	if later, _ := e.Act(t.Context(), policySend(FromBot)).(Later); later.Pause {
		t.Error("the breaker is still open after a success")
	}
}

// Nobody learns from a metric that a token has expired.
func TestAStoppedChannelIsLogged(t *testing.T) {
	for kind, want := range map[FaultKind]string{ChannelBroken: "channel is broken", Temporary: "again and again", Permanent: ""} {
		c := &oneCall{err: &Fault{Kind: kind, Code: "190", Message: "the token has expired"}}
		e := policyEngine(c, 0, true)
		var out bytes.Buffer
		log := logrus.New()
		log.SetOutput(&out)
		e.o.Log = log
		for range breakAt {
			e.Act(t.Context(), policySend(FromBot))
		}
		got := out.String()
		if want == "" && got != "" || !strings.Contains(got, want) || want != "" && !strings.Contains(got, "code=190") || kind == ChannelBroken && !strings.Contains(got, "has expired") {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func TestASendThatMayNotBeRepeatedIsUnknownAtOnce(t *testing.T) {
	e := policyEngine(&oneCall{err: &Fault{Kind: Ambiguous}}, 0, false)
	if got, ok := e.Act(t.Context(), policySend(FromAgent)).(SendFailed); !ok || got.Fault.Kind != Ambiguous {
		t.Errorf("got %+v", got)
	}
	w := policySend(FromAgent)
	w.Died = true
	if got, ok := e.Act(t.Context(), w).(SendFailed); !ok || got.Fault.Kind != Ambiguous {
		t.Errorf("after a death got %+v", got)
	}
}

func TestARetriesBackoffIsFourTimesLongerEachTime(t *testing.T) {
	e := policyEngine(&oneCall{}, 0, true)
	for n, want := range []time.Duration{4, 16, 64, 256, 1024, 1024} {
		if got := e.backoff(n); got != want*time.Second {
			t.Errorf("wait %d is %s", n, got)
		}
	}
}

func TestWhatBecomesOfABotThatFails(t *testing.T) {
	for name, tt := range map[string]struct {
		kind    FaultKind
		try     int
		welcome bool
		want    string
	}{
		"first connection failure":  {Temporary, 1, false, "later 1s"},
		"second connection failure": {Temporary, 2, false, "later 4s"},
		"third connection failure":  {Temporary, 3, false, "hand off"},
		"time-out":                  {Permanent, 1, false, "hand off"},
		"welcome fails":             {Temporary, 1, true, "notice"},
	} {
		t.Run(name, func(t *testing.T) {
			w := TurnWork{Turn: Turn{Bot: "b", Try: tt.try}}
			if tt.welcome {
				w.Event = &BotEvent{Name: WelcomeEvent}
			}
			got := "?"
			switch o := botFailed(w, &Fault{Kind: tt.kind, Message: "it is ill"}).(type) {
			case Later:
				got = "later " + o.After.String()
			case TurnDone:
				if got = "notice"; o.Failed {
					got = "hand off"
				}
				if !strings.Contains(o.Notices[0], "it is ill") {
					t.Errorf("notice is %q", o.Notices[0])
				}
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// sharer is a channel that shares limits.
type sharer struct {
	oneCall
	app, account string
}

func (s *sharer) Shares(of Scope) string {
	return map[Scope]string{OneApp: s.app, OneAccount: s.account}[of]
}

// A limit of an account or an app holds back all channels that share it.
func TestALimitBindsWhoSharesIt(t *testing.T) {
	first := &sharer{app: "a", account: "a1"}
	e := policyEngine(&oneCall{}, 0, true)
	s := e.setup.Load()
	c := s.Channels["c"]
	for id, con := range map[ChannelID]Connector{
		"c": first, "same": &sharer{app: "a", account: "a1"}, "app": &sharer{app: "a", account: "a2"}, "none": &sharer{}, "other": &sharer{app: "b", account: "b1"}, "alone": &oneCall{},
	} {
		s.Channels[id] = Channel{ID: id, Kind: c.Kind, Connector: con}
	}
	for scope, want := range map[Scope]string{OneChannel: "[]", OneContact: "[]", OneAccount: "[same]", OneApp: "[app same]"} {
		first.err = &Fault{Kind: RateLimited, Scope: scope, After: time.Second}
		got, ok := e.Act(t.Context(), policySend(FromBot)).(Later)
		if !ok || fmt.Sprint(got.Shared) != want || got.Pause != (scope != OneContact) {
			t.Errorf("%q: %+v, want %s", scope, got, want)
		}
	}
	first.app, first.err = "", &Fault{Kind: RateLimited, Scope: OneApp}
	if got, _ := e.Act(t.Context(), policySend(FromBot)).(Later); len(got.Shared) > 0 {
		t.Errorf("who shares with none holds back %v", got.Shared)
	}
}

// remarking is a channel whose provider remarks on what it takes.
type remarking struct{ oneCall }

func (r *remarking) SendRemarked(ctx context.Context, p Payload) (ProviderID, Metadata, error) {
	id, err := r.Send(ctx, p)
	return id, Metadata{"remark": "later"}, err
}

func TestARemarkOfTheProviderIsHandedOn(t *testing.T) {
	e := policyEngine(&oneCall{}, 0, true)
	c := e.setup.Load().Channels["c"]
	c.Connector = &remarking{oneCall{id: "p"}}
	e.setup.Load().Channels["c"] = c
	if got, ok := e.Act(t.Context(), policySend(FromBot)).(CallMade); !ok || got.Provider != "p" || got.Details["remark"] != "later" {
		t.Errorf("%+v", got)
	}
}
