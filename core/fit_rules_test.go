package core_test

import (
	"encoding/json"
	"strings"
	"testing"

	"causeway/core"
)

func TestFitChoices(t *testing.T) {
	long := "Something rather long to read"
	for _, s := range []situation{
		{"few short titles are buttons", strict, say(core.Choices{Body: "When?", Buttons: replies(3)}), `
buttons | When? | (Day 1) (Day 2) (Day 3)
`},
		{"more are a list", strict, say(core.Choices{Body: "When?", Buttons: replies(4)}), `
list | When? | «Please choose» | (Day 1) (Day 2) (Day 3) (Day 4)
`},
		{"too many are numbers", strict, say(core.Choices{Body: "When?", Buttons: replies(11)}), `
text | When?⏎⏎1. Day 1⏎2. Day 2⏎3. Day 3⏎4. Day 4⏎5. Day 5⏎6. Day 6⏎7. Day 7⏎8. Day 8⏎9. Day 9⏎10. Day 10⏎11. Day 11
! degraded buttons numbered
# 1=Day 1 2=Day 2 3=Day 3 4=Day 4 5=Day 5 6=Day 6 7=Day 7 8=Day 8 9=Day 9 10=Day 10 11=Day 11
`},
		{"a channel of words has numbers", words, say(core.Choices{Header: "Hello", Body: "When?", Footer: "Bye", Buttons: []core.Button{described("Monday", "9 to 5"), reply("Tuesday")}}), `
text | Hello⏎⏎When?⏎⏎1. Monday: 9 to 5⏎2. Tuesday⏎⏎Bye
! degraded buttons numbered
! same footer footer_in_body
! same header header_in_body
# 1=Monday 2=Tuesday
`},
		{"a title that only a row's description holds makes a list", strict, say(core.Choices{Body: "?", Buttons: []core.Button{reply(long), reply("B")}}), `
list | ? | «Please choose» | (Something rather long t…: Something rather long to read) (B)
! same buttons[0].title title_in_row
`},
		{"a title that no form holds is cut and told in the body", strict, say(core.Choices{Body: "?", Buttons: []core.Button{reply(strings.Repeat("Long ", 20) + "end"), described("B", "second")}}), `
buttons | ?⏎⏎• ` + strings.Repeat("Long ", 20) + `end⏎• B: second | (Long Long Long Long…) (B)
! degraded buttons[0].title title_cut
! same buttons[1].description description_in_body
`},
		{"descriptions are told in the body of buttons", keyboard, say(core.Choices{Body: "?", Buttons: []core.Button{described("A", "first")}}), `
buttons | ?⏎⏎• A: first | (A)
! same buttons[0].description description_in_body
`},
		{"the second of a name gets another", strict, say(core.Choices{Body: "?", Buttons: []core.Button{reply("Été"), reply("ete"), reply("ÉTÉ")}}), `
buttons | ? | (Été) (ete (2)) (ÉTÉ (3))
! same buttons[1].title title_distinct
! same buttons[2].title title_distinct
`},
		{"titles that are alike when cut get another", core.Capabilities{Buttons: core.Limits{Max: 3, Title: 8}}, say(core.Choices{Body: "?", Buttons: []core.Button{reply("Appointment A"), reply("Appointment B")}}), `
buttons | ?⏎⏎• Appointment A⏎• Appointment B | (Appoint…) (App… (2))
! degraded buttons[0].title title_cut
! degraded buttons[1].title title_cut
! same buttons[1].title title_distinct
`},
		{"signs make titles different", strict, say(core.Choices{Body: "?", Buttons: []core.Button{reply("+1"), reply("-1")}}), `
buttons | ? | (+1) (-1)
`},
		{"a button without a title shows what it says", strict, say(core.Choices{Body: "?", Buttons: []core.Button{{Type: core.Reply, Message: "yes\nplease"}, {Type: core.Reply, Description: "d"}}}), `
buttons | ? | (yes please)
! lost buttons[1] empty
`},
		{"a body that is missing is asked for", strict, say(core.Choices{Buttons: replies(1)}), `
buttons | Please choose | (Day 1)
! same body body_added
`},
		{"a body that is missing and not needed is not added", everything, say(core.Choices{Buttons: replies(1)}), `
buttons | (Day 1)
`},
		{"the text before is the body", strict, say(core.Text{Body: "Hello"}, core.Choices{Buttons: replies(1)}, core.Text{Body: "x"}), `
buttons | Hello | (Day 1)
! same body joined
--
text | x
`},
		{"the text before stays apart if there is no room above buttons for its marks",
			core.Capabilities{Text: 100, Formats: []core.Format{core.HTML}, NeedsBody: true, Buttons: core.Limits{Max: 3, Title: 20, Body: 30}},
			say(core.Text{Body: "<b>" + strings.Repeat("a", 31) + "</b>", Format: core.HTML}, core.Choices{Buttons: replies(1)}), `
texthtml | <b>` + strings.Repeat("a", 31) + `</b>
--
buttons | Please choose | (Day 1)
! same body body_added
`},
		{"the text before a body stays apart", strict, say(core.Text{Body: "Hello"}, core.Choices{Body: "When?", Buttons: replies(1)}), `
text | Hello
--
buttons | When? | (Day 1)
`},
		{"the text before stays apart where no body is needed", words, say(core.Text{Body: "Hello"}, core.Choices{Buttons: replies(1)}), `
text | Hello
--
text | 1. Day 1
! degraded buttons numbered
# 1=Day 1
`},
		{"header and footer have their places", strict, say(core.Choices{Header: "H", Body: "B", Footer: "F", Buttons: replies(1)}), `
buttons | H | B | F | (Day 1)
`},
		{"header and footer that are too long go into the body", strict, say(core.Choices{Header: strings.Repeat("h", 61), Body: "B", Footer: strings.Repeat("f", 61), Buttons: replies(1)}), `
buttons | ` + strings.Repeat("h", 61) + `⏎⏎B⏎⏎` + strings.Repeat("f", 61) + ` | (Day 1)
! same footer footer_in_body
! same header header_in_body
`},
		{"a blank header is none", strict, say(core.Choices{Header: " ", Body: "B", Footer: "\n", Buttons: replies(1)}), `
buttons | B | (Day 1)
`},
		{"numbers count on", words, say(core.Choices{Body: "A?", Buttons: replies(2)}, core.Choices{Body: "B?", Buttons: replies(1)}), `
text | A?⏎⏎1. Day 1⏎2. Day 2
! degraded buttons numbered
# 1=Day 1 2=Day 2
--
text | B?⏎⏎3. Day 1
! degraded buttons numbered
# 3=Day 1
`},
		{"nothing at all is lost", strict, say(core.Choices{}), `
! lost body empty
`},
	} {
		s.run(t)
	}
}

