package telegram

import (
	"context"
	"io"
	"net/http"
	"path"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/core"
	"causeway/markup"
)

// unmarked is a call with its markup taken out, and whether it had any.
func unmarked(p core.Payload) (core.Payload, bool) {
	had := false
	plain := func(body *string, mode *models.ParseMode) {
		if *mode != "" {
			*body, *mode, had = markup.Plain(*body, string(core.HTML)), "", true
		}
	}
	switch b := p.Body.(type) {
	case *bot.SendMessageParams:
		c := *b
		plain(&c.Text, &c.ParseMode)
		p.Body = &c
	case *bot.SendPhotoParams:
		c := *b
		plain(&c.Caption, &c.ParseMode)
		p.Body = &c
	case *bot.SendVideoParams:
		c := *b
		plain(&c.Caption, &c.ParseMode)
		p.Body = &c
	case *bot.SendAudioParams:
		c := *b
		plain(&c.Caption, &c.ParseMode)
		p.Body = &c
	case *bot.SendVoiceParams:
		c := *b
		plain(&c.Caption, &c.ParseMode)
		p.Body = &c
	case *bot.SendDocumentParams:
		c := *b
		plain(&c.Caption, &c.ParseMode)
		p.Body = &c
	}
	return p, had
}

// By upload, Telegram takes photos up to 10 MB and other files up to 50 MB, and
// files of any kind, where by URL it takes but PDF and ZIP. Bot API, "Sending
// files".
const maxUpload = 50 << 20

// fetchTimeout bounds the whole of reading a file and handing it on.
const fetchTimeout = 50 * time.Second

// uploaded is a call with its file fetched by us, through the guard, and read
// while it is sent. The caller closes the file; it is nil if there is none.
func (c *Connector) uploaded(ctx context.Context, p core.Payload) (core.Payload, io.Closer) {
	var from models.InputFile
	var with func(models.InputFile) any
	switch b := p.Body.(type) {
	case *bot.SendPhotoParams:
		from, with = b.Photo, func(f models.InputFile) any { c := *b; c.Photo = f; return &c }
	case *bot.SendVideoParams:
		from, with = b.Video, func(f models.InputFile) any { c := *b; c.Video = f; return &c }
	case *bot.SendAudioParams:
		from, with = b.Audio, func(f models.InputFile) any { c := *b; c.Audio = f; return &c }
	case *bot.SendVoiceParams:
		from, with = b.Voice, func(f models.InputFile) any { c := *b; c.Voice = f; return &c }
	case *bot.SendDocumentParams:
		from, with = b.Document, func(f models.InputFile) any { c := *b; c.Document = f; return &c }
	case *bot.SendStickerParams:
		from, with = b.Sticker, func(f models.InputFile) any { c := *b; c.Sticker = f; return &c }
	}
	url, ok := from.(*models.InputFileString)
	if !ok {
		return p, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url.Data, nil)
	if err != nil {
		return p, nil
	}
	resp, err := c.env.HTTP.Limited(fetchTimeout, maxUpload).Do(req)
	if err != nil {
		return p, nil
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return p, nil
	}
	p.Body = with(&models.InputFileUpload{Filename: path.Base(req.URL.Path), Data: resp.Body})
	return p, resp.Body
}
