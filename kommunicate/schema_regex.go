package kommunicate

import "strings"

// expression is a regular expression that JavaScript and RE2 read alike: literal
// characters, classes, groups one within another, alternatives and counts that
// are not large. Much else is read by both, and no schema can tell it from what
// only one of them reads.
func expression(description string) schema {
	return described(schema{"type": "string", "format": "regex", "maxLength": mostExpression, "pattern": "^(" + expressions(2) + ")?$"}, description)
}

const mostExpression = 200

const (
	// escaped is a class such as \d, or a sign that stands for itself.
	escaped   = `\\[dDwWsS.^$|?*+()\[\]{}/\\-]`
	inClass   = `(a-z|A-Z|0-9|` + escaped + `|[A-Za-z0-9 _.,;:!?@#$%&*+=/()'"~|])`
	class     = `\[\^?` + inClass + `+-?\]`
	character = `[A-Za-z0-9 _,;:!@#%&=/'"~<>-]`
	// atMost counts with a most of 9, or of two digits that is more than the least.
	atMost = `\{([0-9],[1-9][0-9]|0,[0-9]|1,[1-9]|2,[2-9]|3,[3-9]|4,[4-9]|5,[5-9]|6,[6-9]|7,[7-9]|8,[89]|9,9)\}`
	often  = `([*+?]|\{[0-9]{1,2},?\}|` + atMost + `)\??`
)

// expressions are those with groups of so many levels. What a group is repeated
// by stays small: RE2 reads up to 1000 repetitions of one thing in all.
func expressions(levels int) string {
	one := `(` + strings.Join([]string{character, `\.`, escaped, class}, "|") + `)(` + often + `)?`
	if levels > 0 {
		one += `|\((\?:)?` + expressions(levels-1) + `\)([*+?]\??)?`
	}
	sequence := `\^?(` + one + `)*\$?`
	return sequence + `(\|` + sequence + `)*`
}