func TestFitLinks(t *testing.T) {
	site := to("Site", "https://ex.com")
	for _, s := range []situation{
		{"replies and links together where they may be", keyboard, say(core.Choices{Body: "?", Buttons: []core.Button{reply("A"), site}}), `
buttons | ? | (A) <Site https://ex.com>
`},
		{"else the link is a line", strict, say(core.Choices{Body: "?", Buttons: []core.Button{reply("A"), site}}), `
buttons | ?⏎⏎Site: https://ex.com | (A)
! same buttons[1] link_text
`},
		{"one link alone is a button", strict, say(core.Choices{Body: "?", Buttons: []core.Button{site}}), `
buttons | ? | <Site https://ex.com>
`},
		{"more links than there may be are lines", strict, say(core.Choices{Body: "?", Buttons: []core.Button{site, to("", "https://b.ex.com/x")}}), `
text | ?⏎⏎Site: https://ex.com⏎https://b.ex.com/x
! same buttons[0] link_text
! same buttons[1] link_text
`},
		{"too many with the links: the replies stay buttons", carousel, say(core.Choices{Body: "?", Buttons: append(replies(3), site)}), `
buttons | ?⏎⏎Site: https://ex.com | (Day 1) (Day 2) (Day 3)
! same buttons[3] link_text
`},
		{"what is no web address is a line", keyboard, say(core.Choices{Body: "?", Buttons: []core.Button{to("Call", "tel:+491"), site, reply("A")}}), `
buttons | ?⏎⏎Call: tel:+491 | <Site https://ex.com> (A)
! same buttons[0] link_text
`},
		{"a link without a title shows where it leads", keyboard, say(core.Choices{Body: "?", Buttons: []core.Button{to("", "https://ex.com/a")}}), `
buttons | ? | <ex.com https://ex.com/a>
`},
		{"a link to nowhere is lost", keyboard, say(core.Choices{Body: "?", Buttons: []core.Button{to("Site", "")}}), `
text | ?
! lost buttons[0] no_url
`},
	} {
		s.run(t)
	}
}

