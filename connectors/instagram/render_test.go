package instagram

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"causeway/core"
)

func reply(n int) core.Button {
	return core.Button{Type: core.Reply, Title: fmt.Sprintf("Reply %d", n), Token: fmt.Sprintf("rs.%d", n)}
}

func link(n int) core.Button {
	return core.Button{Type: core.Link, Title: fmt.Sprintf("Link %d", n), URL: fmt.Sprintf("https://example.com/%d", n)}
}

func several(n int, of func(int) core.Button) []core.Button {
	var all []core.Button
	for i := range n {
		all = append(all, of(i))
	}
	return all
}

// shows is the messages of a rendering, one line of JSON each.
func shows(t *testing.T, f form, c core.Content) string {
	t.Helper()
	calls, err := f.render(core.Outgoing{To: "61", Content: c})
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	var lines []string
	for _, call := range calls {
		if err := within(f)(call); err != nil {
			t.Errorf("over a limit: %v", err)
		}
		data, err := json.Marshal(call.Body.(outgoing).Message)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(data))
	}
	return strings.Join(lines, "\n")
}

func TestRenderMixedButtons(t *testing.T) {
	const three = `{"attachment":{"type":"template","payload":{"template_type":"button","text":"x","buttons":[` +
		`{"type":"postback","title":"Reply 0","payload":"rs.0"},{"type":"postback","title":"Reply 1","payload":"rs.1"},` +
		`{"type":"web_url","title":"Link 0","url":"https://example.com/0"}]}}}`
	got := shows(t, messengerForm(), core.Choices{Body: "x", Buttons: append(several(2, reply), link(0))})
	if got != three {
		t.Errorf("three are\n%s", got)
	}
	const four = `{"text":"x\n\nLink 0: https://example.com/0\nLink 1: https://example.com/1","quick_replies":[` +
		`{"content_type":"text","title":"Reply 0","payload":"rs.0"},{"content_type":"text","title":"Reply 1","payload":"rs.1"}]}`
	got = shows(t, instagramForm(), core.Choices{Body: "x", Buttons: append(several(2, link), several(2, reply)...)})
	if got != four {
		t.Errorf("four are\n%s", got)
	}
	// Quick replies stand under the last of the words, which are not too many.
	got = shows(t, instagramForm(), core.Choices{Body: strings.Repeat("é", 490), Buttons: append(several(3, link), reply(0))})
	first, last, two := strings.Cut(got, "\n")
	if !two || strings.Contains(first, "quick_replies") || !strings.Contains(last, "Link 2") || !strings.Contains(last, "quick_replies") {
		t.Errorf("long words are\n%s", got)
	}
}

func TestRenderCards(t *testing.T) {
	got := shows(t, instagramForm(), core.Cards{Cards: []core.Card{
		{Title: "A", Extra: "4.5", Overlay: "1 €", Image: "https://example.com/a.jpg", URL: "https://example.com/a", Buttons: several(5, reply)},
		{Title: "B", URL: "https://example.com/b"},
		{Title: strings.Repeat("t", 81), Image: "https://example.com/c.jpg"},
		{Title: "D", Subtitle: strings.Repeat("s", 70), Description: "by the hand of a master"},
	}})
	want := strings.Join([]string{
		`{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[` +
			`{"title":"A · 4.5","subtitle":"1 €","image_url":"https://example.com/a.jpg","default_action":{"type":"web_url","url":"https://example.com/a"},"buttons":[` +
			`{"type":"postback","title":"Reply 0","payload":"rs.0"},{"type":"postback","title":"Reply 1","payload":"rs.1"},{"type":"postback","title":"Reply 2","payload":"rs.2"}]},` +
			`{"title":"A · 4.5","buttons":[{"type":"postback","title":"Reply 3","payload":"rs.3"},{"type":"postback","title":"Reply 4","payload":"rs.4"}]}]}}}`,
		`{"text":"B\nhttps://example.com/b"}`,
		`{"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"` + strings.Repeat("t", 79) + `…","image_url":"https://example.com/c.jpg"},` +
			`{"title":"D","subtitle":"` + strings.Repeat("s", 70) + `\nby the h…"}]}}}`,
		`{"text":"` + strings.Repeat("t", 81) + `"}`,
		`{"text":"D\n` + strings.Repeat("s", 70) + `\nby the hand of a master"}`,
	}, "\n")
	if got != want {
		t.Errorf("cards are\n%s\nwant\n%s", got, want)
	}
}

