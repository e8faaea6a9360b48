package routing

import (
	"cmp"
	"strings"

	"causeway/core"
)

// words are what the contact is told: a welcome to a new conversation, and that
// nobody is there. A bot speaks for itself, and a move among us is not news.
func (r *route) words() string {
	moved := r.asked.Cause == core.CauseAsked || r.asked.Cause == core.CauseAway ||
		r.asked.Cause == core.CauseGone && r.asked.Owner.Type != core.BotOwner
	waitsOn := r.asked.Cause == core.CauseQueue && r.decision.Queue != ""
	if r.decision.Owner.Type == core.BotOwner || moved || waitsOn {
		return ""
	}
	var say []string
	if welcome := cmp.Or(r.asked.Welcome, r.config.WelcomeMessage); r.asked.Cause == core.CauseNew && welcome != "" {
		say = append(say, welcome)
	}
	if away := r.awayMessage(); away != "" && !r.someoneThere() {
		say = append(say, away)
	}
	return strings.Join(say, "\n\n")
}

func (r *route) awayMessage() string {
	if own := r.teams[r.decision.Team].AwayMessage; own != "" {
		return own
	}
	return r.config.AwayMessage
}

// someoneThere reports whether the owner, or anybody who was told or is waited
// for, is online.
func (r *route) someoneThere() bool {
	switch {
	case r.decision.Queue != "":
		return r.busy
	case r.closed:
		return false
	case r.states[r.decision.Owner.ID].Effective() == core.Online:
		return true
	case !r.decision.Offer:
		return false
	}
	for _, id := range r.told.members {
		if r.states[id].Effective() == core.Online {
			return true
		}
	}
	return false
}
