package core

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain is body without its markup: what a reader would see of it. Links are
// written out as "text (address)" and list items get a bullet or their number.
func plain(body string, f Format) string {
	switch f {
	case HTML:
		return plainHTML(body)
	case Markdown:
		return plainMarkdown(body)
	case Plain:
	}
	return body
}

// htmlToken is a tag, a comment, or the text up to the next one. A "<" that
// begins no whole tag is text.
var htmlToken = regexp.MustCompile(`(?s)<!--.*?-->|<[!?][^>]*>|<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:[\s/](?:"[^"]*"|'[^']*'|[^>"'])*)?)>|[^<]+|<`)

var htmlAttribute = regexp.MustCompile(`(?s)([^\s=/"']+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)

func plainHTML(body string) string {
	var w plainWriter
	rest := body
	for rest != "" {
		m := htmlToken.FindStringSubmatch(rest)
		if m == nil || m[0] == "" {
			break
		}
		rest = rest[len(m[0]):]
		switch {
		case m[2] == "" && (m[0] == "<" || m[0][0] != '<'):
			w.text(html.UnescapeString(m[0]))
		case m[2] == "":
			// A comment or a declaration.
		default:
			name := strings.ToLower(m[2])
			if m[1] == "" && (name == "script" || name == "style") {
				rest = afterRaw(rest, name)
				continue
			}
			w.tag(name, m[1] == "/", m[3])
		}
	}
	w.closeLink()
	return strings.TrimSpace(w.out.String())
}

// afterRaw is what follows the end of an element whose text is not shown.
func afterRaw(rest, name string) string {
	if i := strings.Index(strings.ToLower(rest), "</"+name); i >= 0 && i < len(rest) {
		return rest[i:]
	}
	return ""
}

// plainWriter writes down what HTML shows.
type plainWriter struct {
	out     strings.Builder
	breaks  int  // line breaks that the next words need before them
	space   bool // so do they a space
	pre     int
	lists   []int // the next number of each open list; -1 for bullets
	href    string
	linkAt  int // where the link's text begins
	started bool
}

func (w *plainWriter) text(s string) {
	if w.pre > 0 {
		if s != "" {
			w.word(s)
		}
		return
	}
	for i, word := range strings.FieldsFunc(s, isHTMLSpace) {
		w.space = w.space || i > 0 || isHTMLSpace(rune(s[0]))
		w.word(word)
	}
	if s != "" && isHTMLSpace(rune(s[len(s)-1])) {
		w.space = true
	}
}

func isHTMLSpace(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' && r != '\v' }

func (w *plainWriter) word(s string) {
	switch {
	case !w.started:
	case w.breaks > 0:
		w.out.WriteString(strings.Repeat("\n", w.breaks))
	case w.space:
		w.out.WriteByte(' ')
	}
	w.breaks, w.space, w.started = 0, false, true
	w.out.WriteString(s)
}

func (w *plainWriter) line(n int) { w.breaks, w.space = max(w.breaks, n), false }

func (w *plainWriter) tag(name string, end bool, attributes string) {
	switch name {
	case "br":
		w.breaks, w.space = w.breaks+1, false
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "hr":
		w.line(2)
	case "div", "tr", "section", "article", "header", "footer", "dt", "dd":
		w.line(1)
	case "td", "th":
		w.space = true
	case "pre":
		w.line(2)
		w.pre += step(end)
		w.pre = max(w.pre, 0)
	case "ul", "ol":
		w.list(name, end)
	case "li":
		w.item(end)
	case "a":
		w.closeLink()
		if !end {
			w.href, w.linkAt = attribute(attributes, "href"), w.out.Len()
		}
	case "img":
		w.picture(attribute(attributes, "alt"), attribute(attributes, "src"))
	}
}

func (w *plainWriter) picture(alt, src string) {
	if strings.HasPrefix(src, "http") && alt != "" {
		alt += " (" + src + ")"
	} else if strings.HasPrefix(src, "http") {
		alt = src
	}
	w.text(alt)
}

func step(end bool) int {
	if end {
		return -1
	}
	return 1
}

func (w *plainWriter) list(name string, end bool) {
	if end {
		if len(w.lists) > 0 {
			w.lists = w.lists[:len(w.lists)-1]
		}
	} else if name == "ol" {
		w.lists = append(w.lists, 1)
	} else {
		w.lists = append(w.lists, -1)
	}
	if len(w.lists) > 0 && !end || len(w.lists) > 1 {
		w.line(1)
	} else {
		w.line(2)
	}
}

func (w *plainWriter) item(end bool) {
	w.line(1)
	if end {
		return
	}
	mark, depth := "•", len(w.lists)
	if depth > 0 && w.lists[depth-1] > 0 {
		mark = strconv.Itoa(w.lists[depth-1]) + "."
		w.lists[depth-1]++
	}
	w.word(strings.Repeat("  ", max(depth-1, 0)) + mark)
	w.space = true
}

func (w *plainWriter) closeLink() {
	href := w.href
	w.href = ""
	if href == "" || href[0] == '#' || strings.HasPrefix(strings.ToLower(href), "javascript:") {
		return
	}
	text := strings.TrimSpace(w.out.String()[min(w.linkAt, w.out.Len()):])
	switch {
	case text == href || "mailto:"+text == href || "tel:"+text == href:
	case text == "":
		w.word(href)
	default:
		w.space = true
		w.word("(" + href + ")")
	}
}

func attribute(attributes, name string) string {
	for _, m := range htmlAttribute.FindAllStringSubmatch(attributes, -1) {
		if strings.EqualFold(m[1], name) {
			return html.UnescapeString(strings.Trim(m[2], `"'`))
		}
	}
	return ""
}

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
			switch m[2][0] {
			case '#':
			case '>':
				mark = "> "
			default:
				mark = m[1] + "• "
			}
		}
		kept = append(kept, mark+plainSpan(line))
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// markdownSpan is what begins at the start of some text: an escape, code, a
// picture or link, or emphasised words. Emphasis touches its words.
var markdownSpan = []*regexp.Regexp{
	regexp.MustCompile("^`([^`]+)`"),
	regexp.MustCompile(`^!?\[((?:[^\]\\]|\\.)*)\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?[^)]*\)`),
	regexp.MustCompile(`^\*\*\*([^\s*](?:.*?[^\s\\])??)\*\*\*`),
	regexp.MustCompile(`^\*\*([^\s*](?:.*?[^\s\\])??)\*\*`),
	regexp.MustCompile(`^__([^\s_](?:.*?[^\s\\])??)__`),
	regexp.MustCompile(`^~~([^\s~](?:.*?[^\s\\])??)~~`),
	regexp.MustCompile(`^\*([^\s*](?:[^*]*?[^\s*\\])??)\*`),
	regexp.MustCompile(`^_([^\s_](?:[^_]*?[^\s_\\])??)_`),
}

