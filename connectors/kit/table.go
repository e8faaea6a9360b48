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
	Scope core.Scope // what a rate limit binds
	Link  string     // the provider's page about it
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
		f := &core.Fault{Kind: r.Kind, Code: strconv.Itoa(code), Message: r.Means, After: r.After, Scope: r.Scope, Link: r.Link}
		if f.Message == "" {
			f.Message = Excerpt([]byte(description))
		}
		return f
	}
	return nil
}

// At is the table with a page for each row that names none; %d in it is the code.
func (t Table) At(page string) Table {
	linked := make(Table, len(t))
	for i, r := range t {
		if r.Link == "" {
			r.Link = strings.ReplaceAll(page, "%d", strconv.Itoa(r.Code))
		}
		linked[i] = r
	}
	return linked
}

// Known lists what the codes stand for, for people to read.
func (t Table) Known() []core.Fault {
	all := make([]core.Fault, len(t))
	for i, r := range t {
		code := strconv.Itoa(r.Code)
		if r.To > 0 {
			code += "–" + strconv.Itoa(r.To)
		}
		if r.Text != "" {
			code += " “" + r.Text + "”"
		}
		all[i] = core.Fault{Kind: r.Kind, Code: code, Message: r.Means, After: r.After, Scope: r.Scope, Link: r.Link}
	}
	return all
}