func TestFitLists(t *testing.T) {
	site := to("Site", "https://ex.com")
	for _, s := range []situation{
		{"a list stays one, however short", strict, say(core.List{Header: "H", Body: "Menu", Label: "Open", Items: items(described("Soup", "hot"), reply("Fish"))}), `
list | H | Menu | «Open» | (Soup: hot) (Fish)
`},
		{"its links are lines", strict, say(core.List{Body: "Menu", Items: items(reply("Soup"), site)}), `
list | Menu⏎⏎Site: https://ex.com | «Please choose» | (Soup)
! same items[1].button link_text
`},
		{"its picture goes before, its items' are lost", strict, say(core.List{Image: "https://ex.com/h.png", Body: "Menu", Items: []core.ListItem{{Image: "https://ex.com/1.png", Button: reply("Soup")}}}), `
image | https://ex.com/h.png
list | Menu | «Please choose» | (Soup)
! same image media_before
! lost items row_images
`},
		{"its buttons become rows", strict, say(core.List{Body: "Menu", Items: items(reply("Soup")), Buttons: []core.Button{reply("Help")}}), `
list | Menu | «Please choose» | (Soup) (Help)
`},
		{"its buttons come after where there is no room for rows", strict, say(core.List{Body: "Menu", Items: items(replies(10)...), Buttons: []core.Button{reply("Help")}}), `
list | Menu | «Please choose» | (Day 1) (Day 2) (Day 3) (Day 4) (Day 5) (Day 6) (Day 7) (Day 8) (Day 9) (Day 10)
buttons | Please choose | (Help)
! same buttons body_added
`},
		{"too many rows are numbers", strict, say(core.List{Body: "Menu", Label: "Open", Items: items(replies(11)...), Buttons: []core.Button{reply("Help")}}), `
text | Menu⏎⏎1. Day 1⏎2. Day 2⏎3. Day 3⏎4. Day 4⏎5. Day 5⏎6. Day 6⏎7. Day 7⏎8. Day 8⏎9. Day 9⏎10. Day 10⏎11. Day 11⏎12. Help
! same label label_unused
! degraded items numbered
# 1=Day 1 2=Day 2 3=Day 3 4=Day 4 5=Day 5 6=Day 6 7=Day 7 8=Day 8 9=Day 9 10=Day 10 11=Day 11 12=Help
`},
		{"buttons where there is no list", keyboard, say(core.List{Body: "Menu", Items: items(described("Soup", "hot"), site)}), `
buttons | Menu⏎⏎• Soup: hot | (Soup) <Site https://ex.com>
! same items[0].button.description description_in_body
`},
		{"the label is cut", strict, say(core.List{Body: "Menu", Label: strings.Repeat("x", 21), Items: items(reply("Soup"))}), `
list | Menu | «` + strings.Repeat("x", 19) + `…» | (Soup)
! degraded label label_cut
`},
		{"a description too long for its row is told in the body", strict, say(core.List{Body: "Menu", Items: items(described("Soup", strings.Repeat("hot ", 30)))}), `
list | Menu⏎⏎• Soup: ` + strings.TrimSpace(strings.Repeat("hot ", 30)) + ` | «Please choose» | (Soup)
! same items[0].button.description description_in_body
`},
	} {
		s.run(t)
	}
}

