package markup_test

import (
	"strings"
	"testing"

	"causeway/markup"
)

func TestUnmarked(t *testing.T) {
	for _, c := range []struct{ body, format, telegram, whatsApp string }{
		{"<b>a</b> <i>b</i> <s>c</s> <code>d</code><pre><code>e</code></pre>", "html", "", ""},
		{"<u>a</u> <tg-spoiler>b</tg-spoiler>", "html", "", "underline, spoiler"},
		{"un<b>believ</b>able", "html", "", "bold"},
		{"<code><b>a</b></code>", "html", "bold", "bold"},
		{`<a href="https://ex.com"><code>a</code></a>`, "html", "code", ""},
		{"<blockquote>a <b>b</b></blockquote>", "html", "", ""},
		{"<p>a <sup>2</sup> <font color=red>b</font> <span style='color:red'>c</span></p>", "html", "raised, font, style", "raised, font, style"},
		{"**a** *b* ~~c~~ `d`\n> e\n# f", "markdown", "", ""},
		{"a<br>b &amp; c", "html", "", ""},
		{"<b>a</b>", "", "", ""},
	} {
		if got := strings.Join(markup.UnmarkedTelegram(c.body, c.format), ", "); got != c.telegram {
			t.Errorf("Telegram: %s lacks %q, want %q", c.body, got, c.telegram)
		}
		if got := strings.Join(markup.UnmarkedWhatsApp(c.body, c.format), ", "); got != c.whatsApp {
			t.Errorf("WhatsApp: %s lacks %q, want %q", c.body, got, c.whatsApp)
		}
	}
}
