package core

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

func (f *fitter) choices(c Choices) {
	f.offer(menu{
		path: "buttons", inBody: "body", inMedia: "media", media: c.Media, header: c.Header,
		body: prose{text: c.Body, format: c.Format}, footer: c.Footer, picks: f.picks("buttons", c.Buttons),
	})
}

// offer sends a menu in the best form that the channel has for it.
func (f *fitter) offer(m menu) {
	if m.media != nil && !f.shows(*m.media) {
		f.foldMedia(&m)
	}
	c := f.form(m)
	if c.name != asList {
		f.unlabelled(m.label)
	}
	if c.name == "" {
		f.written(m)
		return
	}
	rest := f.place(&m, c)
	if c.name == asList {
		m.body = prose{text: f.bare(m.inBody, m.body), unmarked: m.body.unmarked}
	}
	m.body.below(strings.Join(rest, "\n"))
	if !f.holds(m.footer, f.caps.Footer) {
		f.foldFooter(&m)
	}
	limit := f.bodyLimit(m, c)
	if m.media != nil {
		limit = f.above(&m, c, limit)
	}
	if m.media != nil || !f.holds(m.header, f.caps.Header) {
		f.foldHeader(&m)
	}
	f.last(&m, limit)
	f.need(&m, limit)
	f.emit(f.native(m, c))
}

// unlabelled notes that there is no list which the label could open.
func (f *fitter) unlabelled(label string) {
	if !blank(label) {
		f.same("label", "label_unused", label, "")
	}
}

// written sends a menu as text.
func (f *fitter) written(m menu) {
	if m.media != nil {
		f.media(m.inMedia, *m.media)
	}
	m.body.below(f.numbered(&m))
	f.foldFooter(&m)
	f.foldHeader(&m)
	if m.media == nil || !blank(m.body.text) {
		f.text(m.inBody, m.body)
	}
}

// foldMedia writes a file that the channel cannot show into the body.
func (f *fitter) foldMedia(m *menu) {
	file := *m.media
	m.media = nil
	caption := prose{text: file.Caption, format: file.Format}
	if file.URL == "" {
		f.lose(at(m.inMedia, "url"), "no_url", lines(file.Ref, file.Name))
	} else {
		f.degrade(m.inMedia, "media_link", string(file.Media), file.URL)
	}
	m.body.above(lines(f.bare(at(m.inMedia, "caption"), caption), titled(file.Name, file.URL)))
}

// holds reports whether there is something to put in a place, and room for it.
func (f *fitter) holds(s string, limit int) bool { return limit > 0 && !blank(s) && f.fits(s, limit) }

func (f *fitter) foldHeader(m *menu) {
	if !blank(m.header) {
		m.body.above(m.header)
		f.same("header", "header_in_body", "", "")
	}
	m.header = ""
}

func (f *fitter) foldFooter(m *menu) {
	if !blank(m.footer) {
		m.body.below(m.footer)
		f.same("footer", "footer_in_body", "", "")
	}
	m.footer = ""
}

// bodyLimit is the most text above the picks; 0 for no limit.
func (f *fitter) bodyLimit(m menu, c form) int {
	limit := least(c.limits.Body, f.caps.Text)
	if slices.ContainsFunc(m.picks, func(p pick) bool { return p.native && p.Type == Link }) {
		limit = least(limit, c.links.Body)
	}
	return limit
}

// least is the smaller of two limits of which 0 is none.
func least(a, b int) int {
	if a <= 0 || b > 0 && b < a {
		return b
	}
	return a
}

// above leaves in m the media that can stand above it, and sends before it what
// cannot. It returns how long the body may be then.
func (f *fitter) above(m *menu, c form, limit int) int {
	file, nearest := *m.media, f.nearest(*m.media)
	body := m.body
	body.above(lines(m.header, prose{text: file.Caption, format: file.Format}.words()))
	under := least(limit, f.caps.Caption)
	if c.name != asButtons || !slices.Contains(f.caps.Above, nearest) ||
		!f.fits(body.words(), under) || !f.room(body, body.words(), under) {
		f.same(m.inMedia, "media_before", "", "a message of its own")
		f.media(m.inMedia, file)
		m.media = nil
		return limit
	}
	if nearest != file.Media {
		f.same(at(m.inMedia, "media"), "media_type", string(file.Media), string(nearest))
	}
	if !blank(file.Caption) {
		m.body.above(f.bare(at(m.inMedia, "caption"), prose{text: file.Caption, format: file.Format}))
		f.same(at(m.inMedia, "caption"), "caption_in_body", "", "")
	}
	file.Media, file.Caption, file.Format = nearest, "", Plain
	f.unnamed(m.inMedia, file)
	m.media = &file
	return under
}

// need gives the menu a body if the channel demands one.
func (f *fitter) need(m *menu, limit int) {
	if !blank(m.body.text) {
		return
	}
	m.body = prose{}
	if f.caps.NeedsBody {
		m.body.text = ellipsis
		if !blank(f.options.Choose) {
			m.body.text = Cut(f.options.Choose, limit, f.caps.Unit)
		}
		f.same(m.inBody, "body_added", "", m.body.text)
	}
}

// last sends what of the body is too long before the menu, and leaves its end.
func (f *fitter) last(m *menu, limit int) {
	if blank(m.body.text) {
		return
	}
	if !f.fits(m.body.words(), limit) {
		f.foldHeader(m)
	}
	m.body = f.styled(m.inBody, m.body, limit)
	if m.body.format != Plain || f.fits(m.body.text, limit) {
		return
	}
	text := m.body.text
	pieces := spans(text, limit, f.caps.Unit)
	end := pieces[len(pieces)-1]
	m.body.text = text[end.from:end.to]
	if len(pieces) == 1 {
		return
	}
	before := Split(strings.TrimRightFunc(text[:end.from], unicode.IsSpace), f.caps.Text, f.caps.Unit)
	f.same(m.inBody, "split", f.size(text), fmt.Sprintf("%d messages", len(before)+1))
	for _, piece := range before {
		f.emit(Text{Body: piece})
	}
}

// native is the menu as the content that its form shows.
func (f *fitter) native(m menu, c form) Content {
	buttons := f.buttons(m)
	if c.name == asButtons {
		return Choices{
			Header: m.header, Media: m.media, Body: m.body.text, Format: m.body.format, Footer: m.footer, Buttons: buttons,
		}
	}
	list := List{Header: m.header, Body: m.body.text, Footer: m.footer, Label: m.label}
	if blank(list.Label) {
		list.Label = Cut(f.options.Choose, f.caps.Buttons.Title, f.caps.Unit)
	}
	if whole := list.Label; !f.fits(whole, f.caps.Buttons.Title) {
		list.Label = Cut(whole, f.caps.Buttons.Title, f.caps.Unit)
		f.degrade("label", "label_cut", whole, list.Label)
	}
	for _, b := range buttons {
		list.Items = append(list.Items, ListItem{Button: b})
	}
	return list
}
