package telegram

import (
	"io"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/core"
)

// parts points into a copy of a call: to what may be changed before it is made.
// What the call has not is nil.
type parts struct {
	body  any
	chat  *any
	topic *int
	quote **models.ReplyParameters
	keys  *models.ReplyMarkup
	words *string // text or caption
	mode  *models.ParseMode
	file  *models.InputFile
	group []piece
}

// piece points into the copy of one file of a group.
type piece struct {
	url   *string
	data  *io.Reader
	words *string
	mode  *models.ParseMode
}

// copied is a copy of a call that sends; ok is false for any other call.
func copied(p core.Payload) (c parts, ok bool) {
	switch b := p.Body.(type) {
	case *bot.SendMessageParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, &m.Text, &m.ParseMode, nil, nil}, true
	case *bot.SendPhotoParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, &m.Caption, &m.ParseMode, &m.Photo, nil}, true
	case *bot.SendAnimationParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, &m.Caption, &m.ParseMode, &m.Animation, nil}, true
	case *bot.SendVideoParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, &m.Caption, &m.ParseMode, &m.Video, nil}, true
	case *bot.SendAudioParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, &m.Caption, &m.ParseMode, &m.Audio, nil}, true
	case *bot.SendVoiceParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, &m.Caption, &m.ParseMode, &m.Voice, nil}, true
	case *bot.SendDocumentParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, &m.Caption, &m.ParseMode, &m.Document, nil}, true
	case *bot.SendStickerParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, nil, nil, &m.Sticker, nil}, true
	case *bot.SendLocationParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, nil, nil, nil, nil}, true
	case *bot.SendVenueParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, nil, nil, nil, nil}, true
	case *bot.SendContactParams:
		m := *b
		return parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, &m.ReplyMarkup, nil, nil, nil, nil}, true
	case *bot.SendMediaGroupParams:
		m := *b
		c = parts{&m, &m.ChatID, &m.MessageThreadID, &m.ReplyParameters, nil, nil, nil, nil, nil}
		m.Media, c.group = copiedGroup(b.Media)
		return c, true
	}
	return parts{}, false
}

func copiedGroup(from []models.InputMedia) (all []models.InputMedia, group []piece) {
	for _, one := range from {
		switch f := one.(type) {
		case *models.InputMediaPhoto:
			m := *f
			all, group = append(all, &m), append(group, piece{&m.Media, &m.MediaAttachment, &m.Caption, &m.ParseMode})
		case *models.InputMediaVideo:
			m := *f
			all, group = append(all, &m), append(group, piece{&m.Media, &m.MediaAttachment, &m.Caption, &m.ParseMode})
		case *models.InputMediaAudio:
			m := *f
			all, group = append(all, &m), append(group, piece{&m.Media, &m.MediaAttachment, &m.Caption, &m.ParseMode})
		case *models.InputMediaDocument:
			m := *f
			all, group = append(all, &m), append(group, piece{&m.Media, &m.MediaAttachment, &m.Caption, &m.ParseMode})
		default:
			all = append(all, one)
		}
	}
	return all, group
}

// address is the URL that the call's one file is to be fetched from, if so.
func (c parts) address() string {
	if c.file == nil {
		return ""
	}
	url, _ := (*c.file).(*models.InputFileString)
	if url == nil {
		return ""
	}
	return url.Data
}
