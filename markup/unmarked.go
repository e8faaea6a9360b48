package markup

import "slices"

// names are the marks as people call them.
var names = []struct {
	style style
	name  string
}{
	{bold, "bold"}, {italic, "italic"}, {underline, "underline"}, {strike, "strike"}, {code | pre, "code"}, {quote, "quote"},
	{spoiler, "spoiler"},
}

// foreign are marks of HTML that no channel has, by their tags.
var foreign = map[string]string{
	"sup": "raised", "sub": "lowered", "mark": "highlight", "small": "size", "big": "size", "font": "font",
}

// UnmarkedTelegram names what sets words of a body apart and is not shown by what
// Telegram gives of it.
func UnmarkedTelegram[F ~string](body string, format F) []string {
	return unmarked(body, string(format), func(runs []run) style {
		var left style
		for _, r := range telegramLinks(runs) {
			shown := style(0)
			for _, tag := range tagsOf(r) {
				for _, t := range telegramTags {
					if t.tag == tag.name {
						shown |= t.style
					}
				}
			}
			left |= missing(r.style, shown)
		}
		return left
	})
}

// UnmarkedWhatsApp is UnmarkedTelegram for what WhatsApp gives of a body.
func UnmarkedWhatsApp[F ~string](body string, format F) []string {
	return unmarked(body, string(format), func(runs []run) style {
		var left style
		for _, line := range linesOf(addressed(runs), func(s style) style { return s }) {
			shown := make([]run, len(line))
			for i, r := range line {
				shown[i] = run{text: r.text, style: whatsAppStyle(r.style)}
			}
			for _, m := range whatsAppMarks {
				unmarkParts(shown, m.style)
			}
			for i, r := range line {
				left |= missing(r.style, shown[i].style&^quote|line[0].style&quote)
			}
		}
		return left
	})
}

// missing is what of the marks wanted is not shown. Code in a block of code is
// one mark.
func missing(wanted, shown style) style {
	if shown&(code|pre) != 0 {
		wanted &^= code | pre
	}
	return wanted &^ shown
}

func unmarked(body, format string, left func([]run) style) []string {
	var b builder
	if !b.read(body, format) {
		return nil
	}
	without := left(b.finish())
	var all []string
	for _, n := range names {
		if without&n.style != 0 {
			all = append(all, n.name)
		}
	}
	return append(all, b.foreign...)
}

// strange notes a mark that no channel has.
func (b *builder) strange(name string) {
	if name != "" && !slices.Contains(b.foreign, name) {
		b.foreign = append(b.foreign, name)
	}
}
