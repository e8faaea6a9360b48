package markup

import "strings"

// writePlain writes the words, and after each link its address.
func writePlain(runs []run) string {
	return strings.TrimSpace(textOf(addressed(runs)))
}

// addressed writes the address of each link after its text, where it is not the
// text itself.
func addressed(runs []run) []run {
	var all []run
	start := 0
	for i, r := range runs {
		all = append(all, run{text: r.text, style: r.style})
		if i+1 < len(runs) && runs[i+1].link == r.link {
			continue
		}
		if r.link != nil && !says(textOf(runs[start:i+1]), r.link.href) {
			all = append(all, run{text: " (" + r.link.href + ")", style: r.style & (quote | pre)})
		}
		start = i + 1
	}
	return all
}

// says reports whether a link's text is its address.
func says(text, href string) bool {
	text = strings.TrimSpace(text)
	return text == href || "mailto:"+text == href || "tel:"+text == href
}

func textOf(runs []run) string {
	var all strings.Builder
	for _, r := range runs {
		all.WriteString(r.text)
	}
	return all.String()
}
