package twilio

import (
	"time"

	"causeway/core"
)

// Limits of Twilio's pages "Message Resource", "twilio/quick-reply",
// "twilio/list-picker", "twilio/call-to-action" and "twilio/card", the smaller
// one where two pages disagree. Twilio does not say how it counts characters;
// UTF-16 units are never too few.
const (
	maxText        = 1600
	maxCaption     = 1024 // Meta's page "Image messages"
	maxButtons     = 3    // that need no approval
	maxButtonTitle = 20
	maxChoicesBody = 1024
	maxLinkBody    = 640
	maxRows        = 10
	maxRowTitle    = 24
	maxRowText     = 72
	maxFile        = 16 << 20
	maxSticker     = 100 << 10
	maxMMSImage    = 5 << 20
	maxMMSFile     = 500 << 10
	maxMMSFiles    = 10

	replyWindow = 24 * time.Hour
	// evidence is how long a report may take that bears our name for the call.
	evidence = 30 * time.Second
)

// whatsAppCapabilities: the words of a file are shown with pictures alone
// ("WhatsApp media messages"). A picture or a film above buttons is a
// twilio/card. A carousel needs approval even within the reply window, so that
// cards are sent one by one. The rates are those of a new sender, and of Meta
// for one contact.
func whatsAppCapabilities() core.Capabilities {
	return core.Capabilities{
		Unit: core.UTF16, Text: maxText, Caption: maxCaption,
		Formats: []core.Format{core.HTML, core.Markdown},
		Media: map[core.MediaType]core.Medium{
			core.Image:   {Max: maxFile, Caption: true, MIME: []string{"image/jpeg", "image/png"}},
			core.Video:   {Max: maxFile},
			core.Audio:   {Max: maxFile},
			core.File:    {Max: maxFile},
			core.Sticker: {Max: maxSticker, MIME: []string{"image/webp"}},
		},
		Location:  true,
		Buttons:   core.Limits{Max: maxButtons, Title: maxButtonTitle, Body: maxChoicesBody},
		Links:     core.Limits{Max: 1, Title: maxButtonTitle, Body: maxLinkBody},
		List:      core.Limits{Max: maxRows, Title: maxRowTitle, Description: maxRowText, Body: maxChoicesBody},
		Above:     []core.MediaType{core.Image, core.Video},
		Template:  true,
		NeedsBody: true,
		Window:    replyWindow,
		Rate:      core.Rate{Every: time.Second / 80, Burst: 80, PairEvery: 6 * time.Second, PairBurst: 45},
		Evidence:  evidence,
	}
}

// mmsMedia is what a number with MMS sends: Twilio's page "Accepted Content Types
// for Media".
func mmsMedia() map[core.MediaType]core.Medium {
	return map[core.MediaType]core.Medium{
		core.Image: {Max: maxMMSImage, Caption: true, MIME: []string{"image/jpeg", "image/jpg", "image/png", "image/gif"}},
		core.Video: {Max: maxMMSFile, Caption: true},
		core.Audio: {Max: maxMMSFile, Caption: true},
		core.File:  {Max: maxMMSFile, Caption: true},
	}
}

// smsCapabilities: files go as links, because most countries have no MMS, and a
// number's country is not known here; a channel's setting says otherwise. A text of 1600 is eleven segments of
// GSM-7, or 24 of UCS-2. Twilio itself queues what a number cannot send at once.
func smsCapabilities() core.Capabilities {
	return core.Capabilities{
		Unit: core.UTF16, Text: maxText,
		Media:    map[core.MediaType]core.Medium{},
		Template: true,
		Rate:     core.Rate{Every: time.Second / 100, Burst: 100},
		Evidence: evidence,
	}
}
