package simulator

import (
	"fmt"
	"strings"
)

// markdownParser follows the Bot API server's reading of MarkdownV2.
type markdownParser struct {
	in       string
	at       int
	out      strings.Builder
	size     int
	open     []markdownOpen
	entities []Entity
}

type markdownOpen struct {
	kind   string // an entity's type; "link" and "emoji" for [ and ![
	mark   string
	offset int
	from   int // in out's bytes
	byteAt int
	lang   string
}

// markdownNames are the server's names of entities in its error texts.
var markdownNames = map[string]string{
	"bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough", "spoiler": "Spoiler",
	"code": "Code", "pre": "Pre", "link": "TextUrl", "emoji": "CustomEmoji", "blockquote": "BlockQuote",
}

func parseMarkdown(in string) (string, []Entity, *refusal) {
	m := &markdownParser{in: in}
	for m.at < len(in) {
		if r := m.step(); r != nil {
			return "", nil, r
		}
	}
	if n := len(m.open); n > 0 && m.open[n-1].kind == "blockquote" {
		m.pop("")
	}
	if n := len(m.open); n > 0 {
		top := m.open[n-1]
		return "", nil, unparsed("Can't find end of %s entity at byte offset %d", markdownNames[top.kind], top.byteAt)
	}
	return m.out.String(), m.entities, nil
}

func (m *markdownParser) step() *refusal {
	c := m.in[m.at]
	if c == '\\' && m.at+1 < len(m.in) && m.in[m.at+1] > 0 && m.in[m.at+1] < 127 {
		m.write(m.in[m.at+1 : m.at+2])
		m.at += 2
		return nil
	}
	reserved := "_*[]()~`>#+-=|{}.!\n"
	if m.inside("code") || m.inside("pre") {
		reserved = "`"
	}
	if strings.IndexByte(reserved, c) < 0 {
		n := strings.IndexAny(m.in[m.at:], reserved+"\\")
		if n <= 0 {
			n = max(1, len(m.in)-m.at)
			if c == '\\' {
				n = 1
			}
		}
		m.write(m.in[m.at : m.at+n])
		m.at += n
		return nil
	}
	if len(m.open) > 0 {
		if top := m.open[len(m.open)-1]; top.mark != "" && strings.HasPrefix(m.in[m.at:], top.mark) && !m.doubled(top) {
			return m.finish(top)
		}
	}
	return m.begin(c)
}

// doubled reports whether a closing "_" is rather the first of "__".
func (m *markdownParser) doubled(top markdownOpen) bool {
	return top.kind == "italic" && strings.HasPrefix(m.in[m.at:], "__")
}

func (m *markdownParser) inside(kind string) bool {
	return len(m.open) > 0 && m.open[len(m.open)-1].kind == kind
}

// begin opens the entity that starts here, or refuses the character.
func (m *markdownParser) begin(c byte) *refusal {
	rest := m.in[m.at:]
	for _, mark := range []struct{ text, kind, end string }{
		{"```", "pre", "```"}, {"`", "code", "`"}, {"__", "underline", "__"}, {"_", "italic", "_"}, {"*", "bold", "*"},
		{"~", "strikethrough", "~"}, {"||", "spoiler", "||"}, {"![", "emoji", "]"}, {"[", "link", "]"},
	} {
		if !strings.HasPrefix(rest, mark.text) {
			continue
		}
		o := markdownOpen{kind: mark.kind, mark: mark.end, offset: m.size, from: m.out.Len(), byteAt: m.at}
		m.at += len(mark.text)
		if mark.kind == "pre" {
			o.lang = m.language()
		}
		m.open = append(m.open, o)
		return nil
	}
	switch {
	case c == '\n':
		m.newline()
		return nil
	case c == '>' && (m.at == 0 || m.in[m.at-1] == '\n'):
		if !m.inside("blockquote") {
			m.open = append(m.open, markdownOpen{kind: "blockquote", offset: m.size, byteAt: m.at})
		}
		m.at++
		return nil
	}
	return unparsed("Character '%c' is reserved and must be escaped with the preceding '\\'", c)
}

