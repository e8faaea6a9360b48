package telegram

import (
	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/core"
)

// album sends neighbours of one sort as one group of 2 to 10: photos and videos
// mix, files and music each stay among themselves, and nothing else can be in a
// group. Bot API, "sendMediaGroup".
func (to place) album(a core.Album) ([]core.Payload, error) {
	var all []core.Payload
	for rest := a.Items; len(rest) > 0; to.reply = nil {
		n := 1
		for n < len(rest) && n < maxAlbum && sort(rest[n]) != "" && sort(rest[n]) == sort(rest[0]) {
			n++
		}
		if n == 1 {
			all = append(all, to.media(rest[0], written(rest[0].Caption, rest[0].Format), nil))
		} else {
			all = append(all, to.group(rest[:n]))
		}
		rest = rest[n:]
	}
	return all, nil
}

// sort names what may be in one group; empty for what may be in none, such as an
// animation.
func sort(m core.Media) string {
	if moving(m) {
		return ""
	}
	switch m.Media {
	case core.Image, core.Video:
		return "visual"
	case core.File, core.Audio:
		return string(m.Media)
	case core.Voice, core.Sticker:
	}
	return ""
}

func (to place) group(items []core.Media) core.Payload {
	var media []models.InputMedia
	for _, m := range items {
		media = append(media, input(m))
	}
	return core.Payload{Op: "sendMediaGroup", Body: &bot.SendMediaGroupParams{
		ChatID: to.chat, MessageThreadID: to.thread, Media: media, ReplyParameters: to.reply,
	}}
}

func input(m core.Media) models.InputMedia {
	url, caption := file(m).Data, written(m.Caption, m.Format)
	switch m.Media {
	case core.Image:
		return &models.InputMediaPhoto{Media: url, Caption: caption.body, ParseMode: caption.mode}
	case core.Video:
		return &models.InputMediaVideo{Media: url, Caption: caption.body, ParseMode: caption.mode}
	case core.Audio:
		return &models.InputMediaAudio{Media: url, Caption: caption.body, ParseMode: caption.mode}
	case core.File, core.Voice, core.Sticker:
	}
	return &models.InputMediaDocument{Media: url, Caption: caption.body, ParseMode: caption.mode}
}
