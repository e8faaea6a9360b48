package core

import "time"

// Event is something that a connector reports. It is a closed set: the types in
// this file and in health.go.
//
//sumtype:decl
type Event interface{ event() }

// Heard reports a message from a contact.
type Heard struct {
	From Person
	// Provider is the message's id: the same id twice is the same message.
	Provider ProviderID
	Content  Content
	ReplyTo  ProviderID // what it quotes, if it does
	// Metadata is what else came and may matter to a bot: a referral, a start
	// parameter, that it was forwarded.
	Metadata Metadata
	At       time.Time // as the provider says; zero if it does not
}

// Person is a contact as a provider names it.
type Person struct {
	// Address is where to answer. It is also how the person is known, unless
	// one of Keys is known already.
	Address Address
	// Keys are all lasting names of the same person on the channel, the best
	// first: a user id, a phone. Empty means the address alone.
	Keys []string
	// UserID is what bots will know a new contact by: kind, colon, stable id.
	UserID   string
	Name     string
	Username string
	Phone    string // E.164, if the provider tells it
	Language string
}

// Reported tells what became of a message of ours.
type Reported struct {
	Provider ProviderID
	// Ref is what we gave along with the call ([Outgoing.Ref]), where the
	// provider sends it back.
	Ref string
	// To and Text are whom it was for and all that it says, where a list of the
	// provider's tells that and no Ref.
	To   Address
	Text string
	// Keys are lasting names of whom it went to, if the provider tells: they may
	// be more than we knew.
	Keys   []string
	Status Status
	Fault  *Fault
	At     time.Time
	// Details is what else was told, such as price and category.
	Details Metadata
}

// Reached tells that all that a contact was sent until a moment, whoever sent it,
// has come to a status: such a report names no message.
type Reached struct {
	Who    Person
	Status Status    // Delivered or Read
	Until  time.Time // by the provider's clock
}

// Echo reports a message to a contact that the provider shows us although we may
// not have sent it: from the phone app, or from another tool. One of ours is
// known by Provider or Ref and changes nothing.
type Echo struct {
	To       Person
	Provider ProviderID
	Ref      string // what we gave along, if we sent it and the provider tells
	Content  Content
	ReplyTo  ProviderID
	By       string // who or what sent it, if the provider tells
	At       time.Time
}

// Moved reports that a contact has another lasting name or address from now on.
type Moved struct {
	Keys []string // lasting names that we may know the contact by
	To   Person   // as they are known from now on
	At   time.Time
}

// Opened reports that a contact did something that lets us write, and said
// nothing: opened the chat for the first time, for example.
type Opened struct {
	From Person
	// Metadata is what led them here, under the keys of Heard.Metadata.
	Metadata Metadata
	At       time.Time
}

// Blocked reports that a contact does not want to hear from us, or does again.
type Blocked struct {
	From    Person
	Blocked bool
	At      time.Time
}

func (Heard) event()    {}
func (Reported) event() {}
func (Reached) event()  {}
func (Echo) event()     {}
func (Moved) event()    {}
func (Opened) event()   {}
func (Blocked) event()  {}

// The keys of Heard.Metadata that mean the same on every channel.
const (
	MetaAlbum     = "album"     // files with the same value were sent as one
	MetaStart     = "start"     // the parameter of the link that led here
	MetaQuote     = "quote"     // the words that a reply quotes
	MetaForwarded = "forwarded" // where a forwarded message came from, or true
	MetaReferral  = "referral"  // the advertisement or link that led here
)

// MediaEvent tells a bot that the contact sent a file or a place.
const MediaEvent = "KOMMUNICATE_MEDIA_EVENT"

// MetaTrigger in a button's metadata names the event that a bot hears with a tap.
const MetaTrigger = "KM_TRIGGER_EVENT"

// EventOf is the event by which a bot hears of c, empty if it is a message alone.
func EventOf(c Content) string {
	switch c := c.(type) {
	case Media, Album, Location:
		return MediaEvent
	case Selection:
		name, _ := c.Metadata[MetaTrigger].(string)
		return name
	case FormAnswer:
		return c.Event
	}
	return ""
}

// MetaSkipBot, true in a button's metadata, keeps a tap from the bot.
const MetaSkipBot = "skipBot"

// MetaAction in a button's metadata asks for something along with a tap.
const (
	MetaAction         = "actionRequest"
	ActionAvailability = "fetchAgentAvailability"
)

// MetaRating in a button's metadata makes a tap a rating of the conversation.
const MetaRating = "causewayRating"

// Fate says what became of one item of a delivery.
type Fate string

// The fates. A Duplicate was recorded earlier. Quarantined was not understood
// and is kept in the delivery's raw body.
const (
	FateMessage     Fate = "message"
	FateDuplicate   Fate = "duplicate"
	FateStatus      Fate = "status"
	FateIgnored     Fate = "ignored"
	FateQuarantined Fate = "quarantined"
)

// Item is one thing in a delivery: an event, or the reason why there is none.
type Item struct {
	// Key is unique within the channel and the same whenever the provider sends
	// the item again.
	Key string
	// Account is the provider's name of the account that the item is for, where
	// one address takes webhooks of several; empty means the channel's own.
	Account string
	Event   Event
	// Fate is Ignored or Quarantined, with Why, if Event is nil.
	Fate Fate
	Why  string
	// Acks are calls to be made once the item is on disk, best effort: at once,
	// never queued, never repeated.
	Acks []Payload
}
