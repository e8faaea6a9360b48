package core

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Fault is an error from outside, sorted by what must be done about it.
// Connectors and bots return it; the engine alone acts on its Kind.
type Fault struct {
	Kind FaultKind `json:"kind"`
	Code string    `json:"code,omitempty"` // the provider's own code, or ours
	// Message is a sentence that a person can act on. It holds no secret.
	Message string `json:"message,omitempty"`
	// Link is the provider's page about the code, if it has one.
	Link  string        `json:"link,omitempty"`
	After time.Duration `json:"-"` // how long to wait, if the other side said so
	Scope Scope         `json:"-"` // what a rate limit binds
	Err   error         `json:"-"`
}

// Scope is what a provider counts together for a limit.
type Scope string

// The scopes. An account is the provider's customer, who may have several
// channels; an app is what makes the calls, perhaps for several accounts.
const (
	OneChannel Scope = ""
	OneContact Scope = "contact"
	OneAccount Scope = "account"
	OneApp     Scope = "app"
)

// FaultKind says what to do.
type FaultKind string

// The kinds of fault.
const (
	// Temporary: try again later, a few times. Any error that is no Fault is Temporary.
	Temporary FaultKind = "temporary"
	// RateLimited: the channel waits for After; the attempt does not count.
	RateLimited FaultKind = "rate_limited"
	// Permanent: this can never succeed.
	Permanent FaultKind = "permanent"
	// WindowClosed: the provider takes nothing free from us until the contact writes.
	WindowClosed FaultKind = "window_closed"
	// ChannelBroken: the credentials or the account are bad. The channel waits
	// until its Check passes.
	ChannelBroken FaultKind = "channel_broken"
	// Ambiguous: the request's bytes left and no whole answer came, so it may
	// have been carried out.
	Ambiguous FaultKind = "unknown"
)

// CodeDisk is the code of a Keeper's Fault when its own disk failed or is full.
const CodeDisk = "disk"

func (f *Fault) Error() string {
	text := string(f.Kind)
	if f.Code != "" {
		text += " (code " + f.Code + ")"
	}
	if f.Message != "" {
		text += ": " + f.Message
	}
	if f.Err != nil {
		text = fmt.Sprintf("%s: %v", text, f.Err)
	}
	return text
}

func (f *Fault) Unwrap() error { return f.Err }

// FaultOf sorts any error. It returns nil for nil.
func FaultOf(err error) *Fault {
	var f *Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.Canceled):
		return &Fault{Kind: Temporary, Code: "shutdown", Err: err}
	default:
		return &Fault{Kind: Temporary, Code: "error", Message: "something went wrong; it is tried again", Err: err}
	}
}

// The errors that callers act on.
var (
	// ErrUnverified: a webhook call is not proven to come from the provider.
	ErrUnverified = errors.New("the call is not signed by the provider")
	// ErrUnreadable: a webhook call is verified, but is neither JSON nor a form.
	ErrUnreadable = errors.New("the body cannot be read")
	// ErrNotFound: there is no such channel, conversation, message or agent.
	ErrNotFound = errors.New("not found")
	// ErrStale: the conversation's owner changed since the caller looked.
	ErrStale = errors.New("the owner has changed meanwhile")
	// ErrNotOwner: a bot may speak only while it owns the conversation.
	ErrNotOwner = errors.New("the conversation is not owned by this bot")
	// ErrBusy: more work waits than can be taken on; come again shortly.
	ErrBusy = errors.New("busy")
	// ErrStore: the disk or the database failed, and whether it was stored is not
	// known: come again, what was stored is found then.
	ErrStore = errors.New("it could not be stored")
	// ErrInvalid: what was asked for makes no sense; the text says why.
	ErrInvalid = errors.New("invalid")
)
