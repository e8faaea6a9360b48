// Package core is Causeway's conversation model and the engine that moves
// messages through it. It knows no provider, no HTTP and no SQL: connectors,
// store, bots and API depend on core, and core depends on none of them. It
// never names a kind of channel.
package core

import (
	"strconv"
	"time"
)

// The identifiers are distinct types so that the compiler keeps them apart.
type (
	// ChannelID is the name that the operator gave a channel.
	ChannelID string
	// ContactID, ConversationID and MessageID are ours: numbers below 2^53 that
	// grow with time.
	ContactID      int64
	ConversationID int64
	MessageID      int64
	// Address is where a person or chat is reached, as the provider names it.
	// Only the channel's own connector may look inside it.
	Address string
	// ProviderID is the provider's name for a message, unique within a channel:
	// a connector whose provider counts chat by chat puts the chat in front.
	ProviderID string
)

// String is the decimal form, as it stands in paths and in bot webhooks.
func (id ConversationID) String() string { return strconv.FormatInt(int64(id), 10) }

// String is the decimal form.
func (id MessageID) String() string { return strconv.FormatInt(int64(id), 10) }

// Metadata is free JSON that others keep with us. Its keys may be anything.
type Metadata map[string]any

// Contact is a person. The same person may be reached on several channels.
type Contact struct {
	ID ContactID `json:"id"`
	// UserID is what bots know the person by; given once, never changed.
	UserID    string  `json:"user_id"`
	Name      string  `json:"name"`
	Pseudonym bool    `json:"pseudonym,omitempty"` // Name was made up by us: nobody told one
	Username  string  `json:"username,omitempty"`
	Phone     string  `json:"phone,omitempty"`
	Email     string  `json:"email,omitempty"`
	ImageLink string  `json:"image_link,omitempty"`
	Address   Address `json:"address"` // on the conversation's channel
	Language  string  `json:"language,omitempty"`
	// NoMarketing: they asked for none, on the conversation's channel.
	NoMarketing bool      `json:"no_marketing,omitempty"`
	Metadata    Metadata  `json:"metadata"`
	CreatedAt   time.Time `json:"created_at"`
}

// OwnerType sorts those who may answer a conversation.
type OwnerType string

// The types of owner. A team owns while none of its members could be found.
const (
	Nobody    OwnerType = "nobody"
	BotOwner  OwnerType = "bot"
	AgentType OwnerType = "agent"
	TeamOwner OwnerType = "team"
)

// Owner is who answers a conversation now. The zero value means nobody.
type Owner struct {
	Type OwnerType `json:"type"`
	ID   string    `json:"id"`
	Name string    `json:"name,omitempty"`
}

// Is reports whether both are the same owner, whatever their names.
func (o Owner) Is(p Owner) bool { return o.orNobody() == p.orNobody() && o.ID == p.ID }

func (o Owner) orNobody() OwnerType {
	if o.Type == "" {
		return Nobody
	}
	return o.Type
}

// ConversationStatus says how far a conversation has come.
type ConversationStatus string

// The statuses of a conversation.
const (
	Open     ConversationStatus = "open"
	Waiting  ConversationStatus = "waiting"
	Resolved ConversationStatus = "resolved"
	Spam     ConversationStatus = "spam"
)

// Conversation is a thread between a contact and us on one channel.
type Conversation struct {
	ID         ConversationID     `json:"id"`
	Channel    ChannelID          `json:"channel"`
	Kind       string             `json:"kind"`
	Contact    Contact            `json:"contact"`
	Status     ConversationStatus `json:"status"`
	Owner      Owner              `json:"owner"`
	OwnerEpoch int64              `json:"owner_epoch"`
	Queue      *Place             `json:"queue,omitempty"` // nil if it does not wait
	Team       string             `json:"team"`
	Tags       []string           `json:"tags"`
	Metadata   Metadata           `json:"metadata"`
	Terms      Terms              `json:"terms,omitzero"`
	Title      string             `json:"title"`
	Unread     int                `json:"unread"`
	// WindowClosesAt is when the provider stops taking free messages to this
	// contact; nil where it never does or the contact has not written yet.
	WindowClosesAt *time.Time `json:"window_closes_at"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
}

// Place is where a conversation stands that waits until somebody has room.
type Place struct {
	Position int       `json:"position"` // among those who wait for the same people, from 1
	Since    time.Time `json:"since"`
}

// Direction is in, from the contact, or out, to the contact.
type Direction string

// The two directions.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// SenderType sorts those who write.
type SenderType string

// The types of sender. The system writes notices.
const (
	FromContact SenderType = "contact"
	FromBot     SenderType = "bot"
	FromAgent   SenderType = "agent"
	FromSystem  SenderType = "system"
)

// Sender is who wrote a message.
type Sender struct {
	Type SenderType `json:"type"`
	ID   string     `json:"id"`
	Name string     `json:"name,omitempty"`
}

// Message is one thing said in a conversation, in either direction.
type Message struct {
	ID           MessageID      `json:"id"`
	Key          string         `json:"key"` // unique for ever, also on the bot's wire
	Conversation ConversationID `json:"conversation_id"`
	Seq          int64          `json:"seq"` // order within the conversation, dense from 1
	Direction    Direction      `json:"direction"`
	Sender       Sender         `json:"sender"`
	Content      Content        `json:"content"`
	Text         string         `json:"text"` // the content as plain text
	Status       Status         `json:"status"`
	Fault        *Fault         `json:"fault"`
	Notes        []Note         `json:"notes"`
	ProviderID   ProviderID     `json:"provider_id"`
	ReplyTo      MessageID      `json:"reply_to,omitempty"`
	Private      bool           `json:"private,omitempty"` // agents only, never sent
	Metadata     Metadata       `json:"metadata,omitempty"`
	// Details is what the provider told along with its reports, such as the price.
	Details   Metadata  `json:"details,omitempty"`
	At        time.Time `json:"provider_time,omitzero"` // as the provider says, for show only
	CreatedAt time.Time `json:"created_at"`
}

// Status is where a message stands.
type Status string

// The statuses of a message. Received is inbound; the others are outbound.
// Unknown: the call's bytes left and no whole answer came. Held: waits until
// the contact writes. Suppressed: refused, because the owner had changed.
const (
	Received   Status = "received"
	Queued     Status = "queued"
	Sending    Status = "sending"
	Sent       Status = "sent"
	Delivered  Status = "delivered"
	Read       Status = "read"
	Failed     Status = "failed"
	Unknown    Status = "unknown"
	Held       Status = "held"
	Suppressed Status = "suppressed"
)

var ranks = map[Status]int{Queued: 1, Held: 1, Sending: 2, Unknown: 3, Sent: 4, Delivered: 5, Read: 6, Failed: 7}

// Follows reports whether a message that stands at before may come to s by a
// provider's report: reports come late and out of order, and the rank never
// goes back. A failure is final unless the message was seen delivered.
func (s Status) Follows(before Status) bool {
	if s == Failed && (before == Delivered || before == Read) {
		return false
	}
	return ranks[s] > ranks[before]
}
