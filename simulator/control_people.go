package simulator

import (
	"cmp"
	"errors"
)

// picture is what a person sends who gave no data.
func (a act) picture() []byte {
	if len(a.Data) > 0 {
		return a.Data
	}
	return smallest
}

func (a act) place() Location {
	return Location{Latitude: a.Latitude, Longitude: a.Longitude, Name: a.Name, Address: a.Address}
}

// done answers an act that made no message.
func done(err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return obj{"done": true}, nil
}

var errNothing = errors.New("text is empty")

func (z *TelegramPerson) act(verb string, a act) (any, error) {
	switch verb {
	case "say", "reply":
		if a.Text == "" {
			return nil, errNothing
		}
		return z.Reply(a.To, a.Text), nil
	case "tap":
		return done(z.Tap(a.Button))
	case "photo", "image":
		return z.SendPhoto(a.picture(), a.Caption), nil
	case "voice":
		return z.SendVoice(a.picture()), nil
	case "sticker":
		return z.SendSticker(a.picture()), nil
	case "document":
		return z.SendDocument(cmp.Or(a.Name, "file.bin"), a.MIME, a.picture(), a.Caption), nil
	case "location":
		if a.Name != "" {
			return z.SendVenue(a.place()), nil
		}
		return z.SendLocation(a.Latitude, a.Longitude), nil
	case "contact":
		return z.SendContact(a.Phone, a.Name, a.Phone == ""), nil
	case "edit":
		return done(z.Edit(a.To, a.Text))
	case "react":
		return done(z.React(a.To, a.Emoji))
	case "block":
		z.Block()
		return done(nil)
	case "unblock":
		z.Unblock()
		return done(nil)
	case "raw":
		return done(z.SendRaw(a.Raw))
	}
	return nil, errVerb(verb)
}

func (z *WhatsAppPerson) act(verb string, a act) (any, error) {
	switch verb {
	case "say", "reply":
		if a.Text == "" {
			return nil, errNothing
		}
		return z.Reply(a.To, a.Text), nil
	case "tap":
		return done(z.Tap(a.Button))
	case "photo", "image":
		return z.SendImage(a.picture(), a.Caption), nil
	case "voice":
		return z.SendVoice(a.picture()), nil
	case "sticker":
		return z.SendSticker(a.picture()), nil
	case "document":
		return z.SendDocument(cmp.Or(a.Name, "file.bin"), cmp.Or(a.MIME, "application/octet-stream"), a.picture(), a.Caption), nil
	case "location":
		return z.SendLocation(a.place()), nil
	case "contact":
		return z.SendContact(a.Name, a.Phone), nil
	case "react":
		return done(z.React(a.To, a.Emoji))
	case "raw":
		m, err := z.SendRaw(a.Raw)
		return m, err
	}
	if f := map[string]func(){"block": z.Block, "unblock": z.Unblock, "read": z.Read, "open_window": z.OpenWindow, "close_window": z.CloseWindow}[verb]; f != nil {
		f()
		return done(nil)
	}
	return nil, errVerb(verb)
}
