package core

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// Length is how long s is, counted in unit u.
func Length(s string, u Unit) int {
	switch u {
	case Bytes:
		return len(s)
	case UTF16:
		n := 0
		for _, r := range s {
			n++
			if r > 0xFFFF {
				n++
			}
		}
		return n
	case Runes:
	}
	return utf8.RuneCountInString(s)
}

// Split cuts s into pieces that are not longer than limit, at the end of a line
// or between words where it can, and never inside a grapheme, unless one alone
// is longer than the limit. Only white space is lost, at the ends of the pieces.
// An s that fits is returned as it is. A limit of 0 is none.
func Split(s string, limit int, u Unit) []string {
	if fits(s, limit, u) {
		return []string{s}
	}
	var pieces []string
	for _, at := range spans(s, limit, u) {
		pieces = append(pieces, s[at.from:at.to])
	}
	return pieces
}

// Cut shortens s to limit at a grapheme, and shows with "…" that it did. An s
// that fits is returned as it is. A limit of 0 is none.
func Cut(s string, limit int, u Unit) string {
	if fits(s, limit, u) {
		return s
	}
	mark := ellipsis
	if Length(mark, u) > limit {
		mark = ""
	}
	return strings.TrimRightFunc(head(s, limit-Length(mark, u), u), unicode.IsSpace) + mark
}

func fits(s string, limit int, u Unit) bool {
	return limit <= 0 || len(s) <= limit || Length(s, u) <= limit
}

// head is as many whole graphemes from the start of s as fit.
func head(s string, limit int, u Unit) string {
	end, n := 0, 0
	for rest, state := s, -1; rest != ""; {
		var g string
		g, rest, state = grapheme(rest, state)
		if n += Length(g, u); n > limit {
			break
		}
		end += len(g)
	}
	return s[:end]
}

type span struct{ from, to int }

// spans says where the pieces of s are, without the white space around them.
func spans(s string, limit int, u Unit) []span {
	c := cutter{s: s, limit: limit, u: u}
	for rest, state := s, -1; rest != ""; {
		if n := inWord(rest, limit-c.size); n > 0 {
			c.at, c.size = c.at+n, c.size+n
			rest, state = rest[n:], -1
			continue
		}
		var g string
		g, rest, state = grapheme(rest, state)
		n := 1
		if len(g) > 1 {
			n = Length(g, u)
		}
		if n <= limit {
			c.take(g, n)
			continue
		}
		for _, r := range g {
			c.take(string(r), Length(string(r), u))
		}
	}
	c.emit(len(s))
	return c.found
}

// inWord is how many letters and signs of ASCII s begins with, at most so many,
// without the last of them, which may go together with what follows.
func inWord(s string, most int) int {
	n := 0
	for n <= most && n < len(s) && s[n] > ' ' && s[n] < 0x7f {
		n++
	}
	return n - 1
}

// cutter walks s and remembers where it may be cut best.
type cutter struct {
	s     string
	limit int
	u     Unit
	found []span
	start int // of the piece under way
	at    int // all before is taken
	size  int // of s[start:at]
	word  int // after the last white space of the piece
	line  int // after the last line end that lies in the piece's second half
}

// take takes g on, which is n long.
func (c *cutter) take(g string, n int) {
	for c.size+n > c.limit && c.at > c.start {
		cut := c.at
		if c.line > c.start {
			cut = c.line
		} else if c.word > c.start {
			cut = c.word
		}
		c.emit(cut)
	}
	c.at += len(g)
	c.size += n
	if first, _ := utf8.DecodeRuneInString(g); !unicode.IsSpace(first) || !blank(g) || g == "\u00a0" || g == "\u202f" {
		return
	}
	c.word = c.at
	if strings.ContainsAny(g, "\r\n") && c.size > c.limit/2 {
		c.line = c.at
	}
}

// emit ends the piece under way at cut.
func (c *cutter) emit(cut int) {
	from := c.start
	for rest, state := c.s[from:cut], -1; rest != ""; {
		var g string
		if g, rest, state = grapheme(rest, state); !blank(g) {
			break
		}
		from += len(g)
	}
	if to := from + len(strings.TrimRightFunc(c.s[from:cut], unicode.IsSpace)); to > from {
		c.found = append(c.found, span{from, to})
	}
	c.start = cut
	c.size = Length(c.s[cut:max(c.at, cut)], c.u)
}
