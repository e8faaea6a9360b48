package core

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// media sends one file, with its caption in it or after it.
func (f *fitter) media(path string, m Media) {
	file, caption, ok := f.file(path, m)
	if !ok {
		return
	}
	f.emit(file)
	if !blank(caption.text) {
		f.same(at(path, "caption"), "caption_after", "", "a message of its own")
		f.text(at(path, "caption"), caption)
	}
}

// file makes m fit, and returns what of the caption does not fit in it. If there
// is no way to show m as a file, it sends a link to it and reports false.
func (f *fitter) file(path string, m Media) (Media, prose, bool) {
	caption := prose{text: m.Caption, format: m.Format}
	if m.URL == "" {
		f.lose(at(path, "url"), "no_url", lines(m.Ref, m.Name))
		if !blank(caption.text) {
			f.text(at(path, "caption"), caption)
		}
		return m, prose{}, false
	}
	nearest := f.nearest(m)
	if !f.shows(m) {
		f.degrade(path, "media_link", string(m.Media), m.URL)
		caption.below(titled(m.Name, m.URL))
		f.text(path, caption)
		return m, prose{}, false
	}
	if nearest != m.Media {
		f.same(at(path, "media"), "media_type", string(m.Media), string(nearest))
		m.Media = nearest
	}
	f.unnamed(path, m)
	m.Caption, m.Format = "", Plain
	if blank(caption.text) {
		return m, prose{}, true
	}
	if f.caps.Media[nearest].Caption && f.caps.Caption > 0 && f.fits(caption.words(), f.caps.Caption) {
		caption = f.styled(at(path, "caption"), caption, f.caps.Caption)
		m.Caption, m.Format = caption.text, caption.format
		return m, prose{}, true
	}
	return m, caption, true
}

// unnamed notes that a file is shown without its name.
func (f *fitter) unnamed(path string, m Media) {
	if !blank(m.Name) && !f.caps.Media[m.Media].Named {
		f.same(at(path, "name"), "name_unused", m.Name, "")
	}
}

// nearest is the type of media that shows m, of those that the channel has. A
// file of a sort that is not shown as its type is shown as a file.
func (f *fitter) nearest(m Media) MediaType {
	t := f.nearestType(m.Media)
	if _, ok := f.caps.Media[File]; ok && !f.caps.Media[t].takes(m.MIME) && f.caps.Media[File].takes(m.MIME) {
		return File
	}
	return t
}

// takes reports whether a file of the MIME type is shown; one that is not known
// may be.
func (m Medium) takes(mime string) bool {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	return mime == "" || len(m.MIME) == 0 || slices.Contains(m.MIME, strings.TrimSpace(mime))
}

func (f *fitter) nearestType(t MediaType) MediaType {
	if _, ok := f.caps.Media[t]; ok {
		return t
	}
	switch t {
	case Sticker:
		return Image
	case Voice:
		return Audio
	case Image, Video, Audio, File:
	}
	return t
}

// shows reports whether the channel has a form for the file.
func (f *fitter) shows(m Media) bool {
	medium, ok := f.caps.Media[f.nearest(m)]
	return ok && medium.takes(m.MIME) && m.URL != "" && (medium.Max <= 0 || m.Size <= medium.Max)
}

// titled is a web address with what it is.
func titled(title, url string) string {
	if blank(title) || title == url {
		return url
	}
	return title + ": " + url
}

// album sends files together where they may be shown so: pictures and films
// with each other, files and audio each with their own.
func (f *fitter) album(c Album) {
	if len(c.Items) == 0 {
		f.lose("items", "empty", "")
		return
	}
	a := albumer{fitter: f}
	for i, m := range c.Items {
		a.next(item("items", i), m)
	}
	a.flush()
	if a.sent > 1 {
		f.same("items", "album_split", fmt.Sprintf("%d files", len(c.Items)), fmt.Sprintf("%d messages", a.sent))
	}
}

// albumer gathers the files that go together.
type albumer struct {
	*fitter
	group []Media
	after []captioned
	sent  int
}

