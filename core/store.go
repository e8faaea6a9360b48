package core

import (
	"context"
	"encoding/json"
	"time"
)

// Store keeps conversations and hands out work on them. Every method is one
// transaction, on disk when it returns. An error does not prove that nothing
// was stored: a commit that failed may be found again. Methods return ErrBusy
// when more waits than the store takes on.
type Store interface {
	// Record stores a delivery with the fate of each of its items, and all that
	// follows from them: contact, conversation, message, owner, work. An item
	// that is known already changes nothing.
	Record(ctx context.Context, a Arrival) ([]ItemFate, error)
	// Say queues messages in a conversation, and carries out what a bot asks for
	// with them. It returns ErrNotOwner if a bot speaks that does not own it, or
	// one that was in a loop with others and does not any more. The same Once again returns what the first
	// call stored.
	Say(ctx context.Context, u Utterance) ([]Message, error)
	// Start begins a conversation, beside any that the contact has: what they
	// write from now on comes into the new one. The same Once again returns the
	// conversation that the first call began, and begins none.
	Start(ctx context.Context, s Start) (Conversation, error)
	// PatchContact changes what is known of a contact, Merge makes two one.
	PatchContact(ctx context.Context, id ContactID, p ContactPatch) (Contact, error)
	Merge(ctx context.Context, into, from ContactID) (Contact, error)
	// Named gives a contact who has no name yet the one that the provider tells.
	// Nothing is changed of one who is not known.
	Named(ctx context.Context, channel ChannelID, p Person) error
	// Change alters a conversation, and returns ErrStale if IfEpoch is set and
	// the owner has changed since.
	Change(ctx context.Context, id ConversationID, c Change) (Conversation, error)
	// Trigger hands an event to the bot that owns the conversation. It returns
	// ErrNotOwner if none does. The same idempotency key, unless it is empty, hands
	// nothing over again.
	Trigger(ctx context.Context, id ConversationID, e BotEvent, once string) error
	// SetAvailability says whether an agent takes conversations.
	SetAvailability(ctx context.Context, agent string, a Availability) (AgentState, error)
	// Seen says that an agent's live connection is there. It is to be said again
	// after again, for as long as it is.
	Seen(ctx context.Context, agent string) (again time.Duration, err error)
	// Poll has the channels' events fetched, from where it was left.
	Poll(ctx context.Context, channels []ChannelID) error
	// Run hands out work until ctx ends, and then waits a while for what is
	// under way. What act returns is stored in one transaction with the work's
	// own progress. Work of one conversation and direction comes in order, one
	// at a time.
	Run(ctx context.Context, act func(context.Context, Work) Outcome) error
	Reader
}

// Reader is what can be asked of a store. ErrNotFound says that there is none.
type Reader interface {
	Conversation(ctx context.Context, id ConversationID) (Conversation, error)
	Conversations(ctx context.Context, q ConversationQuery) ([]Conversation, error)
	Message(ctx context.Context, id MessageID) (Message, error)
	Contact(ctx context.Context, id ContactID) (Contact, error)
	Feedback(ctx context.Context, id ConversationID) ([]Feedback, error)
	// Messages come in order. after is a seq, 0 for the first.
	Messages(ctx context.Context, id ConversationID, after int64, limit int) ([]Message, error)
	// Why lists the decisions on the conversation's owner, the newest first. before
	// is an id, 0 for now.
	Why(ctx context.Context, id ConversationID, before int64, limit int) ([]Assignment, error)
	// Log lists entries of the event log after seq, in order, without gaps.
	Log(ctx context.Context, after int64, limit int) ([]LogEntry, error)
	// Changed is closed at the next change to the log.
	Changed() <-chan struct{}
	// Deliveries lists the ledger, the newest first. before is an id, 0 for now.
	Deliveries(ctx context.Context, channel ChannelID, before int64, limit int) ([]DeliveryRecord, error)
	Agents(ctx context.Context, ids []string) ([]AgentState, error)
	// Queues says how many conversations wait in the queue of each group.
	Queues(ctx context.Context) (map[string]int, error)
	Media(ctx context.Context, id int64) (MediaRecord, error)
	// Health is how the channels stand with their providers, by channel: what was
	// said last of each matter and holds still, and what keeps sends back now.
	Health(ctx context.Context) ([]ChannelHealth, error)
}

