package core

import (
	"context"
	"io"
	"time"
)

// Kind is a sort of channel, as one value: what it can show, how content
// becomes native calls, and how to open an account. All but Open need no
// account. A kind is made in the connector's own package and listed in package
// connectors; nothing else names it.
type Kind struct {
	Name  string // as in the config
	Title string // as a person says it
	// Source is the kind's code on the bot's wire.
	Source string
	// Users is what the user ids of its contacts begin with.
	Users        string
	Example      Address // a made-up address that Render takes, for previews
	Capabilities Capabilities
	// Group reports whether an address is that of a group of people; nil where
	// there are none. Some providers take fewer messages for one.
	Group func(Address) bool
	// Faults are what the provider's codes stand for, for people to read.
	Faults []Fault
	// Render turns one part of fitted content into native calls, to be made in
	// order. It is pure. It takes whatever Fit made fit for Capabilities; an
	// error is a fault of ours, and the message fails with it. Only a Native may be
	// refused: one that does anything but send something to the one who is written to.
	Render func(Outgoing) ([]Payload, error)
	// Unmarked names what of the marks in a text of one of the kind's Formats Render
	// has no way to show: "underline". It is pure; nil where it has a way for all.
	Unmarked func(body string, f Format) []string
	// Subscribes: where webhooks go is told to the provider at every start, where
	// it differs; otherwise only when an operator asks for it.
	Subscribes bool
	// Settings returns a pointer to the kind's own settings with their
	// defaults, into which one entry of the config's channels is decoded,
	// strictly. If it has a method Validate() []Problem, config calls it.
	Settings func() any
	// Open makes a connector of settings that Settings gave. It does no I/O.
	Open func(id ChannelID, settings any) (Connector, error)
}

// These are what settings may say to the engine; without them, a call whose
// outcome is not known may be made once more, no template reopens a closed
// window, the kind's rate is kept to, and the channel shows what its kind does.
type (
	Resender interface{ Resends() bool }
	Reopener interface{ Reopens() *Template }
	Hurrier  interface{ Hurries() bool }
	Shower   interface {
		Shows(Capabilities) Capabilities
	}
)

// Problem is something wrong with one setting.
type Problem struct {
	Key  string // the setting's key within its channel
	Text string // what is wrong and what to write instead
}

// Connector joins one account to Causeway. It holds that account's settings and
// client, and is safe for concurrent use.
type Connector interface {
	// Receive checks that a webhook call comes from the provider and says what
	// it reports. It is pure: no I/O, and the same input gives the same output.
	// It returns ErrUnverified for a call that is not proven, and ErrUnreadable
	// for one that is proven and no JSON or form. What it can read but does not
	// understand becomes an item with fate Quarantined, alone, so that its
	// neighbours are kept.
	Receive(Request) (Delivery, error)

	// Send makes one native call and returns the provider's id of what it sent,
	// if any. Its errors are Faults. It makes no second try, and returns within
	// the deadline of ctx.
	Send(ctx context.Context, p Payload) (ProviderID, error)
}

// These are all the optional interfaces of a Connector; there are no others.
type (
	// Checker can prove its credentials without sending anything.
	Checker interface {
		Check(ctx context.Context) error
	}
	// Subscriber can tell its provider where webhooks go. It changes nothing
	// that is as it should be.
	Subscriber interface {
		Subscribe(ctx context.Context, webhook string) error
	}
	// MediaOpener can read the Ref of incoming media. The caller closes the
	// body, and bounds what is read of it.
	MediaOpener interface {
		OpenMedia(ctx context.Context, ref string) (OpenFile, error)
	}
	// Remarker is a Connector whose provider may remark on what it takes, such as
	// that it holds it back for a while. SendRemarked is Send, with the remark.
	Remarker interface {
		SendRemarked(ctx context.Context, p Payload) (ProviderID, Metadata, error)
	}
	// Poller fetches events itself: instead of webhooks, or to close the gap that
	// an outage left in them. Offset is what the last successful Poll returned as
	// next, empty at first; what a Poll reports is on disk, in one transaction
	// with next, before the following Poll. It may wait for something to report,
	// at most a minute. The zero Pause is no pause. Polls returns false if the
	// settings want none.
	Poller interface {
		Polls() bool
		Poll(ctx context.Context, offset string) (Polled, error)
	}
	// Namer can ask its provider what a contact is called, where webhooks do not
	// tell. A Person without a name is no fault: there is none to be had.
	Namer interface {
		NameOf(ctx context.Context, who Address) (Person, error)
	}
	// Account is a Connector whose provider sends webhooks of several accounts
	// of one app to one address, or that can tell which account it is: no two
	// channels may be the same. Two connectors with the same App may hear each
	// other's items; App never shows a secret.
	Account interface {
		Account() (app, account string)
	}
	// Sharer is a Connector whose provider counts calls of several channels
	// together. Those with the same key for OneAccount or OneApp share its limits;
	// an empty key is shared with none. A key is never shown, and is no secret.
	Sharer interface {
		Shares(Scope) string
	}
)

