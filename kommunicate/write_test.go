package kommunicate

import (
	"encoding/json"
	"reflect"
	"testing"

	"causeway/core"
)

// What is written is read back as it was.
func TestRoundTrip(t *testing.T) {
	yes := core.Button{Type: core.Reply, Title: "Yes", ID: "y", Description: "agree", Message: "Yes please", Metadata: core.Metadata{"k": "v"}, Language: "fr"}
	site := core.Button{Type: core.Link, Title: "Site", URL: "https://ex.com", SameTab: true}
	app := core.Button{Type: core.Link, Title: "App", URL: "app://x", DeepLink: true}
	pay := core.Button{Type: core.Submit, Title: "Pay", Message: "Paid", Submission: &core.Submission{
		URL: "https://ex.com/pay", Data: map[string]string{"n": "5"}, JSON: true,
	}}
	for name, c := range map[string]core.Content{
		"text":           core.Text{Body: "hi"},
		"html":           core.Text{Body: "<b>hi</b>", Format: core.HTML},
		"replies (6)":    core.Choices{Body: "Well?", Buttons: []core.Button{yes, {Type: core.Reply, Title: "No", Message: "No"}}},
		"links (3)":      core.Choices{Body: "<i>Look</i>", Format: core.HTML, Buttons: []core.Button{site, app}},
		"submit (3)":     core.Choices{Body: "Pay?", Buttons: []core.Button{pay}},
		"mixed (11)":     core.Choices{Body: "Do", Buttons: []core.Button{yes, site, app, pay, pay}},
		"image (9)":      core.Media{Media: core.Image, URL: "https://ex.com/a.png", Caption: "A"},
		"html image (9)": core.Media{Media: core.Image, URL: "https://ex.com/a.png", Caption: "<b>A</b>", Format: core.HTML},
		"images (9)":     core.Album{Items: []core.Media{{Media: core.Image, URL: "https://ex.com/a.png", Caption: "A"}, {Media: core.Image, URL: "https://ex.com/b.png"}}},
		"video (14)":     core.Media{Media: core.Video, URL: "https://ex.com/a.mp4", MIME: "video/mp4"},
		"file":           core.Media{Media: core.File, URL: "https://ex.com/a.pdf", Name: "a.pdf", MIME: "application/pdf", Size: 3, Caption: "read"},
		"location":       core.Location{Latitude: 1.5, Longitude: -0.25, Name: "Here", Address: "There"},
		"list (7)": core.List{Image: "https://ex.com/h.png", Header: "H", Body: "B",
			Items:   []core.ListItem{{Image: "https://ex.com/i.png", Button: yes}, {Button: site}, {Button: pay}},
			Buttons: []core.Button{{Type: core.Reply, Title: "More", Message: "more"}}},
		"cards (10)": core.Cards{Body: "Rooms", Cards: []core.Card{
			{Image: "https://ex.com/r.png", Overlay: "$9", Title: "R1", Extra: "4/5", Subtitle: "View", Description: "Bed\nWifi", URL: "https://ex.com/r", Buttons: []core.Button{yes, site, app, pay}},
			{Title: "R2"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := WriteMessage(core.Message{Content: c, Metadata: core.Metadata{"mine": "x"}})
			if err != nil {
				t.Fatal(err)
			}
			s, notices, err := ReadMessage(body)
			if err != nil || len(notices) > 0 {
				t.Fatalf("%s: %q, %v", body, notices, err)
			}
			if !reflect.DeepEqual(s.Content, c) {
				t.Errorf("%s\n got %+v\nwant %+v", body, s.Content, c)
			}
			if !reflect.DeepEqual(s.Metadata, core.Metadata{"mine": "x"}) {
				t.Errorf("metadata %v", s.Metadata)
			}
			answer, err := ReadAnswer([]byte("[" + string(body) + "]"))
			if err != nil || len(answer.Say) != 1 || !reflect.DeepEqual(answer.Say[0], s) {
				t.Errorf("as an answer: %+v, %v", answer, err)
			}
		})
	}
}

// Whatever can be sent or heard can be written.
func TestEverythingIsWritten(t *testing.T) {
	all := append(core.Sendable(), core.Selection{Title: "t"}, core.Reaction{}, core.Order{}, core.Edited{New: core.Text{Body: "t"}}, core.Deleted{}, core.Unsupported{})
	for _, c := range all {
		body, err := WriteMessage(core.Message{Content: c})
		if err != nil || !json.Valid(body) {
			t.Errorf("%T: %s, %v", c, body, err)
		}
	}
}

func FuzzReadAnswer(f *testing.F) {
	for _, seed := range []string{
		``, `[]`, `[{"message":"a",}]`, `{"message":"a"}`, `<html>`, `[{"metadata":{"KM_ASSIGN_TO":""}}]`,
		`[{"message":"a","metadata":{"templateId":"6","payload":"[{\"title\":\"x\"}]"}}]`,
		`[{"metadata":{"templateId":"10","payload":[{"title":"r","buttons":[{"name":"b","action":{"type":"link","payload":{"url":"https://x"}}}]}]}}]`,
		`[{"metadata":{"templateId":"7","payload":{"elements":[{"title":"x","action":{"type":"quick_reply"}}]}}}]`,
		`[{"metadata":{"actionRequest":"addTags","payload":{"tags":["a"]}}}]`, "[{\"message\":\"\xff\\u0000\\ud800\"}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := ReadAnswer(body)
		if err != nil {
			if !reflect.DeepEqual(a, core.Answer{}) {
				t.Errorf("an answer beside an error: %+v", a)
			}
			return
		}
		if len(a.Say) > MaxMessages {
			t.Errorf("%d messages", len(a.Say))
		}
		for _, s := range a.Say {
			if s.Content == nil {
				t.Fatal("a saying that says nothing")
			}
			written, err := WriteMessage(core.Message{Content: s.Content, Metadata: s.Metadata})
			if err != nil {
				t.Fatalf("%+v: %v", s, err)
			}
			raw, err := core.MarshalContent(s.Content)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := core.UnmarshalContent(raw); err != nil {
				t.Errorf("%s: %v", raw, err)
			}
			if again, _, err := ReadMessage(written); err == nil && again.Content == nil {
				t.Errorf("%s: nothing", written)
			}
		}
	})
}

