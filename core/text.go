package core

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
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

// grapheme is the first one of s, what follows, and the state for it. Letters of
// ASCII with others behind them need no tables.
func grapheme(s string, state int) (first, rest string, next int) {
	if s[0] < utf8.RuneSelf && s[0] != '\r' && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1], s[1:], -1
	}
	first, rest, _, next = uniseg.FirstGraphemeClusterInString(s, state)
	return first, rest, next
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
		var g string
		g, rest, state = grapheme(rest, state)
		if Length(g, u) <= limit {
			c.take(g)
			continue
		}
		for _, r := range g {
			c.take(string(r))
		}
	}
	c.emit(len(s))
	return c.found
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

func (c *cutter) take(g string) {
	n := Length(g, c.u)
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
	if !blank(g) || g == "\u00a0" || g == "\u202f" {
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
