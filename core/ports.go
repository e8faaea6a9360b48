package core

import (
	"context"
	"time"
)

// Router says who answers. It is pure: it is told all that it may know.
type Router interface {
	Route(Asked) Decision
}

// Cause says why a router is asked.
type Cause string

// The causes.
const (
	CauseNew      Cause = "new"       // a conversation begins
	CauseReopened Cause = "reopened"  // the contact wrote in a resolved one
	CauseHandOff  Cause = "hand_off"  // a bot gives it away
	CauseBotFails Cause = "bot_fails" // its bot cannot answer
	CauseAsked    Cause = "asked"     // somebody named the new owner
	CauseQueue    Cause = "queue"     // it waited, and its turn may have come
	CauseAway     Cause = "away"      // its agent went away
	CauseGone     Cause = "gone"      // its owner is not configured any more
)

// Asked is a question to a router.
type Asked struct {
	Cause   Cause
	Channel ChannelID
	// To is whom a hand-off or a start by API names: an agent, a bot, or empty
	// for the rules. Team likewise.
	To          string
	Team        string
	SkipRouting bool
	// Welcome takes the place of the configured welcome message.
	Welcome string
	// Because says what went wrong, where the cause is that a bot failed.
	Because string
	// Conversation's present state, zero for a new one.
	Owner     Owner
	OwnTeam   string
	LastAgent string // the agent who last spoke in it
	// Present are the agents and bots that take part besides the owner.
	Present []string
	Agents  []AgentState
	// Waiting are the groups in whose queues conversations wait that came earlier.
	Waiting []string
	Now     time.Time
}

// Decision is a router's answer.
type Decision struct {
	Owner Owner
	Team  string
	// Group is set if the owner was taken in turn: whose turns go on.
	Group string
	// Queue is set if the conversation is to wait until somebody of that group has
	// room.
	Queue string
	// Offer: everybody is told, and anybody may take it.
	Offer bool
	// Notice is a line for the conversation, if something is odd.
	Notice string
	// Say is what the contact is told: the welcome or away message.
	Say string
	Why []Reason
}

// Reason is one step of a decision: a rule that was looked at, and what it said.
type Reason struct {
	Rule   string `json:"rule"`
	Chosen bool   `json:"chosen"`
	Text   string `json:"text"`
	// Candidates are those among whom the rule looked, in the order of their turns.
	Candidates []Candidate `json:"candidates,omitempty"`
}

// Candidate is an agent among whom a rule looked.
type Candidate struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Open     int    `json:"open"`               // conversations that the agent owned
	Capacity int    `json:"capacity,omitempty"` // most that are given in turn, 0 for any number
	Skipped  string `json:"skipped,omitempty"`  // why the agent could not take it
}

// Bot answers the conversations that it owns.
type Bot interface {
	// Reply hears one turn and says what to answer. Its errors are Faults:
	// Temporary and RateLimited are tried again, any other hands the
	// conversation to people at once.
	Reply(ctx context.Context, t Turn) (Answer, error)
}

// Turn is one message or event handed to a bot.
type Turn struct {
	ID           string // the same on every try
	Bot          string
	Try          int // from 1
	Conversation Conversation
	Source       string   // the kind's code on the bot's wire
	Message      *Message // nil for an event
	// With are messages that are handed over together with Message, in order:
	// the other files of an album.
	With  []Message
	Event *BotEvent
	// At is when the message or event came.
	At time.Time
	// Available is whether agents are, where the message asked for it: online,
	// away or offline.
	Available Availability
}

// BotEvent is something other than a message that a bot hears.
type BotEvent struct {
	Name string   `json:"name"`
	Data Metadata `json:"data,omitempty"`
}

// WelcomeEvent greets a new conversation.
const WelcomeEvent = "WELCOME"

// Answer is what a bot says and does, all in one.
type Answer struct {
	Say       []Saying
	HandOff   *HandOff
	Resolve   bool
	AskRating bool          // the contact is asked how it was
	Tags      []string      // added
	Contact   *ContactPatch // nil for none
	// Notices say what of the answer was not understood or not carried out.
	Notices []string
}

// Does names what the answer asks for besides being said.
func (a Answer) Does() []string {
	var does []string
	for _, deed := range []struct {
		name  string
		asked bool
	}{
		{"hand_off", a.HandOff != nil}, {"resolve", a.Resolve}, {"ask_rating", a.AskRating},
		{"add_tags", len(a.Tags) > 0}, {"update_contact", a.Contact != nil},
	} {
		if deed.asked {
			does = append(does, deed.name)
		}
	}
	return does
}

// Saying is one message to be said.
type Saying struct {
	Content  Content
	Metadata Metadata
	ReplyTo  MessageID
	Private  bool
	// Fallback is the author's own text for channels that would lose something of
	// Content; it is shown in its place there.
	Fallback string
	// Native are the author's own calls by the name of the kind that they are for;
	// there they stand in place of Content.
	Native map[string][]Native
}

// HandOff gives a conversation away.
type HandOff struct {
	To    string // agent, bot, or empty for the rules
	Team  string
	Event *BotEvent // for the bot that takes over
}

// ContactPatch changes what is not nil. Metadata is merged (RFC 7396).
type ContactPatch struct {
	Name      *string  `json:"name,omitempty"`
	Email     *string  `json:"email,omitempty"`
	Phone     *string  `json:"phone,omitempty"`
	ImageLink *string  `json:"image_link,omitempty"`
	Metadata  Metadata `json:"metadata,omitempty"`
}

// Shared is what nodes that send on the same channels keep count of together.
type Shared interface {
	// Place reserves a place as [Buckets.Take] does, among all nodes. It blocks for a
	// commit; an error may come although the place is reserved.
	Place(ctx context.Context, ch ChannelID, p Reservation) (channel, contact time.Duration, err error)
	// Failed counts a fault of the channel's provider, and says how many in a row that
	// makes. A CallMade, or a SendFailed that the provider answered, ends the row.
	Failed(ctx context.Context, ch ChannelID) (int, error)
}

// Submitter makes the call that a submit button stands for.
type Submitter interface {
	Submit(ctx context.Context, s Submission) error
}

// Keeper keeps files.
type Keeper interface {
	// Keep stores body under id, at most its own limit of bytes, and says what
	// it is. It is on disk when Keep returns. A file that is too large is a
	// Permanent Fault.
	Keep(ctx context.Context, id int64, body OpenFile) (Kept, error)
	// Remove erases the file under id; that there is none is no error.
	Remove(id int64) error
	// URL is where a kept file can be read for a while, without a key.
	URL(id int64, now time.Time) string
}

// Kept is what a Keeper found a file to be.
type Kept struct {
	MIME string
	Size int64
}

// Observer is told what happens, for metrics. It does not block.
type Observer interface {
	Webhook(channel ChannelID, result string, took time.Duration) // ok, unverified, unreadable, too_large, busy, error
	Item(channel ChannelID, fate Fate)
	Turn(bot, result string, took time.Duration)
	Call(channel ChannelID, result string, took time.Duration) // ok, or the kind of fault
}
