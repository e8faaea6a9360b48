package markup

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	fence = regexp.MustCompile("^\\s*(```|~~~)")
	block = regexp.MustCompile(`^(\s*)(#{1,6}\s+|[-*+]\s+|[0-9]{1,4}[.)]\s+|>\s?)`)
)

// readMarkdown reads what people write in chats: emphasis, code, links, lists,
// headings and quotes. A line end is a line end.
func (b *builder) readMarkdown(body string) {
	fenced := false
	for line := range strings.SplitSeq(strings.ReplaceAll(body, "\r\n", "\n"), "\n") {
		switch {
		case fence.MatchString(line):
			if fenced {
				b.close("pre")
			} else {
				b.open("pre", "", "")
			}
			b.end(1)
			fenced = !fenced
		case fenced:
			b.verbatim(line)
		case strings.TrimSpace(line) == "":
			b.end(2)
		default:
			b.line(line)
		}
	}
	if fenced {
		b.close("pre")
	}
}

// verbatim adds a line of code. Empty ones count.
func (b *builder) verbatim(line string) {
	b.add(line)
	b.breaks++
}

func (b *builder) line(line string) {
	b.end(1)
	m := block.FindStringSubmatch(line)
	if m == nil {
		b.span(line)
		return
	}
	rest := line[len(m[0]):]
	switch m[2][0] {
	case '#':
		b.open("h1", "", "")
		b.span(rest)
		b.close("h1")
	case '>':
		b.mark(quote, 1)
		b.span(rest)
		b.mark(quote, -1)
	case '-', '*', '+':
		b.add(m[1] + "•")
		b.space = true
		b.span(rest)
	default:
		b.add(m[1] + strings.TrimSpace(m[2]))
		b.space = true
		b.span(rest)
	}
}

// How far on the end of a span is looked for, in bytes.
const (
	longestSpan     = 3000
	longestEmphasis = 1000
)

const escapable = "\\`*_{}[]()#+-.!|~>\"<&"

// emphases are what emphasis begins and ends with, the longest first.
var emphases = []struct {
	mark string
	tags []string
}{
	{"***", []string{"b", "i"}}, {"**", []string{"b"}}, {"__", []string{"b"}}, {"~~", []string{"s"}},
	{"*", []string{"i"}}, {"_", []string{"i"}},
}

// span adds the words of a line with the marks in them.
func (b *builder) span(s string) {
	var words strings.Builder
	inWord := false
	for s != "" {
		if s[0] == '\\' && len(s) > 1 && strings.IndexByte(escapable, s[1]) >= 0 {
			words.WriteByte(s[1])
			s, inWord = s[2:], false
			continue
		}
		if m, ok := spanAt(s, inWord); ok {
			b.text(words.String())
			words.Reset()
			b.marked(m)
			s, inWord = s[m.size:], true
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		words.WriteString(s[:size])
		inWord = wordly(r)
		s = s[size:]
	}
	b.text(words.String())
}

// spanned is marked words: code, a picture or link, or emphasis.
type spanned struct {
	size  int // of all in bytes
	tags  []string
	inner string
	href  string
}

func (b *builder) marked(m spanned) {
	if m.tags[0] == "img" {
		b.picture(m.href, m.inner)
		return
	}
	for _, tag := range m.tags {
		b.open(tag, m.href, "")
	}
	if m.tags[0] == "code" {
		b.text(m.inner)
	} else {
		b.span(m.inner)
	}
	for _, tag := range m.tags {
		b.close(tag)
	}
}

func spanAt(s string, inWord bool) (spanned, bool) {
	s = s[:min(len(s), longestSpan)]
	switch s[0] {
	case '`':
		if end := strings.IndexByte(s[1:], '`'); end > 0 {
			return spanned{end + 2, []string{"code"}, s[1 : end+1], ""}, true
		}
	case '!':
		if m, ok := linkAt(s[1:]); ok {
			m.size, m.tags = m.size+1, []string{"img"}
			return m, true
		}
	case '[':
		return linkAt(s)
	case '*', '_', '~':
		return emphasisAt(s, inWord)
	}
	return spanned{}, false
}

// linkAt reads "[text](address)" or "[text](address "title")".
func linkAt(s string) (spanned, bool) {
	mid := strings.Index(s, "](")
	if mid < 0 || s[0] != '[' {
		return spanned{}, false
	}
	depth, end := 1, mid+2
	for ; end < len(s) && depth > 0; end++ {
		switch s[end] {
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	if depth > 0 {
		return spanned{}, false
	}
	href, _, _ := strings.Cut(strings.TrimSpace(s[mid+2:end-1]), " ")
	return spanned{end, []string{"a"}, s[1:mid], strings.Trim(href, "<>")}, true
}

// emphasisAt reads words between two equal marks which touch them.
func emphasisAt(s string, inWord bool) (spanned, bool) {
	s = s[:min(len(s), longestEmphasis)]
	for _, e := range emphases {
		n := len(e.mark)
		if !strings.HasPrefix(s, e.mark) || len(s) < 2*n+1 || s[n] == s[0] || isSpace(rune(s[n])) || s[0] == '_' && inWord {
			continue
		}
		for at := n + 1; at <= len(s)-n; at++ {
			next := strings.Index(s[at:], e.mark)
			if next < 0 {
				break
			}
			at += next
			after, _ := utf8.DecodeRuneInString(s[at+n:])
			before := s[at-1]
			if before != '\\' && !isSpace(rune(before)) && (s[0] != '_' || !wordly(after)) {
				return spanned{at + n, e.tags, s[n:at], ""}, true
			}
			if n == 1 && before != '\\' {
				break
			}
		}
	}
	return spanned{}, false
}
