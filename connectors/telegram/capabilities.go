package telegram

import (
	"slices"
	"time"

	"causeway/core"
)

// Limits of the Bot API 10, "Available methods", "Sending files" and
// "InlineKeyboardMarkup". Text is counted in UTF-16 units, which is never more
// generous than Telegram's own count.
const (
	maxText     = 4096
	maxCaption  = 1024
	maxAlbum    = 10
	maxCallback = 64 // bytes of callback_data
	maxVCard    = 2048

	// Not documented. A keyboard over some 10 kB is refused, which 60 buttons
	// with long titles stay under; clients show about 30 characters of a title
	// and more on wide screens.
	maxButtons = 60
	maxTitle   = 64
)

// By URL, Telegram fetches photos up to 5 MB and other files up to 20 MB. What is
// larger we upload, up to 10 and 50 MB; beyond 20 MB that may take longer than a
// call is given, so that a link is surer.
const (
	maxPhoto = 10 << 20
	maxFile  = 20 << 20
)

// What Telegram takes as music and as voice: Bot API, "sendAudio", "sendVoice".
// It takes any film, and shows as a file what its apps cannot play.
var (
	ogg = []string{"audio/ogg", "application/ogg", "audio/opus"}
	mp3 = []string{"audio/mpeg", "audio/mp3"}
	m4a = []string{"audio/mp4", "audio/m4a", "audio/x-m4a"}
)

func capabilities() core.Capabilities {
	buttons := core.Limits{Max: maxButtons, Title: maxTitle, Body: maxText}
	return core.Capabilities{
		Unit: core.UTF16, Text: maxText, Caption: maxCaption,
		// Bots FAQ, "My bot is hitting limits": about one message a second in a
		// chat, with short bursts, twenty a minute in a group, and thirty a second in
		// all.
		Rate: core.Rate{
			Every: time.Second / 30, Burst: 30, PairEvery: time.Second, PairBurst: 3, GroupEvery: 3 * time.Second, GroupBurst: 3,
		},
		Edits: true, Reactions: true,
		Formats: []core.Format{core.HTML, core.Markdown},
		Media: map[core.MediaType]core.Medium{
			core.Image:   {Max: maxPhoto, Caption: true, MIME: []string{"image/jpeg", "image/png", "image/webp", "image/gif"}},
			core.Video:   {Max: maxFile, Caption: true},
			core.Audio:   {Max: maxFile, Caption: true, MIME: slices.Concat(mp3, m4a)},
			core.Voice:   {Max: maxFile, Caption: true, MIME: slices.Concat(ogg, mp3, m4a)},
			core.File:    {Max: maxFile, Caption: true},
			core.Sticker: {Max: maxFile, MIME: []string{"image/webp", "application/x-tgsticker", "video/webm"}},
		},
		Album:     maxAlbum,
		Location:  true,
		Contacts:  true,
		Buttons:   buttons,
		Links:     buttons,
		Mixed:     true,
		NeedsBody: true,
		Above:     []core.MediaType{core.Image, core.Video, core.Audio, core.Voice, core.File},
	}
}
