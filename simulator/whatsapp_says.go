package simulator

import (
	"fmt"
	"net/http"
	"strings"
)

// Say sends a text.
func (z *WhatsAppPerson) Say(text string) Shown { return z.Reply("", text) }

// Reply sends a text as the answer to a message on the screen.
func (z *WhatsAppPerson) Reply(to, text string) Shown {
	return z.say("text", obj{"text": obj{"body": text}}, Shown{Text: text, ReplyTo: to})
}

// SendImage sends a picture.
func (z *WhatsAppPerson) SendImage(data []byte, caption string) Shown {
	mime, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if !strings.HasPrefix(mime, "image/") {
		mime = "image/jpeg"
	}
	return z.file("image", "", mime, data, caption, nil)
}

// SendVideo sends a film.
func (z *WhatsAppPerson) SendVideo(data []byte, caption string) Shown {
	return z.file("video", "", "video/mp4", data, caption, nil)
}

// SendVoice sends a voice note: type audio with voice set.
func (z *WhatsAppPerson) SendVoice(data []byte) Shown {
	return z.file("audio", "", "audio/ogg; codecs=opus", data, "", obj{"voice": true})
}

// SendDocument sends a file.
func (z *WhatsAppPerson) SendDocument(name, mime string, data []byte, caption string) Shown {
	return z.file("document", name, mime, data, caption, nil)
}

// SendSticker sends a sticker.
func (z *WhatsAppPerson) SendSticker(data []byte) Shown {
	return z.file("sticker", "", "image/webp", data, "", obj{"animated": false})
}

func (z *WhatsAppPerson) file(kind, name, mime string, data []byte, caption string, more obj) Shown {
	b := z.number.store(kind, name, mime, data)
	o := z.number.inbound(b)
	if caption != "" {
		o["caption"] = caption
	}
	if name != "" {
		o["filename"] = name
	}
	for k, v := range more {
		o[k] = v
	}
	return z.say(kind, obj{kind: o}, Shown{Caption: caption, Media: &Media{Kind: kind, ID: b.id, MIME: mime, Name: name, Size: len(data), Data: data}})
}

// SendLocation sends a point, or a place if it has a name.
func (z *WhatsAppPerson) SendLocation(at Location) Shown {
	o := obj{"latitude": at.Latitude, "longitude": at.Longitude}
	if at.Name != "" {
		o["name"] = at.Name
	}
	if at.Address != "" {
		o["address"] = at.Address
	}
	return z.say("location", obj{"location": o}, Shown{Location: &at})
}

// SendContact sends a card with one number.
func (z *WhatsAppPerson) SendContact(name, phone string) Shown {
	card := obj{"name": obj{"formatted_name": name, "first_name": name}, "phones": []obj{{"phone": "+" + phoneDigits(phone), "wa_id": phoneDigits(phone), "type": "CELL"}}}
	return z.say("contacts", obj{"contacts": []obj{card}}, Shown{Text: phone, Contacts: []string{name}})
}

// React sets the person's reaction to a message; "" takes it away, and then
// the webhook has no emoji at all.
func (z *WhatsAppPerson) React(id, emoji string) error {
	if _, ok := z.screen.find(id); !ok {
		return fmt.Errorf("message %q is not on the screen", id)
	}
	o := obj{"message_id": id}
	if emoji != "" {
		o["emoji"] = emoji
	}
	z.say("reaction", obj{"reaction": o}, Shown{Text: emoji})
	return nil
}

// Tap presses the reply button, list row or template button with this title,
// on the newest message that has it. A link only opens its URL.
func (z *WhatsAppPerson) Tap(title string) error {
	m, b, ok := z.screen.pressable(title)
	if !ok {
		return fmt.Errorf("no button %q on the screen", title)
	}
	reply := obj{"id": b.Data, "title": b.Text}
	shown := Shown{Text: b.Text, ReplyTo: m.ID}
	switch b.Kind {
	case "reply":
		z.say("interactive", obj{"interactive": obj{"type": "button_reply", "button_reply": reply}}, shown)
	case "row":
		if b.Description != "" {
			reply["description"] = b.Description
		}
		z.say("interactive", obj{"interactive": obj{"type": "list_reply", "list_reply": reply}}, shown)
	case "quick_reply":
		z.say("button", obj{"button": obj{"payload": b.Data, "text": b.Text}}, shown)
	case "url":
		z.number.mu.Lock()
		z.opened = append(z.opened, b.URL)
		z.number.mu.Unlock()
	default:
		return fmt.Errorf("a button of kind %s cannot be pressed here", b.Kind)
	}
	return nil
}
