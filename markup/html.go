package markup

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// tagName is what a tag may be called. An address such as <ann@example.com> is
// no tag, though HTML says so.
var tagName = regexp.MustCompile(`^[a-z][a-z0-9:-]*$`)

// readHTML walks the tags of body.
func (b *builder) readHTML(body string) {
	z := html.NewTokenizer(strings.NewReader(body))
	done := 0
	silent := ""
	for {
		t := z.Next()
		raw := string(z.Raw())
		if t == html.ErrorToken {
			if errors.Is(z.Err(), io.EOF) && done < len(body) && silent == "" {
				b.text(html.UnescapeString(body[done:]))
			}
			return
		}
		done += len(raw)
		token := z.Token()
		switch {
		case silent != "":
			if t == html.EndTagToken && token.Data == silent {
				silent = ""
			}
		case t == html.TextToken:
			b.text(token.Data)
		case t == html.CommentToken || t == html.DoctypeToken:
			if raw[1] == '/' || !strings.HasSuffix(raw, ">") {
				b.text(html.UnescapeString(raw))
			}
		case !tagName.MatchString(token.Data):
			b.text(html.UnescapeString(raw))
		case t == html.EndTagToken:
			b.close(token.Data)
		default:
			if token.Data == "script" || token.Data == "style" {
				silent = token.Data
				continue
			}
			b.start(token)
		}
	}
}

func (b *builder) start(token html.Token) {
	var href, alt, title string
	for _, a := range token.Attr {
		switch a.Key {
		case "href", "src", "data":
			href = a.Val
		case "alt":
			alt = a.Val
		case "title":
			title = a.Val
		case "class":
			if token.Data == "span" && a.Val == "tg-spoiler" {
				token.Data = "tg-spoiler"
			}
		case "style":
			b.strange("style")
		}
	}
	if alt == "" {
		alt = title
	}
	b.strange(foreign[token.Data])
	b.open(token.Data, href, alt)
}
