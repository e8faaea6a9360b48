package core

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// grapheme is the first one of s, what follows, and the state for it. Characters
// that never join with their like need no tables: most of what is written is
// made of them.
func grapheme(s string, state int) (first, rest string, next int) {
	r, size := utf8.DecodeRuneInString(s)
	if size == len(s) {
		return s, "", -1
	}
	if after, _ := utf8.DecodeRuneInString(s[size:]); apart(r) && apart(after) {
		return s[:size], s[size:], -1
	}
	first, rest, _, next = uniseg.FirstGraphemeClusterInString(s, state)
	return first, rest, next
}

// apart reports whether a character stands for itself between two of its sort:
// https://www.unicode.org/reports/tr29, where these are "Other", or whole
// syllables of Hangul.
func apart(r rune) bool {
	switch {
	case r < 0x80:
		return r >= ' ' || r == '\n' || r == '\t'
	case r >= 0xc0 && r <= 0x24f, // Latin
		r >= 0x370 && r <= 0x482, r >= 0x48a && r <= 0x52f, // Greek, Cyrillic
		r >= 0x5d0 && r <= 0x5ea, r >= 0x621 && r <= 0x64a, // Hebrew, Arabic
		r >= 0x2010 && r <= 0x2027, r == '€', // dashes, quotation marks
		r >= 0x3000 && r <= 0x3029, r >= 0x3041 && r <= 0x3096, r >= 0x309b && r <= 0x30ff, // Japanese
		r >= 0x4e00 && r <= 0x9fff, r >= 0xac00 && r <= 0xd7a3: // Chinese, Korean
		return true
	}
	return false
}
