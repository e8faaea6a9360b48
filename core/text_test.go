package core_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"causeway/core"

	"github.com/rivo/uniseg"
)

var family = "👨‍👩‍👧‍👦" // 7 runes, 11 UTF-16 units, 25 bytes

func TestLength(t *testing.T) {
	for _, c := range []struct {
		s                   string
		runes, utf16, bytes int
	}{
		{"", 0, 0, 0}, {"abc", 3, 3, 3}, {"Straße", 6, 6, 7}, {"日本", 2, 2, 6}, {"👍", 1, 2, 4}, {family, 7, 11, 25}, {"e\u0301", 2, 2, 3},
	} {
		for u, want := range map[core.Unit]int{core.Runes: c.runes, core.UTF16: c.utf16, core.Bytes: c.bytes, "": c.runes} {
			if got := core.Length(c.s, u); got != want {
				t.Errorf("%q is %d %s, not %d", c.s, got, u, want)
			}
		}
	}
}

func TestSplit(t *testing.T) {
	flags := "🇩🇪🇫🇷🇯🇵" // each 2 runes, 8 bytes
	for _, c := range []struct {
		name  string
		s     string
		limit int
		u     core.Unit
		want  []string
	}{
		{"what fits stays", " a b ", 5, core.Runes, []string{" a b "}},
		{"no limit", strings.Repeat("a ", 99), 0, core.Runes, []string{strings.Repeat("a ", 99)}},
		{"between words", "one two three", 8, core.Runes, []string{"one two", "three"}},
		{"the space does not count", "one two", 3, core.Runes, []string{"one", "two"}},
		{"at a line's end rather than at a space", "one two\nthree four", 15, core.Runes, []string{"one two", "three four"}},
		{"but not far back", "a\nbbb ccc ddd eee", 14, core.Runes, []string{"a\nbbb ccc ddd", "eee"}},
		{"a word too long", "abcdefgh", 3, core.Runes, []string{"abc", "def", "gh"}},
		{"not at a space that keeps together", "10\u00a0km away", 5, core.Runes, []string{"10\u00a0km", "away"}},
		{"in bytes", "日本語", 7, core.Bytes, []string{"日本", "語"}},
		{"in UTF-16", "👍👍👍", 4, core.UTF16, []string{"👍👍", "👍"}},
		{"not inside a flag", flags, 3, core.Runes, []string{"🇩🇪", "🇫🇷", "🇯🇵"}},
		{"not inside a family", "x" + family + family, 12, core.UTF16, []string{"x" + family, family}},
		{"not before an accent", "ae\u0301", 2, core.Runes, []string{"a", "e\u0301"}},
		{"from right to left", "שלום לך", 5, core.Runes, []string{"שלום", "לך"}},
		{"a grapheme over the limit is cut after all", family, 10, core.Bytes, []string{"👨\u200d", "👩\u200d", "👧\u200d", "👦"}},
		{"white space alone gives nothing", "a" + strings.Repeat(" ", 20) + "b", 4, core.Runes, []string{"a", "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := core.Split(c.s, c.limit, c.u); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s     string
		limit int
		u     core.Unit
		want  string
	}{
		{"abc", 3, core.Runes, "abc"},
		{"abcd", 3, core.Runes, "ab…"},
		{"ab cd", 4, core.Runes, "ab…"},
		{"abcdef", 5, core.Bytes, "ab…"},
		{"abcdef", 2, core.Bytes, "ab"},
		{"abc", 0, core.Runes, "abc"},
		{family + family, 12, core.UTF16, family + "…"},
		{family + family, 11, core.UTF16, "…"},
		{"e\u0301e\u0301", 3, core.Runes, "e\u0301…"},
	} {
		if got := core.Cut(c.s, c.limit, c.u); got != c.want {
			t.Errorf("%q cut to %d %s is %q, not %q", c.s, c.limit, c.u, got, c.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("one two\nthree", 5, 0)
	f.Add(family+"🇩🇪🇫🇷 e\u0301", 9, 1)
	f.Add("日本語\u00a0\u200d", 4, 2)
	f.Fuzz(func(t *testing.T, s string, limit, unit int) {
		if !utf8.ValidString(s) || limit < 4 || limit > 1000 {
			t.Skip()
		}
		u := []core.Unit{core.Runes, core.UTF16, core.Bytes}[max(unit, 0)%3]
		pieces := core.Split(s, limit, u)
		if got, want := dense(strings.Join(pieces, "")), dense(s); got != want {
			t.Errorf("%q is lost: %q", s, pieces)
		}
		for _, p := range append(pieces, core.Cut(s, limit, u)) {
			if core.Length(p, u) > limit {
				t.Errorf("%q is over %d %s", p, limit, u)
			}
		}
		if n := len(utf16.Encode([]rune(s))); core.Length(s, core.UTF16) != n {
			t.Errorf("%q is %d UTF-16 units", s, n)
		}
		if !slices.ContainsFunc(graphemesOf(s), func(g string) bool { return core.Length(g, u) > limit }) {
			var got []string
			for _, p := range pieces {
				got = append(got, graphemesOf(p)...)
			}
			if !slices.Equal(inked(got), inked(graphemesOf(s))) {
				t.Errorf("a grapheme of %q is cut: %q", s, pieces)
			}
		}
	})
}

func graphemesOf(s string) []string {
	var all []string
	for g := uniseg.NewGraphemes(s); g.Next(); {
		all = append(all, g.Str())
	}
	return all
}

func inked(all []string) []string {
	return slices.DeleteFunc(all, func(g string) bool { return strings.TrimSpace(g) == "" })
}
