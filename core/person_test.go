package core

import (
	"errors"
	"strings"
	"testing"
)

func TestUserIDs(t *testing.T) {
	for _, good := range []string{"zoe@example.com", "+4915112345678", "whatsapp:+49", "telegram:77", "2f1c4a1e-0a55-4d2b-9c0e-1c1f6c1d2e3f", "Zoë", "a/b#c?d=e", strings.Repeat("a", 300)} {
		if err := CheckUserID(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "zoe smith", " zoe", "zoe\t", "zoe\n", "zoe\u00a0smith", "a^", "a!", "a$b", "%61", "a&b", "*", "(a", "a)", "\x00", strings.Repeat("a", 301)} {
		if err := CheckUserID(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for name, want := range map[string]string{"sms:BANK & CO": "sms:BANK___CO", "telegram:77": "telegram:77"} {
		if got := UserIDOf(name); got != want || CheckUserID(got) != nil {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestAContactWithoutANameIsCalledByAPseudonym(t *testing.T) {
	named := Contact{ID: 7, Name: "Zoë"}.NamedByUs()
	if named.Name != "Zoë" || named.Pseudonym {
		t.Errorf("%+v", named)
	}
	first, again := Contact{ID: 7}.NamedByUs(), Contact{ID: 7, Phone: "+49"}.NamedByUs()
	if !first.Pseudonym || first.Name == "" || first.Name != again.Name {
		t.Errorf("%+v, %+v", first, again)
	}
	adjective, creature, ok := strings.Cut(first.Name, " ")
	if !ok || adjective == "" || creature == "" {
		t.Errorf("%q is no adjective with a creature", first.Name)
	}
}

// Those who come in the same moment must not all be called the same.
func TestPseudonymsAreSpread(t *testing.T) {
	words := map[string]bool{}
	for _, list := range [][]string{adjectives[:], creatures[:]} {
		for _, word := range list {
			if word == "" || words[word] {
				t.Errorf("%q stands there twice", word)
			}
			words[word] = true
		}
	}
	seen := map[string]int{}
	const n = 2000
	for i := range uint64(n) {
		seen[Pseudonym(1<<50+i)]++
	}
	if len(seen) < n*8/10 {
		t.Errorf("%d names for %d people", len(seen), n)
	}
}
