package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Errors is everything that is wrong with a config, in the order of its lines.
// It names keys and never shows a value.
type Errors struct {
	Problems []Problem
}

// Problem is one thing that is wrong.
type Problem struct {
	Line   int // from 1; 0 if it belongs to no line
	Column int // from 1, in characters
	// Key is the full path, such as channels[1].app_secret; empty for the file.
	Key  string
	Text string // what is wrong and what to write instead
}

// String is one line: "12:5: channels[1].app_secret: is missing".
func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", p.Line, p.Column)
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Error is all problems, one a line.
func (e *Errors) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// report collects problems while a config is read.
type report struct {
	problems []Problem
	spoiled  map[string]bool // keys about which something was said
	secrets  []string        // values that must not show
}

func newReport() *report { return &report{spoiled: map[string]bool{}} }

func (r *report) at(n *node, key, format string, args ...any) {
	p := Problem{Key: key, Text: fmt.Sprintf(format, args...)}
	if n != nil {
		p.Line, p.Column = n.line, n.column
	}
	r.spoiled[key] = true
	r.problems = append(r.problems, p)
}

// quiet reports whether something was said of a key, or of what it is part of,
// so that nothing more need be said.
func (r *report) quiet(key string) bool {
	for key != "" {
		if r.spoiled[key] {
			return true
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return false
}

// hide keeps a value out of all problems, also out of those that others word.
func (r *report) hide(secret string) {
	if len(secret) >= 4 {
		r.secrets = append(r.secrets, secret)
	}
}

// errors is nil if there was no problem.
func (r *report) errors() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortFunc(r.secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for i := range r.problems {
		for _, s := range r.secrets {
			r.problems[i].Key = strings.ReplaceAll(r.problems[i].Key, s, "[secret]")
			r.problems[i].Text = strings.ReplaceAll(r.problems[i].Text, s, "[secret]")
		}
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	return &Errors{Problems: slices.Compact(r.problems)}
}
