package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
)

// Say sends a text. Commands, links and mentions in it become entities, as the
// apps make them.
func (z *TelegramPerson) Say(text string) Shown { return z.Reply("", text) }

// Reply sends a text as the answer to a message on the screen.
func (z *TelegramPerson) Reply(to, text string) Shown {
	return z.say("text", withText(obj{}, "text", text), Shown{Text: text, ReplyTo: to})
}

func withText(o obj, name, text string) obj {
	if text == "" {
		return o
	}
	o[name] = text
	entities := "entities"
	if name == "caption" {
		entities = "caption_entities"
	}
	if found := withFound(text, nil); len(found) > 0 {
		o[entities] = wireEntities(found)
	}
	return o
}

// SendPhoto sends a picture; Telegram keeps neither its name nor its type.
func (z *TelegramPerson) SendPhoto(data []byte, caption string) Shown {
	return z.file("photo", "", "", data, caption, "")
}

// SendAlbum sends pictures under one media_group_id: one update each. The
// caption goes with the first.
func (z *TelegramPerson) SendAlbum(caption string, pictures ...[]byte) []Shown {
	album := fmt.Sprint(z.bot.s.now().UnixNano())
	var out []Shown
	for _, data := range pictures {
		out = append(out, z.file("photo", "", "", data, caption, album))
		caption = ""
	}
	return out
}

// SendVideo sends a film.
func (z *TelegramPerson) SendVideo(data []byte, caption string) Shown {
	return z.file("video", "clip.mp4", "video/mp4", data, caption, "")
}

// SendVoice sends a voice note.
func (z *TelegramPerson) SendVoice(data []byte) Shown {
	return z.file("voice", "", "audio/ogg", data, "", "")
}

// SendDocument sends a file.
func (z *TelegramPerson) SendDocument(name, mime string, data []byte, caption string) Shown {
	return z.file("document", name, mime, data, caption, "")
}

// SendSticker sends a sticker.
func (z *TelegramPerson) SendSticker(data []byte) Shown {
	return z.file("sticker", "", "image/webp", data, "", "")
}

func (z *TelegramPerson) file(kind, name, mime string, data []byte, caption, album string) Shown {
	d := draft{body: withText(obj{}, "caption", caption), shown: Shown{Caption: caption, Album: album}}
	z.bot.attach(&d, z.bot.keep(kind, upload{name: name, mime: mime, data: data}), "")
	if album != "" {
		d.body["media_group_id"] = album
	}
	return z.say(kind, d.body, d.shown)
}

// SendLocation sends a point.
func (z *TelegramPerson) SendLocation(lat, lon float64) Shown {
	return z.say("location", obj{"location": obj{"latitude": lat, "longitude": lon}}, Shown{Location: &Location{Latitude: lat, Longitude: lon}})
}

// SendVenue sends a named place; the message also carries location.
func (z *TelegramPerson) SendVenue(at Location) Shown {
	point := obj{"latitude": at.Latitude, "longitude": at.Longitude}
	venue := obj{"location": point, "title": at.Name, "address": at.Address}
	return z.say("venue", obj{"location": point, "venue": venue}, Shown{Location: &at})
}

// SendContact sends a card; own says that it is the person's own number.
func (z *TelegramPerson) SendContact(phone, name string, own bool) Shown {
	c := obj{"phone_number": phone, "first_name": name}
	if own {
		c["user_id"] = z.user.ID
	}
	return z.say("contact", obj{"contact": c}, Shown{Text: phone, Contacts: []string{name}})
}

// Edit changes the text of a message that the person sent: an edited_message.
func (z *TelegramPerson) Edit(id, text string) error {
	b := z.bot
	b.mu.Lock()
	defer b.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64)
	m := z.messages[n]
	if m == nil || m.fromBot || m.body["text"] == nil {
		return fmt.Errorf("message %q is no text of this person", id)
	}
	m.body = maps.Clone(m.body)
	delete(m.body, "entities")
	withText(m.body, "text", text)
	m.body["edit_date"] = b.s.now().Unix()
	z.screen.change(id, func(s *Shown) { s.Text, s.Edited = text, true })
	b.emit("edited_message", "chat:"+z.id(), obj{"edited_message": m.body}, z.said(id, "edit", text))
	return nil
}

