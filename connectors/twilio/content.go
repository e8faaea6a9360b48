package twilio

import (
	"encoding/base64"
	"mime"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"causeway/core"
)

// mostFiles bounds how many files a message can bring; MMS has at most ten.
const mostFiles = 20

// content is what a message says, nil if nothing is found in it; extra is what
// more is told of it. MessageType is not in Twilio's documentation, so that it
// is never relied on where something else tells the same.
func (p params) content(w way) (core.Content, core.Metadata) {
	body, kind := p.body(w), p["MessageType"]
	files := p.files(w, body)
	if pick, ok := p.pick(); ok {
		return pick, nil
	}
	if answer := p.flow(); answer != nil {
		return core.Unsupported{What: "flow", Text: body}, core.Metadata{"flow": answer}
	}
	if place, ok := p.place(); ok {
		return place, nil
	}
	original := core.ProviderID(p["OriginalRepliedMessageSid"])
	switch {
	case len(files) == 1:
		return files[0], nil
	case len(files) > 1:
		return core.Album{Items: files}, nil
	case kind == "reaction" && original != "":
		return core.Reaction{To: original, Emoji: body}, nil
	case kind == "edited" && original != "" && body != "":
		return core.Edited{Of: original, New: core.Text{Body: body}}, nil
	case kind == "deleted" && original != "":
		return core.Deleted{Of: original}, nil
	case strings.TrimSpace(body) != "":
		return core.Text{Body: body}, nil
	case kind != "" && kind != "text":
		return core.Unsupported{What: kind}, nil
	}
	return nil, nil
}

// place is a location. Twilio's page "Location messages with WhatsApp".
func (p params) place() (core.Location, bool) {
	latitude, err := strconv.ParseFloat(p["Latitude"], 64)
	if err != nil || !(latitude >= -90 && latitude <= 90) {
		return core.Location{}, false
	}
	longitude, err := strconv.ParseFloat(p["Longitude"], 64)
	if err != nil || !(longitude >= -180 && longitude <= 180) {
		return core.Location{}, false
	}
	return core.Location{Latitude: latitude, Longitude: longitude, Name: p["Label"], Address: p["Address"]}, true
}

// files are the message's files, with the words on the first. An address of
// Twilio's API lets in who has the account's credentials alone.
func (p params) files(w way, body string) []core.Media {
	told, err := strconv.Atoi(p["NumMedia"])
	if err != nil {
		told = 0
	}
	var files []core.Media
	for i := range mostFiles {
		n := strconv.Itoa(i)
		ref := p["MediaUrl"+n]
		if ref == "" {
			if i >= told {
				break
			}
			continue
		}
		kind, _, err := mime.ParseMediaType(p["MediaContentType"+n])
		if err != nil {
			kind = ""
		}
		m := core.Media{Media: mediaType(kind, p["MessageType"], w), Ref: ref, MIME: kind}
		if isCard(kind) {
			m.Name = "contact.vcf"
		}
		if len(files) == 0 {
			m.Caption = body
		}
		files = append(files, m)
	}
	return files
}

func isCard(kind string) bool {
	return kind == "text/vcard" || kind == "text/x-vcard" || kind == "text/directory"
}

// mediaType tells how a file is shown. On WhatsApp, a sticker is image/webp and
// a voice message audio/ogg, and nothing else marks them.
func mediaType(kind, message string, w way) core.MediaType {
	major, _, _ := strings.Cut(kind, "/")
	switch {
	case w == whatsAppWay && kind == "image/webp" && message != "image":
		return core.Sticker
	case w == whatsAppWay && kind == "audio/ogg":
		return core.Voice
	case major == "image":
		return core.Image
	case major == "video":
		return core.Video
	case major == "audio":
		return core.Audio
	}
	return core.File
}

// shortestCoded is where a text is looked at for being base64.
const shortestCoded = 60

var codedForm = regexp.MustCompile(`^[A-Za-z0-9+/]+={0,2}$`)

// body is the words. Some long SMS have come as base64 of the words: what is
// nothing but base64, and of words, is decoded.
func (p params) body(w way) string {
	body := p["Body"]
	if w != smsWay || len(body) < shortestCoded || len(body)%4 != 0 || !codedForm.MatchString(body) {
		return body
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if text := string(raw); err == nil && utf8.ValidString(text) && strings.Contains(text, " ") && !strings.ContainsFunc(text, odd) {
		return text
	}
	return body
}

func odd(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }
