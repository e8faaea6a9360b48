package core

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

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
		if w.breaks > 0 || !w.started {
			s = strings.TrimPrefix(s, "\n")
		}
		if lines := strings.TrimRight(s, "\n"); lines != "" {
			w.word(lines)
			w.breaks = len(s) - len(lines)
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

func (w *plainWriter) tag(t htmlTag) {
	switch t.name {
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
		w.pre += step(t.end)
		w.pre = max(w.pre, 0)
	case "ul", "ol":
		w.list(t.name, t.end)
	case "li":
		w.item(t.end)
	case "a":
		w.closeLink()
		if !t.end {
			w.href, w.linkAt = attribute(t.attributes, "href"), w.out.Len()
		}
	case "img", "video", "audio", "source", "iframe", "embed", "object":
		if alt := attribute(t.attributes, "alt"); alt != "" || t.end {
			w.picture(alt, shownBy(t))
		} else {
			w.picture(attribute(t.attributes, "title"), shownBy(t))
		}
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

// deepest bounds how far an item is moved to the right.
const deepest = 4

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
	w.word(strings.Repeat("  ", min(max(depth-1, 0), deepest)) + mark)
	w.space = true
}

// leads reports whether an address goes somewhere that a reader may follow.
func leads(href string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(href)), ":")
	return href != "" && href[0] != '#' && scheme != "javascript" && scheme != "data" && scheme != "vbscript"
}

func (w *plainWriter) closeLink() {
	href := w.href
	w.href = ""
	if !leads(href) {
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

var htmlAttribute = regexp.MustCompile(`(?s)([^\s=/"']+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)

func attribute(attributes, name string) string {
	for _, m := range htmlAttribute.FindAllStringSubmatch(attributes, -1) {
		if strings.EqualFold(m[1], name) {
			return html.UnescapeString(strings.Trim(m[2], `"'`))
		}
	}
	return ""
}
