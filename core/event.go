package core

import "time"

// Event is something that a connector reports. It is a closed set.
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
	Ref    string
	Status Status
	Fault  *Fault
	At     time.Time
	// Details is what else was told, such as price and category.
	Details Metadata
}

func (Heard) event()    {}
func (Reported) event() {}

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