// newline ends a block quotation that the next line does not continue.
func (m *markdownParser) newline() {
	if m.inside("blockquote") && !strings.HasPrefix(m.in[m.at+1:], ">") {
		m.pop("")
	}
	m.write("\n")
	m.at++
}

// language reads the word after ``` up to the line's end.
func (m *markdownParser) language() string {
	n := strings.IndexAny(m.in[m.at:], " \t\n`")
	if n < 0 || m.in[m.at+n] != '\n' {
		return ""
	}
	word := m.in[m.at : m.at+n]
	m.at += n + 1
	return word
}

// finish closes the innermost entity at its mark.
func (m *markdownParser) finish(top markdownOpen) *refusal {
	m.at += len(top.mark)
	if top.kind != "link" && top.kind != "emoji" {
		m.pop("")
		return nil
	}
	address := m.out.String()[top.from:]
	if strings.HasPrefix(m.in[m.at:], "(") {
		begin := m.at
		var url strings.Builder
		for m.at++; m.at < len(m.in) && m.in[m.at] != ')'; m.at++ {
			if m.in[m.at] == '\\' && m.at+1 < len(m.in) {
				m.at++
			}
			url.WriteByte(m.in[m.at])
		}
		if m.at >= len(m.in) {
			return unparsed("Can't find end of a URL at byte offset %d", begin)
		}
		m.at++
		address = url.String()
	}
	m.pop(address)
	return nil
}

// pop makes the entity of what was opened last.
func (m *markdownParser) pop(address string) {
	top := m.open[len(m.open)-1]
	m.open = m.open[:len(m.open)-1]
	e := Entity{Type: top.kind, Offset: top.offset, Length: m.size - top.offset, Language: top.lang}
	ok := e.Length > 0
	switch top.kind {
	case "link":
		e, ok = linked(address, e.Offset, e.Length)
	case "emoji":
		e.Type, e.EmojiID = "custom_emoji", strings.TrimPrefix(address, "tg://emoji?id=")
	}
	if ok {
		m.entities = append(m.entities, e)
	}
}

func (m *markdownParser) write(s string) {
	m.out.WriteString(s)
	m.size += units(s)
}

// parseOldMarkdown reads the legacy "Markdown", which does not nest: it is
// rewritten to MarkdownV2 (Bot API, Markdown style).
func parseOldMarkdown(in string) (string, []Entity, *refusal) {
	var out strings.Builder
	end := ""
	from := 0
	for at := 0; at < len(in); at++ {
		c := in[at]
		switch {
		case end == "" && c == '\\' && at+1 < len(in) && strings.IndexByte("_*`[", in[at+1]) >= 0:
			at++
			fmt.Fprintf(&out, `\%c`, in[at])
		case end != "" && strings.HasPrefix(in[at:], end):
			out.WriteString(end)
			at += len(end) - 1
			end = ""
		case end == "" && strings.HasPrefix(in[at:], "```"):
			out.WriteString("```")
			end, from = "```", at
			at += 2
		case end == "" && strings.IndexByte("_*`", c) >= 0:
			out.WriteByte(c)
			end, from = string(c), at
		case end == "" && c == '[' && strings.Contains(in[at:], "]("):
			out.WriteByte(c)
			end, from = ")", at
		case end == ")" && (c == ']' || c == '('):
			out.WriteByte(c)
		case strings.IndexByte("_*[]()~`>#+-=|{}.!\\", c) >= 0:
			out.WriteByte('\\')
			out.WriteByte(c)
		default:
			out.WriteByte(c)
		}
	}
	if end != "" {
		return "", nil, unparsed("Can't find end of the entity starting at byte offset %d", from)
	}
	return parseMarkdown(out.String())
}
