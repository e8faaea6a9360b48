package core_test

import (
	"testing"

	"causeway/core"
)

// What is made plain is told by the marks that it had.
func TestMarksAreNamed(t *testing.T) {
	for _, c := range []struct {
		body   string
		format core.Format
		want   string
	}{
		{"<b>a</b><strong>b</strong> <em>c</em>", core.HTML, "html: bold, italic"},
		{"<u>a</u><del>b</del><pre>c</pre><blockquote>d</blockquote>", core.HTML, "html: underline, strike, code, quote"},
		{`<span class="tg-spoiler">a</span> x<sup>2</sup> <i style="color:red">b</i>`, core.HTML, "html: spoiler, raised, italic, style"},
		{"a<br>b", core.HTML, "html"},
		{"**a** *b* ~~c~~ `d`", core.Markdown, "markdown: bold, italic, strike, code"},
		{"***a***\n> b\n```\n*c*\n```", core.Markdown, "markdown: bold, italic, quote, code"},
		{"# a\n- b", core.Markdown, "markdown: bold"},
		{`[**a**](https://ex.com)`, core.Markdown, "markdown: bold"},
		{`\*a\* b_c_d`, core.Markdown, "markdown"},
	} {
		notes := core.Fit([]core.Saying{{Content: core.Text{Body: c.body, Format: c.format}}}, words, options)[0].Notes
		if len(notes) != 1 || notes[0].Rule != "plain" || notes[0].From != c.want {
			t.Errorf("%s: %+v, want %s", c.body, notes, c.want)
		}
	}
}
