package core

// AgentState is what may change about an agent.
type AgentState struct {
	ID           string       `json:"id"`
	Availability Availability `json:"availability"` // as it was set
	// Connected: an event stream of the agent's is open, or was a moment ago.
	Connected bool `json:"connected"`
	Open      int  `json:"open"` // conversations that the agent owns now
	// Turns is, for each group that the agent is part of, when the agent was
	// last given a conversation there: the least is next.
	Turns map[string]int64 `json:"-"`
}

// Availability says whether an agent takes conversations.
type Availability string

// The availabilities. Auto follows the agent's live connection.
const (
	Online  Availability = "online"
	Away    Availability = "away"
	Offline Availability = "offline"
	Auto    Availability = "auto"
)

// Effective is what the availability comes to now: online, away or offline.
func (s AgentState) Effective() Availability {
	switch {
	case s.Availability == "", s.Availability == Auto && !s.Connected:
		return Offline
	case s.Availability == Auto:
		return Online
	}
	return s.Availability
}
