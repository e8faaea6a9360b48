package telegram

import "causeway/core"

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

// By URL, Telegram fetches photos up to 5 MB and other files up to 20 MB.
const (
	maxPhoto = 5 << 20
	maxFile  = 20 << 20
)

func capabilities() core.Capabilities {
	buttons := core.Limits{Max: maxButtons, Title: maxTitle, Body: maxText}
	return core.Capabilities{
		Unit: core.UTF16, Text: maxText, Caption: maxCaption,
		Formats: []core.Format{core.HTML, core.Markdown},
		Media: map[core.MediaType]core.Medium{
			core.Image:   {Max: maxPhoto, Caption: true},
			core.Video:   {Max: maxFile, Caption: true},
			core.Audio:   {Max: maxFile, Caption: true},
			core.Voice:   {Max: maxFile, Caption: true},
			core.File:    {Max: maxFile, Caption: true},
			core.Sticker: {Max: maxFile},
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
