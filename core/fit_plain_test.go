package core_test

import (
	"slices"
	"strings"
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
		{core.HTML, `<iframe src="https://ex.com/f" title="Film"></iframe> <video src="https://ex.com/v.mp4"> <video><source src=https://ex.com/w.mp4></video> <object data="https://ex.com/o">x</object> <audio src="y">`},
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

// What of markup is for nobody to see, or leads nowhere, is told.
func TestUnseenMarkupIsTold(t *testing.T) {
	for _, c := range []struct {
		content core.Content
		path    string
		told    []string
	}{
		{core.Text{Body: `a<script type="x">alert("s")</script><style>b{}</style>`, Format: core.HTML}, "body", []string{`type="x"`, `alert("s")`, "b{}"}},
		{core.Text{Body: `<a href="javascript:y">b</a><img src="data:image/png;z" alt="p"><input value=v placeholder="w">`, Format: core.HTML}, "body", []string{"javascript:y", "data:image/png;z", "v", "w"}},
		{core.Text{Body: `[b](javascript:y) [c](https://ex.com)`, Format: core.Markdown}, "body", []string{"javascript:y"}},
		{core.Choices{Media: &core.Media{Media: core.Image, URL: "https://ex.com/a.png", Caption: "c<script>s</script>", Format: core.HTML}, Buttons: []core.Button{{Type: core.Reply, Title: "A"}}}, "media.caption", []string{"s"}},
		{core.Album{Items: []core.Media{{}, {Media: core.Image, URL: "https://ex.com/a.png", Caption: "c<style>s</style>", Format: core.HTML}}}, "items[1].caption", []string{"s"}},
		{core.Cards{Body: "c<script>s</script>", Format: core.HTML, Cards: []core.Card{{Title: "T"}}}, "body", []string{"s"}},
		{core.Form{Body: "c<script>s</script>", Format: core.HTML, Fields: []core.Field{{Type: core.TextField, Name: "n"}}}, "body", []string{"s"}},
		{core.Text{Body: "a<b>c</b><!-- d --> <a href='https://ex.com'>e</a><a href=#f>g</a><img src=https://ex.com/h>", Format: core.HTML}, "", nil},
		{core.Text{Body: "<script>s</script>"}, "", nil},
	} {
		var told []string
		for _, n := range core.Fit([]core.Saying{{Content: c.content}}, words, options)[0].Notes {
			if n.Rule == "markup_left_out" && n.Path == c.path && n.Severity == core.Lost {
				told = append(told, strings.Split(n.From, "\n")...)
			}
		}
		if !slices.Equal(told, c.told) {
			t.Errorf("%+v\ntold %q, want %q", c.content, told, c.told)
		}
	}
}
