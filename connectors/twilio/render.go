package twilio

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	content "github.com/twilio/twilio-go/rest/content/v1"

	"causeway/core"
	"causeway/markup"
)

// opMessages is the one native call: Twilio's page "Message Resource".
const opMessages = "messages"

// Message is the body of the one native call: the parameters of a message, and
// what it refers to that may have to be made or looked up first. Sender, address
// for reports and sid of the content are put in when it is sent.
type Message struct {
	// Ref comes back with each report.
	Ref string `json:"ref,omitempty"`
	// Content is made once, and found again by its friendly name.
	Content *content.ContentCreateRequest `json:"content,omitempty"`
	// Template is looked up by its name.
	Template *TemplateName            `json:"template,omitempty"`
	Message  *api.CreateMessageParams `json:"message"`
}

// TemplateName is a content that somebody made at Twilio.
type TemplateName struct {
	FriendlyName string `json:"friendly_name"`
	Language     string `json:"language,omitempty"`
}

var (
	errNotSendable = errors.New("it cannot be sent")
	errEmpty       = errors.New("there is no text in it")
)

// renderWhatsApp shows each content as one call. Twilio shows no quotes.
func renderWhatsApp(o core.Outgoing) ([]core.Payload, error) {
	m := &Message{Message: &api.CreateMessageParams{}}
	var err error
	switch c := o.Content.(type) {
	case core.Text:
		err = m.text(markup.WhatsApp(c.Body, string(c.Format)))
	case core.Media:
		err = m.media(c)
	case core.Location:
		m.location(c)
	case core.Choices:
		err = m.choices(c)
	case core.List:
		err = m.list(c)
	case core.Template:
		err = m.template(c)
	case core.Native:
		err = m.native(c)
	case core.Album, core.Contacts, core.Cards, core.Form:
		err = errors.New("it is shown in parts, and came whole")
	case core.Selection, core.Reaction, core.Order, core.Edited, core.Deleted, core.FormAnswer, core.Unsupported, nil:
		err = errNotSendable
	}
	return m.payloads(o, whatsAppWay, err)
}

// renderSMS shows words, templates, and files where the channel has MMS.
// Quotation marks and the like that GSM-7 lacks are replaced by Twilio with those
// that it has, or else one of them would halve what fits into a segment.
func renderSMS(o core.Outgoing) ([]core.Payload, error) {
	m := &Message{Message: &api.CreateMessageParams{}}
	m.Message.SetSmartEncoded(true)
	var err error
	switch c := o.Content.(type) {
	case core.Text:
		err = m.text(c.Body)
	case core.Template:
		err = m.template(c)
	case core.Native:
		err = m.native(c)
	case core.Media:
		err = m.files([]core.Media{c})
	case core.Album:
		return mms(o, c.Items)
	case core.Location, core.Contacts, core.Choices, core.List, core.Cards, core.Form:
		err = errors.New("it is shown in words, and came whole")
	case core.Selection, core.Reaction, core.Order, core.Edited, core.Deleted, core.FormAnswer, core.Unsupported, nil:
		err = errNotSendable
	}
	return m.payloads(o, smsWay, err)
}

func (m *Message) payloads(o core.Outgoing, w way, err error) ([]core.Payload, error) {
	if err == nil && o.To == "" {
		err = errors.New("there is no address")
	}
	if err != nil {
		kind := core.ContentType("nothing")
		if o.Content != nil {
			kind = o.Content.Type()
		}
		return nil, fmt.Errorf("render %s: %w", kind, err)
	}
	m.Ref = o.Ref
	m.Message.SetTo(w.at(string(o.To)))
	return []core.Payload{{Op: opMessages, Body: m}}, nil
}

func (m *Message) text(body string) error {
	if strings.TrimSpace(body) == "" {
		return errEmpty
	}
	m.Message.SetBody(body)
	return nil
}

// media: one file a message on WhatsApp.
func (m *Message) media(c core.Media) error {
	if c.URL == "" {
		return errors.New("the file has no address")
	}
	m.Message.SetMediaUrl([]string{c.URL})
	if c.Caption != "" {
		m.Message.SetBody(markup.WhatsApp(c.Caption, string(c.Format)))
	}
	return nil
}

// mms sends files together, as many at once as there is room for their captions.
func mms(o core.Outgoing, files []core.Media) ([]core.Payload, error) {
	if len(files) == 0 {
		return nil, errors.New("render album: there is no file in it")
	}
	var calls []core.Payload
	for len(files) > 0 {
		n, room := 0, maxText
		for n < len(files) && n < maxMMSFiles && (n == 0 || length(files[n].Caption) < room) {
			room -= length(files[n].Caption) + 1
			n++
		}
		m := &Message{Message: &api.CreateMessageParams{}}
		m.Message.SetSmartEncoded(true)
		p, err := m.payloads(o, smsWay, m.files(files[:n]))
		if err != nil {
			return nil, err
		}
		calls, files, o.Ref = append(calls, p...), files[n:], nextRef(o.Ref)
	}
	return calls, nil
}

// nextRef is our name for the call after the one of that name.
func nextRef(ref string) string {
	message, n, ok := core.ReadToken(ref)
	if !ok {
		return ""
	}
	return core.RefOf(message, n+1)
}

// files are one MMS, with the captions below each other.
func (m *Message) files(files []core.Media) error {
	var addresses, words []string
	for _, f := range files {
		if f.URL == "" {
			return errors.New("the file has no address")
		}
		addresses = append(addresses, f.URL)
		if strings.TrimSpace(f.Caption) != "" {
			words = append(words, f.Caption)
		}
	}
	m.Message.SetMediaUrl(addresses)
	if len(words) > 0 {
		m.Message.SetBody(strings.Join(words, "\n"))
	}
	return nil
}

func length(s string) int { return len(utf16.Encode([]rune(s))) }

// location: the body is the place's name and must be there; what follows the
// bar is its label. Twilio's page "Location messages with WhatsApp".
func (m *Message) location(c core.Location) {
	point := degrees(c.Latitude) + "," + degrees(c.Longitude)
	action := "geo:" + point
	if label := oneLine(first(c.Address, c.Name)); label != "" {
		action += "|" + label
	}
	m.Message.SetBody(first(c.Name, c.Address, point))
	m.Message.SetPersistentAction([]string{action})
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func first(texts ...string) string {
	for _, s := range texts {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// variables are written as Twilio wants them: an object in a string.
func (m *Message) variables(values map[string]string) error {
	if len(values) == 0 {
		return nil
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(values); err != nil {
		return fmt.Errorf("write the variables: %w", err)
	}
	m.Message.SetContentVariables(strings.TrimSuffix(b.String(), "\n"))
	return nil
}
