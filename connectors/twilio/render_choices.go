package twilio

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	content "github.com/twilio/twilio-go/rest/content/v1"

	"causeway/core"
	"causeway/markup"
)

// What is offered is a content at Twilio, whose words are variables, so that one
// content serves all messages of the same shape: so many buttons, so many rows,
// these of them with a description. Lists cannot be variables, so the number is
// part of the shape. Within the reply window no approval is needed. Twilio's
// page "Content types overview".

// listLabel is on the button that opens a list where nobody gave a word for it.
const listLabel = "Menu"

const (
	contentLanguage = "en" // of the sample words alone
	contentPrefix   = "causeway_"
)

func (m *Message) choices(c core.Choices) error {
	s := newShape()
	body := strings.TrimSpace(markup.WhatsApp(c.Body, string(c.Format)))
	switch {
	case len(c.Buttons) == 0:
		return errors.New("there is nothing to choose from")
	case body == "":
		return errors.New("buttons need a body")
	case c.Header != "" || c.Footer != "":
		return errors.New("there is no place for a header or a footer")
	}
	text := s.word(body, "Please choose")
	var err error
	switch {
	case c.Media != nil:
		err = s.card(text, *c.Media, c.Buttons)
	case c.Buttons[0].Type == core.Link:
		err = s.link(text, c.Buttons)
	default:
		err = s.replies(text, c.Buttons)
	}
	if err != nil {
		return err
	}
	return m.shaped(s, text)
}

func (m *Message) list(c core.List) error {
	switch {
	case len(c.Items) == 0 || len(c.Buttons) > 0 || c.Image != "" || c.Header != "" || c.Footer != "":
		return errors.New("a list is its rows, a body and a label")
	case strings.TrimSpace(c.Body) == "":
		return errors.New("a list needs a body")
	}
	s := newShape()
	text := s.word(c.Body, "Please choose")
	picker := &content.TwilioListPicker{Body: text, Button: s.word(first(c.Label, listLabel), "Menu")}
	for _, item := range c.Items {
		if item.Button.Type == core.Link {
			return errors.New("a link is no row")
		}
		row := content.ListItem{Item: s.word(item.Button.Title, "Option"), Id: s.word(item.Button.Token, "id")}
		if item.Button.Description != "" {
			row.Description = s.word(item.Button.Description, "More")
		}
		picker.Items = append(picker.Items, row)
	}
	s.types.TwilioListPicker = picker
	return m.shaped(s, text)
}

// shape is a content under way, and what its variables are this time.
type shape struct {
	types           content.Types
	values, samples map[string]string
}

func newShape() *shape { return &shape{values: map[string]string{}, samples: map[string]string{}} }

// word is a variable.
func (s *shape) word(value, sample string) string {
	n := strconv.Itoa(len(s.values) + 1)
	s.values[n], s.samples[n] = value, sample
	return "{{" + n + "}}"
}

// address is a web address of which all after the host is a variable: Twilio
// wants the host to stand.
func (s *shape) address(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "", errors.New("this is no web address")
	}
	host := u.Scheme + "://" + u.Host + "/"
	rest, ok := strings.CutPrefix(raw, host)
	if !ok || rest == "" {
		return raw, nil
	}
	return host + s.word(rest, "file"), nil
}

func (s *shape) replies(text string, buttons []core.Button) error {
	reply := &content.TwilioQuickReply{Body: text}
	for _, b := range buttons {
		if b.Type == core.Link {
			return errors.New("a link cannot stand among replies")
		}
		reply.Actions = append(reply.Actions, content.QuickReplyAction{
			Type: content.QUICKREPLYACTIONTYPE_QUICK_REPLY, Title: s.word(b.Title, "Option"), Id: s.word(b.Token, "id"),
		})
	}
	s.types.TwilioQuickReply = reply
	return nil
}

func (s *shape) link(text string, buttons []core.Button) error {
	if len(buttons) != 1 {
		return errors.New("a link stands alone")
	}
	title := s.word(buttons[0].Title, "Open")
	address, err := s.address(buttons[0].URL)
	if err != nil {
		return err
	}
	s.types.TwilioCallToAction = &content.TwilioCallToAction{Body: text, Actions: []content.CallToActionAction{{
		Type: content.CALLTOACTIONACTIONTYPE_URL, Title: title, Url: address,
	}}}
	return nil
}

// card is a file above buttons. Its title is the text on WhatsApp.
func (s *shape) card(text string, above core.Media, buttons []core.Button) error {
	file, err := s.address(above.URL)
	if err != nil {
		return fmt.Errorf("the file above: %w", err)
	}
	card := &content.TwilioCard{Title: text, Media: []string{file}}
	for _, b := range buttons {
		action := content.CardAction{Type: content.CARDACTIONTYPE_QUICK_REPLY, Title: s.word(b.Title, "Option")}
		if b.Type == core.Link {
			action.Type = content.CARDACTIONTYPE_URL
			if action.Url, err = s.address(b.URL); err != nil {
				return err
			}
		} else {
			action.Id = s.word(b.Token, "id")
		}
		card.Actions = append(card.Actions, action)
	}
	s.types.TwilioCard = card
	return nil
}

// shaped has the message sent as a content of this shape. The words alone go to
// whom Twilio cannot show the rest.
func (m *Message) shaped(s *shape, text string) error {
	s.types.TwilioText = &content.TwilioText{Body: text}
	request := content.ContentCreateRequest{Language: contentLanguage, Variables: s.samples, Types: &s.types}
	shape, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("write the content: %w", err)
	}
	sum := sha256.Sum256(shape)
	request.FriendlyName = contentPrefix + hex.EncodeToString(sum[:12])
	m.Content = &request
	return m.variables(s.values)
}
