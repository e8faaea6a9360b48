package core

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const markdownMarks = "\\`*_{}[]()#+-.!|~>\"<&"

// escapeMarkdown writes plain text so that it reads the same as Markdown.
func escapeMarkdown(s string) string {
	var out strings.Builder
	for _, r := range s {
		if strings.ContainsRune(markdownMarks, r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

var (
	markdownFence = regexp.MustCompile("^\\s*(```|~~~)")
	markdownBlock = regexp.MustCompile(`^(\s*)(#{1,6}\s+|[-*+]\s+|>\s?)`)
)

// plainMarkdown reads what people write in chats: emphasis, code, links, lists,
// headings and quotes. A line end is a line end.
func plainMarkdown(body string) string {
	var kept []string
	fenced := false
	for line := range strings.SplitSeq(body, "\n") {
		if markdownFence.MatchString(line) {
			fenced = !fenced
			continue
		}
		if fenced {
			kept = append(kept, line)
			continue
		}
		mark := ""
		if m := markdownBlock.FindStringSubmatch(line); m != nil {
			line = line[len(m[0]):]
			if m[2][0] != '#' && m[2][0] != '>' {
				mark = m[1] + "• "
			}
		}
		kept = append(kept, mark+plainSpan(line))
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

func plainSpan(s string) string {
	var out strings.Builder
	inWord := false
	for s != "" {
		if s[0] == '\\' && len(s) > 1 && strings.IndexByte(markdownMarks, s[1]) >= 0 {
			out.WriteByte(s[1])
			s, inWord = s[2:], false
			continue
		}
		if shown, size := spanAt(s, inWord); size > 0 {
			out.WriteString(shown)
			s, inWord = s[size:], true
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		out.WriteString(s[:size])
		inWord = wordly(r)
		s = s[size:]
	}
	return out.String()
}

func wordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// How far on the end of a span is looked for, in bytes.
const (
	longestSpan     = 3000
	longestEmphasis = 1000
)

// spanAt is what code, a picture, a link or emphasis at the start of s shows,
// and how many bytes it takes; 0 if there is none.
func spanAt(s string, inWord bool) (shown string, size int) {
	s = s[:min(len(s), longestSpan)]
	switch s[0] {
	case '`':
		if end := strings.IndexByte(s[1:], '`'); end > 0 {
			return s[1 : end+1], end + 2
		}
	case '!':
		if shown, size := linkAt(s[1:]); size > 0 {
			return shown, size + 1
		}
	case '[':
		return linkAt(s)
	case '*', '_', '~':
		if s[0] != '_' || !inWord {
			return emphasisAt(s[:min(len(s), longestEmphasis)])
		}
	}
	return "", 0
}

// linkAt reads "[text](address)" or "[text](address "title")".
func linkAt(s string) (shown string, size int) {
	mid := strings.Index(s, "](")
	if mid < 0 || s[0] != '[' {
		return "", 0
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
		return "", 0
	}
	href, _, _ := strings.Cut(strings.TrimSpace(s[mid+2:end-1]), " ")
	href, text := strings.Trim(href, "<>"), plainSpan(s[1:mid])
	switch {
	case text == href || href == "":
		return text, end
	case text == "":
		return href, end
	}
	return text + " (" + href + ")", end
}

// emphasisAt reads words between two equal marks which touch them.
func emphasisAt(s string) (shown string, size int) {
	for _, mark := range []string{"***", "**", "__", "~~", "*", "_"} {
		n := len(mark)
		if !strings.HasPrefix(s, mark) || len(s) < 2*n+1 || s[n] == s[0] || isHTMLSpace(rune(s[n])) {
			continue
		}
		for at := n + 1; at <= len(s)-n; at++ {
			next := strings.Index(s[at:], mark)
			if next < 0 {
				break
			}
			at += next
			before := s[at-1]
			after, _ := utf8.DecodeRuneInString(s[at+n:])
			if before != '\\' && !isHTMLSpace(rune(before)) && (mark[0] != '_' || !wordly(after)) {
				return plainSpan(s[n:at]), at + n
			}
			if n == 1 && before != '\\' {
				break
			}
		}
	}
	return "", 0
}
