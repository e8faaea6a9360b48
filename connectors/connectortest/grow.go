package connectortest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"causeway/core"
)

// grown renders contents that nobody wrote: whatever Fit lets through, Render
// takes, and the provider's schema too.
func grown(t *testing.T, s Subject) {
	k, valid := s.Kind(pure(t)), s.validator(t)
	for seed := range uint64(60) {
		g := gardener{rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // it must be the same each time
		answer := []core.Saying{{Content: g.content()}}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			for _, f := range fit(answer, k) {
				for _, part := range f.Parts {
					calls(t, k, core.Outgoing{To: s.To, Content: part, Ref: "r"}, valid)
				}
			}
		})
	}
}

type gardener struct{ *rand.Rand }

// words are up to n words of several scripts.
func (g gardener) words(n int) string {
	seeds := []string{"tea", "Größe", "чай", "茶", "👩‍👩‍👧‍👦", "שלום", "<b>&amp;", "*_`~[", "e\u0301", "a\nb", strings.Repeat("long", 30)}
	var some []string
	for range g.IntN(n + 1) {
		some = append(some, seeds[g.IntN(len(seeds))])
	}
	return strings.Join(some, " ")
}

func (g gardener) one(n int) string { return "x" + g.words(n) }

func (g gardener) format() core.Format {
	return []core.Format{core.Plain, core.HTML, core.Markdown}[g.IntN(3)]
}

func (g gardener) button() core.Button {
	b := core.Button{Type: core.Reply, Title: g.one(8), Description: g.words(20), ID: g.words(2), Message: g.words(3)}
	switch g.IntN(4) {
	case 0:
		b.Type, b.URL = core.Link, "https://example.com/"+fmt.Sprint(g.IntN(100))
	case 1:
		b.Type, b.Submission = core.Submit, &core.Submission{URL: "https://example.com/"}
	}
	return b
}

func (g gardener) buttons(most int) []core.Button {
	var all []core.Button
	for range g.IntN(most + 1) {
		all = append(all, g.button())
	}
	return all
}

func (g gardener) media() core.Media {
	types := []core.MediaType{core.Image, core.Video, core.Audio, core.Voice, core.File, core.Sticker}
	return core.Media{Media: types[g.IntN(len(types))], URL: "https://example.com/f", Name: g.words(3), Caption: g.words(300), Format: g.format()}
}

func (g gardener) content() core.Content {
	switch g.IntN(7) {
	case 0:
		return core.Text{Body: g.one(1500), Format: g.format()}
	case 1:
		return g.media()
	case 2:
		a := core.Album{Items: []core.Media{g.media()}}
		for range g.IntN(25) {
			a.Items = append(a.Items, g.media())
		}
		return a
	case 3:
		c := core.Choices{Header: g.words(20), Body: g.words(1500), Format: g.format(), Footer: g.words(20), Buttons: append(g.buttons(130), g.button())}
		if g.IntN(2) == 0 {
			m := g.media()
			c.Media = &m
		}
		return c
	case 4:
		l := core.List{Header: g.words(20), Body: g.words(200), Footer: g.words(20), Label: g.words(5), Items: []core.ListItem{{Button: g.button()}}, Buttons: g.buttons(5)}
		for range g.IntN(30) {
			l.Items = append(l.Items, core.ListItem{Button: g.button()})
		}
		return l
	case 5:
		c := core.Cards{Body: g.words(50), Format: g.format(), Cards: []core.Card{{Title: "x"}}}
		for range g.IntN(14) {
			c.Cards = append(c.Cards, core.Card{Image: "https://example.com/i.jpg", Title: g.one(20), Subtitle: g.words(30), Description: g.words(200), Buttons: g.buttons(6)})
		}
		return c
	}
	return core.Contacts{Contacts: []core.AddressCard{{Name: g.one(3), Firm: g.words(3), Phones: []string{"+15551230000"}}, {Name: g.one(2), Emails: []string{"a@example.com"}}}}
}
