package core

import (
	"testing"

	"github.com/rivo/uniseg"
)

// What is taken for standing apart does so by Unicode's tables, before and after
// whatever else stands apart.
func TestApart(t *testing.T) {
	var all []rune
	for r := rune(0); r <= 0x2ffff; r++ {
		if apart(r) {
			all = append(all, r)
		}
	}
	for _, other := range []rune{'a', ' ', '\n', 'ж', 'ש', 'م', '語', '한', '각', 'é', '…', 'ー', '€'} {
		for _, r := range all {
			for _, s := range []string{string([]rune{r, other}), string([]rune{other, r})} {
				if uniseg.GraphemeClusterCount(s) != 2 {
					t.Fatalf("%U and %U are one: %q", r, other, s)
				}
			}
		}
	}
	if len(all) < 30000 {
		t.Errorf("only %d stand apart", len(all))
	}
}

// The same clusters come out as from the tables alone.
func FuzzGrapheme(f *testing.F) {
	for _, s := range []string{"", "a", "e\u0301", "\r\n", "👨‍👩‍👧‍👦 🇩🇪🇫🇷", "한국어 각", "ᄀ각", "שָׁלוֹם", "नमस्ते", "日本\u3099", "\xff\u0301", "a\u200db", "1️⃣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, want := s, s
		for state, theirs := -1, -1; want != ""; {
			var a, b string
			a, got, state = grapheme(got, state)
			b, want, _, theirs = uniseg.FirstGraphemeClusterInString(want, theirs)
			if a != b {
				t.Fatalf("%q: %q, want %q", s, a, b)
			}
		}
	})
}
