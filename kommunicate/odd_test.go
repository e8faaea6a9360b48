package kommunicate

import (
	"fmt"
	"strings"
	"testing"

	"causeway/core"
)

// What bots write by mistake is told, and the rest is read; what means nothing,
// such as an empty string, is not told.
func TestOddPayloads(t *testing.T) {
	for _, c := range []struct{ template, payload, says, shown string }{
		{"10", `[{"title":"a","header":"https://ex.com/y.png"}]`, "", "https://ex.com/y.png"},
		{"10", `[{"title":"a","header":5}]`, "picture", "a"},
		{"10", `[{"title":"a","buttons":"x"}]`, `"x" where a list is expected`, "a"},
		{"10", `[{"title":"a","buttons":""}]`, "", "a"},
		{"9", `[{"url":"https://ex.com/a.png"},{"caption":"second"}]`, "has one image whose address", "a.png"},
		{"6", `[{"title":"a","replyMetadata":"x"}]`, "a replyMetadata that is no JSON object", "a"},
		{"6", `[{"title":"a","replyMetadata":["x"]}]`, "a replyMetadata that is no JSON object", "a"},
		{"6", `[{"title":"a","replyMetadata":""},{"title":"b","replyMetadata":null}]`, "", "b"},
		{"6", `[{"title":"a","replyMetadata":"{\"k\":1}"}]`, "", "k:1"},
		{"3", `[{"name":"a","action":{"type":"submit","formAction":"https://ex.com","formData":"x=1"}}]`, "a formData that is no JSON object", "a"},
		{"12", `[{"type":"text","label":"a","validation":"^x"}]`, "a validation that is no JSON object", "a"},
		{"6", `[{"title":"a","mesage":"b","replyMetadata":{"mine":1}}]`, `has "mesage", which is not known and was left out: "b"`, "a"},
		{"6", `[{"title":"a","message":{"x":["b"]}}]`, `has a message that is no text, which was left out: {"x":["b"]}`, "a"},
		{"6", `[{"title":"a","hint":"","hints":[null,{"x":false}]}]`, "", "a"},
		{"9", `[{"url":"https://ex.com/a.png","title":"b"}]`, `has "title", which is not known`, "a.png"},
		{"6", `[{"title":"a"}],"formAction":"https://ex.com/p"`, `has formAction that nothing in it posts, which was left out: "https://ex.com/p"`, "a"},
		{"3", `[{"name":"a","type":"submit"}],"formAction":"https://ex.com/p"`, "", "Type:submit"},
		{"6", `[{"title":"a"}],"KM_FIELD":{"field":"f"}`, `has template "6" beside KM_FIELD, which was left out: [{"title":"a"}]`, "f"},
		{"12", `[{"type":"text","label":"a"},{"type":"submit","name":"b"},{"type":"submit","name":"c"}]`, `more than one button for its form; the last one counts, and this one was left out: {"name":"b"`, "c"},
		{"12", `[{"type":"text","label":"a","rows":3}]`, "", "a"},
		{"10", `[{"header":{"overlayText":"b"}},{"titleExt":"c"},{"url":"https://ex.com/d"}]`, "", "https://ex.com/d"},
		{"7", `{"elements":[{"title":"a","description":"<b>b</b>"}]}`, "", "Format:html"},
		{"12", `[{"type":"dropdown","name":"c","title":"City","options":[{"label":"Select","value":"","disabled":"true"},{"label":"None","value":""},{"label":"Oslo"}]}]`, "", "None"},
	} {
		s, notices, err := ReadMessage([]byte(`{"message":"m","metadata":{"templateId":"` + c.template + `","payload":` + c.payload + `}}`))
		told := strings.Join(notices, " ")
		if err != nil || (c.says == "") != (told == "") || !strings.Contains(told, c.says) {
			t.Errorf("%s: %q, %v, want %q", c.payload, told, err, c.says)
		}
		if said := fmt.Sprintf("%+v", s.Content); !strings.Contains(said, c.shown) {
			t.Errorf("%s: %s lacks %s", c.payload, said, c.shown)
		}
	}
	s, notices, err := ReadMessage([]byte(`{"message":"m","buttons":["a"],"type":5,"metadata":{"templateId":"6","payload":["b"]},"fileMeta":{"url":"https://ex.com/f"}}`))
	if told := strings.Join(notices, " "); err != nil || len(notices) != 2 || !strings.Contains(told, `has "buttons"`) || !strings.Contains(told, "https://ex.com/f") {
		t.Errorf("%+v %q %v", s, notices, err)
	}
	s, notices, err = ReadMessage([]byte(`{"message":"m","metadata":{"KM_FIELD":"x"}}`))
	if _, text := s.Content.(core.Text); err != nil || len(notices) != 1 || !text {
		t.Errorf("%+v %q %v", s, notices, err)
	}
}

// What of an answer is not heeded is told whole.
func TestOddAnswers(t *testing.T) {
	for body, want := range map[string]string{
		`[{"message":"m","messageType":"markdown"}]`: `has messageType "markdown", which is not known`,
		`[5]`:       `Message 1 of the answer is not an object and was left out: 5.`,
		`[{"x":1}]`: `Message 1 of the answer has neither message nor metadata and was left out: {"x":1}.`,
		`[{"message":"m","metadata":{"event":{"name":"e"}}}]`:                                                   `hands over to no bot that could hear it: {"name":"e"}.`,
		`[{"message":"m","metadata":{"category":"HIDDEN"}}]`:                                                    `is marked as hidden and was not sent: "m".`,
		`[{"message":"m","metadata":{"contentType":"300","payload":["a"]}}]`:                                    `so that only its text is shown: {"payload":["a"]}.`,
		`[{"metadata":{"actionRequest":"updateUserDetail","payload":{"email":"a@b.c","name":"Ann"}}}]`:          `has "name", which is not known and was left out: "Ann".`,
		`[{"message":"m","metadata":{"templateId":"6","payload":[` + strings.Repeat(`"a",`, 100) + `"last"]}}]`: `only the first 100 are shown, and not these: ["last"].`,
		`[` + strings.Repeat(`{"message":"m"},`, 100) + `{"message":"last"}]`:                                   `only the first 100 are taken, and not these: [{"message":"last"}].`,
	} {
		a, err := ReadAnswer([]byte(body))
		if err != nil || len(a.Notices) != 1 || !strings.Contains(a.Notices[0], want) {
			t.Errorf("%.100s: %q %v, want %q", body, a.Notices, err, want)
		}
	}
}
