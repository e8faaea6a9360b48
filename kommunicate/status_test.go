package kommunicate

import (
	"strconv"
	"testing"

	"causeway/core"
)

func TestStatuses(t *testing.T) {
	for s, n := range map[core.ConversationStatus]int{core.Open: 0, core.Resolved: 2, core.Spam: 3, core.Waiting: 7} {
		if got := StatusNumber(s); got != n {
			t.Errorf("%s is %d", s, got)
		}
		for _, text := range []string{string(s), strconv.Itoa(n)} {
			if got, ok := ReadStatus(text); !ok || got != s {
				t.Errorf("%q: %q %v", text, got, ok)
			}
		}
	}
	for _, text := range []string{"", "1", "4", "-1", "closed", "Open"} {
		if got, ok := ReadStatus(text); ok {
			t.Errorf("%q: %q", text, got)
		}
	}
}
