package markup

import (
	"slices"
	"strings"
)

// telegramTags are Telegram's tags from the outermost in. It wants code and pre
// to have none inside.
var telegramTags = []struct {
	style style
	tag   string
}{
	{quote, "blockquote"}, {pre, "pre"}, {spoiler, "tg-spoiler"}, {bold, "b"}, {italic, "i"}, {underline, "u"},
	{strike, "s"}, {code, "code"},
}

// telegramWriter keeps what is open, so that it can close it in order.
type telegramWriter struct {
	out  strings.Builder
	open []telegramTag
}

type telegramTag struct {
	name string
	link *link
}

func writeTelegram(runs []run) string {
	var w telegramWriter
	for _, r := range trimmed(runs) {
		w.want(tagsOf(r))
		w.out.WriteString(telegramEscape.Replace(r.text))
	}
	w.want(nil)
	return w.out.String()
}

var telegramEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// telegramLinks writes out the addresses that Telegram makes no link of.
func telegramLinks(runs []run) []run {
	var all []run
	for i := 0; i < len(runs); {
		end := i + 1
		for end < len(runs) && runs[end].link == runs[i].link {
			end++
		}
		if l := runs[i].link; l == nil || telegramOpens(l.href) {
			all = append(all, runs[i:end]...)
		} else {
			all = append(all, addressed(runs[i:end])...)
		}
		i = end
	}
	return all
}

func telegramOpens(href string) bool {
	scheme, rest, ok := strings.Cut(href, "://")
	return ok && rest != "" && !strings.ContainsAny(href, " \t\r\n") &&
		slices.Contains([]string{"http", "https", "tg"}, strings.ToLower(scheme))
}

// tagsOf is what a run stands in, from the outermost in.
func tagsOf(r run) []telegramTag {
	s := r.style
	switch {
	case s&pre != 0:
		s &= quote | pre
	case r.link != nil:
		s &^= code
	case s&code != 0:
		s &= quote | code
	}
	var all []telegramTag
	for _, t := range telegramTags {
		if s&t.style != 0 {
			all = append(all, telegramTag{name: t.tag})
		}
		if t.style == pre && r.link != nil && s&pre == 0 {
			all = append(all, telegramTag{"a", r.link})
		}
	}
	return all
}

// want closes and opens tags until those that are open are tags.
func (w *telegramWriter) want(tags []telegramTag) {
	common := 0
	for common < min(len(tags), len(w.open)) && tags[common] == w.open[common] {
		common++
	}
	for _, t := range slices.Backward(w.open[common:]) {
		w.out.WriteString("</" + t.name + ">")
	}
	for _, t := range tags[common:] {
		w.out.WriteString("<" + t.name)
		if t.link != nil {
			w.out.WriteString(` href="` + telegramEscape.Replace(t.link.href) + `"`)
		}
		w.out.WriteString(">")
	}
	w.open = slices.Clone(tags)
}

// trimmed is runs without white space at both ends.
func trimmed(runs []run) []run {
	runs = slices.Clone(runs)
	for len(runs) > 0 {
		if runs[0].text = strings.TrimLeft(runs[0].text, " \t\n"); runs[0].text != "" {
			break
		}
		runs = runs[1:]
	}
	for n := len(runs) - 1; n >= 0; n-- {
		if runs[n].text = strings.TrimRight(runs[n].text, " \t\n"); runs[n].text != "" {
			break
		}
		runs = runs[:n]
	}
	return runs
}
