package core_test

import "causeway/core"

// channels are sets of capabilities like those of real kinds.
var channels = []struct {
	name string
	caps core.Capabilities
}{{"keyboard", keyboard}, {"strict", strict}, {"words", words}, {"carousel", carousel}, {"everything", everything}}

const megabyte = 1 << 20

// keyboard has buttons of any sort and number, and no list.
var keyboard = core.Capabilities{
	Unit: core.UTF16, Text: 4096, Caption: 1024, Formats: []core.Format{core.HTML, core.Markdown},
	Media: map[core.MediaType]core.Medium{
		core.Image: {Max: 10 * megabyte, Caption: true}, core.Video: {Caption: true}, core.Audio: {Caption: true},
		core.Voice: {Caption: true}, core.File: {Caption: true}, core.Sticker: {},
	},
	Album: 10, Location: true, Contacts: true, Mixed: true, NeedsBody: true,
	Buttons: core.Limits{Max: 100, Title: 64, Body: 4096}, Links: core.Limits{Max: 100, Title: 64, Body: 4096},
	Above: []core.MediaType{core.Image, core.Video, core.File},
}

// strict has three short buttons or one link, and a list of ten rows.
var strict = core.Capabilities{
	Unit: core.UTF16, Text: 4096, Caption: 1024, Formats: []core.Format{core.HTML, core.Markdown},
	Media: map[core.MediaType]core.Medium{
		core.Image: {Max: 5 * megabyte, Caption: true}, core.Video: {Max: 16 * megabyte, Caption: true},
		core.Audio: {Max: 16 * megabyte}, core.File: {Caption: true}, core.Sticker: {},
	},
	Location: true, Contacts: true, Template: true, NeedsBody: true, Header: 60, Footer: 60,
	Buttons: core.Limits{Max: 3, Title: 20, Body: 1024}, Links: core.Limits{Max: 1, Title: 20, Body: 1024},
	List:     core.Limits{Max: 10, Title: 24, Description: 72, Body: 4096},
	Above:    []core.MediaType{core.Image, core.Video, core.File},
	Carousel: core.Carousel{Min: 2, Max: 4, Text: 160, Lines: 3, Replies: 2, Pictures: []string{".png", ".jpg"}},
}

// words has nothing but text.
var words = core.Capabilities{Unit: core.UTF16, Text: 1600}

// carousel counts bytes, and has cards.
var carousel = core.Capabilities{
	Unit: core.Bytes, Text: 1000, Mixed: true, NeedsBody: true, Cards: 10, Album: 10,
	Media:   map[core.MediaType]core.Medium{core.Image: {}, core.Video: {}, core.Audio: {}},
	Buttons: core.Limits{Max: 3, Title: 20, Body: 640}, Links: core.Limits{Max: 3, Title: 20, Body: 640},
}

// everything has it all, without limits worth speaking of.
var everything = core.Capabilities{
	Unit: core.Runes, Text: 10000, Caption: 10000, Formats: []core.Format{core.HTML, core.Markdown},
	Media: map[core.MediaType]core.Medium{
		core.Image: {Caption: true}, core.Video: {Caption: true}, core.Audio: {Caption: true},
		core.Voice: {Caption: true}, core.File: {Caption: true}, core.Sticker: {Caption: true},
	},
	Album: 20, Location: true, Contacts: true, Mixed: true, Template: true, Header: 1000, Footer: 1000,
	Buttons: core.Limits{Max: 100, Title: 200, Description: 200, Body: 10000},
	Links:   core.Limits{Max: 100, Title: 200, Description: 200, Body: 10000},
	List:    core.Limits{Max: 100, Title: 200, Description: 200, Body: 10000},
	Above:   []core.MediaType{core.Image, core.Video, core.Audio, core.File}, Cards: 20,
}