// ChannelInfo is what a store must know of a channel.
type ChannelInfo struct {
	ID     ChannelID
	Kind   string
	Window time.Duration // the provider's reply window, 0 for none
	Reopen *Template     // asks the contact to write when the window has closed
}

// Arrival is one webhook call, verified and understood.
type Arrival struct {
	Channel ChannelID // that was called
	Body    []byte    // raw
	Items   []Arrived
}

// Arrived is an item and the channel that it is for.
type Arrived struct {
	Item
	Channel ChannelInfo
}

// ItemFate says what became of an item.
type ItemFate struct {
	Key          string         `json:"key"`
	Fate         Fate           `json:"fate"`
	Why          string         `json:"why,omitempty"`
	Message      MessageID      `json:"message,omitempty"`
	Conversation ConversationID `json:"conversation,omitempty"`
}

// Utterance is what somebody says in a conversation.
type Utterance struct {
	Conversation ConversationID
	Sender       Sender
	Say          []Spoken
	// KeepOwner: an agent speaks without taking over from a bot.
	KeepOwner bool
	// Does is what a bot wants done besides saying Say, as in an answer to a turn;
	// nil for nothing.
	Does *TurnDone
	Once string // idempotency key, empty for none
}

// Spoken is a message with its id, fitted to its channel.
type Spoken struct {
	ID  MessageID
	Key string
	Fitted
}

// Speech is what somebody wants said; the engine makes an Utterance of it.
type Speech struct {
	Conversation ConversationID
	Sender       Sender
	Say          []Saying
	KeepOwner    bool
	// Does is what a bot says and does, as in an answer to a turn, in place of Say;
	// nil for what is only said.
	Does *Answer
	Once string
}

// Change alters what is not nil.
type Change struct {
	IfEpoch  *int64
	Status   *ConversationStatus
	Owner    *string // an agent or a bot; empty for the rules
	Team     *string
	Tags     *[]string
	Metadata Metadata // merged (RFC 7396)
	Title    *string
	By       Sender // stands in the log with all that follows
}

// Work is something to be done outside. It is a closed set.
//
//sumtype:decl
type Work interface{ work() }

// TurnWork hands a turn to the bot that owns the conversation.
type TurnWork struct {
	Turn
	// Pending: the message has media that is still being fetched.
	Pending bool
	Waited  time.Duration // since the message came
	// Album: the message is one file of several; Quiet is how long ago the newest
	// of them came.
	Album bool
	Quiet time.Duration
	Burst time.Duration // how long the bot wants to wait for more messages
	// Dialogue is the form that is being answered, and how far; nil for none.
	Dialogue *Dialogue
	Form     Form
}

// SendWork makes the next native calls of an outgoing message.
type SendWork struct {
	Message Message
	Channel ChannelID
	To      Address
	Parts   []Content
	Quote   ProviderID
	Made    int // calls already made, in order
	// WindowCloses is when the reply window closes, zero if it never does.
	WindowCloses time.Time
	Attempts     int // failures since the last success
	// Died is set if an earlier run began and nothing is known of its end; Begun
	// says when that was.
	Died   bool
	Begun  time.Time
	Resent bool // a call whose outcome was unknown was made again already
	// NoMarketing is set if the contact wants none on the channel.
	NoMarketing bool
}

// FetchWork copies incoming media into our keeping.
type FetchWork struct {
	ID       int64
	Channel  ChannelID
	Ref      string
	Name     string
	Attempts int
}

// SubmitWork makes the call of a submit button that was tapped.
type SubmitWork struct {
	Conversation ConversationID
	Submission   Submission
	Title        string // of the button, or what the contact says with the form
	Form         bool   // it delivers a form
	Attempts     int
}

// PollWork fetches a channel's events.
type PollWork struct {
	Channel  ChannelID
	Offset   string
	Attempts int
}

// EraseWork removes files of a message that its sender took back.
type EraseWork struct {
	Files    []int64
	Attempts int
}

func (EraseWork) work()  {}
func (PollWork) work()   {}
func (TurnWork) work()   {}
func (SendWork) work()   {}
func (FetchWork) work()  {}
func (SubmitWork) work() {}

