package core

import (
	"fmt"
	"slices"
	"strings"
)

// list sends a menu of items. Buttons below it become rows of it where there is
// room, else a menu of their own.
func (f *fitter) list(c List) {
	pictured := slices.ContainsFunc(c.Items, func(it ListItem) bool { return it.Image != "" })
	if pictured && f.caps.List.Max <= 0 && f.caps.Cards > 0 {
		f.gallery(c)
		return
	}
	if c.Image != "" {
		f.same("image", "media_before", "", "a message of its own")
		f.media("image", Media{Media: Image, URL: c.Image})
	}
	m := menu{
		path: "items", inBody: "body", list: true,
		header: c.Header, body: prose{text: c.Body, format: c.Format}, footer: c.Footer, label: c.Label,
	}
	var pictures []string
	for i, it := range c.Items {
		if it.Image != "" {
			pictures = append(pictures, it.Image)
		}
		if p, ok := f.row(i, it); ok {
			m.picks = append(m.picks, p)
		}
	}
	if len(pictures) > 0 {
		f.lose("items", "row_images", strings.Join(pictures, " "))
	}
	if len(m.picks)+len(c.Buttons) == 0 && c.Image != "" && blank(lines(c.Header, c.Body, c.Footer)) {
		f.unlabelled(c.Label)
		return
	}
	below := f.picks("buttons", c.Buttons)
	all := m
	all.picks = slices.Concat(m.picks, below)
	if f.form(all).name == "" && f.form(m).name != "" {
		f.offer(m)
		f.offer(menu{path: "buttons", inBody: "buttons", picks: below})
		return
	}
	f.offer(all)
}

// row takes a list's item on, and reports false if there is nothing to tap.
func (f *fitter) row(i int, it ListItem) (pick, bool) {
	path := at(item("items", i), "button")
	it.Button.Description = f.bare(at(path, "description"), prose{text: it.Button.Description, format: it.Format})
	return f.pick(path, it.Button)
}

// gallery sends a list with pictures as a row of cards, where there are cards and
// no lists.
func (f *fitter) gallery(c List) {
	f.unlabelled(c.Label)
	if c.Image != "" {
		f.same("image", "media_before", "", "a message of its own")
		f.media("image", Media{Media: Image, URL: c.Image})
	}
	body := prose{text: c.Body, format: c.Format}
	if body.above(c.Header); !blank(body.text) {
		f.text("body", body)
	}
	f.items(c.Items)
	f.same("items", "list_as_cards", fmt.Sprintf("%d items", len(c.Items)), "cards")
	if below := f.picks("buttons", c.Buttons); len(below) > 0 {
		f.offer(menu{path: "buttons", inBody: "footer", body: prose{text: c.Footer}, picks: below})
	} else if !blank(c.Footer) {
		f.text("footer", prose{text: c.Footer})
	}
}

// items sends rows as cards. What is offered is the rows' own, descriptions too.
func (f *fitter) items(all []ListItem) {
	var row Cards
	var taps []Button
	paths := []string{".buttons[0]", ".button"}
	for i, it := range all {
		p, ok := f.row(i, it)
		if !ok {
			if it.Image != "" {
				f.lose(at(item("items", i), "image"), "empty", it.Image)
			}
			continue
		}
		paths = append(paths, item("cards", len(row.Cards)), item("items", i))
		if p.Type != Link {
			taps = append(taps, p.Button)
		}
		card := Card{Image: it.Image, Title: p.title, Description: p.Description, Buttons: []Button{p.Button}}
		card.Buttons[0].Description = ""
		row.Cards = append(row.Cards, card)
	}
	if len(row.Cards) == 0 {
		return
	}
	notes, options := len(f.Notes), len(f.Options)
	f.cards(row)
	path := strings.NewReplacer(append(paths, "cards", "items")...)
	for i := range f.Notes[notes:] {
		f.Notes[notes+i].Path = path.Replace(f.Notes[notes+i].Path)
	}
	for i, b := range taps {
		f.Options[options+i].Button.Description = b.Description
	}
}

// cards sends a row of cards natively as far as it can, and each other card as a
// message with its picture above.
func (f *fitter) cards(c Cards) {
	if f.carousel(c) {
		return
	}
	if !blank(c.Body) || len(c.Cards) == 0 {
		f.text("body", prose{text: c.Body, format: c.Format})
	}
	var row []Card
	flush := func() {
		if len(row) > 0 {
			f.emit(Cards{Cards: row})
		}
		row = nil
	}
	alone := 0
	for i, card := range c.Cards {
		path := item("cards", i)
		m := menu{
			path: at(path, "buttons"), inBody: path, inMedia: at(path, "image"), picks: f.picks(at(path, "buttons"), card.Buttons),
		}
		if form := f.form(m); f.caps.Cards > 0 && !blank(card.Title) && (form.name == asButtons || len(m.picks) == 0) {
			row = append(row, f.nativeCard(card, m, form))
			if len(row) == f.caps.Cards {
				flush()
			}
			continue
		}
		flush()
		f.card(path, card, m)
		alone++
	}
	flush()
	if alone > 0 {
		f.same("cards", "cards_as_messages", fmt.Sprintf("%d cards", alone), "a message each")
	} else if len(c.Cards) > f.caps.Cards && f.caps.Cards > 0 {
		f.same("cards", "cards_split", fmt.Sprintf("%d cards", len(c.Cards)), fmt.Sprintf("rows of %d", f.caps.Cards))
	}
}

// nativeCard is a card whose buttons fit, with the rest of them in its text.
func (f *fitter) nativeCard(card Card, m menu, c form) Card {
	rest := f.place(&m, c)
	if card.URL != "" && !web(card.URL) {
		rest = append(rest, card.URL)
		card.URL = ""
	}
	card.Description = lines(card.Description, lines(rest...))
	card.Buttons = f.buttons(m)
	return card
}

// card sends one card as a message.
func (f *fitter) card(path string, card Card, m menu) {
	text := cardText(card)
	if card.URL != "" && !slices.ContainsFunc(m.picks, func(p pick) bool { return p.URL == card.URL }) {
		link := pick{Button: Button{Type: Link, URL: card.URL}, path: at(path, "url"), title: host(card.URL)}
		if f.roomFor(m, link) {
			m.picks = append(m.picks, link)
		} else {
			f.same(link.path, "link_text", "", card.URL)
			text = lines(text, card.URL)
		}
	}
	switch {
	case len(m.picks) == 0 && card.Image != "":
		f.media(path, Media{Media: Image, URL: card.Image, Caption: text})
	case len(m.picks) == 0:
		f.text(path, prose{text: text})
	default:
		if card.Image != "" {
			m.media = &Media{Media: Image, URL: card.Image}
		}
		m.body.text = text
		f.offer(m)
	}
}

// roomFor reports whether the menu can show one more link as a button.
func (f *fitter) roomFor(m menu, link pick) bool {
	m.picks = append(slices.Clone(m.picks), link)
	c := f.form(m)
	return web(link.URL) && c.name == asButtons && c.links.Max > 0
}
