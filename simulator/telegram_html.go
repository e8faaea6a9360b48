package simulator

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// htmlTags are the tags and the entities they make (Bot API, HTML style).
var htmlTags = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler", "tg-spoiler": "spoiler",
	"a": "text_link", "tg-emoji": "custom_emoji", "tg-time": "date_time", "code": "code", "pre": "pre", "blockquote": "blockquote",
}

// htmlParser follows the Bot API server's reading of HTML, errors included.
type htmlParser struct {
	in       string
	at       int
	out      strings.Builder
	size     int // of out, in UTF-16 units
	open     []htmlOpen
	entities []Entity
}

type htmlOpen struct {
	tag    string
	attr   map[string]string
	offset int
	byteAt int
}

func parseHTML(in string) (string, []Entity, *refusal) {
	h := &htmlParser{in: in}
	for h.at < len(in) {
		var r *refusal
		switch in[h.at] {
		case '&':
			h.reference()
		case '<':
			if strings.HasPrefix(in[h.at:], "</") {
				r = h.end()
			} else {
				r = h.start()
			}
		default:
			next := strings.IndexAny(in[h.at:], "&<")
			if next < 0 {
				next = len(in) - h.at
			}
			h.write(in[h.at : h.at+next])
			h.at += next
		}
		if r != nil {
			return "", nil, r
		}
	}
	if n := len(h.open); n > 0 {
		return "", nil, unparsed("Can't find end tag corresponding to start tag %q", h.open[n-1].tag)
	}
	return h.out.String(), h.entities, nil
}

func unparsed(format string, a ...any) *refusal {
	return bad("can't parse entities: "+format, a...)
}

func (h *htmlParser) write(s string) {
	h.out.WriteString(s)
	h.size += units(s)
}

// reference reads &lt; &gt; &amp; &quot; and numbers; anything else stays as it
// is written (Bot API, HTML style: "The API currently supports only …").
func (h *htmlParser) reference() {
	rest := h.in[h.at:]
	if end := strings.IndexByte(rest, ';'); end > 0 && end < 12 {
		if r, ok := namedReference(rest[1:end]); ok {
			h.write(r)
			h.at += end + 1
			return
		}
	}
	h.write("&")
	h.at++
}

func namedReference(name string) (string, bool) {
	switch name {
	case "lt":
		return "<", true
	case "gt":
		return ">", true
	case "amp":
		return "&", true
	case "quot":
		return `"`, true
	}
	digits, isNumber := strings.CutPrefix(name, "#")
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if !isNumber || err != nil || n <= 0 || n > 0x10ffff {
		return "", false
	}
	return string(rune(n)), true
}

