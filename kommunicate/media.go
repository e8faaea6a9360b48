package kommunicate

import (
	"net/url"
	"slices"
	"strings"

	"causeway/core"
)

// images reads template 9: "Image".
func (r *reader) images(m rich) core.Content {
	return r.files(m, core.Image, r.items(m.payload, "url"))
}

// keyVideo is where a link to a film keeps what template 14 said of it.
const keyVideo = "video"

// videos reads template 14: "Video". A video with a source is a page to look at,
// not a file, so that it becomes a link.
func (r *reader) videos(m rich) core.Content {
	items := r.items(m.payload, "url")
	if !slices.ContainsFunc(items, func(o object) bool { return o.text("source") != "" }) {
		return r.files(m, core.Video, items)
	}
	c := core.Choices{Body: m.text, Format: m.format}
	for _, item := range items {
		title := item.text("caption")
		if title == "" {
			title = item.text("url")
		}
		if address := r.link(item.text("url"), item); address != "" {
			c.Buttons = append(c.Buttons, core.Button{Type: core.Link, Title: title, URL: address, Metadata: core.Metadata{keyVideo: map[string]any(item)}})
		}
	}
	if len(c.Buttons) == 0 {
		return nil
	}
	return c
}

// files are one file or an album. The message's text is put above the caption
// of the first.
func (r *reader) files(m rich, sort core.MediaType, items []object) core.Content {
	var album core.Album
	for _, item := range items {
		address := strings.TrimSpace(item.text("url"))
		if !r.webAddress(address, string(sort), item) {
			continue
		}
		file := core.Media{Media: sort, URL: address, Caption: item.text("caption")}
		if sort == core.Video {
			file.MIME = item.text("type")
		}
		album.Items = append(album.Items, file)
	}
	if len(album.Items) == 0 {
		return nil
	}
	first := &album.Items[0]
	first.Caption, first.Format = join(m.text, m.format, first.Caption, core.Plain)
	if len(album.Items) == 1 {
		return *first
	}
	return album
}

// picture is the address of a picture, or empty with a notice.
func (r *reader) picture(address string) string {
	if address == "" || !r.webAddress(address, "picture", address) {
		return ""
	}
	return strings.TrimSpace(address)
}

// webAddress reports whether a provider could fetch address; if not, all that is
// written with it is told.
func (r *reader) webAddress(address, what string, written any) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return true
	}
	r.note("has one %s whose address is no http or https URL, which was left out: %s", what, shortly(written))
	return false
}

// harmful are schemes that run or show something other than a page.
var harmful = []string{"javascript", "data", "vbscript", "file", "blob", "about"}

// link is an address that may be opened by a tap, or empty with a notice that
// tells all that is written with it.
func (r *reader) link(address string, written any) string {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	switch {
	case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return strings.ReplaceAll(address, " ", "%20") // in a text it would end at a space
	case err == nil && u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" && !slices.Contains(harmful, u.Scheme):
		return address
	}
	r.note("has a link whose address cannot be opened, which was left out: %s", shortly(written))
	return ""
}