// React sets the person's reaction to a message, "" takes it away. The bot
// hears it only if allowed_updates names message_reaction.
func (z *TelegramPerson) React(id, emoji string) error {
	b := z.bot
	b.mu.Lock()
	defer b.mu.Unlock()
	n, _ := strconv.ParseInt(id, 10, 64)
	if z.messages[n] == nil {
		return fmt.Errorf("message %q is not on the screen", id)
	}
	list := func(e string) []obj {
		if e == "" {
			return []obj{}
		}
		return []obj{{"type": "emoji", "emoji": e}}
	}
	b.emit("message_reaction", "reaction:"+z.id(), obj{"message_reaction": obj{
		"chat": z.chat(), "message_id": n, "user": z.from(), "date": b.s.now().Unix(), "old_reaction": []obj{}, "new_reaction": list(emoji),
	}}, z.said(id, "reaction", emoji))
	return nil
}

// Tap presses the button with this label: on the newest message that has it,
// else on the reply keyboard. An inline button makes a callback query, a URL
// button only opens its URL, a keyboard button sends its label.
func (z *TelegramPerson) Tap(label string) error {
	m, button, ok := z.screen.pressable(label)
	if !ok {
		return fmt.Errorf("no button %q on the screen", label)
	}
	switch button.Kind {
	case "callback":
		n, _ := strconv.ParseInt(m.ID, 10, 64)
		z.press(n, button)
	case "url":
		z.bot.mu.Lock()
		z.opened = append(z.opened, button.URL)
		z.bot.mu.Unlock()
	case "keyboard":
		if !z.offers(label) {
			return fmt.Errorf("the keyboard with %q is gone", label)
		}
		z.Say(label)
	case "request_contact":
		z.SendContact("+15550000000", z.user.FirstName, true)
	default:
		return fmt.Errorf("a button of kind %s cannot be pressed here", button.Kind)
	}
	return nil
}

func (z *TelegramPerson) offers(label string) bool {
	z.bot.mu.Lock()
	defer z.bot.mu.Unlock()
	for _, row := range z.keyboard {
		for _, b := range row {
			if b.Text == label {
				return true
			}
		}
	}
	return false
}

// press makes a callback query (Bot API, CallbackQuery).
func (z *TelegramPerson) press(message int64, button Button) {
	b := z.bot
	b.mu.Lock()
	defer b.mu.Unlock()
	z.nQueries++
	id := fmt.Sprintf("%d%09d", z.user.ID, z.nQueries)
	now := b.s.now()
	b.queries[id] = &tapped{person: z, at: now}
	if len(b.queries) > b.s.opt.Keep {
		for old, q := range b.queries { // any one: the bound matters, not which
			if q.answered || now.Sub(q.at).Minutes() > 3 {
				delete(b.queries, old)
				break
			}
		}
	}
	q := obj{"id": id, "from": z.from(), "chat_instance": "-" + z.id(), "data": button.Data}
	if m := z.messages[message]; m != nil {
		q["message"] = m.quoted()
	} else {
		q["message"] = obj{"chat": z.chat(), "message_id": message, "date": 0}
	}
	b.emit("callback_query", "user:"+z.id(), obj{"callback_query": q}, z.said(id, "tap", button.Text))
}

// SendRaw sends an update as given, without update_id; event is its kind, as in
// {"message": {…}}. from, chat, message_id and date are the caller's.
func (z *TelegramPerson) SendRaw(update json.RawMessage) error {
	var body obj
	if err := json.Unmarshal(update, &body); err != nil {
		return fmt.Errorf("raw update: %w", err)
	}
	delete(body, "update_id")
	if len(body) != 1 {
		return fmt.Errorf("raw update: one kind expected, %d given", len(body))
	}
	b := z.bot
	b.mu.Lock()
	defer b.mu.Unlock()
	for event := range body {
		b.emit(event, "chat:"+z.id(), body, z.said("", "raw", event))
	}
	return nil
}
