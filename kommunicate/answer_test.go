package kommunicate

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"causeway/core"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each file in testdata/answers is an example of Kommunicate's pages; beside it
// stands what we understand of it.
func TestAnswers(t *testing.T) {
	golden(t, "testdata/answers", func(body []byte) (any, error) {
		a, err := ReadAnswer(body)
		return shownAnswer(t, a), err
	})
}

func golden(t *testing.T, dir string, read func([]byte) (any, error)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			v, err := read(body)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(v); err != nil {
				t.Fatal(err)
			}
			path := strings.TrimSuffix(file, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s is not as it was (-update writes it anew):\n%s", path, got.Bytes())
			}
		})
	}
}

// shown is an answer as the golden files write it, contents with their type.
type shown struct {
	Say     []shownSaying      `json:"say,omitempty"`
	HandOff *core.HandOff      `json:"hand_off,omitempty"`
	Resolve bool               `json:"resolve,omitempty"`
	Tags    []string           `json:"tags,omitempty"`
	Contact *core.ContactPatch `json:"contact,omitempty"`
	Notices []string           `json:"notices,omitempty"`
}

type shownSaying struct {
	Content  json.RawMessage `json:"content"`
	Metadata core.Metadata   `json:"metadata,omitempty"`
}

func shownAnswer(t *testing.T, a core.Answer) shown {
	t.Helper()
	s := shown{HandOff: a.HandOff, Resolve: a.Resolve, Tags: a.Tags, Contact: a.Contact, Notices: a.Notices}
	for _, say := range a.Say {
		raw, err := core.MarshalContent(say.Content)
		if err != nil {
			t.Fatal(err)
		}
		s.Say = append(s.Say, shownSaying{raw, say.Metadata})
	}
	return s
}

