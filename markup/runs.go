package markup

import (
	"strconv"
	"strings"
)

// run is a piece of text in one style.
type run struct {
	text  string
	style style
	link  *link
}

// link is where some text leads.
type link struct{ href string }

// style is a set of marks.
type style uint16

const (
	quote style = 1 << iota
	pre
	spoiler
	bold
	italic
	underline
	strike
	code
)

// styleOf gives the marks of tags, by the names that they have in HTML.
var styleOf = map[string]style{
	"b": bold, "strong": bold, "i": italic, "em": italic, "u": underline, "ins": underline,
	"s": strike, "strike": strike, "del": strike, "code": code, "tt": code, "kbd": code, "samp": code,
	"pre": pre, "blockquote": quote, "tg-spoiler": spoiler,
	"h1": bold, "h2": bold, "h3": bold, "h4": bold, "h5": bold, "h6": bold, "th": bold,
}

// breaksOf says how many line ends stand before and after a block.
var breaksOf = map[string]int{
	"p": 2, "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2, "blockquote": 2, "table": 2, "pre": 2, "hr": 2,
	"div": 1, "tr": 1, "section": 1, "article": 1, "header": 1, "footer": 1, "dt": 1, "dd": 1, "li": 1,
}

// builder makes runs of tags and text as they come.
type builder struct {
	runs   []run
	last   run             // the style and link of the run under way
	words  strings.Builder // its text
	counts [16]int         // how often each style is open
	link   *link
	shown  bool  // the link has text
	breaks int   // line ends that the next words need before them
	space  bool  // so do they a space
	lists  []int // the next number of each open list; -1 for bullets
	// foreign names the marks that no channel has.
	foreign []string
}

// text adds words, with white space as in HTML.
func (b *builder) text(s string) {
	if s == "" {
		return
	}
	if b.now()&pre != 0 {
		if b.words.Len() == 0 || b.breaks > 0 {
			s = strings.TrimPrefix(s, "\n")
		}
		if lines := strings.TrimRight(s, "\n"); lines != "" {
			b.add(lines)
			b.breaks = len(s) - len(lines)
		}
		return
	}
	for i, word := range strings.FieldsFunc(s, isSpace) {
		b.space = b.space || i > 0 || isSpace(rune(s[0]))
		b.add(word)
	}
	b.space = b.space || isSpace(rune(s[len(s)-1]))
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\f' || r == '\r' }

// add puts s after the break or space that is due. What joins two runs has the
// marks that both have.
func (b *builder) add(s string) {
	if s == "" {
		return
	}
	next := run{style: b.now(), link: b.link}
	if b.words.Len() > 0 {
		gap := run{style: b.last.style & next.style}
		if b.last.link == next.link {
			gap.link = next.link
		}
		if b.breaks > 0 {
			b.push(gap, strings.Repeat("\n", b.breaks))
		} else if b.space {
			b.push(gap, " ")
		}
	}
	b.push(next, s)
	b.breaks, b.space, b.shown = 0, false, true
}

// push adds text to the run under way if it is of the same sort.
func (b *builder) push(r run, text string) {
	if b.words.Len() > 0 && (b.last.style != r.style || b.last.link != r.link) {
		b.flush()
	}
	b.last = r
	b.words.WriteString(text)
}

func (b *builder) flush() {
	if b.words.Len() > 0 {
		b.last.text = b.words.String()
		b.runs = append(b.runs, b.last)
	}
	b.words = strings.Builder{}
}

// now is the marks of the words that come.
func (b *builder) now() style {
	var s style
	for i, n := range b.counts {
		if n > 0 {
			s |= 1 << i
		}
	}
	return s
}

func (b *builder) mark(s style, by int) {
	for i := range b.counts {
		if s&(1<<i) != 0 {
			b.counts[i] = max(b.counts[i]+by, 0)
		}
	}
}

// end says that at least n line ends come before the next words.
func (b *builder) end(n int) {
	if n > 0 {
		b.breaks, b.space = max(b.breaks, n), false
	}
}

// open begins an element; href and alt are attributes that some have.
func (b *builder) open(name, href, alt string) {
	if n := breaksOf[name]; n > 0 {
		b.end(n)
	}
	b.mark(styleOf[name], 1)
	switch name {
	case "br":
		b.breaks, b.space = b.breaks+1, false
	case "td", "th":
		b.space = true
	case "ul":
		b.list(-1)
	case "ol":
		b.list(1)
	case "li":
		b.item()
	case "a":
		b.closeLink()
		if leads(href) {
			b.link, b.shown = &link{href}, false
		}
	case "img", "video", "audio", "source", "iframe", "embed", "object":
		b.picture(href, alt)
	}
}

func (b *builder) close(name string) {
	b.mark(styleOf[name], -1)
	switch name {
	case "a":
		b.closeLink()
	case "ul", "ol":
		if len(b.lists) > 0 {
			b.lists = b.lists[:len(b.lists)-1]
		}
		b.end(2 - min(len(b.lists), 1))
	case "br", "hr", "img":
		return
	}
	b.end(breaksOf[name])
}

func (b *builder) list(first int) {
	b.end(2 - min(len(b.lists), 1))
	b.lists = append(b.lists, first)
}

// deepest bounds how far an item is moved to the right.
const deepest = 4

func (b *builder) item() {
	mark, depth := "•", len(b.lists)
	if depth > 0 && b.lists[depth-1] > 0 {
		mark = strconv.Itoa(b.lists[depth-1]) + "."
		b.lists[depth-1]++
	}
	b.add(strings.Repeat("  ", min(max(depth-1, 0), deepest)) + mark)
	b.space = true
}

// leads reports whether an address goes somewhere that a reader may follow.
func leads(href string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(href)), ":")
	return href != "" && href[0] != '#' && scheme != "javascript" && scheme != "data" && scheme != "vbscript"
}

// closeLink ends a link. One without text shows its address.
func (b *builder) closeLink() {
	if b.link == nil {
		return
	}
	if !b.shown {
		b.add(b.link.href)
	}
	b.link = nil
}

func (b *builder) picture(src, alt string) {
	switch {
	case !strings.HasPrefix(src, "http"):
		b.text(alt)
	case alt == "":
		b.add(src)
	default:
		b.text(alt + " (" + src + ")")
	}
}

func (b *builder) finish() []run {
	b.closeLink()
	b.flush()
	return b.runs
}
