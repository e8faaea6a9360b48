// Package markup turns HTML and Markdown into what a channel or a browser can
// show. It is pure. It knows the marks, not the channels' other rules: not their
// lengths, and not what a message is.
//
// A body's format is "html", "markdown", or "" for plain text. Tags that have no
// counterpart are left out and their text stays; what is no whole tag is text.
package markup

import (
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// Plain is body as plain text that reads well: links are written out as
// "text (address)", list items get a bullet or their number. A body of nothing
// but markup gives an empty text.
func Plain(body, format string) string {
	runs, ok := read(body, format)
	if !ok {
		return body
	}
	return writePlain(runs)
}

// Telegram is body in the HTML that Telegram's parse mode "HTML" takes ("HTML
// style" in "Formatting options"): only its tags, balanced, and no entities but
// &lt; &gt; &amp; &quot;. If ok is false, the body has no marks and html is plain
// text, to be sent without a parse mode.
func Telegram(body, format string) (html string, ok bool) {
	runs, ok := read(body, format)
	if !ok {
		return body, false
	}
	if runs = telegramLinks(runs); !marked(runs) {
		return writePlain(runs), false
	}
	return writeTelegram(runs), true
}

// WhatsApp is body in WhatsApp's marks: *bold* _italic_ ~strike~ ```mono``` and
// "> " before a quote ("How to format your messages"). Plain text is returned as
// it is: its author may have used the marks. WhatsApp shows a mark inside a word
// as it stands, so words that are marked in part are left without.
func WhatsApp(body, format string) string {
	runs, ok := read(body, format)
	if !ok {
		return body
	}
	return writeWhatsApp(runs)
}

// Sanitise is html that is safe to show in a browser: text, its marks, lists,
// tables, pictures, and links that open in a new tab and tell nobody where they
// stood. Scripts, styles, forms and frames are left out.
func Sanitise(html string) string { return browser.Sanitize(html) }

var browser = browserPolicy()

func browserPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote",
		"p", "br", "hr", "div", "span", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AllowAttrs("src", "alt").OnElements("img")
	return p
}

// read is body as runs, and reports false for plain text.
func read(body, format string) ([]run, bool) {
	var b builder
	if !b.read(body, format) {
		return nil, false
	}
	return b.finish(), true
}

func (b *builder) read(body, format string) bool {
	body = strings.ToValidUTF8(body, "\uFFFD")
	switch format {
	case "html":
		b.readHTML(body)
	case "markdown":
		b.readMarkdown(body)
	default:
		return false
	}
	return true
}

func marked(runs []run) bool {
	for _, r := range runs {
		if r.style != 0 || r.link != nil {
			return true
		}
	}
	return false
}
