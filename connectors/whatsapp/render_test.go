package whatsapp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"causeway/connectors/connectortest"
	"causeway/core"
)

const (
	phone  = core.Address("+4915112345678")
	userID = core.Address("DE.92817465510283746501")
)

func TestRenderAddresses(t *testing.T) {
	for to, want := range map[core.Address]string{
		phone:                    `"recipient_type":"individual","to":"+4915112345678"`,
		"4915112345678":          `"recipient_type":"individual","to":"+4915112345678"`,
		userID:                   `"recipient_type":"individual","recipient":"DE.92817465510283746501"`,
		"US.ENT.118157992128868": `"recipient":"US.ENT.118157992128868"`,
		"group:HBgLNDkx":         `"recipient_type":"group","to":"HBgLNDkx"`,
	} {
		data, err := json.Marshal(hello(t, to).Body)
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s gives %s (%v), want %s", to, data, err, want)
		}
	}
	for _, to := range []core.Address{"", "+", "lena", "whatsapp:+49", "group:", "DE.", "de.123", "+49 151"} {
		if calls, err := render(core.Outgoing{To: to, Content: core.Text{Body: "x"}}); err == nil {
			t.Errorf("%q was taken: %v", to, calls)
		}
	}
}

// What is heard can be answered: every address that Receive gives is one that
// Render takes.
func TestRenderTakesWhatReceiveGives(t *testing.T) {
	for _, from := range []sender{{From: "4915112345678"}, {FromUserID: loose(userID)}, {From: loose(userID)}, {From: "4915112345678", FromUserID: loose(userID)}} {
		p, err := from.person(people{})
		if err != nil {
			t.Fatal(err)
		}
		hello(t, p.Address)
	}
}

func TestRenderRefuses(t *testing.T) {
	reply := core.Button{Type: core.Reply, Title: "Yes", Token: "t"}
	link := core.Button{Type: core.Link, Title: "Look", URL: "https://example.com"}
	image := core.Media{Media: core.Image, URL: "https://example.com/a.jpg"}
	for name, c := range map[string]core.Content{
		"nothing":            nil,
		"no text":            core.Text{Body: " \n"},
		"an album":           core.Album{Items: []core.Media{image}},
		"cards":              core.Cards{},
		"a selection":        core.Selection{Title: "x"},
		"no address":         core.Media{Media: core.Image, Ref: "1204"},
		"another scheme":     core.Media{Media: core.Image, URL: "file:///etc/passwd"},
		"another media":      core.Media{Media: "hologram", URL: "https://example.com/a"},
		"words under audio":  core.Media{Media: core.Audio, URL: "https://example.com/a.mp3", Caption: "x"},
		"no buttons":         core.Choices{Body: "x"},
		"no body":            core.Choices{Buttons: []core.Button{reply}},
		"four buttons":       core.Choices{Body: "x", Buttons: []core.Button{reply, reply, reply, reply}},
		"two links":          core.Choices{Body: "x", Buttons: []core.Button{link, link}},
		"reply and link":     core.Choices{Body: "x", Buttons: []core.Button{reply, link}},
		"no token":           core.Choices{Body: "x", Buttons: []core.Button{{Type: core.Reply, Title: "Yes"}}},
		"two headers":        core.Choices{Header: "h", Media: &image, Body: "x", Buttons: []core.Button{reply}},
		"audio above":        core.Choices{Media: &core.Media{Media: core.Audio, URL: "https://example.com/a.mp3"}, Body: "x", Buttons: []core.Button{reply}},
		"an empty list":      core.List{Body: "x"},
		"eleven rows":        core.List{Body: "x", Items: make([]core.ListItem, 11)},
		"a list of links":    core.List{Body: "x", Items: []core.ListItem{{Button: link}}},
		"no language":        core.Template{Name: "x"},
		"components no list": core.Template{Name: "x", Language: "de", Components: json.RawMessage(`{}`)},
		"an empty card":      core.Contacts{Contacts: []core.AddressCard{{}}},
	} {
		if calls, err := render(core.Outgoing{To: phone, Content: c}); err == nil {
			t.Errorf("%s was rendered: %+v", name, calls)
		}
	}
}

func TestRenderMediaAsWhatMetaTakes(t *testing.T) {
	for name, c := range map[string]struct {
		of   core.Media
		want string
	}{
		"a jpeg":              {core.Media{Media: core.Image, URL: "https://x.example/a.JPG?s=1"}, `"type":"image","image":{"link":"https://x.example/a.JPG?s=1"}`},
		"nothing is told":     {core.Media{Media: core.Image, URL: "https://x.example/a", Caption: "c"}, `"type":"image","image":{"link":"https://x.example/a","caption":"c"}`},
		"a gif":               {core.Media{Media: core.Image, URL: "https://x.example/a.gif", Caption: "c"}, `"type":"document","document":{"link":"https://x.example/a.gif","caption":"c","filename":"a.gif"}`},
		"MIME before address": {core.Media{Media: core.Image, URL: "https://x.example/a.gif", MIME: "image/png"}, `"type":"image"`},
		"a film of Apple":     {core.Media{Media: core.Video, URL: "https://x.example/a", MIME: "video/quicktime", Name: "a.mov"}, `"type":"document","document":{"link":"https://x.example/a","filename":"a.mov"}`},
		"a voice note":        {core.Media{Media: core.Voice, URL: "https://x.example/a", MIME: "audio/ogg; codecs=opus"}, `"type":"audio","audio":{"link":"https://x.example/a","voice":true}`},
		"a voice note of mp3": {core.Media{Media: core.Voice, URL: "https://x.example/a.mp3"}, `"type":"audio","audio":{"link":"https://x.example/a.mp3"}`},
		"a sticker of png":    {core.Media{Media: core.Sticker, URL: "https://x.example/a.png"}, `"type":"image"`},
		"any file":            {core.Media{Media: core.File, URL: "https://x.example/a.xyz"}, `"type":"document","document":{"link":"https://x.example/a.xyz","filename":"a.xyz"}`},
	} {
		m, err := mediaMessage(c.of)
		data, _ := json.Marshal(m)
		if err != nil || !strings.Contains(string(data), c.want) {
			t.Errorf("%s gives %s (%v), want %s", name, data, err, c.want)
		}
	}
}

