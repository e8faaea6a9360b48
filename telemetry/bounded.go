package telemetry

import (
	"strings"
	"sync"

	"causeway/core"
)

// other stands for every label value beyond the bound: a label that somebody
// outside can choose would fill the memory.
const other = "other"

// words is a closed set of label values.
type words map[string]bool

var (
	webhookResults = words{
		"ok": true, "unverified": true, "unreadable": true, "too_large": true, "busy": true, "error": true,
	}
	callResults = withPolls(words{
		"ok":                       true,
		string(core.Temporary):     true,
		string(core.RateLimited):   true,
		string(core.Permanent):     true,
		string(core.WindowClosed):  true,
		string(core.ChannelBroken): true,
		string(core.Ambiguous):     true,
		"ack_dropped":              true,
	})
	fates = words{
		string(core.FateMessage):     true,
		string(core.FateDuplicate):   true,
		string(core.FateStatus):      true,
		string(core.FateIgnored):     true,
		string(core.FateQuarantined): true,
	}
)

// withPolls adds the same results of polls.
func withPolls(w words) words {
	for _, kind := range []core.FaultKind{core.Temporary, core.RateLimited, core.Permanent, core.WindowClosed, core.ChannelBroken, core.Ambiguous} {
		w["poll_"+string(kind)] = true
	}
	return w
}

func (w words) bounded(s string) string {
	if w[s] {
		return s
	}
	return other
}

// most is how many names are shown apart, and longest the bytes of one.
const (
	most    = 500
	longest = 200
)

// names are the first label values that were seen.
type names struct {
	mu   sync.RWMutex
	seen map[string]bool
}

func newNames() *names { return &names{seen: map[string]bool{}} }

func (n *names) bounded(s string) string {
	n.mu.RLock()
	known := n.seen[s]
	n.mu.RUnlock()
	if known {
		return s
	}
	if len(s) > longest {
		return other
	}
	clean := strings.ToValidUTF8(s, "?")
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.seen[clean] && len(n.seen) >= most {
		return other
	}
	n.seen[clean] = true
	return clean
}