// What helps to type is read again as it came, whatever was put into the text.
func TestAidsRoundTrip(t *testing.T) {
	for _, body := range []string{
		`{"message":"m?","metadata":{"KM_FIELD":{"field":"f","label":"L"}}}`,
		`{"message":"<b>m</b>","messageType":"html","metadata":{"KM_FIELD":{"field":"f","label":"L"}}}`,
		`{"message":"m","metadata":{"KM_AUTO_SUGGESTION":{"placeholder":"a & b","source":["c"]}}}`,
		`{"message":"<b>m</b>","messageType":"html","metadata":{"KM_AUTO_SUGGESTION":{"placeholder":"a & b","source":["c"]}}}`,
		`{"metadata":{"KM_AUTO_SUGGESTION":{"placeholder":"a","source":["c"]}}}`,
		`{"message":"m","metadata":{"KM_AUTO_SUGGESTION":{"placeholder":"a","source":{"url":"https://ex.com/?q="}}}}`,
	} {
		s, told, err := ReadMessage([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		written, err := WriteMessage(core.Message{Content: s.Content, Metadata: s.Metadata})
		if err != nil {
			t.Fatal(err)
		}
		again, toldAgain, err := ReadMessage(written)
		if err != nil || !reflect.DeepEqual(s, again) || !reflect.DeepEqual(told, toldAgain) {
			t.Errorf("%s\nwritten %s\nread %+v %q %v\nwant %+v %q", body, written, again, toldAgain, err, s, told)
		}
	}
}
