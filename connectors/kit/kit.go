// Package kit holds what several connectors need: what they are given, proofs
// of who calls, JSON calls, the sorting of errors, and settings. It knows no
// provider.
package kit

import (
	"time"

	"causeway/core"
	"causeway/egress"
)

// Env is what a kind is given by the one who lists it.
type Env struct {
	// HTTP makes every call that leaves. A connector whose settings name an
	// api_url calls through HTTP.Trusting(that URL).
	HTTP *egress.Client
	// PublicURL is where we are reached from outside, without a slash at its end;
	// empty where no account is opened.
	PublicURL string
	// Now is the clock; the system's if nil.
	Now func() time.Time
}

// Default is an Env for public addresses and the system's clock.
func Default() Env { return Env{HTTP: egress.New(egress.Options{})} }

// Offline is an Env whose every call fails, and tell hears where it would have
// gone: enough for Render, and proof that something is pure.
func Offline(tell func(address string)) Env { return Env{HTTP: egress.Refuse(tell)} }

// Webhook is where a channel's provider calls us, empty if that is not known.
func (e Env) Webhook(id core.ChannelID) string {
	if e.PublicURL == "" {
		return ""
	}
	return e.PublicURL + "/webhooks/" + string(id)
}

// Time is the present.
func (e Env) Time() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}

// Opaque is embedded in a connector so that fmt prints this name, whatever else
// the connector holds: fmt cannot hide a Secret in a field that is not exported.
type Opaque string

// String is the name alone.
func (o Opaque) String() string { return string(o) }

// GoString is the name alone.
func (o Opaque) GoString() string { return string(o) }

// Resend values: what is done with a call whose outcome is not known.
const (
	ResendOnce  = "once"
	ResendNever = "never"
)

// Quarantine is the item for what was proven to come from the provider and is
// not understood.
func Quarantine(key, why string) core.Item {
	return core.Item{Key: key, Fate: core.FateQuarantined, Why: why}
}

// Ignore is the item for what is understood and of no concern.
func Ignore(key, why string) core.Item {
	return core.Item{Key: key, Fate: core.FateIgnored, Why: why}
}
