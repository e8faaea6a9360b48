package core

// Note is one thing that a rendering changed or left out.
type Note struct {
	Path     string   `json:"path"` // in the content: "cards[1].buttons[0].title"
	Rule     string   `json:"rule"` // "title_cut", "numbered", ...
	From     string   `json:"from,omitempty"`
	To       string   `json:"to,omitempty"`
	Severity Severity `json:"severity"`
}

// Severity sorts notes.
type Severity string

// The severities. Same: another form that works alike. Degraded: numbers
// instead of buttons, a title cut. Lost: not shown at all.
const (
	Same     Severity = "same"
	Degraded Severity = "degraded"
	Lost     Severity = "lost"
)

// Score grades a rendering: 100 less 5 for each degraded and 20 for each lost
// note, and never below 0.
func Score(notes []Note) int {
	score := 100
	for _, n := range notes {
		switch n.Severity {
		case Degraded:
			score -= 5
		case Lost:
			score -= 20
		case Same:
		}
	}
	return max(score, 0)
}

// Fitted is content that a channel can show, and what it cost to get there.
type Fitted struct {
	Saying
	// Parts are shown in order, each by one call of the kind's Render.
	Parts []Content
	// Options are all that the contact can pick of it, in order.
	Options []Option
	Notes   []Note
}

// Option is one pick of a message as it was offered.
type Option struct {
	Button Button `json:"button"`
	Number int    `json:"number,omitempty"` // if it is shown as numbered text
}
