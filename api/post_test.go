package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"causeway/core"
)

func TestReadPost(t *testing.T) {
	for _, c := range []struct {
		json string
		want post
	}{
		{`{"text":"hi"}`, post{saying: core.Saying{Content: core.Text{Body: "hi"}}}},
		{`{"content":{"type":"text","body":"<b>hi</b>","format":"html"}}`, post{saying: core.Saying{Content: core.Text{Body: "<b>hi</b>", Format: core.HTML}}}},
		{
			`{"text":"hi","as":"ann","private":true,"keep_owner":true,"reply_to":70,"metadata":{"A":1,"a":2}}`,
			post{as: "ann", keepOwner: true, saying: core.Saying{Content: core.Text{Body: "hi"}, Private: true, ReplyTo: 70, Metadata: core.Metadata{"A": 1.0, "a": 2.0}}},
		},
		{
			`{"content":{"type":"choices","body":"?","buttons":[{"type":"reply","title":"Yes"}]}}`,
			post{saying: core.Saying{Content: core.Choices{Body: "?", Buttons: []core.Button{{Type: core.Reply, Title: "Yes"}}}}},
		},
	} {
		got, err := readPost([]byte(c.json), false)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\n got %+v %v\nwant %+v", c.json, got, err, c.want)
		}
	}
}

func TestReadPostOfKommunicate(t *testing.T) {
	got, err := readPost([]byte(`{"groupId":7,"message":"Pick","as":"ann","private":true,
		"metadata":{"contentType":"300","templateId":"6","payload":"[{\"title\":\"Yes\",\"message\":\"yes\"}]"}}`), false)
	if err != nil {
		t.Fatal(err)
	}
	choices, ok := got.saying.Content.(core.Choices)
	if !ok || len(choices.Buttons) != 1 || choices.Buttons[0].Title != "Yes" || choices.Buttons[0].Message != "yes" {
		t.Errorf("content %#v", got.saying.Content)
	}
	if got.as != "ann" || !got.saying.Private {
		t.Errorf("what stands around is lost: %+v", got)
	}
}

func TestReadPostRefuses(t *testing.T) {
	for _, c := range []struct {
		json   string
		code   Code
		detail string
	}{
		{`{}`, CodeInvalid, "needs content, text"},
		{`{"as":"ann"}`, CodeInvalid, "needs content, text"},
		{`null`, CodeInvalid, "needs content, text"},
		{`[]`, CodeUnreadable, "the body: an array is not expected"},
		{`"hi"`, CodeUnreadable, "not expected"},
		{`{"text":"a","text":"b"}`, CodeUnreadable, "twice"},
		{`{"text":"a","content":{"type":"text","body":"b"}}`, CodeInvalid, "one of them"},
		{`{"text":null}`, CodeInvalid, "one of them"},
		{`{"text":"a","message":"b"}`, CodeInvalid, "message is not known"},
		{`{"text":"a","sender":"ann"}`, CodeInvalid, "sender is not known"},
		{`{"text":"a","KEEP_OWNER":true}`, CodeInvalid, "KEEP_OWNER is not known"},
		{`{"text":" "}`, CodeInvalid, "body is missing"},
		{`{"text":"` + strings.Repeat("a", longestText+1) + `"}`, CodeInvalid, "longer than"},
		{`{"text":"a","reply_to":-1}`, CodeInvalid, "reply_to"},
		{`{"text":"a","reply_to":9007199254740992}`, CodeInvalid, "reply_to"},
		{`{"text":"a","reply_to":"70"}`, CodeInvalid, "not expected"},
		{`{"text":"a","as":"` + strings.Repeat("a", 201) + `"}`, CodeInvalid, "as is too long"},
		{`{"content":null}`, CodeInvalid, "type must say"},
		{`{"content":{"body":"a"}}`, CodeInvalid, "type must say"},
		{`{"content":{"type":"selection","title":"a"}}`, CodeInvalid, "cannot be sent"},
		{`{"content":{"type":"text","body":"a","x":1}}`, CodeInvalid, "x is not known"},
		{`{"message":""}`, CodeInvalid, "neither text nor"},
		{`{"message":"a","private":"yes"}`, CodeInvalid, "private: a string is not expected"},
	} {
		_, err := readPost([]byte(c.json), false)
		var p *Problem
		if !errors.As(err, &p) || p.Code != c.code || !strings.Contains(p.Detail, c.detail) {
			t.Errorf("%.80s: %v %+v, want %s %q", c.json, err, p, c.code, c.detail)
		}
	}
}

// Whatever comes, a post is refused with a problem of the caller's making, or is
// content that can be sent and written down again.
func FuzzReadPost(f *testing.F) {
	for _, seed := range []string{
		`{"text":"hi"}`, `{"content":{"type":"cards","cards":[{"title":"a","buttons":[{"type":"link","title":"b","url":"https://c.d"}]}]}}`,
		`{"message":"a","metadata":{"contentType":"300","templateId":"7","payload":"{}"}}`, `{"content":{"type":"edited","of":"1","new":{"type":"text"}}}`,
		`{"message":null,"metadata":[]}`, `{"content":{"type":"media","media":"image","url":"https://a.b/c","caption":"d"},"reply_to":1}`, `[[[[`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := readPost(data, false)
		if err != nil {
			var refused *Problem
			if !errors.As(err, &refused) || refused.Status >= 500 || refused.Detail == "" {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if p.saying.Content == nil || p.saying.ReplyTo < 0 {
			t.Fatalf("%q: %+v", data, p)
		}
		written, err := core.MarshalContent(p.saying.Content)
		if err != nil || !json.Valid(written) {
			t.Fatalf("%q: %s %v", data, written, err)
		}
	})
}