// A row of ten cards with four buttons each is two templates, and no element is
// in both.
func TestRenderManyElements(t *testing.T) {
	var cards core.Cards
	for i := range 10 {
		cards.Cards = append(cards.Cards, core.Card{Title: fmt.Sprint("C", i), Subtitle: "s", Buttons: several(4, reply)})
	}
	got := shows(t, messengerForm(), cards)
	if strings.Count(got, `"generic"`) != 2 || strings.Count(got, `"title":"C`) != 20 || strings.Count(got, `"postback"`) != 40 {
		t.Errorf("they are\n%s", got)
	}
}

func TestRenderAlbum(t *testing.T) {
	file := func(m core.MediaType, name string) core.Media {
		return core.Media{Media: m, URL: "https://example.com/" + name}
	}
	album := core.Album{Items: []core.Media{file(core.Image, "1.jpg"), file(core.Image, "2.png"), file(core.Video, "3.mp4"), file(core.Image, "4.jpg"), file(core.Image, "5.webp")}}
	got := shows(t, instagramForm(), album)
	want := strings.Join([]string{
		`{"attachments":[{"type":"image","payload":{"url":"https://example.com/1.jpg"}},{"type":"image","payload":{"url":"https://example.com/2.png"}}]}`,
		`{"attachment":{"type":"video","payload":{"url":"https://example.com/3.mp4"}}}`,
		`{"attachment":{"type":"image","payload":{"url":"https://example.com/4.jpg"}}}`,
		`{"text":"https://example.com/5.webp"}`,
	}, "\n")
	if got != want {
		t.Errorf("on Instagram it is\n%s", got)
	}
	if got := shows(t, messengerForm(), album); strings.Count(got, `"attachment":`) != 5 || strings.Contains(got, "attachments") || !strings.Contains(got, `"type":"file"`) {
		t.Errorf("on Messenger it is\n%s", got)
	}
	var many core.Album
	for range 12 {
		many.Items = append(many.Items, file(core.Image, "1.jpg"))
	}
	if got := shows(t, instagramForm(), many); strings.Count(got, "\n") != 1 || strings.Count(got, "1.jpg") != 12 {
		t.Errorf("twelve are\n%s", got)
	}
}

func TestRenderFilesAsWhatIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		of     core.Media
		ig, fb string
	}{
		"a jpeg":              {core.Media{Media: core.Image, URL: "https://x.example/a.JPG?s=1"}, `"type":"image"`, `"type":"image"`},
		"nothing is told":     {core.Media{Media: core.Image, URL: "https://x.example/a"}, `"type":"image"`, `"type":"image"`},
		"a gif":               {core.Media{Media: core.Image, URL: "https://x.example/a.gif"}, `"text"`, `"type":"image"`},
		"MIME before address": {core.Media{Media: core.Image, URL: "https://x.example/a.gif", MIME: "image/png; x=1"}, `"type":"image"`, `"type":"image"`},
		"a PDF":               {core.Media{Media: core.File, URL: "https://x.example/a.pdf"}, `"type":"file"`, `"type":"file"`},
		"a table":             {core.Media{Media: core.File, Name: "Prices", URL: "https://x.example/a.xlsx"}, `"text":"Prices: https://x.example/a.xlsx"`, `"type":"file"`},
		"a PDF as a picture":  {core.Media{Media: core.Image, URL: "https://x.example/a", MIME: "application/pdf"}, `"type":"file"`, `"type":"file"`},
		"an mp3":              {core.Media{Media: core.Audio, URL: "https://x.example/a.mp3"}, `"text"`, `"type":"audio"`},
		"an odd film":         {core.Media{Media: core.Video, URL: "https://x.example/a.mkv"}, `"text"`, `"type":"file"`},
	} {
		if got := shows(t, instagramForm(), c.of); !strings.Contains(got, c.ig) {
			t.Errorf("%s on Instagram is %s", name, got)
		}
		if got := shows(t, messengerForm(), c.of); !strings.Contains(got, c.fb) {
			t.Errorf("%s on Messenger is %s", name, got)
		}
	}
}

