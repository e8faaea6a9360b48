package instagram

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"causeway/core"
)

// words of the types of media in a call: Meta's page "Send API: attachments".
var attachmentTypes = map[core.MediaType]string{
	core.Image: "image", core.Video: "video", core.Audio: "audio", core.File: "file",
}

// media is a file by its address, which Meta fetches. A file of a sort that is
// not taken in any form is a link.
func (f form) media(m core.Media) ([]sent, error) {
	u, err := url.Parse(m.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("the file has no http or https address")
	}
	if m.Caption != "" {
		return nil, errors.New("words cannot stand under a file")
	}
	if _, known := attachmentTypes[m.Media]; !known {
		return nil, fmt.Errorf("media of type %q is shown as another type, and came as it is", m.Media)
	}
	as, ok := f.shownAs(m, u)
	if !ok {
		return f.text(titled(m.Name, m.URL))
	}
	return []sent{{Attachment: &attached{Type: attachmentTypes[as], Payload: shown{URL: m.URL}}}}, nil
}

// shownAs is the type under which the file is taken, if under any: as what it is
// said to be, or as a file. A sort that nothing tells is believed.
func (f form) shownAs(m core.Media, u *url.URL) (core.MediaType, bool) {
	sort := sortOf(m, u)
	for _, as := range []core.MediaType{m.Media, core.File} {
		if takes, bounded := f.takes[as]; !bounded || sort == "" || slices.Contains(takes, sort) {
			return as, true
		}
	}
	return "", false
}

// sortOf is the file's MIME type, or else the end of its address. It is empty
// where neither is told.
func sortOf(m core.Media, u *url.URL) string {
	mime, _, _ := strings.Cut(m.MIME, ";")
	mime = strings.ToLower(strings.TrimSpace(mime))
	if mime != "" && mime != "application/octet-stream" {
		return mime
	}
	return strings.ToLower(path.Ext(u.Path))
}

func titled(name, address string) string {
	if strings.TrimSpace(name) == "" {
		return address
	}
	return name + ": " + address
}

// album shows images that follow each other as one message, and every other
// file, and an image that Meta cannot fetch, as one of its own.
func (f form) album(c core.Album) ([]sent, error) {
	var all []sent
	var images []attached
	flush := func() {
		switch len(images) {
		case 0:
		case 1:
			all = append(all, sent{Attachment: &images[0]})
		default:
			all = append(all, sent{Attachments: images})
		}
		images = nil
	}
	for _, m := range c.Items {
		messages, err := f.media(m)
		if err != nil {
			return nil, err
		}
		if a := messages[0].Attachment; a != nil && a.Type == "image" && f.caps.Album > 0 && !messages[0].hasUpload() {
			if images = append(images, *a); len(images) == f.caps.Album {
				flush()
			}
			continue
		}
		flush()
		all = append(all, messages...)
	}
	flush()
	if len(all) == 0 {
		return nil, errors.New("there is no file in it")
	}
	return all, nil
}
