package core_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"causeway/core"
)

var everyContent = []core.Content{
	core.Text{Body: "Hi", Format: core.HTML},
	core.Media{Media: core.Voice, URL: "https://ex.com/a", Ref: "r", MIME: "audio/ogg", Name: "a.ogg", Size: 7, Caption: "c", Format: core.Markdown, Missing: "m"},
	core.Album{Items: []core.Media{{Media: core.Image, URL: "u"}, {Media: core.Video, URL: "v"}}},
	core.Location{Latitude: 52.5, Longitude: -0.1, Name: "n", Address: "a"},
	core.Contacts{Contacts: []core.AddressCard{{Name: "Ann", Firm: "f", Phones: []string{"1"}, Emails: []string{"e"}, VCard: "v"}}},
	core.Choices{Header: "h", Media: &core.Media{Media: core.Image, URL: "u"}, Body: "b", Format: core.HTML, Footer: "f", Buttons: []core.Button{{
		Type: core.Submit, Title: "t", ID: "i", Description: "d", Message: "m", Metadata: core.Metadata{"k": []any{"v", 1.5}},
		Language: "fr", Submission: &core.Submission{URL: "u", Data: map[string]string{"a": "b"}, JSON: true}, Token: "1.0",
	}, {Type: core.Link, Title: "t", URL: "u", SameTab: true, DeepLink: true}}},
	core.List{Image: "i", Header: "h", Body: "b", Format: core.Markdown, Footer: "f", Label: "l", Items: []core.ListItem{{Image: "i", Format: core.HTML, Button: reply("t")}}, Buttons: replies(1)},
	core.Cards{Body: "b", Format: core.Markdown, Cards: []core.Card{{Image: "i", Overlay: "o", Title: "t", Extra: "e", Subtitle: "s", Description: "d", URL: "u", Buttons: replies(1)}}},
	core.Template{Name: "n", Language: "en", Category: "marketing", Params: []string{"p"}, Components: json.RawMessage(`[{"type":"body"}]`)},
	core.Form{Body: "b", Format: core.HTML, Fields: []core.Field{{
		Type: core.RadioField, Name: "n", Label: "l", Placeholder: "p", Value: "v", Pattern: "^x", Error: "e",
		Options: []core.FieldOption{{Label: "l", Value: "v", Selected: true, Disabled: true}},
	}}, Submit: core.FormSubmit{Label: "l", Message: "m", URL: "u", JSON: true, ToBot: true, InText: true, Shown: true, Plain: true, Save: "s", Event: "e", Metadata: core.Metadata{"k": "v"}}},
	core.FormAnswer{Of: 5, Message: "m", Answers: []core.Answered{{Name: "n", Values: []string{"v"}, Many: true, Secret: true, Hidden: true}}, ToBot: true, Metadata: core.Metadata{"k": "v"}, Event: "e"},
	core.Selection{Token: "t", Title: "T", ID: "i", Message: "m", Of: 5, Button: core.Reply, Metadata: core.Metadata{"k": "v"}, Language: "fr"},
	core.Reaction{To: "p", Emoji: "👍"},
	core.Order{Catalog: "c", Note: "n", Items: []core.OrderItem{{Product: "p", Quantity: 2, Price: "1.50", Currency: "EUR"}}},
	core.Edited{Of: "p", New: core.Text{Body: "new"}},
	core.Deleted{Of: "p", Erased: true},
	core.Unsupported{What: "poll", Text: "t"},
}

func TestContentIsReadAsItWasWritten(t *testing.T) {
	seen := map[core.ContentType]bool{}
	for _, c := range everyContent {
		seen[c.Type()] = true
		raw, err := core.MarshalContent(c)
		if err != nil {
			t.Fatalf("%s: %v", c.Type(), err)
		}
		if !strings.HasPrefix(string(raw), `{"type":"`+string(c.Type())+`"`) || !json.Valid(raw) {
			t.Errorf("%s is written as %s", c.Type(), raw)
		}
		got, err := core.UnmarshalContent(raw)
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s is read as %+v (%v)", raw, got, err)
		}
		v := reflect.ValueOf(c)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s has no %s here", c.Type(), v.Type().Field(i).Name)
			}
		}
	}
	for _, c := range core.Sendable() {
		if !seen[c.Type()] {
			t.Errorf("%s is not tried here", c.Type())
		}
		raw, err := core.MarshalContent(c)
		if err != nil || !json.Valid(raw) {
			t.Errorf("an empty %s is %s (%v)", c.Type(), raw, err)
		}
	}
}

func TestContentThatCannotBeRead(t *testing.T) {
	for _, raw := range []string{
		``, `null`, `{}`, `[]`, `"text"`, `{"type":""}`, `{"type":"poem"}`, `{"type":"Text"}`, `{"type":"text","body":5}`,
		`{"type":"media","size":"big"}`, `{"type":"edited","of":"p","new":{"type":"poem"}}`, `{"type":"text"`,
	} {
		if got, err := core.UnmarshalContent([]byte(raw)); err == nil {
			t.Errorf("%s is read as %+v", raw, got)
		}
	}
}

func TestUnknownFieldsAreNoError(t *testing.T) {
	if got, err := core.UnmarshalContent([]byte(`{"type":"text","body":"Hi","colour":"red"}`)); err != nil || got != (core.Text{Body: "Hi"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPlainText(t *testing.T) {
	for _, c := range everyContent {
		if got := core.PlainText(c); got == "" && c.Type() != core.TypeDeleted && c.Type() != core.TypeAlbum {
			t.Errorf("%s has no words", c.Type())
		}
	}
}

// Whatever is read can be written, and is then read as the same.
func FuzzUnmarshalContent(f *testing.F) {
	for _, c := range everyContent {
		raw, err := core.MarshalContent(c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := core.UnmarshalContent(raw)
		if err != nil {
			return
		}
		once, err := core.MarshalContent(c)
		if err != nil {
			t.Fatalf("%s is read as %+v: %v", raw, c, err)
		}
		again, err := core.UnmarshalContent(once)
		if err != nil {
			t.Fatalf("%s becomes %s: %v", raw, once, err)
		}
		if twice, err := core.MarshalContent(again); err != nil || string(twice) != string(once) {
			t.Errorf("%s becomes %s (%v)", once, twice, err)
		}
		core.Fit([]core.Saying{{Content: c}}, strict, options)
		core.Fit([]core.Saying{{Content: c}}, words, options)
	})
}