func TestFitCards(t *testing.T) {
	room := core.Card{
		Image: "https://ex.com/1.png", Overlay: "$90", Title: "Room 1", Extra: "4.2/5", Subtitle: "City", Description: "Wifi",
		URL: "https://ex.com/r1", Buttons: []core.Button{reply("Book")},
	}
	bare := core.Card{Title: "Room 2", Image: "https://ex.com/2.png", Description: "Garden"}
	for _, s := range []situation{
		{"cards stay cards", carousel, say(core.Cards{Body: "Rooms", Cards: []core.Card{room, bare}}), `
text | Rooms
cards || Room 1 | Wifi | (Book) || Room 2 | Garden
`},
		{"more cards than there may be are several rows", core.Capabilities{Cards: 2}, say(core.Cards{Cards: []core.Card{{Title: "A"}, {Title: "B"}, {Title: "C"}}}), `
cards || A || B
cards || C
! same cards cards_split
`},
		{"buttons' titles are cut and told on the card", carousel, say(core.Cards{Cards: []core.Card{{Title: "A", Buttons: []core.Button{reply("A very long button title")}}}}), `
cards || A | • A very long button title | (A very long butto…)
! degraded cards[0].buttons[0].title title_cut
`},
		{"else each is a message with its picture above", keyboard, say(core.Cards{Body: "Rooms", Cards: []core.Card{room, bare}}), `
text | Rooms
buttons | image | https://ex.com/1.png | Room 1 · 4.2/5⏎$90⏎City⏎Wifi | (Book) <ex.com https://ex.com/r1>
image | https://ex.com/2.png | Room 2⏎Garden
! same cards cards_as_messages
`},
		{"its address is a line where no link button may be", strict, say(core.Cards{Cards: []core.Card{room}}), `
buttons | image | https://ex.com/1.png | Room 1 · 4.2/5⏎$90⏎City⏎Wifi⏎https://ex.com/r1 | (Book)
! same cards[0].url link_text
! same cards cards_as_messages
`},
		{"its address is not said twice", keyboard, say(core.Cards{Cards: []core.Card{{Title: "A", URL: "https://ex.com", Buttons: []core.Button{to("See", "https://ex.com")}}}}), `
buttons | A | <See https://ex.com>
! same cards cards_as_messages
`},
		{"words and numbers, counted on", words, say(core.Cards{Cards: []core.Card{{Title: "A", Image: "https://ex.com/1.png", Buttons: []core.Button{reply("Buy")}}, {Title: "B", Buttons: []core.Button{reply("Buy")}}}}), `
text | https://ex.com/1.png⏎⏎A⏎⏎1. Buy
text | B⏎⏎2. Buy
! degraded cards[0].image media_link
! degraded cards[0].buttons numbered
! degraded cards[1].buttons numbered
! same cards cards_as_messages
# 1=Buy 2=Buy
`},
		{"no cards", strict, say(core.Cards{}), `
! lost body empty
`},
	} {
		s.run(t)
	}
}

