package kommunicate

import (
	"strconv"

	"causeway/core"
)

// StatusNumber is Kommunicate's number of a conversation's status.
func StatusNumber(s core.ConversationStatus) int {
	switch s {
	case core.Waiting:
		return 7
	case core.Resolved:
		return 2
	case core.Spam:
		return 3
	case core.Open:
	}
	return 0
}

// ReadStatus is the status of that name or number. It reports false for one that
// conversations do not have here.
func ReadStatus(text string) (core.ConversationStatus, bool) {
	for _, s := range []core.ConversationStatus{core.Open, core.Waiting, core.Resolved, core.Spam} {
		if text == string(s) || text == strconv.Itoa(StatusNumber(s)) {
			return s, true
		}
	}
	return "", false
}
