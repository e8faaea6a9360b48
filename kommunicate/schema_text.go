package kommunicate

import (
	"fmt"
	"strings"

	"causeway/core"
)

// blanks are the characters that count as white space, in a class of a regular
// expression. They stand in patterns as they are: engines differ in escapes.
const blanks = "\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

// text is any text of up to most characters.
func text(description string, most int) schema {
	return described(schema{"type": "string", "maxLength": most}, description)
}

// wording is a text that begins with something to be seen.
func wording(description string, most int) schema {
	return described(schema{"type": "string", "minLength": 1, "maxLength": most, "pattern": "^[^" + blanks + "]"}, description)
}

// title is a text of at most limit of the channel's units; 0 for no limit. A
// schema counts characters, so that for other units a pattern says how many of
// which width there may be.
func (s shaper) title(description string, limit int) schema {
	if limit <= 0 || limit > mostCounted {
		return wording(description, mostName)
	}
	description = strings.TrimSpace(fmt.Sprintf("%s At most %d %s.", description, limit, units[s.caps.Unit]))
	t := wording(description, limit)
	if widths := narrow[s.caps.Unit]; len(widths) > 0 {
		var ways []string
		for _, w := range widths {
			if n := limit / w.units; n > 0 {
				rest := `[\s\S]`
				if w.wider != "" {
					rest = "[^" + w.wider + "]"
				}
				ways = append(ways, fmt.Sprintf("[^%s%s]%s{0,%d}", blanks, w.wider, rest, n-1))
			}
		}
		t["pattern"] = "^(" + strings.Join(ways, "|") + ")$"
	}
	return t
}

// mostCounted is the most that regular expressions everywhere can count.
const mostCounted = 1000

// narrow lists for each unit the widths of characters, the narrowest first: how
// many units each counts, and which characters are wider.
var narrow = map[core.Unit][]width{
	core.UTF16: {{1, "\U00010000-\U0010ffff"}, {2, ""}},
	core.Bytes: {{1, "\u0080-\U0010ffff"}, {2, "\u0800-\U0010ffff"}, {3, "\U00010000-\U0010ffff"}, {4, ""}},
}

type width struct {
	units int
	wider string
}

// address is a web address. Its host is at most host characters long; 0 for any.
func address(host int) schema {
	if host <= 0 || host > mostHost {
		host = mostHost
	}
	return schema{
		"type": "string", "format": "uri", "maxLength": 2000,
		"pattern": fmt.Sprintf("^https?://[A-Za-z0-9][A-Za-z0-9.-]{0,%d}([/?#]([!$&-;=?-Z_a-z~]|%%[0-9A-Fa-f]{2})*)?$", host-1),
	}
}

// mostHost is the longest name of a host (RFC 1035).
const mostHost = 253