// What Fit is told to be shown as a type is what Render shows so, or as what
// comes next to it; all else is a document by both.
func TestRenderAgreesWithCapabilities(t *testing.T) {
	for as, medium := range capabilities().Media {
		for _, sort := range []string{"image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp", "video/mp4", "video/quicktime", "audio/mpeg", "audio/ogg", "audio/wav", "application/pdf"} {
			m, err := mediaMessage(core.Media{Media: as, URL: "https://x.example/a", MIME: sort})
			if err != nil {
				t.Fatal(err)
			}
			listed := len(medium.MIME) == 0 || slices.Contains(medium.MIME, sort)
			if document := m.Type == "document"; document != (!listed || as == core.File) {
				t.Errorf("%s as %s is shown as %s, listed: %v", sort, as, m.Type, listed)
			}
		}
	}
}

func TestRenderContactsFromTheirVCard(t *testing.T) {
	m, err := contactsMessage(core.Contacts{Contacts: []core.AddressCard{
		{VCard: "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Kern\\, Max\r\nORG:Kern GmbH;Einkauf\r\nTEL;TYPE=work;VALUE=uri:tel:+49305550199\r\nTEL:+4930\r\nEMAIL:max@example.com\r\nEND:VCARD\r\n"},
		{Name: "Ann", Phones: []string{"+1"}, VCard: "FN:Another\nTEL:+2"},
	}})
	data, _ := json.Marshal(m.Contacts)
	want := `[{"name":{"formatted_name":"Kern, Max","first_name":"Kern, Max"},"org":{"company":"Kern GmbH;Einkauf"},"phones":[{"phone":"+49305550199"},{"phone":"+4930"}],"emails":[{"email":"max@example.com"}]},` +
		`{"name":{"formatted_name":"Ann","first_name":"Ann"},"phones":[{"phone":"+1"}]}]`
	if err != nil || string(data) != want {
		t.Errorf("got %s (%v)\nwant %s", data, err, want)
	}
}

// No message that Meta would refuse for its length leaves: its published schema
// is laxer in part.
func TestRenderKeepsMetasLimits(t *testing.T) {
	for name, answer := range connectortest.Corpus(t) {
		for _, fitted := range core.Fit(answer, capabilities(), core.FitOptions{Choose: "Please choose"}) {
			for _, part := range fitted.Parts {
				calls, err := render(core.Outgoing{To: phone, Content: part, Ref: strings.Repeat("r", 40)})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, call := range calls {
					m := call.Body.(message)
					within(t, name, m)
				}
			}
		}
	}
}

func within(t *testing.T, name string, m message) {
	t.Helper()
	most := func(what, s string, limit int) {
		if n := len(utf16.Encode([]rune(s))); n > limit {
			t.Errorf("%s: %s has %d of %d characters", name, what, n, limit)
		}
	}
	if m.Text != nil {
		most("text", m.Text.Body, 4096)
	}
	for _, f := range []*file{m.Image, m.Video, m.Document} {
		if f != nil {
			most("caption", f.Caption, 1024)
		}
	}
	i := m.Interactive
	if i == nil {
		return
	}
	body := map[string]int{"button": 1024, "cta_url": 1024, "list": 4096, "carousel": 1024}[i.Type]
	most(i.Type+" body", i.Body.Text, body)
	if i.Header != nil {
		most("header", i.Header.Text, 60)
	}
	if i.Footer != nil {
		most("footer", i.Footer.Text, 60)
	}
	most("label", i.Action.Button, 20)
	titles := map[string]bool{}
	for _, b := range i.Action.Buttons {
		most("button", b.Reply.Title, 20)
		if titles[b.Reply.Title] {
			t.Errorf("%s: two buttons %q", name, b.Reply.Title)
		}
		titles[b.Reply.Title] = true
	}
	for _, c := range i.Action.Cards {
		if c.Body != nil {
			most("card", c.Body.Text, 160)
		}
		for _, b := range c.Action.Buttons {
			most("quick reply", b.Quick.Title, 20)
			most("quick reply's id", b.Quick.ID, 20)
		}
		if p := c.Action.Parameters; p != nil {
			most("card's link", p.DisplayText, 20)
		}
	}
	for _, s := range i.Action.Sections {
		for _, r := range s.Rows {
			most("row", r.Title, 24)
			most("description", r.Description, 72)
			most("id", r.ID, 200)
		}
	}
	if p := i.Action.Parameters; p != nil {
		most("link", p.DisplayText, 20)
	}
}
