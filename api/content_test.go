package api

import (
	"strings"
	"testing"

	"causeway/core"
)

// whole is one content of each type that can be sent.
var whole = map[core.ContentType]string{
	core.TypeText:     `{"type":"text","body":"a","format":"markdown"}`,
	core.TypeMedia:    `{"type":"media","media":"voice","url":"https://a.b/c.ogg","caption":"d"}`,
	core.TypeAlbum:    `{"type":"album","items":[{"media":"image","url":"http://a.b/c"}]}`,
	core.TypeLocation: `{"type":"location","latitude":-90,"longitude":180,"name":"a"}`,
	core.TypeContacts: `{"type":"contacts","contacts":[{"name":"a","phones":["+1"]}]}`,
	core.TypeChoices:  `{"type":"choices","media":{"media":"image","url":"https://a.b/c"},"buttons":[{"type":"reply","title":"a"},{"type":"link","title":"b","url":"https://a.b"},{"type":"link","title":"b","url":"app:x","deep_link":true},{"type":"submit","title":"c","submission":{"url":"https://a.b","data":{"D":"e"}}}]}`,
	core.TypeList:     `{"type":"list","image":"https://a.b/c","items":[{"image":"https://a.b/c","button":{"type":"reply","title":"a"}}],"buttons":[]}`,
	core.TypeCards:    `{"type":"cards","cards":[{"title":"a"},{"image":"https://a.b/c","buttons":[{"type":"reply","title":"a"}]}]}`,
	core.TypeForm:     `{"type":"form","fields":[{"type":"text","name":"a"}],"submit":{"to_bot":true}}`,
	core.TypeTemplate: `{"type":"template","name":"a","language":"en","params":["b"],"components":[{"Any":1}]}`,
}

func TestContentOfEachType(t *testing.T) {
	for _, c := range core.Sendable() {
		got, err := readContent([]byte(whole[c.Type()]))
		if err != nil || got.Type() != c.Type() {
			t.Errorf("%s: %v %v", c.Type(), got, err)
		}
	}
}

func TestContentThatIsNotWhole(t *testing.T) {
	for _, c := range []struct{ json, wrong string }{
		{`{"type":"text","body":"","format":"html"}`, "body is missing"},
		{`{"type":"text","body":"a","format":"bbcode"}`, "format must be"},
		{`{"type":"media","media":"picture","url":"https://a.b"}`, "media must be"},
		{`{"type":"media","media":"image"}`, "url must be"},
		{`{"type":"media","media":"image","url":"file:///etc/passwd"}`, "url must be"},
		{`{"type":"media","media":"image","url":"javascript:alert(1)"}`, "url must be"},
		{`{"type":"media","media":"image","url":"//a.b"}`, "url must be"},
		{`{"type":"media","media":"image","url":"https://a.b","ref":"123"}`, "ref is only"},
		{`{"type":"album","items":[]}`, "items must have 1"},
		{`{"type":"album","items":[{"media":"image"}]}`, "items[0]: url"},
		{`{"type":"location","latitude":91,"longitude":0}`, "on earth"},
		{`{"type":"contacts","contacts":[{"phones":["1"]}]}`, "contacts[0]: a name"},
		{`{"type":"choices","buttons":[]}`, "buttons must have 1"},
		{`{"type":"choices","buttons":[{"type":"reply","title":" "}]}`, "buttons[0]: title"},
		{`{"type":"choices","buttons":[{"type":"reply","title":"a","token":"t"}]}`, "token"},
		{`{"type":"choices","buttons":[{"type":"link","title":"a","url":"javascript:x"}]}`, "url must be"},
		{`{"type":"choices","buttons":[{"type":"submit","title":"a"}]}`, "submission is missing"},
		{`{"type":"choices","buttons":[{"type":"tap","title":"a"}]}`, "type must be"},
		{`{"type":"choices","buttons":[` + strings.Repeat(`{"type":"reply","title":"a"},`, mostParts) + `{"type":"reply","title":"a"}]}`, "1 to 100"},
		{`{"type":"choices","media":{"media":"image"},"buttons":[{"type":"reply","title":"a"}]}`, "url must be"},
		{`{"type":"list","items":[]}`, "items must have"},
		{`{"type":"list","items":[{"button":{"type":"reply"}}]}`, "items[0]: title"},
		{`{"type":"cards","cards":[{}]}`, "cards[0]: a title"},
		{`{"type":"form","fields":[{"type":"checkbox","name":"a"}],"submit":{}}`, "options are needed"},
		{`{"type":"template","name":"a"}`, "name and language"},
		{`{"type":"order","items":[]}`, "cannot be sent"},
		{`{"type":1}`, "type must say"},
	} {
		if _, err := readContent([]byte(c.json)); err == nil || !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%.80s: %v, want %q", c.json, err, c.wrong)
		}
	}
}