// Each call has our name for it, by which its echo is known; the quote stands in
// the first alone.
func TestRenderNamesItsCalls(t *testing.T) {
	cards := core.Cards{Body: "x", Cards: []core.Card{{Title: "A", Subtitle: "s"}}}
	calls, err := messengerForm().render(core.Outgoing{To: "61", Content: cards, Ref: core.RefOf(1000, 3), Quote: "m_1"})
	if err != nil || len(calls) != 2 {
		t.Fatalf("%d calls (%v)", len(calls), err)
	}
	for i, call := range calls {
		o := call.Body.(outgoing)
		if o.Message.Metadata != core.RefOf(1000, 3+i) || (o.ReplyTo != nil) != (i == 0) || o.Type != "RESPONSE" {
			t.Errorf("call %d is %+v", i, o)
		}
	}
	calls, err = instagramForm().render(core.Outgoing{To: "61", Content: cards, Ref: core.RefOf(1000, 3)})
	if err != nil || calls[0].Body.(outgoing).Message.Metadata != "" {
		t.Errorf("Instagram has no metadata: %+v (%v)", calls, err)
	}
	if got := refOf("not ours", 1); got != "" {
		t.Errorf("a name of nobody's is counted on: %q", got)
	}
}

func TestRenderRefuses(t *testing.T) {
	image := core.Media{Media: core.Image, URL: "https://example.com/a.jpg"}
	captioned := image
	captioned.Caption = "x"
	for name, c := range map[string]core.Content{
		"nothing":         nil,
		"no text":         core.Text{Body: " \n"},
		"a list":          core.List{Body: "x", Items: []core.ListItem{{Button: reply(0)}}},
		"a place":         core.Location{},
		"a contact":       core.Contacts{Contacts: []core.AddressCard{{Name: "x"}}},
		"a template":      core.Template{Name: "x", Language: "de"},
		"a selection":     core.Selection{Title: "x"},
		"no address":      core.Media{Media: core.Image, Ref: "https://x.fbsbx.com/1"},
		"another scheme":  core.Media{Media: core.Image, URL: "file:///etc/passwd"},
		"a voice note":    core.Media{Media: core.Voice, URL: "https://example.com/a.mp4"},
		"a caption":       captioned,
		"an empty album":  core.Album{},
		"no buttons":      core.Choices{Body: "x"},
		"no body":         core.Choices{Buttons: []core.Button{reply(0)}},
		"a header":        core.Choices{Header: "h", Body: "x", Buttons: []core.Button{reply(0)}},
		"a file above":    core.Choices{Media: &image, Body: "x", Buttons: []core.Button{reply(0)}},
		"14 replies":      core.Choices{Body: "x", Buttons: several(14, reply)},
		"four links":      core.Choices{Body: "x", Buttons: several(4, link)},
		"long body":       core.Choices{Body: strings.Repeat("x", 641), Buttons: []core.Button{link(0)}},
		"no token":        core.Choices{Body: "x", Buttons: []core.Button{{Type: core.Reply, Title: "Yes"}}},
		"no link":         core.Choices{Body: "x", Buttons: []core.Button{{Type: core.Link, Title: "Yes"}}},
		"no cards":        core.Cards{},
		"a card untitled": core.Cards{Cards: []core.Card{{Image: "https://example.com/a.jpg"}}},
		"a card's button": core.Cards{Cards: []core.Card{{Title: "x", Buttons: []core.Button{{Type: core.Reply}}}}},
	} {
		for _, f := range []form{instagramForm(), messengerForm()} {
			if calls, err := f.render(core.Outgoing{To: "61", Content: c}); err == nil {
				t.Errorf("%s was rendered: %+v", name, calls)
			}
		}
	}
	for _, to := range []core.Address{"", "a b", "1/2", core.Address(strings.Repeat("1", 65))} {
		if calls, err := messengerForm().render(core.Outgoing{To: to, Content: core.Text{Body: "x"}}); err == nil {
			t.Errorf("%q was taken: %v", to, calls)
		}
	}
}
