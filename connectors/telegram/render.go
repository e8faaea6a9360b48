package telegram

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/core"
	"causeway/markup"
)

// render implements core.Kind.
func render(o core.Outgoing) ([]core.Payload, error) {
	to, err := target(o.To)
	if err != nil {
		return nil, err
	}
	to.reply = quoting(to, o.Quote)
	switch c := o.Content.(type) {
	case core.Text:
		return only(to.text(written(c.Body, c.Format), nil))
	case core.Media:
		return only(to.media(c, written(c.Caption, c.Format), nil))
	case core.Album:
		return to.album(c)
	case core.Location:
		return only(to.location(c))
	case core.Contacts:
		return to.contacts(c)
	case core.Choices:
		return to.choices(c)
	case core.Edited, core.Deleted, core.Reaction:
		p, err := to.change(c)
		if err != nil {
			return nil, err
		}
		return only(p)
	case core.Native:
		p, err := to.native(c)
		if err != nil {
			return nil, fmt.Errorf("a call of Telegram's own: %w", err)
		}
		return only(p)
	case core.List, core.Cards, core.Form, core.FormAnswer, core.Template, core.Selection, core.Order, core.Unsupported:
	}
	return nil, fmt.Errorf("show a %s on Telegram: it was not made fit", o.Content.Type())
}

// place is where a call goes, and what it answers. Only the first call of
// several quotes.
type place struct {
	chat   any // int64, or "@name"
	thread int
	reply  *models.ReplyParameters
}

// target reads "chat" or "chat/topic".
func target(a core.Address) (place, error) {
	chat, topic, inTopic := strings.Cut(string(a), "/")
	p := place{chat: chat}
	if id, err := strconv.ParseInt(chat, 10, 64); err == nil {
		p.chat = id
	} else if !strings.HasPrefix(chat, "@") {
		return p, fmt.Errorf("show something to %q on Telegram: it is neither a number nor a @name", a)
	}
	if inTopic {
		thread, err := strconv.Atoi(topic)
		if err != nil {
			return p, fmt.Errorf("show something to %q on Telegram: the topic is no number", a)
		}
		p.thread = thread
	}
	return p, nil
}

// quoting is nil if q names no message. A message that is gone is no reason not
// to send. Bot API, "ReplyParameters".
func quoting(to place, q core.ProviderID) *models.ReplyParameters {
	chat, id, ok := strings.Cut(string(q), ":")
	message, err := strconv.Atoi(id)
	if !ok || err != nil || chat != fmt.Sprint(to.chat) {
		return nil
	}
	return &models.ReplyParameters{MessageID: message, AllowSendingWithoutReply: true}
}

// text is words as Telegram takes them.
type text struct {
	body string
	mode models.ParseMode
}

// shown is what counts against a limit: the words after the markup was read.
func (t text) shown() string {
	if t.mode == "" {
		return t.body
	}
	return markup.Plain(t.body, string(core.HTML))
}

// extra is plain words as they stand in t.
func (t text) extra(words string) string {
	if t.mode == models.ParseModeHTML {
		return escape.Replace(words)
	}
	return words
}

func written(body string, f core.Format) text {
	if f == core.Plain || body == "" {
		return text{body: body}
	}
	html, ok := markup.Telegram(body, string(f))
	if !ok {
		return text{body: html}
	}
	return text{html, models.ParseModeHTML}
}

func only(p core.Payload) ([]core.Payload, error) { return []core.Payload{p}, nil }

func (to place) text(t text, keys models.ReplyMarkup) core.Payload {
	return core.Payload{Op: "sendMessage", Body: &bot.SendMessageParams{
		ChatID: to.chat, MessageThreadID: to.thread, Text: t.body, ParseMode: t.mode, ReplyParameters: to.reply, ReplyMarkup: keys,
	}}
}

