package instagram

import (
	"errors"
	"fmt"
	"strings"

	"causeway/core"
	"causeway/markup"
)

// choices are quick replies, or with links the buttons of a template. Where
// those are too few, the links stand in the words above the quick replies.
func (f form) choices(c core.Choices) ([]sent, error) {
	words := markup.Plain(c.Body, string(c.Format))
	switch {
	case c.Header != "" || c.Footer != "" || c.Media != nil:
		return nil, errors.New("buttons have nothing above and below but their body")
	case strings.TrimSpace(words) == "":
		return nil, errors.New("buttons need a body")
	case len(c.Buttons) == 0:
		return nil, errors.New("there is nothing to choose from")
	}
	var replies []core.Button
	var links []string
	for _, b := range c.Buttons {
		if b.Type == core.Link {
			links = append(links, b.Title+": "+b.URL)
		} else {
			replies = append(replies, b)
		}
	}
	switch {
	case len(links) > 0 && len(c.Buttons) <= maxButtons:
		return f.buttons(words, c.Buttons)
	case len(replies) == 0:
		return nil, fmt.Errorf("%d links are more than %d", len(links), maxButtons)
	case len(links) > 0:
		words += "\n\n" + strings.Join(links, "\n")
	}
	return f.quickReplies(words, replies)
}

// quickReplies stand under the last of the words: those above others vanish.
func (f form) quickReplies(words string, replies []core.Button) ([]sent, error) {
	if len(replies) > maxQuickReplies {
		return nil, fmt.Errorf("%d replies are more than %d", len(replies), maxQuickReplies)
	}
	all, err := f.text(words)
	if err != nil {
		return nil, err
	}
	last := &all[len(all)-1]
	for _, b := range replies {
		if b.Token == "" || b.Title == "" {
			return nil, errors.New("a reply needs a token and a title")
		}
		last.QuickReplies = append(last.QuickReplies, quickReply{Type: "text", Title: b.Title, Payload: b.Token})
	}
	return all, nil
}

func (f form) buttons(words string, buttons []core.Button) ([]sent, error) {
	if n := core.Length(words, f.caps.Unit); n > maxButtonText {
		return nil, fmt.Errorf("a body of %d %s is more than %d", n, f.caps.Unit, maxButtonText)
	}
	tapped, err := buttonsOf(buttons)
	if err != nil {
		return nil, err
	}
	return []sent{templateOf(shown{Template: "button", Text: words, Buttons: tapped})}, nil
}

func templateOf(s shown) sent {
	return sent{Attachment: &attached{Type: "template", Payload: s}}
}

func buttonsOf(buttons []core.Button) ([]button, error) {
	var all []button
	for _, b := range buttons {
		switch {
		case b.Title == "":
			return nil, errors.New("a button needs a title")
		case b.Type == core.Link && b.URL != "":
			all = append(all, button{Type: "web_url", Title: b.Title, URL: b.URL})
		case b.Type == core.Reply && b.Token != "":
			all = append(all, button{Type: "postback", Title: b.Title, Payload: b.Token})
		default:
			return nil, errors.New("a button needs an address or a token")
		}
	}
	return all, nil
}
