package config

import (
	"fmt"
	"strings"
)

// environment fills ${NAME} into texts and remembers what was not there.
type environment struct {
	*report
	lookup func(string) (string, bool)
	unset  map[string]*node
}

// fill goes through the tree and replaces every ${NAME} in texts; "$$" stands
// for "$". A value from outside is never read as YAML and never filled in again.
func (e *environment) fill(n *node, key string) {
	switch n.shape {
	case text:
		e.text(n, key)
	case list:
		for i, item := range n.items {
			e.fill(item, fmt.Sprintf("%s[%d]", key, i))
		}
	case mapping:
		for _, entry := range n.entries {
			e.fill(entry.value, join(key, presentable(entry.key)))
		}
	case null, number, boolean:
	}
}

func (e *environment) text(n *node, key string) {
	var out strings.Builder
	rest := n.scalar
	for {
		before, after, found := strings.Cut(rest, "$")
		out.WriteString(before)
		if !found {
			break
		}
		rest = after
		switch {
		case strings.HasPrefix(after, "$"):
			out.WriteByte('$')
			rest = after[1:]
		case strings.HasPrefix(after, "{"):
			name, tail, closed := strings.Cut(after[1:], "}")
			if !closed || !isName(name) {
				e.at(n, key, "after ${ comes a name of letters, digits and _, and then }; write $$ for a plain $")
				n.spoiled = true
				return
			}
			value, ok := e.lookup(name)
			if !ok {
				e.missing(n, key, name)
			}
			out.WriteString(value)
			n.fromEnv, rest = true, tail
		default:
			out.WriteByte('$')
		}
	}
	n.scalar = out.String()
}

// missing names a variable once, at the first place that asks for it.
func (e *environment) missing(n *node, key, name string) {
	n.spoiled = true
	e.spoiled[key] = true
	if e.unset[name] != nil {
		return
	}
	e.unset[name] = n
	e.at(n, key, "the environment variable %s is not set", name)
}

func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 100
}