// media is one file, fetched by Telegram from its URL. Bot API, "Sending files".
func (to place) media(m core.Media, caption text, keys models.ReplyMarkup) core.Payload {
	f := file(m)
	if moving(m) {
		return core.Payload{Op: "sendAnimation", Body: &bot.SendAnimationParams{ChatID: to.chat, MessageThreadID: to.thread, Animation: f, Caption: caption.body, ParseMode: caption.mode, ReplyParameters: to.reply, ReplyMarkup: keys}}
	}
	switch m.Media {
	case core.Image:
		return core.Payload{Op: "sendPhoto", Body: &bot.SendPhotoParams{ChatID: to.chat, MessageThreadID: to.thread, Photo: f, Caption: caption.body, ParseMode: caption.mode, ReplyParameters: to.reply, ReplyMarkup: keys}}
	case core.Video:
		return core.Payload{Op: "sendVideo", Body: &bot.SendVideoParams{ChatID: to.chat, MessageThreadID: to.thread, Video: f, Caption: caption.body, ParseMode: caption.mode, ReplyParameters: to.reply, ReplyMarkup: keys}}
	case core.Audio:
		return core.Payload{Op: "sendAudio", Body: &bot.SendAudioParams{ChatID: to.chat, MessageThreadID: to.thread, Audio: f, Caption: caption.body, ParseMode: caption.mode, ReplyParameters: to.reply, ReplyMarkup: keys}}
	case core.Voice:
		return core.Payload{Op: "sendVoice", Body: &bot.SendVoiceParams{ChatID: to.chat, MessageThreadID: to.thread, Voice: f, Caption: caption.body, ParseMode: caption.mode, ReplyParameters: to.reply, ReplyMarkup: keys}}
	case core.Sticker:
		return core.Payload{Op: "sendSticker", Body: &bot.SendStickerParams{ChatID: to.chat, MessageThreadID: to.thread, Sticker: f, ReplyParameters: to.reply, ReplyMarkup: keys}}
	case core.File:
	}
	return core.Payload{Op: "sendDocument", Body: &bot.SendDocumentParams{ChatID: to.chat, MessageThreadID: to.thread, Document: f, Caption: caption.body, ParseMode: caption.mode, ReplyParameters: to.reply, ReplyMarkup: keys}}
}

// moving reports whether a picture or film is a GIF, which moves only as an
// animation. Bot API, "sendAnimation".
func moving(m core.Media) bool {
	if m.Media != core.Image && m.Media != core.Video {
		return false
	}
	if m.MIME != "" {
		return strings.HasPrefix(strings.ToLower(m.MIME), "image/gif")
	}
	u, err := url.Parse(m.URL)
	return err == nil && strings.EqualFold(path.Ext(u.Path), ".gif")
}

// unquoted keeps a URL from ending the JSON string that the library writes it
// into without escaping.
var unquoted = strings.NewReplacer(`"`, "%22", `\`, "%5C", "\n", "%0A", "\r", "%0D", "\t", "%09")

func file(m core.Media) *models.InputFileString {
	return &models.InputFileString{Data: unquoted.Replace(m.URL)}
}

// location: a venue must have both a title and an address. Bot API, "sendVenue".
func (to place) location(l core.Location) core.Payload {
	if l.Name == "" && l.Address == "" {
		return core.Payload{Op: "sendLocation", Body: &bot.SendLocationParams{
			ChatID: to.chat, MessageThreadID: to.thread, Latitude: l.Latitude, Longitude: l.Longitude, ReplyParameters: to.reply,
		}}
	}
	title, address := l.Name, l.Address
	if title == "" {
		title = address
	}
	if address == "" {
		address = title
	}
	return core.Payload{Op: "sendVenue", Body: &bot.SendVenueParams{
		ChatID: to.chat, MessageThreadID: to.thread, Latitude: l.Latitude, Longitude: l.Longitude, Title: title, Address: address, ReplyParameters: to.reply,
	}}
}

// lines joins what is not empty, a line each.
func lines(parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, "\n")
}
