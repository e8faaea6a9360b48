package core_test

import (
	"strings"
	"testing"

	"causeway/core"
)

// Cards that are all alike are one message where there are such; any that would
// lose something by it are a message each, as they are elsewhere.
func TestFitCarousel(t *testing.T) {
	card := func(n string, buttons ...core.Button) core.Card {
		return core.Card{Image: "https://ex.com/" + n + ".png", Title: "Room " + n, Extra: "4/5", Buttons: buttons}
	}
	see := func(n string) core.Button { return to("See", "https://ex.com/"+n) }
	replying := core.Cards{Body: "Rooms", Cards: []core.Card{card("1", reply("Book"), reply("More")), card("2", reply("Book"), reply("More"))}}
	for _, s := range []situation{
		{"reply buttons", strict, say(replying), `
cards | Rooms || Room 1 · 4/5 | (Book) (More) || Room 2 · 4/5 | (Book) (More)
`},
		{"links, and the card's own", strict, say(core.Cards{Body: "Rooms", Cards: []core.Card{
			card("1", see("1")), {Image: "https://ex.com/2", Title: "Room 2", URL: "https://ex.com/2"},
		}}), `
cards | Rooms || Room 1 · 4/5 | <See https://ex.com/1> || Room 2 | <ex.com https://ex.com/2>
`},
		{"a body that is demanded", strict, say(core.Cards{Cards: []core.Card{card("1", see("1")), card("2", see("2"))}}), `
cards | Please choose || Room 1 · 4/5 | <See https://ex.com/1> || Room 2 · 4/5 | <See https://ex.com/2>
! same body body_added
`},
		{"more than there may be are even rows", strict, say(core.Cards{Body: "Rooms", Cards: []core.Card{
			card("1", see("1")), card("2", see("2")), card("3", see("3")), card("4", see("4")), card("5", see("5")),
		}}), `
cards | Rooms || Room 1 · 4/5 | <See https://ex.com/1> || Room 2 · 4/5 | <See https://ex.com/2>
cards | Please choose || Room 3 · 4/5 | <See https://ex.com/3> || Room 4 · 4/5 | <See https://ex.com/4> || Room 5 · 4/5 | <See https://ex.com/5>
! same cards cards_split
! same body body_added
`},
	} {
		s.run(t)
	}
	for name, spoil := range map[string]func(*core.Card){
		"no picture":                func(c *core.Card) { c.Image = "" },
		"a picture of another sort": func(c *core.Card) { c.Image = "https://ex.com/1.gif" },
		"a long text":               func(c *core.Card) { c.Description = strings.Repeat("x", 161) },
		"many lines":                func(c *core.Card) { c.Description = "a\nb\nc" },
		"another number of buttons": func(c *core.Card) { c.Buttons = c.Buttons[:1] },
		"no buttons":                func(c *core.Card) { c.Buttons = nil },
		"too many buttons":          func(c *core.Card) { c.Buttons = replies(3) },
		"a link among replies":      func(c *core.Card) { c.Buttons = []core.Button{reply("Book"), see("1")} },
		"links beside replies":      func(c *core.Card) { c.Buttons = []core.Button{see("1")} },
		"two of the same title":     func(c *core.Card) { c.Buttons = []core.Button{reply("Book"), reply("book")} },
		"a long title":              func(c *core.Card) { c.Buttons = []core.Button{reply(strings.Repeat("x", 21)), reply("More")} },
		"a title with an explanation": func(c *core.Card) {
			c.Buttons = []core.Button{{Type: core.Reply, Title: "Book", Description: "d"}, reply("More")}
		},
		"an address of its own": func(c *core.Card) { c.URL = "https://ex.com/1" },
	} {
		t.Run(name, func(t *testing.T) {
			c := core.Cards{Body: replying.Body, Cards: []core.Card{replying.Cards[0], replying.Cards[1]}}
			spoil(&c.Cards[0])
			for _, part := range core.Fit([]core.Saying{{Content: c}}, strict, options)[0].Parts {
				if _, native := part.(core.Cards); native {
					t.Errorf("it is a carousel: %+v", part)
				}
			}
		})
	}
	one := core.Cards{Body: "Rooms", Cards: replying.Cards[:1]}
	if part := core.Fit([]core.Saying{{Content: one}}, strict, options)[0].Parts[0]; part.Type() == core.TypeCards {
		t.Errorf("one card is a carousel: %+v", part)
	}
}
