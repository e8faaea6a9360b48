package kommunicate

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"causeway/core"
)

// Every spelling of the same button is the same button.
func TestSpellings(t *testing.T) {
	reply := core.Button{Type: core.Reply, Title: "Yes", Message: "Yes please"}
	link := core.Button{Type: core.Link, Title: "Site", URL: "https://ex.com"}
	sameTab := core.Button{Type: core.Link, Title: "Site", URL: "https://ex.com", SameTab: true}
	deep := core.Button{Type: core.Link, Title: "App", URL: "app://x", DeepLink: true}
	rich := core.Button{Type: core.Reply, Title: "Yes", Message: "Yes please", Metadata: core.Metadata{"k": "v"}, Language: "fr"}
	submit := core.Button{Type: core.Submit, Title: "Pay", Message: "Paid", Submission: &core.Submission{
		URL: "https://ex.com/pay", Data: map[string]string{"n": "5", "ok": "true", "list": "[1]"}, JSON: true,
	}}
	plainForm := core.Button{Type: core.Submit, Title: "Pay", Submission: &core.Submission{URL: "https://ex.com/pay"}}
	toTheBot := core.Button{Type: core.Reply, Title: "Send", Metadata: core.Metadata{
		keyContext: map[string]any{"a": "b", keyFormData: map[string]any{"x": "1"}},
	}}
	for _, c := range []struct {
		template, item, beside string
		want                   core.Button
	}{
		{"6", `{"title":"Yes","message":"Yes please"}`, ``, reply},
		{"6", `{"title":" Yes ","message":"Yes please"}`, ``, reply},
		{"6", `{"name":"Yes","message":"Yes please","type":"quickReply"}`, ``, reply},
		{"6", `{"title":"Yes"}`, ``, core.Button{Type: core.Reply, Title: "Yes"}},
		{"6", `"Yes"`, ``, core.Button{Type: core.Reply, Title: "Yes"}},
		{"6", `{"title":5,"message":true}`, ``, core.Button{Type: core.Reply, Title: "5", Message: "true"}},
		{"6", `{"title":"Yes","message":"Yes please","url":"https://ex.com"}`, ``, reply},
		{"6", `{"title":"Yes","message":"Yes please","replyMetadata":"{\"k\":\"v\"}","updateLanguage":"fr"}`, ``, rich},
		{"6", `{"title":"Site","type":"link","url":"https://ex.com"}`, ``, link},
		{"11", `{"name":"Yes","type":"suggestedReply","action":{"message":"Yes please"}}`, ``, reply},
		{"11", `{"name":"Yes","action":{"type":"quick_reply","message":"Yes please"}}`, ``, reply},
		{"13", `{"name":"Yes","type":"quickReply","action":{"message":"Yes please","replyMetadata":{"k":"v"},"updateLanguage":"fr"}}`, ``, rich},
		{"13", `{"name":"Yes","type":"quickReply","replyMetadata":{"k":"v"},"updateLanguage":"fr","action":{"message":"Yes please"}}`, ``, rich},
		{"11", `{"name":"Yes","type":"strange","action":{"message":"Yes please"}}`, ``, reply},
		{"11", `{"name":"Site","type":"link","action":{"url":"https://ex.com"}}`, ``, link},
		{"11", `{"name":"Site","action":{"type":"link","url":"https://ex.com","openLinkInNewTab":"true"}}`, ``, link},
		{"11", `{"name":"Site","type":"link","action":{"url":" https://ex.com ","openLinkInNewTab":"false"}}`, ``, sameTab},
		{"11", `{"name":"Site","type":"link","openLinkInNewTab":false,"action":{"url":"https://ex.com"}}`, ``, sameTab},
		{"3", `{"name":"Site","url":"https://ex.com","openLinkInNewTab":false}`, ``, sameTab},
		{"3", `{"name":"Site","type":"Link","url":"https://ex.com"}`, ``, link},
		{"3", `{"name":"Site","type":"link","url":"https://ex.com/a b?c=d e"}`, ``, core.Button{Type: core.Link, Title: "Site", URL: "https://ex.com/a%20b?c=d%20e"}},
		{"3", `{"name":"App","type":"link","url":"app://x","isDeepLink":"true"}`, ``, deep},
		{"3", `{"type":"link","url":"https://ex.com"}`, ``, core.Button{Type: core.Link, Title: "https://ex.com", URL: "https://ex.com"}},
		{"3", `{"name":"Pay","replyText":"Paid"}`, `"formAction":"https://ex.com/pay","formData":{"n":5,"ok":true,"list":[1]},"requestType":"json"`, submit},
		{"3", `{"name":"Pay","action":{"message":"Paid"}}`, `"formAction":"https://ex.com/pay","formData":"{\"n\":5,\"ok\":true,\"list\":[1]}","requestType":"application/json"`, submit},
		{"3", `{"name":"Pay","type":"submit"}`, `"formAction":"https://ex.com/pay"`, plainForm},
		{"11", `{"name":"Pay","type":"submit","action":{"formAction":"https://ex.com/pay"}}`, ``, plainForm},
		{"11", `{"name":"Send","type":"submit","action":{"requestType":"postBackToBotPlatform","formData":{"x":"1"},"replyMetadata":{"KM_CHAT_CONTEXT":{"a":"b"}}}}`, ``, toTheBot},
	} {
		beside := c.beside
		if beside != "" {
			beside = "," + beside
		}
		body := `{"message":"m","metadata":{"templateId":"` + c.template + `","payload":[` + c.item + `]` + beside + `}}`
		s, _, err := ReadMessage([]byte(body))
		want := core.Choices{Body: "m", Buttons: []core.Button{c.want}}
		if err != nil || !reflect.DeepEqual(s.Content, core.Content(want)) {
			t.Errorf("%s\n got %+v, %v\nwant %+v", body, s.Content, err, want)
		}
	}
}