// start reads a start tag with its attributes.
func (h *htmlParser) start() *refusal {
	begin := h.at
	close := strings.IndexByte(h.in[begin:], '>')
	nameEnd := begin + 1
	for nameEnd < len(h.in) && !strings.ContainsRune(" \t\r\n>", rune(h.in[nameEnd])) {
		nameEnd++
	}
	name := strings.ToLower(h.in[begin+1 : nameEnd])
	if close < 0 && nameEnd == len(h.in) {
		return unparsed("Unclosed start tag at byte offset %d", begin)
	}
	if htmlTags[name] == "" {
		return unparsed("Unsupported start tag %q at byte offset %d", name, begin)
	}
	h.at = nameEnd
	attr, r := h.attributes(name, begin)
	if r != nil {
		return r
	}
	if name == "span" && attr["class"] != "tg-spoiler" {
		return unparsed("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	h.open = append(h.open, htmlOpen{tag: name, attr: attr, offset: h.size, byteAt: begin})
	return nil
}

// attributes reads up to the '>' that ends the tag.
func (h *htmlParser) attributes(tag string, begin int) (map[string]string, *refusal) {
	attr := map[string]string{}
	for {
		h.skipSpace()
		if h.at >= len(h.in) {
			return nil, unparsed("Unclosed start tag %q at byte offset %d", tag, begin)
		}
		if h.in[h.at] == '>' {
			h.at++
			return attr, nil
		}
		from := h.at
		for h.at < len(h.in) && !strings.ContainsRune(" \t\r\n=>", rune(h.in[h.at])) {
			h.at++
		}
		name := strings.ToLower(h.in[from:h.at])
		if name == "" {
			return nil, unparsed("Empty attribute name in the tag %q at byte offset %d", tag, begin)
		}
		h.skipSpace()
		if h.at >= len(h.in) || h.in[h.at] != '=' {
			attr[name] = "" // as in <blockquote expandable>
			continue
		}
		h.at++
		h.skipSpace()
		value, ok := h.value()
		if !ok {
			return nil, unparsed("Unexpected end of attribute value in the tag %q at byte offset %d", tag, begin)
		}
		attr[name] = value
	}
}

func (h *htmlParser) value() (string, bool) {
	if h.at >= len(h.in) {
		return "", false
	}
	stop := " \t\r\n>"
	if q := h.in[h.at]; q == '"' || q == '\'' {
		stop = string(q)
		h.at++
	}
	n := strings.IndexAny(h.in[h.at:], stop)
	if n < 0 {
		return "", false
	}
	inner := &htmlParser{in: h.in[h.at : h.at+n]}
	for inner.at < len(inner.in) {
		if inner.in[inner.at] == '&' {
			inner.reference()
			continue
		}
		inner.out.WriteByte(inner.in[inner.at])
		inner.at++
	}
	h.at += n
	if stop == `"` || stop == `'` {
		h.at++
	}
	return inner.out.String(), true
}

func (h *htmlParser) skipSpace() {
	for h.at < len(h.in) && strings.ContainsRune(" \t\r\n", rune(h.in[h.at])) {
		h.at++
	}
}

// end reads an end tag and makes the entity of the tag it closes.
func (h *htmlParser) end() *refusal {
	begin := h.at
	n := strings.IndexByte(h.in[begin:], '>')
	if len(h.open) == 0 {
		return unparsed("Unexpected end tag at byte offset %d", begin)
	}
	if n < 0 {
		return unparsed("Unclosed end tag at byte offset %d", begin)
	}
	name := strings.ToLower(strings.TrimSpace(h.in[begin+2 : begin+n]))
	top := h.open[len(h.open)-1]
	if name != "" && name != top.tag {
		return unparsed("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, top.tag, name)
	}
	h.at = begin + n + 1
	h.open = h.open[:len(h.open)-1]
	if length := h.size - top.offset; length > 0 {
		h.close(top, length)
	}
	return nil
}

func (h *htmlParser) close(t htmlOpen, length int) {
	e := Entity{Type: htmlTags[t.tag], Offset: t.offset, Length: length}
	switch t.tag {
	case "a":
		address := t.attr["href"]
		if address == "" {
			text := h.out.String()
			address = text[len(text)-bytesOfTail(text, length):]
		}
		var ok bool
		if e, ok = linked(address, t.offset, length); !ok {
			return
		}
	case "tg-emoji":
		e.EmojiID = t.attr["emoji-id"]
	case "blockquote":
		if _, ok := t.attr["expandable"]; ok {
			e.Type = "expandable_blockquote"
		}
	case "code":
		if n := len(h.open); n > 0 && h.open[n-1].tag == "pre" && h.open[n-1].offset == t.offset {
			if lang, ok := strings.CutPrefix(t.attr["class"], "language-"); ok {
				h.open[n-1].attr["language"] = lang
				return
			}
		}
	case "pre":
		e.Language = t.attr["language"]
	}
	h.entities = append(h.entities, e)
}

// bytesOfTail is how many bytes the last n UTF-16 units of s take.
func bytesOfTail(s string, n int) int {
	size := 0
	for n > 0 && size < len(s) {
		r, width := utf8.DecodeLastRuneInString(s[:len(s)-size])
		size += width
		n -= utf16.RuneLen(r)
	}
	return size
}