// Polled is what a Poll reports.
type Polled struct {
	Items []Item
	Raw   []byte        // as the provider sent it, for the ledger
	Next  string        // the offset of the next Poll
	Pause time.Duration // before the next Poll
}

// OpenFile is a file that is being read.
type OpenFile struct {
	Body io.ReadCloser
	MIME string // as the other side says; may be wrong
	Name string
	Size int64 // bytes, -1 if not told
}

// Request is a webhook call as plain data, so that it can be kept, replayed and
// written down as a test.
type Request struct {
	Method string
	// URL is the address that the provider called, on our public URL: signatures
	// may cover it.
	URL    string
	Query  map[string]string
	Header map[string]string // canonical names, first values
	Body   []byte
}

// Delivery is what a Request told us, and what to answer.
type Delivery struct {
	Items []Item
	Reply ReplyBody
}

// ReplyBody is the body of the answer to a webhook call, where the provider
// reads one. The zero value is an empty 200.
type ReplyBody struct {
	Type string
	Body []byte
}

// Outgoing is one part of fitted content on its way out.
type Outgoing struct {
	To      Address
	Content Content
	// Ref is our own name for the call, given along where the provider sends it
	// back in its reports. At most 40 bytes.
	Ref   string
	Quote ProviderID // what it answers, where the provider can show that
	// Late: the reply window has closed, as far as we know; Human: a person wrote
	// it. Some providers take messages of people for longer.
	Late, Human bool
}

// Payload is one native call. Body is the provider's own parameters; it
// marshals to JSON, because golden files and render show it so.
type Payload struct {
	Op   string `json:"op"`
	Body any    `json:"body"`
}

// Secret is a string that never shows itself: not in logs, not in JSON, not in
// errors. Its zero value is no secret and verifies nothing.
type Secret string

func (Secret) String() string   { return "[secret]" }
func (Secret) GoString() string { return "[secret]" }

// MarshalText hides the secret from every encoder.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Reveal is the secret itself, for the one place that sends or compares it.
func (s Secret) Reveal() string { return string(s) }

// Capabilities is what a kind can show, as data: Fit reads it, the API shows
// it, and docs/channels.md is made from it.
type Capabilities struct {
	Unit    Unit `json:"unit"`    // how the provider counts text
	Text    int  `json:"text"`    // longest text
	Caption int  `json:"caption"` // longest caption; 0 for none
	// Formats says which markup of text the kind's Render translates; others
	// are made plain by Fit.
	Formats   []Format             `json:"formats,omitempty"`
	Media     map[MediaType]Medium `json:"media"` // absent: shown as a link
	Album     int                  `json:"album"` // most files shown as one; 0 for none
	Location  bool                 `json:"location"`
	Contacts  bool                 `json:"contacts"`
	Buttons   Limits               `json:"buttons"` // reply buttons
	Links     Limits               `json:"links"`   // link buttons
	Mixed     bool                 `json:"mixed"`   // reply and link buttons in one message
	List      Limits               `json:"list"`
	Header    int                  `json:"header"` // longest header above buttons or list; 0 for none
	Footer    int                  `json:"footer"`
	Above     []MediaType          `json:"above,omitempty"`   // media that may stand above buttons
	Cards     int                  `json:"cards"`             // most cards shown natively in one message
	Carousel  Carousel             `json:"carousel,omitzero"` // cards that are all alike, where no others are shown
	Template  bool                 `json:"template"`
	Edits     bool                 `json:"edits"`      // a text that was sent can be changed, and any message deleted
	Reactions bool                 `json:"reactions"`  // we can react to a message
	NeedsBody bool                 `json:"needs_body"` // buttons and lists must have a body
	// Window is how long after the contact's last message the provider takes
	// free messages; 0 for ever.
	Window time.Duration `json:"window"`
	// Rate is how fast the provider takes messages.
	Rate Rate `json:"-"`
	// Evidence is how long to wait for a report before a call whose outcome is
	// not known is made again; 0 where no report ever comes.
	Evidence time.Duration `json:"evidence"`
}

// Medium bounds one type of media.
type Medium struct {
	Max     int64 `json:"max"` // bytes
	Caption bool  `json:"caption"`
	Named   bool  `json:"named,omitempty"` // the file's name is shown
	// MIME lists what is shown as this type, if not everything is; other files
	// are shown as File.
	MIME []string `json:"mime,omitempty"`
}

// Limits bounds a set of buttons or rows. Max 0 means that there are none.
type Limits struct {
	Max         int `json:"max"`
	Title       int `json:"title"`
	Description int `json:"description"`
	Body        int `json:"body"` // longest text above them
}

// Unit is how a provider counts the length of text.
type Unit string

// The units of length.
const (
	Runes Unit = "runes"
	UTF16 Unit = "utf16"
	Bytes Unit = "bytes"
)