// Outcome is what came of work. It is a closed set.
//
//sumtype:decl
type Outcome interface{ outcome() }

// Later asks for the same work again.
type Later struct {
	After time.Duration
	Fault *Fault // nil if it only waits
	Count bool   // it was an attempt
	// Pause holds back all other work of the channel for as long, and that of
	// channels which share the limit that was met.
	Pause  bool
	Shared []ChannelID
	// Unknown: a call was made, and its outcome is not known.
	Unknown bool
}

// TurnDone is a bot's answer, or that there is none to be had.
type TurnDone struct {
	Say     []Spoken
	HandOff *HandOff
	// Failed: the bot could not answer, so that the rules take the conversation.
	Failed  bool
	Resolve bool
	Tags    []string
	Contact *ContactPatch
	Notices []string
	Form    *FormTurn // nil if the turn was no answer to a form's question
}

// FormTurn is what a turn did to the conversation's dialogue.
type FormTurn struct {
	Next *Dialogue // nil: it is over
	// Answer is the whole form: the contact says it, Submission is made, and the
	// bot hears it. Shown is a line that the conversation shows besides.
	Answer     *FormAnswer
	Submission *Submission
	Shown      string
	Event      *BotEvent // tells the bot that there will be no answer
}

// CallMade says that the next native call of a message was made.
type CallMade struct {
	Provider ProviderID
	Details  Metadata  // what the provider remarked, nil for nothing
	Last     bool      // there are no more
	At       time.Time // when it began
}

// SendFailed ends a message. Hold keeps it until the contact writes instead;
// Reopen is then said once, so that they may.
type SendFailed struct {
	Fault    *Fault
	Hold     bool
	Reopen   *Template
	Answered bool // the provider refused it, and so works
}

// Fetched says that media is kept.
type Fetched struct{ Kept }

// FetchFailed says that media is not to be had.
type FetchFailed struct{ Fault *Fault }

// Erased says that none of the files is there any more.
type Erased struct{}

// Submitted says what came of a submission; Notice is empty if it went well.
type Submitted struct{ Notice string }

// Gathered is what a poll brought. An arrival without items is not recorded.
type Gathered struct {
	Arrival Arrival
	Next    string
	Pause   time.Duration
	// Stored is called once all of it is on disk, with the items' fates.
	Stored func([]ItemFate)
}

// PollEnds says that the channel is not to be polled any more.
type PollEnds struct{}

func (Gathered) outcome()    {}
func (Erased) outcome()      {}
func (PollEnds) outcome()    {}
func (Later) outcome()       {}
func (TurnDone) outcome()    {}
func (CallMade) outcome()    {}
func (SendFailed) outcome()  {}
func (Fetched) outcome()     {}
func (FetchFailed) outcome() {}
func (Submitted) outcome()   {}

// ConversationQuery narrows a list of conversations; zero fields do not. They
// come the newest first. Before is the last id seen.
type ConversationQuery struct {
	Channel ChannelID
	Status  ConversationStatus
	Owner   string
	Team    string
	Contact ContactID
	Address Address
	Before  ConversationID
	Limit   int
}

// Assignment is one decision on an owner.
type Assignment struct {
	ID    int64     `json:"id"`
	At    time.Time `json:"at"`
	Owner Owner     `json:"owner"`
	Team  string    `json:"team,omitempty"`
	Epoch int64     `json:"owner_epoch"`
	Cause Cause     `json:"cause"`
	Why   []Reason  `json:"why"`
}

// LogEntry is one change, in the one dense sequence of all changes.
type LogEntry struct {
	Seq          int64           `json:"seq"`
	Type         string          `json:"type"`
	Conversation ConversationID  `json:"conversation_id"`
	At           time.Time       `json:"at"`
	Data         json.RawMessage `json:"data"`
}

// DeliveryRecord is one webhook call as it came, with the fate of each item.
type DeliveryRecord struct {
	ID      int64      `json:"id"`
	Channel ChannelID  `json:"channel"`
	At      time.Time  `json:"at"`
	Body    []byte     `json:"-"`
	Items   []ItemFate `json:"items"`
}

// MediaRecord is what is known of a file that came in.
type MediaRecord struct {
	ID      int64
	State   string // pending, kept, failed, erased
	MIME    string
	Name    string
	Size    int64
	Message MessageID
}