// On cards, the same again one level further in.
func TestCardButtons(t *testing.T) {
	for item, want := range map[string]core.Button{
		`{"name":"Site","action":{"type":"link","openLinkInNewTab":"false","payload":{"url":"https://ex.com","isDeepLink":true}}}`: {Type: core.Link, Title: "Site", URL: "https://ex.com", SameTab: true, DeepLink: true},
		`{"name":"Site","action":{"type":"link","url":"https://ex.com"}}`:                                                          {Type: core.Link, Title: "Site", URL: "https://ex.com"},
		`{"name":"Book","action":{"type":"quickReply","payload":{"title":"Book it"}}}`:                                             {Type: core.Reply, Title: "Book", Message: "Book it"},
		`{"name":"Book","action":{"type":"quickReply","payload":{"title":"Book","message":"Book 1"}}}`:                             {Type: core.Reply, Title: "Book", Message: "Book 1"},
		`{"action":{"type":"quick_reply","payload":{"title":"Book"}}}`:                                                             {Type: core.Reply, Title: "Book"},
	} {
		s, _, err := ReadMessage([]byte(`{"metadata":{"templateId":10,"payload":"[{\"title\":\"Room\",\"buttons\":[` + escape(item) + `]}]"}}`))
		cards, ok := s.Content.(core.Cards)
		if err != nil || !ok || len(cards.Cards) != 1 || len(cards.Cards[0].Buttons) != 1 {
			t.Errorf("%s: %+v, %v", item, s, err)
			continue
		}
		if got := cards.Cards[0].Buttons[0]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", item, got, want)
		}
	}
}

// escape writes s for the inside of a JSON string.
func escape(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return err.Error()
	}
	return string(raw[1 : len(raw)-1])
}

