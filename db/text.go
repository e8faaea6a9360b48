package db

import (
	"strings"
	"unicode/utf8"
)

// Clean makes text storable on every engine: NUL characters are removed, invalid UTF-8 is replaced by U+FFFD. Text
// from outside goes through it before it is stored; clean text comes back as it is, without a copy.
func Clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
