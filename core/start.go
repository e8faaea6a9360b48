package core

import "time"

// Start begins a conversation from our side.
type Start struct {
	Channel ChannelInfo
	Contact Person // whom to write to
	Title   string
	// TitleUntilAgent: from an agent's taking it on, their name is the title.
	TitleUntilAgent bool
	// Assignee is an agent or a bot; with SkipRouting the rules are not asked,
	// and nobody named means the default agent. Team's rules are asked if it is set.
	Assignee    string
	SkipRouting bool
	Team        string
	// Participants are agents and bots that take part besides the owner.
	Participants []string
	Metadata     Metadata
	Terms        Terms
	// Welcome is said instead of the configured welcome message.
	Welcome string
	Once    string // idempotency key, empty for none
}

// Terms are what was agreed when a conversation began, for as long as it lasts.
type Terms struct {
	Participants []string `json:"participants,omitempty"`
	// SkipEvents are events that its bots do not hear.
	SkipEvents []string `json:"skip_events,omitempty"`
	// WelcomeEvent takes the place of WelcomeEvent for a bot's greeting.
	WelcomeEvent string `json:"welcome_event,omitempty"`
	// Context and MessageMetadata go with every message to a bot, the message's
	// own over them.
	Context         Metadata `json:"chat_context,omitempty"`
	MessageMetadata Metadata `json:"default_message_metadata,omitempty"`
}

// Skips reports whether the conversation's bots do not hear the event. The
// greeting goes by two names.
func (t Terms) Skips(event string) bool {
	for _, name := range t.SkipEvents {
		if event != "" && name == event || event == WelcomeEvent && name == "WELCOME_EVENT" {
			return true
		}
	}
	return false
}

// Feedback is how a contact rated a conversation.
type Feedback struct {
	Rating  int       `json:"rating"` // 1 to 10
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"`
}