func TestReadMessage(t *testing.T) {
	for body, want := range map[string]core.Content{
		`{"message":"hi"}`: core.Text{Body: "hi"},
		`{"message":"<b>hi</b>","messageType":"HTML"}`:              core.Text{Body: "<b>hi</b>", Format: core.HTML},
		`{"message":"<b>hi</b>","contentType":3}`:                   core.Text{Body: "<b>hi</b>", Format: core.HTML},
		`{"message":"{\"lat\":\"1.5\",\"lon\":0}","contentType":2}`: core.Location{Latitude: 1.5},
		`{"message":"cap","contentType":1,"fileMeta":{"url":"https://ex.com/a.pdf","name":"a.pdf","contentType":"application/pdf","size":"12"}}`:                  core.Media{Media: core.File, URL: "https://ex.com/a.pdf", Name: "a.pdf", MIME: "application/pdf", Size: 12, Caption: "cap"},
		`{"message":"<i>x</i>","messageType":"html","metadata":{"templateId":"9","payload":[{"url":"https://ex.com/a.png","caption":"a<b"}]}}`:                    core.Media{Media: core.Image, URL: "https://ex.com/a.png", Caption: "<i>x</i><br>a&lt;b", Format: core.HTML},
		`{"metadata":{"templateId":"14","payload":[{"url":"https://ex.com/a.mp4","type":"video/mp4"},{"url":"https://ex.com/b.mp4"}]}}`:                           core.Album{Items: []core.Media{{Media: core.Video, URL: "https://ex.com/a.mp4", MIME: "video/mp4"}, {Media: core.Video, URL: "https://ex.com/b.mp4"}}},
		`{"metadata":{"templateId":"7","payload":{"headerText":"H","elements":[{"title":"FAQ","articleId":"9","source":"kb","action":{"type":"quick_reply"}}]}}}`: core.List{Header: "H", Items: []core.ListItem{{Button: core.Button{Type: core.Reply, Title: "FAQ", Metadata: core.Metadata{"KM_FAQ_ID": "9", "source": "kb"}}}}},
		`{"message":"m","metadata":{"templateId":"7","payload":{"headerText":"H","buttons":[{"name":"B"}]}}}`:                                                     core.Choices{Header: "H", Body: "m", Buttons: []core.Button{{Type: core.Reply, Title: "B"}}},
		`{"message":"m","metadata":{"templateId":"7","payload":{"headerText":"H","headerImgSrc":"https://ex.com/h.png"}}}`:                                        core.Media{Media: core.Image, URL: "https://ex.com/h.png", Caption: "H\nm"},
		`{"message":"<b>m</b>","messageType":"html","metadata":{"templateId":"7","payload":{"headerText":"H","elements":[]}}}`:                                    core.Text{Body: "H<br><b>m</b>", Format: core.HTML},
		`{"message":"m","metadata":{"templateId":"12","payload":[{"type":"submit","name":"Go","formAction":"https://ex.com"}]}}`:                                  core.Form{Body: "m", Submit: core.FormSubmit{Label: "Go", URL: "https://ex.com"}},
		`{"message":"m?","metadata":{"KM_FIELD":{"field":"f","label":"L"},"replyMetadata":{"k":"v","KM_TRIGGER_EVENT":"E"}}}`:                                     core.Form{Fields: []core.Field{{Type: core.TextField, Name: "f", Label: "m?\nL"}}, Submit: core.FormSubmit{Plain: true, Event: "E", Metadata: core.Metadata{"k": "v"}}},
		`{"message":"<b>m</b>","messageType":"html","metadata":{"KM_FIELD":{"field":"f","label":"L"}}}`:                                                           core.Form{Body: "<b>m</b>", Format: core.HTML, Fields: []core.Field{{Type: core.TextField, Name: "f", Label: "L"}}, Submit: core.FormSubmit{Plain: true}},
		`{"message":"a < b","metadata":{"templateId":"8","payload":{"description":"<b>x</b>"}}}`:                                                                  core.Text{Body: "a &lt; b<br><b>x</b>", Format: core.HTML},
	} {
		s, notices, err := ReadMessage([]byte(body))
		if err != nil || len(notices) > 0 || !reflect.DeepEqual(s.Content, want) {
			t.Errorf("%s\n got %+v, %q, %v\nwant %+v", body, s.Content, notices, err, want)
		}
	}
	for _, body := range []string{``, `[]`, `"a"`, `{}`, `{"message":""}`, `{"metadata":{"templateId":"6","payload":[]}}`} {
		if s, _, err := ReadMessage([]byte(body)); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("%s: %+v, %v", body, s, err)
		}
	}
	s, notices, err := ReadMessage([]byte(`{"message":"m","metadata":{"KM_ASSIGN_TO":"","mine":1}}`))
	if err != nil || len(notices) != 1 || !reflect.DeepEqual(s.Metadata, core.Metadata{"mine": json.Number("1")}) {
		t.Errorf("%+v, %q, %v", s, notices, err)
	}
}

// The example of "Trigger event on bot platform".
func TestReadTrigger(t *testing.T) {
	e, ok := ReadTrigger([]byte(`{"type":5,"contentType":10,"message":"Event: WELCOME","groupId":7,
		"metadata":{"category":"HIDDEN","KM_TRIGGER_EVENT":"WELCOME","cart":"full"},"source":1}`))
	if want := (core.BotEvent{Name: "WELCOME", Data: core.Metadata{"cart": "full"}}); !ok || !reflect.DeepEqual(e, want) {
		t.Errorf("%+v, %v", e, ok)
	}
	for _, body := range []string{``, `[]`, `{"message":"Event: WELCOME"}`, `{"metadata":{"KM_TRIGGER_EVENT":""}}`,
		`{"message":"hi","metadata":{"KM_TRIGGER_EVENT":"X"}}`} { // the last one says something
		if e, ok := ReadTrigger([]byte(body)); ok {
			t.Errorf("%s: %+v", body, e)
		}
	}
}
