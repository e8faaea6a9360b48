package whatsapp

import (
	"time"

	"causeway/core"
)

const (
	megabyte = 1 << 20

	maxButtons      = 3
	maxButtonTitle  = 20
	maxRows         = 10
	maxRowTitle     = 24
	maxRowText      = 72
	maxChoicesBody  = 1024
	maxListBody     = 4096
	maxHeader       = 60
	maxFooter       = 60
	maxCards        = 10
	maxCardText     = 160
	maxCardReplies  = 2 // Meta's pages do not say; templates have so many
	maxText         = 4096
	maxCaption      = 1024
	replyWindow     = 24 * time.Hour
	awaitedEvidence = 30 * time.Second
)

// capabilities is what every number of this format can show: Meta's pages
// "Messages", "Interactive reply buttons messages", "Interactive list
// messages", "Interactive Call-to-Action URL button messages", "Interactive
// media carousel messages" and "Media:
// supported media types". Meta does not say how it counts characters; UTF-16
// units are never too few. A sticker's limit is the one of still stickers,
// because nothing tells beforehand whether a file moves.
func capabilities() core.Capabilities {
	return core.Capabilities{
		Unit: core.UTF16, Text: maxText, Caption: maxCaption,
		// Meta's pages "Throughput" and "Pair rate limits".
		Rate:      core.Rate{Every: time.Second / 80, Burst: 80, PairEvery: 6 * time.Second, PairBurst: 45},
		Reactions: true,
		Formats:   []core.Format{core.HTML, core.Markdown},
		Media: map[core.MediaType]core.Medium{
			core.Image:   {Max: 5 * megabyte, Caption: true, MIME: shownTypes(core.Image)},
			core.Video:   {Max: 16 * megabyte, Caption: true, MIME: shownTypes(core.Video)},
			core.Audio:   {Max: 16 * megabyte, MIME: shownTypes(core.Audio)},
			core.Voice:   {Max: 16 * megabyte, MIME: shownTypes(core.Voice)},
			core.File:    {Max: 100 * megabyte, Caption: true, Named: true},
			core.Sticker: {Max: 100 << 10, MIME: shownTypes(core.Sticker)},
		},
		Location: true,
		Contacts: true,
		Buttons:  core.Limits{Max: maxButtons, Title: maxButtonTitle, Body: maxChoicesBody},
		Links:    core.Limits{Max: 1, Title: maxButtonTitle, Body: maxChoicesBody},
		List:     core.Limits{Max: maxRows, Title: maxRowTitle, Description: maxRowText, Body: maxListBody},
		Header:   maxHeader, Footer: maxFooter,
		Carousel:  core.Carousel{Min: 2, Max: maxCards, Text: maxCardText, Lines: 3, Replies: maxCardReplies, Pictures: []string{".jpg", ".jpeg", ".png"}},
		Above:     []core.MediaType{core.Image, core.Video, core.File},
		Template:  true,
		NeedsBody: true,
		Window:    replyWindow,
		Evidence:  awaitedEvidence,
	}
}