type captioned struct {
	path string
	prose
}

func (a *albumer) next(path string, m Media) {
	if group := groupOf(a.nearest(m)); len(a.group) > 0 &&
		(group != groupOf(a.group[0].Media) || group == "" || len(a.group) >= a.caps.Album) {
		a.flush()
	}
	before := len(a.Parts)
	file, caption, ok := a.file(path, m)
	if !ok {
		// The link or the caption went out at once: what was gathered goes first.
		link := a.Parts[before:len(a.Parts):len(a.Parts)]
		a.Parts = a.Parts[:before:before]
		a.flush()
		a.Parts = append(a.Parts, link...)
		a.sent++
		return
	}
	a.group = append(a.group, file)
	if !blank(caption.text) {
		a.after = append(a.after, captioned{at(path, "caption"), caption})
	}
}

// flush sends what was gathered, and the captions that did not fit in it.
func (a *albumer) flush() {
	switch len(a.group) {
	case 0:
		return
	case 1:
		a.emit(a.group[0])
	default:
		a.emit(Album{Items: a.group})
	}
	a.sent++
	for _, c := range a.after {
		a.same(c.path, "caption_after", "", "a message of its own")
		a.text(c.path, c.prose)
	}
	a.group, a.after = nil, nil
}

func groupOf(t MediaType) string {
	switch t {
	case Image, Video:
		return "pictures"
	case Audio:
		return "audio"
	case File:
		return "files"
	case Voice, Sticker:
	}
	return ""
}

func (f *fitter) location(c Location) {
	if !(math.Abs(c.Latitude) <= 90 && math.Abs(c.Longitude) <= 180) {
		f.lose("", "not_on_earth", degrees(c))
		if text := lines(c.Name, c.Address); !blank(text) {
			f.text("name", prose{text: text})
		}
		return
	}
	if f.caps.Location {
		f.emit(c)
		return
	}
	link := "https://maps.google.com/?q=" + degrees(c)
	f.degrade("", "location_link", degrees(c), link)
	f.text("", prose{text: lines(c.Name, c.Address, link)})
}

func degrees(c Location) string {
	return strconv.FormatFloat(c.Latitude, 'f', -1, 64) + "," + strconv.FormatFloat(c.Longitude, 'f', -1, 64)
}

func (f *fitter) contacts(c Contacts) {
	if len(c.Contacts) == 0 {
		f.lose("contacts", "empty", "")
		return
	}
	if f.caps.Contacts {
		f.addressCards(c)
		return
	}
	var cards []string
	for i, card := range c.Contacts {
		text := lines(card.Name, card.Firm, lines(card.Phones...), lines(card.Emails...))
		switch path := at(item("contacts", i), "vcard"); {
		case blank(text):
			f.lose(path, "vcard", card.VCard)
			continue
		case card.VCard != "":
			f.same(path, "vcard", card.VCard, text)
		}
		cards = append(cards, text)
	}
	if len(cards) > 0 {
		f.degrade("contacts", "contacts_text", fmt.Sprintf("%d contacts", len(c.Contacts)), "text")
		f.text("contacts", prose{text: strings.Join(cards, "\n\n")})
	}
}

// addressCards sends address cards as they are. Whether the channel carries their
// vCards is not known: some show what stands in them, and no more.
func (f *fitter) addressCards(c Contacts) {
	var known []AddressCard
	for i, card := range c.Contacts {
		path := item("contacts", i)
		card.Phones, card.Emails = some(card.Phones), some(card.Emails)
		text := lines(card.Name, card.Firm, lines(card.Phones...), lines(card.Emails...))
		if blank(text + card.VCard) {
			f.lose(path, "empty", "")
			continue
		}
		if card.VCard != "" {
			f.same(at(path, "vcard"), "vcard", card.VCard, text)
		}
		known = append(known, card)
	}
	if len(known) > 0 {
		f.emit(Contacts{Contacts: known})
	}
}

// some is what of all is not blank.
func some(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), blank)
}
