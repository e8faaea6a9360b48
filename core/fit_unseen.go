package core

import (
	"regexp"
	"strings"
)

// unseen notes what of a content's markup no channel shows.
func (f *fitter) unseen(c Content) {
	switch c := c.(type) {
	case Text:
		f.unseenIn("body", c.Body, c.Format)
	case Media:
		f.unseenIn("caption", c.Caption, c.Format)
	case Album:
		for i, m := range c.Items {
			f.unseenIn(at(item("items", i), "caption"), m.Caption, m.Format)
		}
	case Choices:
		f.unseenIn("body", c.Body, c.Format)
		if c.Media != nil {
			f.unseenIn("media.caption", c.Media.Caption, c.Media.Format)
		}
	case List:
		f.unseenIn("body", c.Body, c.Format)
		for i, it := range c.Items {
			f.unseenIn(at(item("items", i), "button.description"), it.Button.Description, it.Format)
		}
	case Cards:
		f.unseenIn("body", c.Body, c.Format)
	case Form:
		f.unseenIn("body", c.Body, c.Format)
	default: // the others have no markup
	}
}

func (f *fitter) unseenIn(path, body string, format Format) {
	if left := Unseen(body, format); left != "" {
		f.lose(path, "markup_left_out", left)
	}
}

// Unseen is what of marked-up text is nowhere shown, a line each: scripts,
// styles, addresses that nobody may be led to, and what stands in boxes to type
// in. It is empty for a text of nothing but such, which is shown as it is written.
func Unseen(body string, format Format) string {
	var left []string
	switch format {
	case HTML:
		left = unseenHTML(body)
	case Markdown:
		for _, m := range nowhere.FindAllStringSubmatch(body, -1) {
			left = append(left, m[1])
		}
	case Plain:
	}
	if said := lines(left...); said != "" && !blank(plain(body, format)) {
		return said
	}
	return ""
}

// nowhere is a link of Markdown that leads to no page.
var nowhere = regexp.MustCompile(`\]\(\s*<?((?i:javascript|data|vbscript):[^)]*)\)`)

func unseenHTML(body string) []string {
	var left []string
	r := htmlReader{rest: body, quoted: true, tags: true, comments: true}
	for r.rest != "" {
		tag, ok := r.tag()
		switch {
		case !ok:
			r.words()
		case tag.end:
		case tag.name == "script" || tag.name == "style":
			before := r.rest
			r.skip(tag.name)
			left = append(left, strings.TrimSpace(tag.attributes), strings.TrimSpace(before[:len(before)-len(r.rest)]))
		default:
			left = append(left, tag.unseen()...)
		}
	}
	return left
}

// unseen is what of a tag's attributes is meant for people and not shown.
func (t htmlTag) unseen() []string {
	switch t.name {
	case "a":
		if href := attribute(t.attributes, "href"); href != "" && href[0] != '#' && !leads(href) {
			return []string{href}
		}
	case "input", "textarea", "option":
		return []string{attribute(t.attributes, "value"), attribute(t.attributes, "placeholder")}
	default:
		if src := shownBy(t); src != "" && !strings.HasPrefix(src, "http") {
			return []string{src}
		}
	}
	return nil
}

// shownBy is the address of the picture, film or page that a tag shows.
func shownBy(t htmlTag) string {
	switch t.name {
	case "img", "video", "audio", "source", "iframe", "embed":
		return attribute(t.attributes, "src")
	case "object":
		return attribute(t.attributes, "data")
	}
	return ""
}
