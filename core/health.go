package core

import "time"

// Health grades how an account stands with its provider.
type Health string

// The healths, from the best to the worst. Warned: messages still go, and
// something is to be done. Broken: they do not.
const (
	Healthy Health = "ok"
	Warned  Health = "warned"
	Broken  Health = "broken"
)

// Worse reports whether h is a worse grade than g.
func (h Health) Worse(g Health) bool { return h.Grade() > g.Grade() }

// Grade is h as a number: 0 for Healthy, 1 for Warned, 2 for Broken.
func (h Health) Grade() int { return healths[h] }

var healths = map[Health]int{Healthy: 0, Warned: 1, Broken: 2}

// Judged reports what the provider thinks of the account itself: that it is
// disabled, restricted, of poor quality. A later report on the same matter takes
// the place of an earlier one.
type Judged struct {
	Matter string // "account", "restriction", "quality", "limit" …
	Health Health
	Code   string    // the provider's own word
	Text   string    // a sentence that a person can act on
	At     time.Time // zero if the provider does not say
	Until  time.Time // when it ends by itself; zero for never
}

// OptedOut reports that a contact wants no marketing, or wants it again. All else
// may still be sent.
type OptedOut struct {
	From Person
	Out  bool
	At   time.Time
}

func (Judged) event()   {}
func (OptedOut) event() {}

// ChannelHealth is one matter of a channel.
type ChannelHealth struct {
	Channel ChannelID  `json:"-"`
	Matter  string     `json:"matter"`
	Health  Health     `json:"health" enum:"ok,warned,broken"`
	Code    string     `json:"code"`
	Text    string     `json:"text"`
	At      time.Time  `json:"at,omitzero"`
	Until   *time.Time `json:"until,omitempty"`
}

// MatterSends is the matter of what is to be sent: it waits while a channel is
// paused, because its provider refuses or fails.
const MatterSends = "sends"

// CategoryMarketing is the category of a template that advertises.
const CategoryMarketing = "marketing"

// unwanted is why a message is not sent at all: the contact wants none of its sort.
func (w SendWork) unwanted() *Fault {
	if t, ok := w.Message.Content.(Template); !ok || t.Category != CategoryMarketing || !w.NoMarketing {
		return nil
	}
	return &Fault{Kind: Permanent, Code: "opted_out", Message: "the contact wants no marketing on this channel; anything else still arrives"}
}
