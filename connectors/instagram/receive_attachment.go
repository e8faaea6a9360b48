package instagram

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// attachment is Meta's page "Webhook event reference: messages", with what the
// pages of Instagram add.
type attachment struct {
	Type    string          `json:"type"`
	Title   string          `json:"title"`
	URL     string          `json:"url"`
	Payload json.RawMessage `json:"payload"`
}

// payload has what one type of attachment or another carries.
type payload struct {
	URL         string `json:"url"`
	Title       string `json:"title"`
	StickerID   loose  `json:"sticker_id"`
	PostID      loose  `json:"ig_post_media_id"`
	ReelID      loose  `json:"reel_video_id"`
	StoryID     loose  `json:"story_media_id"`
	StoryURL    string `json:"story_media_url"`
	Coordinates *struct {
		Latitude  *float64 `json:"lat"`
		Longitude *float64 `json:"long"`
	} `json:"coordinates"`
	// A template: our own on Messenger, someone's product on Instagram.
	Text     string    `json:"text"`
	Elements []element `json:"elements"`
	Generic  struct {
		Elements []element `json:"elements"`
	} `json:"generic"`
	Product struct {
		Elements []element `json:"elements"`
	} `json:"product"`
}

// piece is what one attachment comes to: a file, a place, or words; or nothing
// that can be read.
type piece struct {
	what     string // Meta's word for it
	file     *core.Media
	place    *core.Location
	words    string
	fallback bool          // words repeat what the text links to
	told     core.Metadata // what is known of it besides, for metadata
}

// files are the attachments that are what they say. A share's file may be of any
// type.
var files = map[string]core.MediaType{
	"image": core.Image, "video": core.Video, "audio": core.Audio, "file": core.File,
	"ig_post": core.Image, "ig_reel": core.Video, "reel": core.Video,
	"share": core.File, "post": core.File, "media": core.File,
	"story_mention": core.File, "story": core.File, "ig_story": core.File,
}

// plain are those of which nothing is to be told besides.
var plain = map[string]bool{"image": true, "video": true, "audio": true, "file": true, "location": true}

func readAttachment(raw json.RawMessage, api string) piece {
	var a attachment
	if kit.Part(raw, &a) != nil || a.Type == "" {
		return piece{what: "attachment"}
	}
	var p payload
	if len(a.Payload) > 0 && json.Unmarshal(a.Payload, &p) != nil {
		return piece{what: kit.Quoted(a.Type)}
	}
	p.URL, p.Title = or(p.URL, or(p.StoryURL, a.URL)), or(p.Title, a.Title)
	out := piece{what: kit.Quoted(a.Type)}
	if !plain[a.Type] {
		out.told = p.told(out.what, api)
	}
	media, isFile := files[a.Type]
	switch {
	case isFile && fetchable(p.URL, api):
		if a.Type == "image" && p.StickerID != "" {
			media = core.Sticker
		}
		out.file = &core.Media{Media: media, Ref: p.URL}
	case a.Type == "like_heart":
		out.words = "❤️"
	case a.Type == "template":
		out.words = p.templateWords()
		out.told["payload"] = kit.Object(a.Payload)
	case p.Coordinates != nil && p.Coordinates.Latitude != nil && p.Coordinates.Longitude != nil:
		out.place = &core.Location{Latitude: *p.Coordinates.Latitude, Longitude: *p.Coordinates.Longitude, Name: p.Title}
	case p.URL != "":
		out.words, out.fallback = p.URL, a.Type == "fallback"
	default:
		out.words = p.Title
	}
	return out
}

// told is what is known of something shared. The address of a file is left out:
// the file itself is kept.
func (p payload) told(kind, api string) core.Metadata {
	m := core.Metadata{"type": kind}
	for key, value := range map[string]string{
		"title": p.Title, "post_id": string(p.PostID), "reel_id": string(p.ReelID), "story_id": string(p.StoryID),
	} {
		if value != "" {
			m[key] = value
		}
	}
	if p.URL != "" && !fetchable(p.URL, api) {
		m["url"] = p.URL
	}
	return m
}

func (p payload) templateWords() string {
	words := []string{p.Text}
	for _, elements := range [][]element{p.Elements, p.Generic.Elements, p.Product.Elements} {
		for _, e := range elements {
			words = append(words, e.Title, e.Subtitle)
		}
	}
	return lines(words...)
}

// compose puts text and attachments together: files with the words as the first
// one's caption, a place alone, or words.
func compose(text string, pieces []piece) core.Content {
	words := []string{text}
	var media []core.Media
	for _, p := range pieces {
		switch {
		case p.file != nil:
			media = append(media, *p.file)
		case p.place != nil && len(pieces) == 1 && text == "":
			return *p.place
		case p.place != nil:
			words = append(words, p.place.Name, degrees(p.place.Latitude)+", "+degrees(p.place.Longitude))
		case p.fallback && text != "":
		default:
			words = append(words, p.words)
		}
	}
	caption := lines(words...)
	switch {
	case len(media) > 0:
		media[0].Caption = caption
		if len(media) > 1 {
			return core.Album{Items: media}
		}
		return media[0]
	case caption != "":
		return core.Text{Body: caption}
	}
	return core.Unsupported{What: pieces[0].what}
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// lines joins what is not empty, a line each.
func lines(parts ...string) string {
	var some []string
	for _, p := range parts {
		if strings.TrimSpace(p) != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, "\n")
}

// mediaHosts are where Meta keeps the files of chats, by the end of the name.
var mediaHosts = []string{".fbsbx.com", ".fbcdn.net", ".cdninstagram.com"}

// fetchable reports whether an address is a file at a host of Meta's, over TLS,
// or at the host that the operator set as api_url. It needs no key.
func fetchable(address, api string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	if v, err := url.Parse(api); err == nil && u.Scheme == v.Scheme && strings.EqualFold(u.Host, v.Host) && api != facebookURL && api != instagramURL {
		return true
	}
	if u.Scheme != "https" || (u.Port() != "" && u.Port() != "443") {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, of := range mediaHosts {
		if strings.HasSuffix(host, of) {
			return true
		}
	}
	return false
}