// longestSpan bounds how far on the end of a span is looked for, in bytes.
const longestSpan = 4000

func plainSpan(s string) string {
	var out strings.Builder
	inWord := false
	for s != "" {
		if s[0] == '\\' && len(s) > 1 && strings.IndexByte(markdownMarks, s[1]) >= 0 {
			out.WriteByte(s[1])
			s, inWord = s[2:], false
			continue
		}
		if shown, rest, ok := markdownAt(s, inWord); ok {
			out.WriteString(shown)
			s, inWord = rest, true
			continue
		}
		for i, r := range s {
			if i > 0 {
				s = s[i:]
				break
			}
			out.WriteRune(r)
			inWord = unicode.IsLetter(r) || unicode.IsDigit(r)
			if len(string(r)) >= len(s) {
				s = ""
			}
		}
	}
	return out.String()
}

func markdownAt(s string, inWord bool) (shown, rest string, ok bool) {
	if strings.IndexByte("`![*_~", s[0]) < 0 || s[0] == '_' && inWord {
		return "", s, false
	}
	for i, span := range markdownSpan {
		m := span.FindStringSubmatch(s[:min(len(s), longestSpan)])
		if m == nil {
			continue
		}
		rest := s[len(m[0]):]
		switch next, _ := utf8.DecodeRuneInString(rest); {
		case s[0] == '_' && (unicode.IsLetter(next) || unicode.IsDigit(next)):
		case i == 0:
			return m[1], rest, true
		case i > 1:
			return plainSpan(m[1]), rest, true
		case m[2] == "" || m[2] == m[1]:
			return plainSpan(m[1]), rest, true
		case m[1] == "":
			return m[2], rest, true
		default:
			return plainSpan(m[1]) + " (" + m[2] + ")", rest, true
		}
	}
	return "", s, false
}
