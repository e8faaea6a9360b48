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
	s, notices, err := ReadMessage([]byte(`{"message":"m","metadata":{"KM_FIELD":"x"}}`))
	if _, text := s.Content.(core.Text); err != nil || len(notices) != 1 || !text {
		t.Errorf("%+v %q %v", s, notices, err)
	}
}
