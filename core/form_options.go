package core

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// choice is an option that can be picked, at its place in the field, under the
// number that it is known by where they are counted.
type choice struct {
	FieldOption
	at, number int
}

// choices are the options that can be picked. One without a value is a request to
// pick another where the field has a word for who does not.
func (f Field) choices() []choice {
	var all []choice
	for i, o := range f.Options {
		if !o.Disabled && (o.Value != "" || f.Error == "") {
			all = append(all, choice{o, i, len(all) + 1})
		}
	}
	return all
}

// selected are the options that a page would have picked beforehand. A question
// has none picked.
func (f Field) selected() string {
	var labels []string
	for _, o := range f.Options {
		if o.Selected && !o.Disabled {
			labels = append(labels, o.Label)
		}
	}
	return lines(labels...)
}

// option finds the option that was tapped, or whose label, value or number was
// typed; a number is first of all what it says where the options are counted.
func (f Field) option(said, id string) (string, bool) {
	said = fold(said)
	ways := []func(choice) bool{
		func(o choice) bool { return said != "" && (said == fold(o.Label) || said == fold(o.Value)) },
		func(o choice) bool { return numbered(said) == strconv.Itoa(o.number) },
	}
	switch {
	case id != "":
		ways = []func(choice) bool{func(o choice) bool { return id == optionID(o.at) }}
	case f.Type == CheckboxField:
		slices.Reverse(ways)
	}
	for _, means := range ways {
		for _, o := range f.choices() {
			if means(o) {
				return o.Value, true
			}
		}
	}
	return "", false
}

// numbered is a typed number in digits.
func numbered(said string) string {
	said = strings.Trim(said, ".) ")
	if n, ok := numberWords[said]; ok {
		return n
	}
	return said
}

// several finds the options of a list such as "1, 3" or "tea and milk". A label
// may have commas and such words in it: the longest that fits is meant. Nothing
// is picked twice.
func (f Field) several(said, id string) ([]string, bool) {
	if fold(said) == fold(noneWord) {
		return []string{}, true
	}
	if v, ok := f.option(said, id); ok {
		return []string{v}, true
	}
	var values []string
	picked := map[int]bool{}
	all := f.choices()
	for rest := fold(said); rest != ""; {
		if o, after, ok := begins(rest, all); ok {
			if !picked[o.at] {
				picked[o.at], values = true, append(values, o.Value)
			}
			rest = after
			continue
		}
		var ok bool
		if rest, ok = between(rest); !ok {
			return nil, false
		}
	}
	return values, len(values) > 0
}

// begins is the option with the longest name that s begins with, and what
// follows; of two equal ones the number counts.
func begins(s string, all []choice) (found choice, after string, ok bool) {
	longest := 0
	take := func(o choice, name string) {
		rest, is := strings.CutPrefix(s, name)
		next, _ := utf8.DecodeRuneInString(rest)
		if is && len(name) > longest && !unicode.IsLetter(next) && !unicode.IsDigit(next) {
			found, after, ok, longest = o, rest, true, len(name)
		}
	}
	for _, o := range all {
		take(o, strconv.Itoa(o.number))
	}
	for _, o := range all {
		take(o, fold(o.Label))
		take(o, fold(o.Value))
	}
	return found, after, ok
}

// between is s after what may stand between two names.
func between(s string) (after string, ok bool) {
	if rest, ok := strings.CutPrefix(s, "and "); ok {
		return rest, true
	}
	first, size := utf8.DecodeRuneInString(s)
	return s[size:], strings.ContainsRune(" ,;+&/.)、，؛،", first)
}

func optionID(i int) string { return "option-" + strconv.Itoa(i) }

// noneWord says that none of a checkbox's options is wanted.
const noneWord = "0"
