package kit

import (
	"net/url"
	"strings"

	"causeway/core"
)

// Problems gathers what is wrong with settings.
type Problems []core.Problem

// Need notes that a setting which must be there is empty. how says where to
// find its value.
func (p *Problems) Need(key, value, how string) {
	p.If(strings.TrimSpace(value) == "", key, "is missing: "+how)
}

// OneOf notes that a setting is none of the words allowed.
func (p *Problems) OneOf(key, value string, words ...string) {
	for _, w := range words {
		if value == w {
			return
		}
	}
	p.If(true, key, "must be one of: "+strings.Join(words, ", "))
}

// URL notes that a setting is neither empty nor an http or https address
// without user, query and fragment.
func (p *Problems) URL(key, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	bad := err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != ""
	p.If(bad, key, "must be an address such as https://api.example.com")
}

// If notes a problem where bad holds.
func (p *Problems) If(bad bool, key, text string) {
	if bad {
		*p = append(*p, core.Problem{Key: key, Text: text})
	}
}
