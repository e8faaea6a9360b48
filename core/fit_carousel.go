package core

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Carousel is a row of cards that a channel shows as one message only if they are
// all alike: each with a picture and its words, and each with one link, or each
// with as many reply buttons. The zero value is none.
type Carousel struct {
	Min     int `json:"min"` // cards in one message
	Max     int `json:"max"`
	Text    int `json:"text"`    // longest text of a card
	Lines   int `json:"lines"`   // most lines of it
	Replies int `json:"replies"` // most reply buttons on a card
	// Pictures are the ends of the names of pictures that are taken; one whose name
	// has no end is believed.
	Pictures []string `json:"pictures,omitempty"`
}

// carousel sends the cards as rows of alike ones, and reports false, with nothing
// done, if any would lose something by that.
func (f *fitter) carousel(c Cards) bool {
	k := f.caps.Carousel
	if k.Max <= 0 || len(c.Cards) < max(k.Min, 1) {
		return false
	}
	body := prose{text: c.Body, format: c.Format}
	limit := least(f.caps.Buttons.Body, f.caps.Links.Body)
	if !f.fits(body.words(), limit) || !f.room(body, body.words(), limit) {
		return false
	}
	menus := make([]menu, len(c.Cards))
	for i, card := range c.Cards {
		m, ok := f.alike(item("cards", i), card)
		if !ok || len(m.picks) != len(menus[0].picks) && i > 0 || i > 0 && m.picks[0].Type != menus[0].picks[0].Type {
			return false
		}
		menus[i] = m
	}
	rows := (len(c.Cards) + k.Max - 1) / k.Max
	if len(c.Cards)/rows < k.Min {
		return false
	}
	if rows > 1 {
		f.same("cards", "cards_split", fmt.Sprintf("%d cards", len(c.Cards)), fmt.Sprintf("rows of %d at most", k.Max))
	}
	for row := range rows {
		from, to := row*len(c.Cards)/rows, (row+1)*len(c.Cards)/rows
		above := menu{inBody: "body", body: f.styled("body", body, limit)}
		f.need(&above, limit)
		f.emit(Cards{Body: above.body.text, Format: above.body.format, Cards: f.alikes(c.Cards[from:to], menus[from:to])})
		body = prose{}
	}
	return true
}

// alike is a card's picks if it can stand in a carousel as it is.
func (f *fitter) alike(where string, card Card) (menu, bool) {
	k, m := f.caps.Carousel, menu{path: at(where, "buttons")}
	text := cardText(card)
	if !web(card.Image) || !k.pictures(card.Image) || !f.fits(text, k.Text) || strings.Count(text, "\n") >= k.Lines {
		return m, false
	}
	linked, seen := card.URL == "", map[string]bool{}
	for i, b := range card.Buttons {
		p := pick{Button: b, path: item(m.path, i), native: true, title: squeeze(b.Title)}
		limit := f.caps.Buttons.Title
		if b.Type == Link {
			limit, linked = f.caps.Links.Title, linked || b.URL == card.URL
		}
		if p.title == "" || !f.fits(p.title, limit) || seen[fold(p.title)] || !blank(b.Description) || b.Type == Link && !web(b.URL) {
			return m, false
		}
		p.Title, seen[fold(p.title)] = p.title, true
		m.picks = append(m.picks, p)
	}
	if !linked && len(m.picks) == 0 && web(card.URL) && f.fits(host(card.URL), f.caps.Links.Title) {
		linked = true
		m.picks = []pick{{Button: Button{Type: Link, URL: card.URL}, path: at(where, "url"), native: true, title: host(card.URL)}}
	}
	links := 0
	for _, p := range m.picks {
		if p.Type == Link {
			links++
		}
	}
	one := links == 1 && len(m.picks) == 1
	return m, linked && (one || links == 0 && len(m.picks) > 0 && len(m.picks) <= k.Replies)
}

func (k Carousel) pictures(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	end := strings.ToLower(path.Ext(u.Path))
	return end == "" || len(k.Pictures) == 0 || slices.Contains(k.Pictures, end)
}

// alikes is cards as they go to the channel: all words of one are its description.
func (f *fitter) alikes(cards []Card, menus []menu) []Card {
	all := make([]Card, len(cards))
	for i, card := range cards {
		all[i] = Card{Image: card.Image, Description: cardText(card), Buttons: f.buttons(menus[i])}
	}
	return all
}

// cardText is all words of a card, a line each.
func cardText(c Card) string {
	headline := c.Title
	if headline != "" && c.Extra != "" {
		headline += " · "
	}
	return lines(headline+c.Extra, c.Overlay, c.Subtitle, c.Description)
}