func TestFitText(t *testing.T) {
	html := core.Text{Body: "<p>Hi <b>you</b></p><ul><li>a</li></ul>", Format: core.HTML}
	for _, s := range []situation{
		{"a text that fits", words, say(core.Text{Body: " Hi\n"}), "text |  Hi⏎\n"},
		{"an empty text is lost", words, say(core.Text{Body: " \n"}), "! lost body empty\n"},
		{"no content", words, say(nil), "! lost  empty\n"},
		{"a format that the channel has stays", keyboard, say(html), "texthtml | <p>Hi <b>you</b></p><ul><li>a</li></ul>\n"},
		{"one that it lacks is made plain", words, say(html), "text | Hi you⏎⏎• a\n! same body plain\n"},
		{"a long text is split on words", core.Capabilities{Text: 10}, say(core.Text{Body: "one two three four"}), "text | one two\ntext | three four\n! same body split\n"},
		{"a long text is made plain first", core.Capabilities{Text: 10, Formats: []core.Format{core.HTML}}, say(core.Text{Body: "<b>one two three four</b>", Format: core.HTML}), "text | one two\ntext | three four\n! degraded body plain\n! same body split\n"},
		{"the buttons stand under the last part", core.Capabilities{Text: 20, Header: 9, Buttons: core.Limits{Max: 3, Body: 10}}, say(core.Choices{Header: "H", Body: "one two three four five six seven", Buttons: replies(1)}), `
text | H⏎⏎one two three
text | four five
buttons | six seven | (Day 1)
! same header header_in_body
! same body split
`},
		{"what goes into a body is written in its format", keyboard, say(core.Choices{Header: "1 < 2", Body: "<b>x</b>", Format: core.HTML, Buttons: []core.Button{described("A", "a\nb")}}), `
buttonshtml | <p>1 &lt; 2</p><b>x</b><p>• A: a b</p> | (A)
! same buttons[0].description description_in_body
! same header header_in_body
`},
		{"likewise in Markdown", keyboard, say(core.Choices{Header: "*1*", Body: "**x**", Format: core.Markdown, Buttons: replies(1)}), `
buttonsmarkdown | \*1\*⏎⏎**x** | (Day 1)
! same header header_in_body
`},
		{"broken markup swallows nothing", keyboard, say(core.Choices{Body: "<script>", Format: core.HTML, Footer: "F", Buttons: replies(1)}), `
buttons | <script>⏎⏎F | (Day 1)
! same footer footer_in_body
`},
		{"what set words apart is told when broken markup is made plain", keyboard, say(core.Choices{Body: "<b>x</b> <script>", Format: core.HTML, Footer: "F", Buttons: replies(1)}), `
buttons | x⏎⏎F | (Day 1)
! same footer footer_in_body
! same body plain
`},
		{"a list's rows are plain", strict, say(core.List{Body: "**m**", Format: core.Markdown, Items: []core.ListItem{{Format: core.HTML, Button: described("A", "<b>b</b>")}}}), `
list | m | «Please choose» | (A: b)
! same items[0].button.description plain
! same body plain
`},
		{"its text is marked above buttons", keyboard, say(core.List{Body: "**m**", Format: core.Markdown, Items: items(reply("A"))}), `
buttonsmarkdown | **m** | (A)
`},
		{"a list's body is plain", strict, say(core.Choices{Body: "<b>x</b>", Format: core.HTML, Buttons: replies(4)}), `
list | x | «Please choose» | (Day 1) (Day 2) (Day 3) (Day 4)
! same body plain
`},
	} {
		s.run(t)
	}
}

