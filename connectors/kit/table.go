package kit

import (
	"strconv"
	"strings"
	"time"

	"causeway/core"
)

// Row says what a provider's code stands for.
type Row struct {
	Code int
	To   int    // the last code of a range; Code if 0
	Text string // in the description too, in lower case; empty for any
	Kind core.FaultKind
	// Means is a sentence that a person can act on; the provider's own
	// description if empty.
	Means string
	After time.Duration
	Pair  bool // a rate limit that binds this one contact
}

// Table sorts a provider's errors: the first row that fits is taken.
type Table []Row

// Fault is what a code and its description stand for, or nil if no row fits.
func (t Table) Fault(code int, description string) *core.Fault {
	lower := strings.ToLower(description)
	for _, r := range t {
		if code < r.Code || code > max(r.Code, r.To) || !strings.Contains(lower, r.Text) {
			continue
		}
		f := &core.Fault{Kind: r.Kind, Code: strconv.Itoa(code), Message: r.Means, After: r.After, Pair: r.Pair}
		if f.Message == "" {
			f.Message = Excerpt([]byte(description))
		}
		return f
	}
	return nil
}
