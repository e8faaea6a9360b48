package instagram

import (
	"time"

	"causeway/core"
)

const (
	megabyte = 1 << 20

	maxTextBytes      = 1000 // Instagram
	maxTextCharacters = 2000 // Messenger
	maxQuickReplies   = 13
	maxButtons        = 3
	maxTitle          = 20 // of quick replies and buttons; longer ones are cut by Meta
	maxButtonText     = 640
	maxElements       = 10
	maxElementText    = 80 // title, subtitle
	maxAlbum          = 10 // images, on Instagram
	maxFile           = 25 * megabyte
	maxImage          = 8 * megabyte

	replyWindow     = 24 * time.Hour
	awaitedEvidence = 30 * time.Second
)

// form is what one kind takes of the format, and how.
type form struct {
	caps core.Capabilities
	// sort is the messaging_type of an answer. Instagram is content without.
	sort string
	// echoes: what stands in a message's metadata comes back with its echo.
	echoes bool
	// takes are the sorts of file that are shown as what they are, by MIME type
	// and by the end of the name; types that it does not name take anything.
	takes map[core.MediaType][]string
}

// instagramForm is what Instagram shows: Meta's pages "Send Messages" of the
// Instagram API and "Messenger API for Instagram". It counts text in bytes of
// UTF-8. No report names a message of ours by anything but its id, so that
// waiting for evidence is of no use.
func instagramForm() form {
	f := form{takes: map[core.MediaType][]string{
		core.Image: {"image/png", "image/jpeg", ".png", ".jpg", ".jpeg"},
		core.Video: {
			"video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm",
			".mp4", ".ogg", ".ogv", ".avi", ".mov", ".webm",
		},
		core.Audio: {
			"audio/aac", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/wav", "audio/x-wav",
			".aac", ".m4a", ".wav", ".mp4",
		},
		core.File: {"application/pdf", ".pdf"},
	}}
	f.caps = capabilities(core.Bytes, maxTextBytes, f.takes)
	f.caps.Album = maxAlbum
	return f
}

// messengerForm is what Messenger shows: Meta's pages "Send API", "Quick
// replies", "Button template" and "Generic template". Meta does not say how it
// counts characters; UTF-16 units are never too few.
func messengerForm() form {
	f := form{sort: typeResponse, echoes: true, takes: map[core.MediaType][]string{
		core.Image: {"image/png", "image/jpeg", "image/gif", ".png", ".jpg", ".jpeg", ".gif"},
		core.Video: {
			"video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm",
			".mp4", ".ogg", ".ogv", ".avi", ".mov", ".webm",
		},
	}}
	f.caps = capabilities(core.UTF16, maxTextCharacters, f.takes)
	f.caps.Evidence = awaitedEvidence
	return f
}

// capabilities is what both kinds have in common. Replies are quick replies; with
// links among them they are the buttons of a template, which holds fewer.
func capabilities(unit core.Unit, text int, takes map[core.MediaType][]string) core.Capabilities {
	return core.Capabilities{
		Unit: unit, Text: text,
		Media: map[core.MediaType]core.Medium{
			core.Image: {Max: maxImage, MIME: takes[core.Image]},
			core.Video: {Max: maxFile, MIME: takes[core.Video]},
			core.Audio: {Max: maxFile, MIME: takes[core.Audio]},
			core.File:  {Max: maxFile, MIME: takes[core.File]},
		},
		Buttons:   core.Limits{Max: maxQuickReplies, Title: maxTitle, Body: text},
		Links:     core.Limits{Max: maxButtons, Title: maxTitle, Body: maxButtonText},
		Mixed:     true,
		Cards:     maxElements,
		NeedsBody: true,
		Window:    replyWindow,
		// Meta's page "Rate limits": 100 calls a second for one account.
		Rate: core.Rate{Every: 10 * time.Millisecond, Burst: 20},
	}
}
