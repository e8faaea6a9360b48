package telegram

import (
	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/core"
	"causeway/markup"
)

// cured is a refused call in a form that may be taken; false if there is none.
// The call itself is not changed.
func cured(p core.Payload, v verdict) (core.Payload, bool) {
	c, ok := copied(p)
	if !ok {
		return p, false
	}
	op := p.Op
	switch v.cure {
	case cureMarkup:
		ok = c.unmark()
	case cureFetch:
		ok = c.address() != "" || len(c.group) > 0
	case cureLarge:
		op, c.body, ok = c.asLink()
	case curePicture:
		op, c.body, ok = c.asDocument()
	case cureQuote:
		ok = *c.quote != nil
		*c.quote = nil
	case cureTopic:
		ok = *c.topic != 0
		*c.topic = 0
	case cureLinks:
		ok = c.unlink()
	case cureMoved:
		// A message and a topic of the old chat mean nothing in the new one.
		*c.chat, *c.quote, *c.topic = v.moved, nil, 0
	case noCure:
		ok = false
	}
	return core.Payload{Op: op, Body: c.body}, ok
}

// unmark takes the markup out, and reports whether there was any.
func (c parts) unmark() bool {
	had := false
	plain := func(words *string, mode *models.ParseMode) {
		if mode != nil && *mode != "" {
			*words, *mode, had = markup.Plain(*words, string(core.HTML)), "", true
		}
	}
	plain(c.words, c.mode)
	for _, one := range c.group {
		plain(one.words, one.mode)
	}
	return had
}

// unlink writes link buttons as text, and reports whether there were any and
// the text has room for them.
func (c parts) unlink() bool {
	if c.keys == nil || c.words == nil {
		return false
	}
	keyboard, ok := (*c.keys).(*models.InlineKeyboardMarkup)
	if !ok {
		return false
	}
	var rows [][]models.InlineKeyboardButton
	said := text{*c.words, *c.mode}
	for _, row := range keyboard.InlineKeyboard {
		var left []models.InlineKeyboardButton
		for _, b := range row {
			if b.URL == "" {
				left = append(left, b)
			} else {
				said.body = lines(said.body, said.extra(linkText(b.Text, b.URL)))
			}
		}
		if len(left) > 0 {
			rows = append(rows, left)
		}
	}
	limit := maxText
	if c.file != nil {
		limit = maxCaption
	}
	if said.body == *c.words || length(said.shown()) > limit {
		return false
	}
	*c.words, *c.keys = said.body, nil
	if len(rows) > 0 {
		*c.keys = &models.InlineKeyboardMarkup{InlineKeyboard: rows}
	}
	return true
}

// asLink is a text with the caption and the address of the file.
func (c parts) asLink() (string, any, bool) {
	url := c.address()
	if url == "" {
		return "", nil, false
	}
	var said text
	if c.words != nil {
		said = text{*c.words, *c.mode}
	}
	said.body = lines(said.body, said.extra(url))
	return "sendMessage", &bot.SendMessageParams{
		ChatID: *c.chat, MessageThreadID: *c.topic, Text: said.body, ParseMode: said.mode, ReplyParameters: *c.quote, ReplyMarkup: *c.keys,
	}, true
}

// asDocument is a picture as a file, which Telegram does not look into.
func (c parts) asDocument() (string, any, bool) {
	photo, ok := c.body.(*bot.SendPhotoParams)
	if !ok {
		return "", nil, false
	}
	return "sendDocument", &bot.SendDocumentParams{
		ChatID: photo.ChatID, MessageThreadID: photo.MessageThreadID, Document: photo.Photo, Caption: photo.Caption,
		ParseMode: photo.ParseMode, ReplyParameters: photo.ReplyParameters, ReplyMarkup: photo.ReplyMarkup,
	}, true
}

// unpreviewed is a text whose links Telegram does not preview. Bot API,
// "LinkPreviewOptions".
func unpreviewed(p core.Payload) core.Payload {
	switch b := p.Body.(type) {
	case *bot.SendMessageParams:
		m, off := *b, true
		m.LinkPreviewOptions = &models.LinkPreviewOptions{IsDisabled: &off}
		p.Body = &m
	case native:
		p.Body = b.unpreviewed()
	}
	return p
}
