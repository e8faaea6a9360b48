package core

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Offered is what one message offered to pick from.
type Offered struct {
	Message MessageID
	Answer  int64 // the same for all messages of one answer
	Options []Option
}

// resolvable is how many answers back a typed title is looked for.
const resolvable = 3

// Resolve reads what a person typed as a pick of what was offered, the newest
// set first. It is pure.
//
// A number ("2", "2.", "#2", "two", "2. Monday", in the digits of any script) means the
// newest answer alone, and only what was shown there as a number. A title is
// looked for in the last three answers; case, accents and punctuation around it
// do not matter. Where a set offers one title for several things, the title is
// no pick, because nobody knows which is meant.
func Resolve(sets []Offered, said string) (Option, MessageID, bool) {
	said = fold(said)
	if said == "" {
		return Option{}, 0, false
	}
	sets = latest(sets, resolvable)
	if o, m, ok := byNumber(latest(sets, 1), said); ok {
		return o, m, true
	}
	for _, set := range sets {
		if found := byTitle(set.Options, said); len(found) > 0 {
			return found[0], set.Message, alike(found)
		}
	}
	if n, ok := numberWords[bared(said)]; ok {
		return byNumber(latest(sets, 1), n)
	}
	return Option{}, 0, false
}

// numberWords are numbers as people write them out in English.
var numberWords = map[string]string{
	"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
	"seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}

// latest is the sets of the newest n answers.
func latest(sets []Offered, n int) []Offered {
	var answers []int64
	for i, s := range sets {
		if slices.Contains(answers, s.Answer) {
			continue
		}
		if answers = append(answers, s.Answer); len(answers) > n {
			return sets[:i]
		}
	}
	return sets
}

var typedNumber = regexp.MustCompile(`^[#(\[*"' ]*([0-9]{1,4})(?:[.):\]*, -]+(.*?))?[.,:;)!?\]*"' ]*$`)

func byNumber(sets []Offered, said string) (Option, MessageID, bool) {
	m := typedNumber.FindStringSubmatch(said)
	if m == nil {
		return Option{}, 0, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n == 0 {
		return Option{}, 0, false
	}
	for _, set := range sets {
		for _, o := range set.Options {
			if o.Number == n && (m[2] == "" || bared(m[2]) == bared(fold(o.Button.Title))) {
				return o, set.Message, true
			}
		}
	}
	return Option{}, 0, false
}

// byTitle is all options that said may mean: by the whole title, by the form
// that Fit gave to the second of its name or to one too long, or by the title
// without the punctuation around it.
func byTitle(options []Option, said string) []Option {
	titles := make([]string, len(options))
	for i, o := range options {
		titles[i] = fold(o.Button.Title)
	}
	pick := func(match func(title string) bool) (found []Option) {
		for i, t := range titles {
			if match(t) {
				found = append(found, options[i])
			}
		}
		return found
	}
	if found := pick(func(t string) bool { return t == said }); len(found) > 0 {
		return found
	}
	if m := repeated.FindStringSubmatch(said); m != nil {
		n, err := strconv.Atoi(m[2])
		if found := pick(func(t string) bool { return t == m[1] }); err == nil && n > 1 && n <= len(found) {
			return found[n-1 : n]
		}
	}
	if start, cut := strings.CutSuffix(said, ellipsis); cut && start != "" {
		return pick(func(t string) bool { return strings.HasPrefix(t, start) })
	}
	bare := bared(said)
	return pick(func(t string) bool { return bare != "" && bared(t) == bare })
}

var repeated = regexp.MustCompile(`^(.+) \(([0-9]{1,3})\)$`)

// bared is s without the punctuation and signs around it.
func bared(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r)
	})
}

// alike reports whether it makes no difference which of the options is meant.
func alike(found []Option) bool {
	first := found[0].Button
	for _, o := range found[1:] {
		b := o.Button
		if b.Says() != first.Says() || b.ID != first.ID || b.Type != first.Type || b.Language != first.Language ||
			len(b.Metadata)+len(first.Metadata) > 0 || b.Submission != first.Submission {
			return false
		}
	}
	return true
}
