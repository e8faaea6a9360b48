package core_test

import (
	"testing"

	"causeway/core"
	"causeway/markup"
)

// Fit writes markup as plain text as package markup does, which core may not
// import.
func TestPlainTextAgreesWithMarkup(t *testing.T) {
	for _, c := range []struct {
		format core.Format
		body   string
	}{
		{core.HTML, "<b>a<i>b</b>c</i> x<b> y </b>z"},
		{core.HTML, "<p>One</p><p>Two<br>lines</p><div>three</div>four"},
		{core.HTML, "<ul><li>A</li><li>B<ol><li>C</li><li>D</li></ol></li></ul>E"},
		{core.HTML, `See <a href="https://ex.com/a?b=1&amp;c=2">this</a>, <a href='https://ex.com'>https://ex.com</a> and <a href=https://ex.com></a>.`},
		{core.HTML, `<a href="mailto:a@ex.com">a@ex.com</a> <a href="#x">top</a> <a href="javascript:x">no</a> <a href="/faq">faq</a>`},
		{core.HTML, "a<script>alert('<b>')</script>c<style>d{}</style>e<!-- f -->g<!DOCTYPE h>"},
		{core.HTML, "1 &lt; 2 &amp;&nbsp;&quot;x&quot; &eacute; 1 < 2 I <3 you </3"},
		{core.HTML, "price <b"},
		{core.HTML, "Ann <ann@ex.com>"},
		{core.HTML, `<a title="1 > 0" href="https://ex.com">x</a>`},
		{core.HTML, "<h1>Menu</h1>Soup<pre>\na\n  b\n</pre><blockquote>q</blockquote>end"},
		{core.HTML, `<img src="https://ex.com/a.png" alt="Cat"> <img src="https://ex.com/b.png"> <img src="x" alt="Dog">`},
		{core.HTML, "<table><tr><th>A</th><td>1</td></tr><tr><th>B</th><td>2</td></tr></table>"},
		{core.HTML, "<b></b><br>"},
		{core.Markdown, "**a** __b__ *c* _d_ ~~e~~ ***f*** **g _h_ i**"},
		{core.Markdown, "use my_own_name and _x_y, 2 * 3 * 4, **open, `a*b*`"},
		{core.Markdown, `\*a\* 1\. <b> *a\*b*`},
		{core.Markdown, `[a *b*](https://ex.com/x_(y) "t") [](https://ex.com) [https://ex.com](https://ex.com) [not](a [link`},
		{core.Markdown, "![Cat](https://ex.com/a.png) ![](https://ex.com/b.png)"},
		{core.Markdown, "Menu:\n- Soup\n- *Fish*\n\n1. One\n2. Two"},
		{core.Markdown, "> a\n> b\nc"},
	} {
		body := c.body
		fitted := core.Fit([]core.Saying{{Content: core.Text{Body: body, Format: c.format}}}, words, options)
		want := markup.Plain(body, string(c.format))
		if want == "" {
			want = body // what is written is all there is to show
		}
		if got, ok := fitted[0].Parts[0].(core.Text); !ok || got.Body != want {
			t.Errorf("%q\n is %q\nnot %q", body, got.Body, want)
		}
	}
}