func TestAnswersThatSayNothing(t *testing.T) {
	for _, body := range []string{"", " \n", "[]", "null", "{}", "[{}]", `[{"message":""}]`, `[{"message":null,"metadata":{}}]`, `[{"message":" "}]`} {
		a, err := ReadAnswer([]byte(body))
		if err != nil || !reflect.DeepEqual(a, core.Answer{}) {
			t.Errorf("%q: %+v, %v", body, a, err)
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, body := range []string{"<!DOCTYPE html><html></html>", "42", `"hello"`, "true", "[", `[{"message":"a"}] and more`, "[,,]", deep} {
		if a, err := ReadAnswer([]byte(body)); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%q: %+v, %v", body, a, err)
		}
	}
	large := `[{"message":"` + strings.Repeat("a", MaxBody) + `"}]`
	if _, err := ReadAnswer([]byte(large)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("large: %v", err)
	}
}

func TestBounds(t *testing.T) {
	a, err := ReadAnswer([]byte("[" + strings.Repeat(`{"message":"a"},`, 150) + `{"message":"last"}]`))
	if err != nil || len(a.Say) != MaxMessages || len(a.Notices) != 1 {
		t.Errorf("%d messages, %q, %v", len(a.Say), a.Notices, err)
	}
	a, err = ReadAnswer([]byte(`[{"message":"a","metadata":{"templateId":"6","payload":[` + strings.Repeat(`"x",`, 150) + `"y"]}}]`))
	if err != nil || len(a.Say) != 1 || len(a.Say[0].Content.(core.Choices).Buttons) != maxItems || len(a.Notices) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

// What one message has wrong with it costs the others nothing.
func TestOneBadMessageAmongGoodOnes(t *testing.T) {
	for _, bad := range []string{
		`"text"`, `7`, `{"error":"boom"}`, `{"message":{"a":1}}`, `{"metadata":"no JSON"}`,
		`{"metadata":{"templateId":"99","payload":[]}}`, `{"metadata":{"templateId":"6","payload":"['a', 'b']"}}`,
		`{"metadata":{"templateId":"6","payload":[]}}`, `{"metadata":{"templateId":"12","payload":[{"type":"text"}]}}`,
		`{"metadata":{"templateId":"9","payload":[{"url":"javascript:alert(1)"}]}}`,
		`{"metadata":{"templateId":"3","payload":[{"type":"link","name":"x","url":"javascript:alert(1)"}]}}`,
		`{"metadata":{"actionRequest":"danceNow"}}`, `{"metadata":{"actionRequest":"addTags"}}`,
		`{"metadata":{"actionRequest":"updateUserDetail","payload":{}}}`, `{"metadata":{"event":{"name":"X"}}}`,
		`{"message":"secret","metadata":{"category":"HIDDEN"}}`, `{"metadata":{"contentType":"300","payload":[]}}`,
		`{"metadata":{"KM_FIELD":{"action":{}}}}`,
	} {
		a, err := ReadAnswer([]byte(`[{"message":"before"},` + bad + `,{"message":"after"}]`))
		if err != nil {
			t.Errorf("%s: %v", bad, err)
			continue
		}
		if len(a.Say) != 2 || !reflect.DeepEqual(a.Say[1].Content, core.Text{Body: "after"}) {
			t.Errorf("%s: says %+v", bad, a.Say)
		}
		if len(a.Notices) == 0 || !strings.HasPrefix(a.Notices[0], "Message 2 of the answer ") {
			t.Errorf("%s: notices %q", bad, a.Notices)
		}
	}
}

// With a text beside it, the text of a template that cannot be shown stands.
func TestTheTextStandsWhereTheTemplateCannot(t *testing.T) {
	for _, meta := range []string{
		`{"contentType":"300","templateId":"99","payload":[{"a":1}]}`, `{"templateId":"6","payload":"['a', 'b']"}`,
		`{"templateId":"6"}`, `{"templateId":"10","payload":[{}]}`, `{"templateId":"12","payload":[{"type":"text"}]}`,
	} {
		a, err := ReadAnswer([]byte(`[{"message":"Pick one","metadata":` + meta + `}]`))
		if err != nil || len(a.Say) != 1 || len(a.Notices) == 0 {
			t.Errorf("%s: %+v, %v", meta, a, err)
			continue
		}
		if !reflect.DeepEqual(a.Say[0].Content, core.Text{Body: "Pick one"}) {
			t.Errorf("%s: %+v", meta, a.Say[0].Content)
		}
	}
}

// An answer does all that its messages ask for.
func TestSeveralActions(t *testing.T) {
	a, err := ReadAnswer([]byte(`[
		{"message":"one","metadata":{"actionRequest":"addTags","payload":"{\"tags\":[\"a\",{\"name\":\"b\"},7]}"}},
		{"metadata":{"actionRequest":"updateUserDetail","payload":{"displayName":"Ann","phoneNumber":100,"metadata":{"x":1,"y":1}}}},
		{"metadata":{"actionRequest":"updateUserDetail","payload":{"email":"","metadata":{"y":2}}}},
		{"metadata":{"KM_ASSIGN_TO":"ann"}},
		{"metadata":{"actionRequest":"resolveConversation","KM_ASSIGN_TEAM":54515931}}]`))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Say) != 1 || !a.Resolve || !slices.Equal(a.Tags, []string{"a", "b", "7"}) {
		t.Errorf("%+v", a)
	}
	c := a.Contact
	if c == nil || c.Name == nil || *c.Name != "Ann" || *c.Phone != "100" || c.Email == nil || *c.Email != "" || c.ImageLink != nil {
		t.Fatalf("contact %+v", c)
	}
	if !reflect.DeepEqual(c.Metadata, core.Metadata{"x": json.Number("1"), "y": json.Number("2")}) {
		t.Errorf("contact metadata %v", c.Metadata)
	}
	if a.HandOff == nil || *a.HandOff != (core.HandOff{Team: "54515931"}) || len(a.Notices) != 1 {
		t.Errorf("hand-off %+v, notices %q", a.HandOff, a.Notices)
	}
}

// What a bot attaches is stored as JSON: a number that cannot be read again would
// take the whole conversation with it.
func TestNumbersThatNoFloatHolds(t *testing.T) {
	a, err := ReadAnswer([]byte(`[{"message":"a","metadata":{"x":1e999,"y":[{"z":-1e400}],"n":12345678901234567891,"text":"{\"w\":2e999}","templateId":"6",
		"payload":[{"title":"B","replyMetadata":{"id":1e999}}]}}]`))
	if err != nil || len(a.Say) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	content, err := core.MarshalContent(a.Say[0].Content)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := core.UnmarshalContent(content); err != nil {
		t.Errorf("%s: %v", content, err)
	}
	metadata, err := json.Marshal(a.Say[0].Metadata)
	if want := `{"n":12345678901234567891,"text":"{\"w\":2e999}","x":"1e999","y":[{"z":"-1e400"}]}`; string(metadata) != want || err != nil {
		t.Errorf("%s, %v; want %s", metadata, err, want)
	}
}
