package whatsapp

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"causeway/core"
	"causeway/markup"
)

// render is the Render of every kind in this package: each content is one call.
func render(o core.Outgoing) ([]core.Payload, error) {
	if n, ok := o.Content.(core.Native); ok {
		return renderNative(o, n)
	}
	m, err := messageOf(o.Content)
	if err == nil {
		err = m.address(o.To)
	}
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", typeOf(o.Content), err)
	}
	m.Ref = o.Ref
	if o.Quote != "" {
		m.Context = &quote{MessageID: string(o.Quote)}
	}
	op := opMessages
	if m.needsUpload() {
		op = opUpload
	}
	return []core.Payload{{Op: op, Body: m}}, nil
}

func typeOf(c core.Content) core.ContentType {
	if c == nil {
		return "nothing"
	}
	return c.Type()
}

func messageOf(c core.Content) (message, error) {
	switch c := c.(type) {
	case core.Text:
		return textMessage(markup.WhatsApp(c.Body, string(c.Format)))
	case core.Media:
		return mediaMessage(c)
	case core.Location:
		return locationMessage(c)
	case core.Contacts:
		return contactsMessage(c)
	case core.Choices:
		return choicesMessage(c)
	case core.List:
		return listMessage(c)
	case core.Cards:
		return carouselMessage(c)
	case core.Template:
		return templateMessage(c)
	case core.Album, core.Form:
		return message{}, errors.New("it is shown in parts, and came whole")
	case core.Reaction:
		return message{Type: "reaction", Reaction: &reaction{MessageID: string(c.To), Emoji: c.Emoji}}, nil
	case core.FormAnswer, core.Selection, core.Order, core.Edited, core.Deleted, core.Unsupported, core.Native, nil:
	}
	return message{}, errors.New("it cannot be sent")
}

// address says to whom a message goes. A number is sent with its plus: without
// it, Meta may put the country code of the business in front.
func (m *message) address(to core.Address) error {
	a := string(to)
	m.Product, m.RecipientType = "whatsapp", "individual"
	switch group, isGroup := strings.CutPrefix(a, groupPrefix); {
	case isGroup && group != "":
		m.RecipientType, m.To = "group", group
	case phoneOf(a) != "":
		m.To = phoneOf(a)
	case userIDForm.MatchString(a):
		m.Recipient = a
	default:
		return errors.New("the address is no number, no user id and no group")
	}
	return nil
}

var webAddress = regexp.MustCompile(`(?i)\bhttps?://[^\s]`)

func textMessage(body string) (message, error) {
	if strings.TrimSpace(body) == "" {
		return message{}, errors.New("there is no text in it")
	}
	return message{Type: "text", Text: &text{Body: body, PreviewURL: strings.Contains(body, "://") && webAddress.MatchString(body)}}, nil
}

func locationMessage(l core.Location) (message, error) {
	return message{Type: "location", Location: &location{
		Latitude: degrees(l.Latitude), Longitude: degrees(l.Longitude), Name: l.Name, Address: l.Address,
	}}, nil
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
