package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"causeway/core"
)

// Bounds of content that is posted. They keep one call from becoming a flood of
// messages; what a channel can show is Fit's business.
const (
	longestText = 32 << 10 // runes of one text
	mostParts   = 100      // buttons, items, cards, files of one message
)

// readContent reads content that may be sent: of a known type, with known
// fields only, complete, and without the fields that are not an author's.
func readContent(data []byte) (core.Content, error) {
	var fields map[string]json.RawMessage
	if err := decode(data, &fields); err != nil {
		return nil, err
	}
	var name core.ContentType
	if err := json.Unmarshal(fields["type"], &name); err != nil {
		return nil, errors.New("type must say what it is, such as \"text\"")
	}
	sent := slices.IndexFunc(core.Sendable(), func(c core.Content) bool { return c.Type() == name })
	if sent < 0 {
		return nil, fmt.Errorf("type %.50q cannot be sent", name)
	}
	delete(fields, "type")
	if err := recode(fields, reflect.New(reflect.TypeOf(core.Sendable()[sent])).Interface()); err != nil {
		return nil, err
	}
	c, err := core.UnmarshalContent(data)
	if err != nil {
		return nil, err
	}
	return c, check(c)
}

// check reports the first thing that is missing or must not be there.
func check(c core.Content) error {
	switch c := c.(type) {
	case core.Text:
		return join(text("body", c.Body), format(c.Format))
	case core.Media:
		return file(c)
	case core.Album:
		return each("items", c.Items, 1, file)
	case core.Location:
		return whether(c.Latitude >= -90 && c.Latitude <= 90 && c.Longitude >= -180 && c.Longitude <= 180, "latitude and longitude must be a place on earth")
	case core.Contacts:
		return each("contacts", c.Contacts, 1, func(a core.AddressCard) error {
			return whether(a.Name != "" || a.Firm != "" || a.VCard != "", "a name, a firm or a vcard is missing")
		})
	case core.Choices:
		return join(optional("body", c.Body), format(c.Format), above(c.Media), each("buttons", c.Buttons, 1, button))
	case core.List:
		return join(optional("body", c.Body), format(c.Format), link("image", c.Image, true), each("items", c.Items, 1, row), each("buttons", c.Buttons, 0, button))
	case core.Cards:
		return join(optional("body", c.Body), format(c.Format), each("cards", c.Cards, 1, card))
	case core.Form:
		return join(optional("body", c.Body), format(c.Format), each("fields", c.Fields, 1, func(f core.Field) error {
			picks := f.Type == core.RadioField || f.Type == core.DropdownField || f.Type == core.CheckboxField
			return join(whether(f.Name != "" && f.Type != "", "a name and a type are needed"), whether(len(f.Options) > 0 || !picks, "options are needed"))
		}), link("submit.url", c.Submit.URL, true))
	case core.Reaction:
		return whether(c.To != "", "to must be the provider_id of the message")
	case core.Deleted:
		return whether(c.Of != "", "of must be the provider_id of the message")
	case core.Edited:
		t, ok := c.New.(core.Text)
		return join(whether(c.Of != "", "of must be the provider_id of the message"), whether(ok && t.Body != "", "new must be a text"))
	case core.Template:
		return whether(c.Name != "" && c.Language != "", "name and language are needed")
	}
	return errors.New("it cannot be sent")
}

func file(m core.Media) error {
	kinds := []core.MediaType{core.Image, core.Video, core.Audio, core.Voice, core.File, core.Sticker}
	return join(
		whether(slices.Contains(kinds, m.Media), "media must be image, video, audio, voice, file or sticker"),
		whether(m.Ref == "" && m.Missing == "", "ref is only for files that came in, and so is missing; give a url"),
		link("url", m.URL, false), optional("caption", m.Caption), format(m.Format),
	)
}

func above(m *core.Media) error {
	if m == nil {
		return nil
	}
	return file(*m)
}

func row(i core.ListItem) error {
	return join(link("image", i.Image, true), format(i.Format), button(i.Button))
}

func card(c core.Card) error {
	return join(
		whether(c.Title != "" || c.Image != "" || c.Description != "" || c.Subtitle != "", "a title, an image or a description is missing"),
		link("image", c.Image, true), optional("description", c.Description), each("buttons", c.Buttons, 0, button),
	)
}

func button(b core.Button) error {
	err := join(text("title", b.Title), whether(b.Token == "", "token is not an author's to give"))
	if err != nil {
		return err
	}
	switch b.Type {
	case core.Reply:
		return nil
	case core.Link:
		if b.DeepLink {
			return text("url", b.URL) // an app's own scheme
		}
		return link("url", b.URL, false)
	case core.Submit:
		if b.Submission == nil {
			return errors.New("submission is missing")
		}
		return link("submission.url", b.Submission.URL, false)
	}
	return errors.New("type must be reply, link or submit")
}

func text(name, s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("%s is missing", name)
	}
	return optional(name, s)
}

func optional(name, s string) error {
	return whether(utf8.RuneCountInString(s) <= longestText, fmt.Sprintf("%s is longer than %d characters", name, longestText))
}

func format(f core.Format) error {
	return whether(f == core.Plain || f == core.HTML || f == core.Markdown, "format must be html, markdown or empty")
}

// link is an absolute web address; empty is allowed if it may be.
func link(name, address string, empty bool) error {
	if address == "" && empty {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%s must be a whole http or https address", name)
	}
	return nil
}

func each[T any](name string, all []T, least int, is func(T) error) error {
	if len(all) < least || len(all) > mostParts {
		return fmt.Errorf("%s must have %d to %d entries", name, least, mostParts)
	}
	for i, one := range all {
		if err := is(one); err != nil {
			return fmt.Errorf("%s[%d]: %w", name, i, err)
		}
	}
	return nil
}

func whether(ok bool, wrong string) error {
	if ok {
		return nil
	}
	return errors.New(wrong)
}

// join is the first error.
func join(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
