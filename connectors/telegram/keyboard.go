package telegram

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/go-telegram/bot/models"

	"causeway/core"
)

// choices is a text, or media with a caption, above an inline keyboard.
func (to place) choices(c core.Choices) ([]core.Payload, error) {
	keys, plain, err := keyboard(c.Buttons)
	if err != nil {
		return nil, err
	}
	body := said(c, plain)
	if c.Media == nil {
		return only(to.text(body, keys))
	}
	if c.Media.Media == core.Sticker || length(body.shown()) > maxCaption {
		above := to.media(*c.Media, written(c.Media.Caption, c.Media.Format), nil)
		to.reply = nil
		return []core.Payload{above, to.text(body, keys)}, nil
	}
	if body.body == "" {
		body = written(c.Media.Caption, c.Media.Format)
	}
	return only(to.media(*c.Media, body, keys))
}

// said is header, body and footer in one, and below them what became no button.
func said(c core.Choices, plain []string) text {
	body := written(c.Body, c.Format)
	body.body = lines(body.extra(c.Header), body.body, body.extra(c.Footer), body.extra(strings.Join(plain, "\n")))
	return body
}

// escape: Bot API, "HTML style".
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Titles up to this many characters stand up to three in a row.
const (
	shortTitle = 12
	perRow     = 3
)

// keyboard makes a row of each button, and of short ones that follow each other.
// Links that Telegram would refuse, and the whole message with them, come back
// as plain lines. The keyboard is nil if there is no button.
func keyboard(buttons []core.Button) (keys models.ReplyMarkup, plain []string, err error) {
	var rows [][]models.InlineKeyboardButton
	short := 0 // buttons in the last row, if all of them are short
	for _, b := range buttons {
		key := models.InlineKeyboardButton{Text: b.Title}
		switch b.Type {
		case core.Link:
			if !linkable(b.URL) {
				plain = append(plain, linkText(b.Title, b.URL))
				continue
			}
			key.URL = b.URL
		case core.Reply, core.Submit:
			if b.Token == "" || len(b.Token) > maxCallback {
				return nil, nil, fmt.Errorf("show a button on Telegram: its token has %d bytes, not 1 to %d", len(b.Token), maxCallback)
			}
			key.CallbackData = b.Token
		}
		if key.Text == "" {
			key.Text = "…" // a button must have a text
		}
		fits := length(key.Text) <= shortTitle
		if fits && short > 0 && short < perRow {
			rows[len(rows)-1] = append(rows[len(rows)-1], key)
			short++
			continue
		}
		rows, short = append(rows, []models.InlineKeyboardButton{key}), 0
		if fits {
			short = 1
		}
	}
	if len(rows) == 0 {
		return nil, plain, nil
	}
	return &models.InlineKeyboardMarkup{InlineKeyboard: rows}, plain, nil
}

// linkText is a link button in words.
func linkText(title, address string) string { return strings.TrimPrefix(title+": "+address, ": ") }

// linkable: Bot API, "InlineKeyboardButton": an HTTP or tg:// URL.
func linkable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "tg")
}