func TestFitMedia(t *testing.T) {
	photo := func(caption string) core.Media {
		return core.Media{Media: core.Image, URL: "https://ex.com/a.png", Caption: caption}
	}
	long := strings.Repeat("c", 1025)
	big := core.Media{Media: core.Image, URL: "https://ex.com/b.png", Size: 6 * megabyte, Name: "b.png", Caption: "B"}
	for _, s := range []situation{
		{"a caption that fits", strict, say(photo("c")), "image | https://ex.com/a.png | c\n"},
		{"a caption too long is a text after", strict, say(photo(long)), "image | https://ex.com/a.png\ntext | " + long + "\n! same caption caption_after\n"},
		{"a caption where there is none is a text after", carousel, say(photo("c")), "image | https://ex.com/a.png\ntext | c\n! same caption caption_after\n"},
		{"a type that the channel lacks is a link", words, say(photo("c")), "text | c⏎⏎https://ex.com/a.png\n! degraded  media_link\n"},
		{"a file too large is a link", strict, say(big), "text | B⏎⏎b.png: https://ex.com/b.png\n! degraded  media_link\n"},
		{"a voice is audio where there is no voice", strict, say(core.Media{Media: core.Voice, URL: "u"}), "audio | u\n! same media media_type\n"},
		{"a sticker is an image where there is no sticker", carousel, say(core.Media{Media: core.Sticker, URL: "u"}), "image | u\n! same media media_type\n"},
		{"a file without an address is lost", strict, say(core.Media{Media: core.Image, Ref: "r", Caption: "c"}), "text | c\n! lost url no_url\n"},
		{"media stands above buttons where it may", strict, say(core.Choices{Media: &core.Media{Media: core.Image, URL: "u", Caption: "c"}, Header: "H", Body: "B", Buttons: replies(1)}), `
buttons | image | u | H⏎⏎c⏎⏎B | (Day 1)
! same media.caption caption_in_body
! same header header_in_body
`},
		{"else it goes before", strict, say(core.Choices{Media: &core.Media{Media: core.Audio, URL: "u"}, Body: "B", Buttons: replies(1)}), `
audio | u
buttons | B | (Day 1)
! same media media_before
`},
		{"it goes before a list", strict, say(core.Choices{Media: &core.Media{Media: core.Image, URL: "u"}, Body: "B", Buttons: replies(4)}), `
image | u
list | B | «Please choose» | (Day 1) (Day 2) (Day 3) (Day 4)
! same media media_before
`},
		{"it goes before a body longer than a caption", keyboard, say(core.Choices{Media: &core.Media{Media: core.Image, URL: "u"}, Body: long, Buttons: replies(1)}), `
image | u
buttons | ` + long + ` | (Day 1)
! same media media_before
`},
		{"media that cannot be shown is an address in the body", words, say(core.Choices{Media: &core.Media{Media: core.Image, URL: "u", Caption: "c"}, Body: "B", Buttons: replies(1)}), `
text | c⏎u⏎⏎B⏎⏎1. Day 1
! degraded media media_link
! degraded buttons numbered
# 1=Day 1
`},
		{"an album holds together what may be", keyboard, say(core.Album{Items: []core.Media{photo("a"), {Media: core.Video, URL: "v"}, {Media: core.File, URL: "f"}}}), `
album || image | https://ex.com/a.png | a || video | v
file | f
! same items album_split
`},
		{"an album that is too long is several", core.Capabilities{Album: 2, Media: keyboard.Media}, say(core.Album{Items: []core.Media{photo(""), photo(""), photo("c")}}), `
album || image | https://ex.com/a.png || image | https://ex.com/a.png
image | https://ex.com/a.png
text | c
! same items[2].caption caption_after
! same items album_split
`},
		{"no album, single files", strict, say(core.Album{Items: []core.Media{photo("a"), photo("b")}}), `
image | https://ex.com/a.png | a
image | https://ex.com/a.png | b
! same items album_split
`},
	} {
		s.run(t)
	}
}

func TestFitTheRest(t *testing.T) {
	place := core.Location{Latitude: 52.5, Name: "Café", Address: "Main St"}
	ann := core.Contacts{Contacts: []core.AddressCard{{Name: "Ann", Phones: []string{"+49"}, VCard: "BEGIN"}, {VCard: "BEGIN"}}}
	for _, s := range []situation{
		{"a location", strict, say(place), "core.Location\n"},
		{"a location as a link", words, say(place), "text | Café⏎Main St⏎https://maps.google.com/?q=52.5,0\n! degraded  location_link\n"},
		{"a location that is none", strict, say(core.Location{Latitude: 91, Name: "Café"}), "text | Café\n! lost  not_on_earth\n"},
		{"contacts", strict, say(ann), "core.Contacts\n! same contacts[0].vcard vcard\n! same contacts[1].vcard vcard\n"},
		{"contacts as text", words, say(ann), "text | Ann⏎+49\n! same contacts[0].vcard vcard\n! lost contacts[1].vcard vcard\n! degraded contacts contacts_text\n"},
		{"a template", strict, say(core.Template{Name: "hi"}), "core.Template\n"},
		{"a template where there are none", words, say(core.Template{Name: "hi", Params: []string{"Ann", "3"}}), "text | Ann⏎3\n! lost name template\n"},
		{
			"a template with both", strict, say(core.Template{Name: "hi", Params: []string{"Ann"}, Components: json.RawMessage(`[]`)}),
			"core.Template\n! lost params components_given\n",
		},
		{"what only comes in", strict, say(core.Reaction{Emoji: "x"}), "! lost  not_sendable\n"},
	} {
		s.run(t)
	}
}
