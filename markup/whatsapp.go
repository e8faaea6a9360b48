package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// whatsAppMarks are WhatsApp's marks from the outermost in. Mono has none inside.
var whatsAppMarks = []struct {
	style style
	mark  string
}{{bold, "*"}, {italic, "_"}, {strike, "~"}, {code, "```"}}

// writeWhatsApp writes line by line, because no mark reaches over a line's end.
func writeWhatsApp(runs []run) string {
	var out strings.Builder
	for i, line := range linesOf(addressed(runs), whatsAppStyle) {
		if i > 0 {
			out.WriteByte('\n')
		}
		writeLine(&out, line)
	}
	return strings.TrimSpace(out.String())
}

// linesOf is runs with each line on its own, in the styles that are shown.
func linesOf(runs []run, shown func(style) style) [][]run {
	all := [][]run{nil}
	for _, r := range runs {
		for i, text := range strings.Split(r.text, "\n") {
			if i > 0 {
				all = append(all, nil)
			}
			if text != "" {
				last := len(all) - 1
				all[last] = append(all[last], run{text: text, style: shown(r.style)})
			}
		}
	}
	return all
}

func whatsAppStyle(s style) style {
	if s&(code|pre) != 0 {
		return code | s&quote
	}
	return s & (bold | italic | strike | quote)
}

func writeLine(out *strings.Builder, line []run) {
	if len(line) > 0 && line[0].style&quote != 0 {
		out.WriteString("> ")
	}
	for _, m := range whatsAppMarks {
		unmarkParts(line, m.style)
	}
	var open []string
	space := ""
	for _, r := range line {
		text := strings.TrimLeft(r.text, " \t")
		if text == "" {
			space += r.text
			continue
		}
		space += r.text[:len(r.text)-len(text)]
		var want []string
		for _, m := range whatsAppMarks {
			if r.style&m.style != 0 {
				want = append(want, m.mark)
			}
		}
		common := 0
		for common < min(len(want), len(open)) && want[common] == open[common] {
			common++
		}
		closeMarks(out, open[common:])
		out.WriteString(space)
		out.WriteString(strings.Join(want[common:], ""))
		open = want
		bare := strings.TrimRight(text, " \t")
		space = text[len(bare):]
		out.WriteString(bare)
	}
	closeMarks(out, open)
}

func closeMarks(out *strings.Builder, open []string) {
	for i := len(open) - 1; i >= 0; i-- {
		out.WriteString(open[i])
	}
}

// unmarkParts takes a style off where it begins or ends inside a word.
func unmarkParts(line []run, s style) {
	for i := 0; i < len(line); {
		end := i
		for end < len(line) && line[end].style&s != 0 {
			end++
		}
		if end == i {
			i++
			continue
		}
		if i > 0 && joins(lastOf(line[i-1]), firstOf(line[i])) || end < len(line) && joins(firstOf(line[end]), lastOf(line[end-1])) {
			for j := i; j < end; j++ {
				line[j].style &^= s
			}
		}
		i = end
	}
}

// joins reports whether a mark would not show between a character outside it and
// one inside.
func joins(outside, inside rune) bool { return wordly(outside) && !unicode.IsSpace(inside) }

func firstOf(r run) rune {
	first, _ := utf8.DecodeRuneInString(r.text)
	return first
}

func lastOf(r run) rune {
	last, _ := utf8.DecodeLastRuneInString(r.text)
	return last
}

func wordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
