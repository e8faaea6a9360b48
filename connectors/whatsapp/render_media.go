package whatsapp

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"causeway/core"
	"causeway/markup"
)

// mediaMessage shows a file from its address, which Meta fetches.
func mediaMessage(m core.Media) (message, error) {
	u, err := url.Parse(m.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return message{}, errors.New("the file has no http or https address")
	}
	shown := shownAs(m, u)
	f := &file{Link: m.URL, Caption: markup.WhatsApp(m.Caption, string(m.Format)), mime: m.MIME}
	if f.Caption != "" && !capabilities().Media[shown].Caption {
		return message{}, fmt.Errorf("words cannot stand under this %s", m.Media)
	}
	switch shown {
	case core.Image:
		return message{Type: "image", Image: f}, nil
	case core.Video:
		return message{Type: "video", Video: f}, nil
	case core.File:
		f.Filename = fileName(m, u)
		return message{Type: "document", Document: f}, nil
	case core.Audio:
		return message{Type: "audio", Audio: f}, nil
	case core.Voice:
		f.Voice = true
		return message{Type: "audio", Audio: f}, nil
	case core.Sticker:
		return message{Type: "sticker", Sticker: f}, nil
	}
	return message{}, fmt.Errorf("media of type %q is not known", m.Media)
}

// taken are the sorts of file that Meta shows as what they are (page "Media:
// supported media types"), under every name that they go by. What is not there
// takes all.
var taken = map[core.MediaType][]string{
	core.Image:   {"image/jpeg", "image/jpg", "image/png"},
	core.Video:   {"video/mp4", "video/3gp", "video/3gpp"},
	core.Audio:   {"audio/aac", "audio/amr", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/ogg", "audio/opus"},
	core.Voice:   {"audio/ogg", "audio/opus"},
	core.Sticker: {"image/webp"},
}

// proper are the names that Meta knows of sorts that have others.
var proper = map[string]string{
	"image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4", "audio/opus": "audio/ogg",
}

// named are the sorts by the end of a file's name.
var named = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp",
	".mp4": "video/mp4", ".3gp": "video/3gpp",
	".aac": "audio/aac", ".amr": "audio/amr", ".mp3": "audio/mpeg", ".m4a": "audio/mp4",
	".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
}

// shownAs is the type under which Meta takes the file: a voice note of another
// sort is an audio file, a still sticker an image, and all else a document. A
// file of a sort that nothing tells is believed to be what it is said to be.
func shownAs(m core.Media, u *url.URL) core.MediaType {
	sort := sortOf(m, u)
	if sort == "" {
		return m.Media
	}
	for _, as := range alternatives(m.Media) {
		if slices.Contains(taken[as], sort) {
			return as
		}
	}
	if _, known := taken[m.Media]; !known {
		return m.Media
	}
	return core.File
}

func alternatives(t core.MediaType) []core.MediaType {
	switch t {
	case core.Voice:
		return []core.MediaType{core.Voice, core.Audio}
	case core.Sticker:
		return []core.MediaType{core.Sticker, core.Image}
	case core.Image, core.Video, core.Audio, core.File:
	}
	return []core.MediaType{t}
}

// shownTypes are all sorts that are shown as t, or as what comes next to it.
func shownTypes(t core.MediaType) []string {
	var all []string
	for _, as := range alternatives(t) {
		for _, sort := range taken[as] {
			if !slices.Contains(all, sort) {
				all = append(all, sort)
			}
		}
	}
	return all
}

// sortOf is the file's MIME type, or else what the end of its address stands
// for, or that end itself. It is empty where nothing is told.
func sortOf(m core.Media, u *url.URL) string {
	mime, _, _ := strings.Cut(m.MIME, ";")
	mime = strings.ToLower(strings.TrimSpace(mime))
	if mime != "" && mime != "application/octet-stream" {
		return mime
	}
	end := strings.ToLower(path.Ext(u.Path))
	if sort, known := named[end]; known {
		return sort
	}
	return end
}

// fileName is what the document is called; its end decides the icon.
func fileName(m core.Media, u *url.URL) string {
	if m.Name != "" {
		return m.Name
	}
	if name := path.Base(u.Path); path.Ext(name) != "" {
		return name
	}
	return ""
}
