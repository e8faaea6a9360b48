package simulator

import (
	"fmt"
	"strings"
	"testing"
)

func TestMarkup(t *testing.T) {
	for _, c := range []struct{ mode, in, want string }{
		{"HTML", `<b>b<i>bi</i></b> &amp; &#128075; <a href="https://e.com/?a=1&amp;b=2">l</a>`, "bbi & 👋 l|bold 0+3|italic 1+2|text_link 9+1 https://e.com/?a=1&b=2"},
		{"HTML", `<pre><code class="language-go">x</code></pre>`, "x|pre 0+1 go"},
		{"HTML", `<span class="tg-spoiler">s</span><blockquote expandable>q</blockquote>`, "sq|spoiler 0+1|expandable_blockquote 1+1"},
		{"HTML", `<a href="tg://user?id=7">u</a>`, "u|text_mention 0+1"},
		{"HTML", "  <b> x </b>  ", "x|bold 0+1"},
		{"HTML", `a < b`, `Unsupported start tag "" at byte offset 2`},
		{"HTML", `<p>x</p>`, `Unsupported start tag "p" at byte offset 0`},
		{"HTML", `<b>x`, `Can't find end tag corresponding to start tag "b"`},
		{"HTML", `x</b>`, `Unexpected end tag at byte offset 1`},
		{"HTML", `<b>x</i>`, `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`},
		{"HTML", `<span>x</span>`, `must have class "tg-spoiler"`},
		{"HTML", `&nbsp;x`, `&nbsp;x`},
		{"MarkdownV2", "*b _i_* __u__ ~s~ ||p|| `c\\.`", "b i u s p c.|bold 0+3|italic 2+1|underline 4+1|strikethrough 6+1|spoiler 8+1|code 10+2"},
		{"MarkdownV2", "```go\nx := 1\n```", "x := 1|pre 0+6 go"},
		{"MarkdownV2", `[l](https://e.com/\))`, "l|text_link 0+1 https://e.com/)"},
		{"MarkdownV2", ">q1\n>q2\nx", "q1\nq2\nx|blockquote 0+5"},
		{"MarkdownV2", "a.b", `Character '.' is reserved and must be escaped with the preceding '\'`},
		{"MarkdownV2", "ä*b", "Can't find end of Bold entity at byte offset 2"},
		{"MarkdownV2", "[l](https://e.com", "Can't find end of a URL at byte offset 3"},
		{"Markdown", "*b* _i_ `c` [l](https://e.com/a_b) 1.5 (x)!", "b i c l 1.5 (x)!|bold 0+1|italic 2+1|code 4+1|text_link 6+1 https://e.com/a_b"},
		{"Markdown", "a_b", "Can't find end of the entity starting at byte offset 1"},
	} {
		text, entities, r := richText(params{values: map[string]string{"text": c.in, "parse_mode": c.mode}}, "text", "entities")
		got := text
		for _, e := range entities {
			got += strings.TrimRight(fmt.Sprintf("|%s %d+%d %s", e.Type, e.Offset, e.Length, e.URL+e.Language), " ")
		}
		if r != nil {
			got = r.text
			if !strings.HasPrefix(got, "Bad Request: can't parse entities: ") || !strings.HasSuffix(got, c.want) && !strings.Contains(got, c.want) {
				t.Errorf("%s %q: %s, want %s", c.mode, c.in, got, c.want)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s %q: %s, want %s", c.mode, c.in, got, c.want)
		}
	}
}

func FuzzMarkup(f *testing.F) {
	for _, s := range []string{"<b>x</b>", "*a_b_*", "[x](y)", "```a\nb```", "&#x1F600;", "<a href='", "\\", "__*", ">a\n>b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, mode := range []string{"HTML", "MarkdownV2", "Markdown"} {
			text, entities, r := richText(params{values: map[string]string{"text": in, "parse_mode": mode}}, "text", "entities")
			for _, e := range entities {
				if r == nil && (e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > units(text)) {
					t.Errorf("%s %q: %+v outside of %q", mode, in, e, text)
				}
			}
		}
	})
}
