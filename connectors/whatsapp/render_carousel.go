package whatsapp

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"causeway/core"
	"causeway/markup"
)

// carouselMessage shows 2 to 10 cards that are alike: a picture, words below it,
// and one link or quick replies.
func carouselMessage(c core.Cards) (message, error) {
	ch := &choice{Type: "carousel", Body: words{markup.WhatsApp(c.Body, string(c.Format))}}
	switch {
	case len(c.Cards) < 2 || len(c.Cards) > maxCards:
		return message{}, fmt.Errorf("a carousel has 2 to %d cards, not %d", maxCards, len(c.Cards))
	case strings.TrimSpace(ch.Body.Text) == "":
		return message{}, errors.New("a carousel needs a body")
	}
	for i, one := range c.Cards {
		k, err := slideOf(i, one)
		if err != nil {
			return message{}, fmt.Errorf("card %d: %w", i, err)
		}
		if i > 0 && len(k.Action.Buttons) != len(ch.Action.Cards[0].Action.Buttons) {
			return message{}, errors.New("its cards are not alike")
		}
		ch.Action.Cards = append(ch.Action.Cards, k)
	}
	return message{Type: "interactive", Interactive: ch}, nil
}

func slideOf(i int, c core.Card) (slide, error) {
	u, err := url.Parse(c.Image)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return slide{}, errors.New("its picture has no http or https address")
	}
	k := slide{Index: i, Type: "cta_url", Header: &header{Type: "image", Image: &file{Link: c.Image}}}
	if text := strings.TrimSpace(c.Description); text != "" {
		k.Body = &words{markup.WhatsApp(text, "")}
	}
	ch := &choice{}
	switch {
	case len(c.Buttons) == 0 || len(c.Buttons) > maxCardReplies:
		return slide{}, fmt.Errorf("it has %d buttons", len(c.Buttons))
	case c.Buttons[0].Type == core.Link:
		err = ch.link(c.Buttons)
	default:
		err = ch.replies(c.Buttons)
		for j, b := range ch.Action.Buttons {
			ch.Action.Buttons[j] = button{Type: "quick_reply", Quick: b.Reply}
		}
	}
	k.Action = ch.Action
	return k, err
}
