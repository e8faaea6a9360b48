package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// understand reads what a message of type kind says, and what else came with
// it. A type that is not known is still something that a person wrote. An error
// says that a known type is not as it should be. Meta's page: "Webhooks:
// messages", one sub-page a type.
func understand(kind string, p parts, failed []json.RawMessage) (core.Content, core.Metadata, error) {
	switch kind {
	case "text":
		return readText(p["text"])
	case "image", "video", "audio", "voice", "document", "sticker":
		return readMedia(kind, p[kind], failed)
	case "location":
		return readLocation(p["location"])
	case "contacts":
		return readCards(p["contacts"])
	case "reaction":
		return readReaction(p["reaction"])
	case "interactive":
		return readInteractive(p["interactive"])
	case "button":
		return readButton(p["button"])
	case "order":
		return readOrder(p["order"])
	case "edit":
		return readEdit(p["edit"])
	case "revoke":
		return readRevoke(p["revoke"])
	case "unsupported":
		return readUnsupported(p["unsupported"])
	case "":
		if len(failed) == 0 {
			return nil, nil, errors.New("none is named")
		}
		return core.Unsupported{What: "errors"}, nil, nil
	}
	return core.Unsupported{What: kind, Text: wordsOf(p[kind])}, nil, nil
}

// read decodes the part of a message that its type names.
func read[T any](raw json.RawMessage) (T, error) {
	var v T
	err := kit.Part(raw, &v)
	return v, err
}

func readText(raw json.RawMessage) (core.Content, core.Metadata, error) {
	t, err := read[struct {
		Body *string `json:"body"`
	}](raw)
	if err != nil {
		return nil, nil, err
	}
	if t.Body == nil {
		return nil, nil, kit.ErrMissing
	}
	return core.Text{Body: *t.Body}, nil, nil
}

var mediaTypes = map[string]core.MediaType{
	"image": core.Image, "video": core.Video, "audio": core.Audio, "voice": core.Voice,
	"document": core.File, "sticker": core.Sticker,
}

// readMedia takes the id as the Ref: the address beside it dies in minutes. A
// file that the provider could not load has no id.
func readMedia(kind string, raw json.RawMessage, failed []json.RawMessage) (core.Content, core.Metadata, error) {
	m, err := read[struct {
		ID       loose  `json:"id"`
		MIME     string `json:"mime_type"`
		Filename string `json:"filename"`
		Caption  string `json:"caption"`
		Voice    bool   `json:"voice"`
		Status   string `json:"status"`
	}](raw)
	if len(failed) > 0 && (m.ID == "" || err != nil) {
		return core.Unsupported{What: kind, Text: m.Caption}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if m.ID == "" && m.Status != "" {
		return core.Unsupported{What: kind + " " + kit.Quoted(m.Status), Text: m.Caption}, nil, nil
	}
	if m.ID == "" {
		return nil, nil, kit.ErrMissing
	}
	c := core.Media{Media: mediaTypes[kind], Ref: string(m.ID), MIME: m.MIME, Name: m.Filename, Caption: m.Caption}
	if m.Voice {
		c.Media = core.Voice
	}
	return c, nil, nil
}

func readLocation(raw json.RawMessage) (core.Content, core.Metadata, error) {
	l, err := read[struct {
		Latitude  *json.Number `json:"latitude"`
		Longitude *json.Number `json:"longitude"`
		Name      string       `json:"name"`
		Address   string       `json:"address"`
		URL       string       `json:"url"`
	}](raw)
	if err != nil {
		return nil, nil, err
	}
	if l.Latitude == nil || l.Longitude == nil {
		return nil, nil, kit.ErrMissing
	}
	c := core.Location{Name: l.Name, Address: l.Address}
	if c.Latitude, err = l.Latitude.Float64(); err != nil {
		return nil, nil, fmt.Errorf("latitude: %w", err)
	}
	if c.Longitude, err = l.Longitude.Float64(); err != nil {
		return nil, nil, fmt.Errorf("longitude: %w", err)
	}
	if l.URL == "" {
		return c, nil, nil
	}
	return c, core.Metadata{"location_url": l.URL}, nil
}

// card is an entry of a "contacts" message. Every key may be missing.
type card struct {
	Name struct {
		Formatted string `json:"formatted_name"`
		First     string `json:"first_name"`
		Last      string `json:"last_name"`
	} `json:"name"`
	Org struct {
		Company string `json:"company"`
	} `json:"org"`
	Phones []struct {
		Phone string `json:"phone"`
		WaID  loose  `json:"wa_id"`
	} `json:"phones"`
	Emails []struct {
		Email string `json:"email"`
	} `json:"emails"`
	VCard string `json:"vcard"`
}

func readCards(raw json.RawMessage) (core.Content, core.Metadata, error) {
	cards, err := read[[]card](raw)
	if err != nil {
		return nil, nil, err
	}
	c := core.Contacts{Contacts: make([]core.AddressCard, 0, len(cards))}
	for _, in := range cards {
		c.Contacts = append(c.Contacts, in.card())
	}
	return c, nil, nil
}

func (in card) card() core.AddressCard {
	out := core.AddressCard{Name: in.Name.Formatted, Firm: in.Org.Company, VCard: in.VCard}
	if out.Name == "" {
		out.Name = strings.TrimSpace(in.Name.First + " " + in.Name.Last)
	}
	for _, p := range in.Phones {
		switch {
		case p.Phone != "":
			out.Phones = append(out.Phones, p.Phone)
		case p.WaID != "":
			out.Phones = append(out.Phones, phoneOf(string(p.WaID)))
		}
	}
	for _, e := range in.Emails {
		if e.Email != "" {
			out.Emails = append(out.Emails, e.Email)
		}
	}
	return out
}

// readReaction takes a missing emoji, and an empty one, as taken back.
func readReaction(raw json.RawMessage) (core.Content, core.Metadata, error) {
	r, err := read[struct {
		MessageID loose  `json:"message_id"`
		Emoji     string `json:"emoji"`
	}](raw)
	if err != nil {
		return nil, nil, err
	}
	if r.MessageID == "" {
		return nil, nil, kit.ErrMissing
	}
	return core.Reaction{To: core.ProviderID(r.MessageID), Emoji: r.Emoji}, nil, nil
}

func readUnsupported(raw json.RawMessage) (core.Content, core.Metadata, error) {
	var u struct {
		Type string `json:"type"`
	}
	if len(raw) > 0 && kit.Part(raw, &u) != nil || u.Type == "" {
		u.Type = "unsupported"
	}
	return core.Unsupported{What: u.Type}, nil, nil
}

// wordsOf is what can be read of a message of an unknown type.
func wordsOf(raw json.RawMessage) string {
	o := kit.Object(raw)
	for _, key := range []string{"body", "text", "caption"} {
		if s, ok := o[key].(string); ok && s != "" {
			return s
		}
	}
	return ""
}
