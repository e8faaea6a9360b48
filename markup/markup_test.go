package markup

import (
	"strings"
	"testing"
)

func TestFormatsBecomeEachOther(t *testing.T) {
	for _, c := range []struct {
		name, format, body, plain, telegram, whatsapp string
	}{
		{"bold and italic", "html", "<b>Hi</b> <i>you</i>", "Hi you", "<b>Hi</b> <i>you</i>", "*Hi* _you_"},
		{"nested", "html", "<b>a <i>b</i></b> c", "a b c", "<b>a <i>b</i></b> c", "*a _b_* c"},
		{"badly nested", "html", "<b>a<i>b</b>c</i>", "abc", "<b>a<i>b</i></b><i>c</i>", "abc"},
		{"spaces at the marks", "html", "x<b> y </b>z", "x y z", "x <b>y</b> z", "x *y* z"},
		{"inside a word", "html", "un<b>believ</b>able", "unbelievable", "un<b>believ</b>able", "unbelievable"},
		{"beside punctuation", "html", "(<b>a</b>), <i>-b-</i>!", "(a), -b-!", "(<b>a</b>), <i>-b-</i>!", "(*a*), _-b-_!"},
		{"paragraphs", "html", "<p>One</p><p>Two</p>", "One\n\nTwo", "One\n\nTwo", "One\n\nTwo"},
		{"line ends", "html", "a<br>b<br/><br>c", "a\nb\n\nc", "a\nb\n\nc", "a\nb\n\nc"},
		{"bold over lines", "html", "<b>a<br>b</b>", "a\nb", "<b>a\nb</b>", "*a*\n*b*"},
		{"bullets", "html", "<ul><li>A</li><li>B<ul><li>C</li></ul></li></ul>D", "• A\n• B\n  • C\n\nD", "• A\n• B\n  • C\n\nD", "• A\n• B\n  • C\n\nD"},
		{"numbers", "html", "<ol><li>A</li><li>B</li></ol>", "1. A\n2. B", "1. A\n2. B", "1. A\n2. B"},
		{"link", "html", `See <a href="https://ex.com/a?b=1&amp;c=2">this</a>.`, "See this (https://ex.com/a?b=1&c=2).", `See <a href="https://ex.com/a?b=1&amp;c=2">this</a>.`, "See this (https://ex.com/a?b=1&c=2)."},
		{"link that is its text", "html", `<a href="https://ex.com">https://ex.com</a>`, "https://ex.com", `<a href="https://ex.com">https://ex.com</a>`, "https://ex.com"},
		{"link without text", "html", `<a href="https://ex.com"></a>`, "https://ex.com", `<a href="https://ex.com">https://ex.com</a>`, "https://ex.com"},
		{"link that Telegram has none for", "html", `<a href="mailto:a@ex.com">write</a>`, "write (mailto:a@ex.com)", "write (mailto:a@ex.com)", "write (mailto:a@ex.com)"},
		{"script in a link", "html", `<a href="javascript:alert(1)">x</a>`, "x", "x", "x"},
		{"script", "html", "a<script>alert('b')</script>c<style>d{}</style>", "ac", "ac", "ac"},
		{"entities", "html", "1 &lt; 2 &amp;&nbsp;&quot;x&quot; &eacute;", "1 < 2 &\u00a0\"x\" é", "1 < 2 &\u00a0\"x\" é", "1 < 2 &\u00a0\"x\" é"},
		{"escaped among marks", "html", "<b>1 &lt; 2</b>", "1 < 2", "<b>1 &lt; 2</b>", "*1 < 2*"},
		{"no tag", "html", "1 < 2 and I <3 you </3", "1 < 2 and I <3 you </3", "1 < 2 and I <3 you </3", "1 < 2 and I <3 you </3"},
		{"tag without end", "html", "price <b", "price <b", "price <b", "price <b"},
		{"address in brackets", "html", "Ann <ann@ex.com>", "Ann <ann@ex.com>", "Ann <ann@ex.com>", "Ann <ann@ex.com>"},
		{"heading", "html", "<h1>Menu</h1>Soup", "Menu\n\nSoup", "<b>Menu</b>\n\nSoup", "*Menu*\n\nSoup"},
		{"code", "html", "Run <code>go  test</code>", "Run go test", "Run <code>go test</code>", "Run ```go test```"},
		{"code in bold", "html", "<b>a <code>b</code></b>", "a b", "<b>a </b><code>b</code>", "*a* ```b```"},
		{"lines of code", "html", "<pre>\na\n  b</pre>", "a\n  b", "<pre>a\n  b</pre>", "```a```\n  ```b```"},
		{"quote", "html", "<blockquote><p>a</p><p>b</p></blockquote>c", "a\n\nb\n\nc", "<blockquote>a\n\nb</blockquote>\n\nc", "> a\n\n> b\n\nc"},
		{"spoiler", "html", `<span class="tg-spoiler">x</span>`, "x", "<tg-spoiler>x</tg-spoiler>", "x"},
		{"picture", "html", `<img src="https://ex.com/a.png" alt="Cat">`, "Cat (https://ex.com/a.png)", "Cat (https://ex.com/a.png)", "Cat (https://ex.com/a.png)"},
		{"table", "html", "<table><tr><th>A</th><td>1</td></tr><tr><th>B</th><td>2</td></tr></table>", "A 1\nB 2", "<b>A</b> 1\n<b>B</b> 2", "*A* 1\n*B* 2"},
		{"nothing but marks", "html", "<b></b><br>", "", "", ""},

		{"emphasis", "markdown", "**a** __b__ *c* _d_ ~~e~~ ***f***", "a b c d e f", "<b>a b</b> <i>c d</i> <s>e</s> <b><i>f</i></b>", "*a b* _c d_ ~e~ *_f_*"},
		{"emphasis in emphasis", "markdown", "**a _b_ c**", "a b c", "<b>a <i>b</i> c</b>", "*a _b_ c*"},
		{"names with underscores", "markdown", "use my_own_name and _x_y", "use my_own_name and _x_y", "use my_own_name and _x_y", "use my_own_name and _x_y"},
		{"sums", "markdown", "2 * 3 * 4 = 24", "2 * 3 * 4 = 24", "2 * 3 * 4 = 24", "2 * 3 * 4 = 24"},
		{"escapes", "markdown", `\*a\* 1\. <b>`, "*a* 1. <b>", "*a* 1. <b>", "*a* 1. <b>"},
		{"a link", "markdown", `[a *b*](https://ex.com/x_(y) "t")`, "a b (https://ex.com/x_(y))", `<a href="https://ex.com/x_(y)">a <i>b</i></a>`, "a _b_ (https://ex.com/x_(y))"},
		{"a picture", "markdown", "![Cat](https://ex.com/a.png)", "Cat (https://ex.com/a.png)", "Cat (https://ex.com/a.png)", "Cat (https://ex.com/a.png)"},
		{"a list", "markdown", "Menu:\n- Soup\n- *Fish*\n\n1. One\n2. Two", "Menu:\n• Soup\n• Fish\n\n1. One\n2. Two", "Menu:\n• Soup\n• <i>Fish</i>\n\n1. One\n2. Two", "Menu:\n• Soup\n• _Fish_\n\n1. One\n2. Two"},
		{"a heading", "markdown", "# Menu\nSoup", "Menu\n\nSoup", "<b>Menu</b>\n\nSoup", "*Menu*\n\nSoup"},
		{"a quote", "markdown", "> a\n> b\nc", "a\nb\nc", "<blockquote>a\nb</blockquote>\nc", "> a\n> b\nc"},
		{"code with marks", "markdown", "`a*b*`", "a*b*", "<code>a*b*</code>", "```a*b*```"},
		{"a fence", "markdown", "x\n```go\na\n\n  b\n```\ny", "x\n\na\n\n  b\n\ny", "x\n\n<pre>a\n\n  b</pre>\n\ny", "x\n\n```a```\n\n  ```b```\n\ny"},

		{"plain text", "", "*a* <b>", "*a* <b>", "*a* <b>", "*a* <b>"},
		{"an unknown format", "rtf", "*a* <b>", "*a* <b>", "*a* <b>", "*a* <b>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Plain(c.body, c.format); got != c.plain {
				t.Errorf("plain\n got %q\nwant %q", got, c.plain)
			}
			got, ok := Telegram(c.body, c.format)
			if got != c.telegram {
				t.Errorf("Telegram\n got %q\nwant %q", got, c.telegram)
			}
			if marks := c.format != "" && strings.Contains(c.telegram, "</") && c.name != "no tag"; ok != marks {
				t.Errorf("Telegram says HTML: %v", ok)
			}
			if got := WhatsApp(c.body, c.format); got != c.whatsapp {
				t.Errorf("WhatsApp\n got %q\nwant %q", got, c.whatsapp)
			}
		})
	}
}

func TestSanitise(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"marks stay", "<b>a</b><br><ul><li>b</li></ul>", "<b>a</b><br><ul><li>b</li></ul>"},
		{"scripts go", `<script>x</script><b onclick="x">a</b>`, "<b>a</b>"},
		{"script addresses go", `<a href="javascript:x">a</a><img src="data:image/svg+xml,x">`, "a"},
		{"frames and forms go", `<iframe src="https://ex.com"></iframe><form><input name="a"></form>`, ""},
		{"styles go", `<p style="position:fixed">a</p><style>b</style>`, "<p>a</p>"},
		{"relative addresses go", `<a href="/api/v1/agents">a</a>`, "a"},
		{"links tell nothing", `<a href="https://ex.com">a</a>`, `<a href="https://ex.com" rel="nofollow noreferrer noopener" target="_blank">a</a>`},
		{"pictures stay", `<img src="https://ex.com/a.png" alt="b" onerror="x">`, `<img src="https://ex.com/a.png" alt="b">`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Sanitise(c.html); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
