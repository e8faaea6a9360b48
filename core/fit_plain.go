package core

import (
	"html"
	"strings"
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

func plainHTML(body string) string {
	var w plainWriter
	r := htmlReader{rest: body, quoted: true, tags: true, comments: true}
	for r.rest != "" {
		switch tag, ok := r.tag(); {
		case !ok:
			w.text(html.UnescapeString(r.words()))
		case tag.name == "":
			// A comment or a declaration.
		case !tag.end && (tag.name == "script" || tag.name == "style"):
			r.skip(tag.name)
		default:
			w.tag(tag)
		}
	}
	w.closeLink()
	return strings.TrimSpace(w.out.String())
}

// htmlReader reads HTML from its start. What is no whole tag is text.
type htmlReader struct {
	rest string
	// What may still come; found out once, so that reading takes linear time.
	tags     bool // a ">"
	comments bool // the end of a comment
	quoted   bool // quotation marks that match: a ">" between them ends no tag
}

type htmlTag struct {
	name       string // empty for a comment or a declaration
	end        bool
	attributes string
}

// words takes the text up to the next "<", and that one if it comes first.
func (r *htmlReader) words() string {
	end := len(r.rest)
	if i := strings.IndexByte(r.rest[1:], '<'); i >= 0 {
		end = i + 1
	}
	text := r.rest[:end]
	r.rest = r.rest[end:]
	return text
}

func (r *htmlReader) tag() (htmlTag, bool) {
	s := r.rest
	if len(s) < 3 || s[0] != '<' || !r.tags {
		return htmlTag{}, false
	}
	if s[1] == '!' || s[1] == '?' {
		return htmlTag{}, r.comment()
	}
	s = s[1:]
	end := s[0] == '/'
	if end {
		s = s[1:]
	}
	n := 0
	for n < len(s) && isTagName(s[n], n) {
		n++
	}
	if n == 0 || n == len(s) || strings.IndexByte(" \t\n\f\r/>", s[n]) < 0 {
		return htmlTag{}, false
	}
	size := r.tagEnd(s[n:])
	if size == 0 {
		return htmlTag{}, false
	}
	r.rest = s[n+size:]
	return htmlTag{strings.ToLower(s[:n]), end, s[n : n+size-1]}, true
}

func isTagName(c byte, at int) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || at > 0 && (c >= '0' && c <= '9' || c == '-' || c == ':')
}

// tagEnd is the index after the ">" that ends a tag, or 0.
func (r *htmlReader) tagEnd(s string) int {
	for i := 0; r.quoted && i < len(s); i++ {
		switch s[i] {
		case '>':
			return i + 1
		case '"', '\'':
			size := strings.IndexByte(s[i+1:], s[i])
			r.quoted = size >= 0
			i += size + 1
		}
	}
	r.quoted = false
	i := strings.IndexByte(s, '>')
	r.tags = i >= 0
	return i + 1
}

func (r *htmlReader) comment() bool {
	if !strings.HasPrefix(r.rest, "<!--") {
		i := strings.IndexByte(r.rest, '>')
		r.rest = r.rest[i+1:]
		r.tags = i >= 0
		return i >= 0
	}
	i := -1
	if r.comments {
		i = strings.Index(r.rest, "-->")
	}
	if r.comments = i >= 0; r.comments {
		r.rest = r.rest[i+len("-->"):]
	}
	return r.comments
}

// skip leaves out the text of an element that shows none.
func (r *htmlReader) skip(name string) {
	for i := range r.rest {
		if r.rest[i] == '<' && len(r.rest) > i+1+len(name) && strings.EqualFold(r.rest[i+2:i+2+len(name)], name) && r.rest[i+1] == '/' {
			r.rest = r.rest[i:]
			return
		}
	}
	r.rest = ""
}
