package core

import (
	"slices"
	"strings"
)

// markOf names what tags of HTML set words apart by.
var markOf = map[string]string{
	"b": "bold", "strong": "bold", "h1": "bold", "h2": "bold", "h3": "bold", "h4": "bold", "h5": "bold", "h6": "bold", "th": "bold",
	"i": "italic", "em": "italic", "u": "underline", "ins": "underline", "s": "strike", "strike": "strike", "del": "strike",
	"code": "code", "tt": "code", "kbd": "code", "samp": "code", "pre": "code", "blockquote": "quote", "tg-spoiler": "spoiler",
	"sup": "raised", "sub": "lowered", "mark": "highlight", "small": "size", "big": "size", "font": "font",
}

// marks names what sets words of a text apart, each once, in the order in which
// they come. Links are not among them: plain text has their addresses.
func marks(body string, f Format) []string {
	var m marker
	switch f {
	case HTML:
		m.html(body)
	case Markdown:
		for line := range strings.SplitSeq(body, "\n") {
			m.line(line)
		}
	case Plain:
	}
	return m.names
}

type marker struct {
	names  []string
	fenced bool
}

func (m *marker) name(n string) {
	if n != "" && !slices.Contains(m.names, n) {
		m.names = append(m.names, n)
	}
}

func (m *marker) html(body string) {
	r := htmlReader{rest: body, quoted: true, tags: true, comments: true}
	for r.rest != "" {
		tag, ok := r.tag()
		switch {
		case !ok:
			r.words()
		case tag.end:
		case tag.name == "script" || tag.name == "style":
			r.skip(tag.name)
		default:
			m.name(markOf[tag.name])
			if strings.Contains(tag.attributes, "tg-spoiler") {
				m.name("spoiler")
			}
			if strings.Contains(tag.attributes, "style") && attribute(tag.attributes, "style") != "" {
				m.name("style")
			}
		}
	}
}

func (m *marker) line(line string) {
	if markdownFence.MatchString(line) {
		m.fenced = !m.fenced
		m.name("code")
		return
	}
	if m.fenced {
		return
	}
	if block := markdownBlock.FindStringSubmatch(line); block != nil {
		line = line[len(block[0]):]
		switch block[2][0] {
		case '#':
			m.name("bold")
		case '>':
			m.name("quote")
		}
	}
	m.span(line)
}

// emphases are what emphasis is written with, the longest first.
var emphases = []struct {
	mark  string
	names []string
}{
	{"***", []string{"bold", "italic"}}, {"**", []string{"bold"}}, {"__", []string{"bold"}}, {"~~", []string{"strike"}},
	{"*", []string{"italic"}}, {"_", []string{"italic"}},
}

// span looks for marks as plainSpan does.
func (m *marker) span(s string) {
	inWord := false
	for s != "" {
		if s[0] == '\\' && len(s) > 1 {
			s, inWord = s[2:], false
			continue
		}
		_, size := spanAt(s, inWord)
		if size == 0 {
			inWord = wordly(rune(s[0])) || s[0] >= 0x80
			s = s[1:]
			continue
		}
		m.spanned(s[:size])
		s, inWord = s[size:], true
	}
}

func (m *marker) spanned(s string) {
	switch s[0] {
	case '`':
		m.name("code")
	case '[':
		m.span(s[1:strings.Index(s, "](")])
	case '!':
	default:
		for _, e := range emphases {
			n := len(e.mark)
			if strings.HasPrefix(s, e.mark) && strings.HasSuffix(s, e.mark) && len(s) > 2*n {
				for _, name := range e.names {
					m.name(name)
				}
				m.span(s[n : len(s)-n])
				return
			}
		}
	}
}
