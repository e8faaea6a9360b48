package api

import (
	"encoding/json"
	"strings"
	"testing"

	"causeway/core"
)

// shows is a kind that has the given number of buttons.
func shows(name string, buttons int) core.Kind {
	return core.Kind{
		Name: name, Title: "The " + name, Example: "somebody",
		Capabilities: core.Capabilities{Unit: core.Runes, Text: 100, Buttons: core.Limits{Max: buttons, Title: 10}},
		Render: func(o core.Outgoing) ([]core.Payload, error) {
			return []core.Payload{{Op: string(o.Content.Type()), Body: map[string]any{"to": o.To, "text": core.PlainText(o.Content), "ref": o.Ref}}}, nil
		},
	}
}

func newRenderRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.dir.Kinds = []core.Kind{shows("tap", 3), shows("plain", 0)}
	r.dir.Choose = "Choose"
	return r
}

func TestRender(t *testing.T) {
	r := newRenderRig(t)
	before := len(r.entries())
	const yes = `{"title":"Yes"}`
	rich := `{"message":"Well?","metadata":{"templateId":"6","payload":[` + yes + `]}}`
	const buttons = `"payloads":[{"op":"choices","body":{"ref":"rs.0","text":"Well?","to":"somebody"}}],"notes":[],"score":100`
	const numbers = `"payloads":[{"op":"text","body":{"ref":"rs.0","text":"Well?\n\n1. Yes","to":"somebody"}}],` +
		`"notes":[{"path":"buttons","rule":"numbered","from":"1 options","to":"numbers","severity":"degraded"}],"score":95`
	both := `{"plain":{` + numbers + `},"tap":{` + buttons + `}}`
	const ours = `{"type":"choices","body":"Well?","buttons":[{"type":"reply","title":"Yes"}]}`
	for body, want := range map[string]string{
		`{"message":` + rich + `}`:                                       both,
		rich:                                                             both,
		`{"answer":[` + rich + `]}`:                                      both,
		`{"content":` + ours + `}`:                                       both,
		`{"answer":[` + ours + `]}`:                                      both,
		`{"answer":[{"content":` + ours + `}]}`:                          both,
		`{"kinds":["tap"],"message":` + rich + `}`:                       `{"tap":{` + buttons + `}}`,
		`{"kinds":["plain","plain"],"content":` + ours + `}`:             `{"plain":{` + numbers + `}}`,
		`{"kinds":[],"message":` + rich + `}`:                            both,
		`{"kinds":["tap"],"answer":[]}`:                                  `{"tap":{"payloads":[],"notes":[],"score":100}}`,
		`{"kinds":["tap"],"text":"hi"}`:                                  `{"tap":{"payloads":[{"op":"text","body":{"ref":"rs.0","text":"hi","to":"somebody"}}],"notes":[],"score":100}}`,
		`{"kinds":["tap"],"answer":[{"text":"a"},{"text":"b"}]}`:         `{"tap":{"payloads":[{"op":"text","body":{"ref":"rs.0","text":"a","to":"somebody"}},{"op":"text","body":{"ref":"rt.0","text":"b","to":"somebody"}}],"notes":[],"score":100}}`,
		`{"kinds":["tap"],"message":"m","metadata":{"templateId":"99"}}`: `{"tap":{"payloads":[{"op":"text","body":{"ref":"rs.0","text":"m","to":"somebody"}}],"notes":[{"path":"","rule":"unread","from":"Message 1 of the answer has template \"99\", which is not known, so that only its text is shown.","severity":"lost"}],"score":80}}`,
	} {
		for _, key := range []string{opsKey, annKey, botKey} {
			w := r.call("POST", "/api/v1/render", key, body)
			expect(t, w, 200, "")
			if got := strings.TrimSpace(w.Body.String()); got != want {
				t.Errorf("%s\n got %s\nwant %s", body, got, want)
			}
		}
	}
	if n := len(r.entries()) - before; n != 0 {
		t.Errorf("something was sent: %d changes are logged", n)
	}
}

func TestRenderRefuses(t *testing.T) {
	r := newRenderRig(t)
	for body, code := range map[string]Code{
		``: CodeUnreadable, `[]`: CodeUnreadable, `{`: CodeUnreadable,
		`{"kinds":["telex"],"text":"hi"}`:          CodeInvalid,
		`{"kinds":"tap","text":"hi"}`:              CodeInvalid,
		`{"message":{"message":"a"},"text":"b"}`:   CodeInvalid,
		`{"answer":[{"text":"a"}],"metadata":{}}`:  CodeInvalid,
		`{"content":{"type":"selection"}}`:         CodeInvalid,
		`{"content":{"type":"text"}}`:              CodeInvalid,
		`{"answer":[{"text":"a"},{"message":""}]}`: CodeInvalid,
		`{"answer":"a"}`:                           CodeInvalid,
		`{}`:                                       CodeInvalid,
		`{"message":{"message":"` + strings.Repeat("x", 257<<10) + `"}}`: CodeTooLarge,
	} {
		w := r.call("POST", "/api/v1/render", annKey, body)
		if w.Code < 400 || w.Code >= 500 {
			t.Errorf("%.80s: %d %s", body, w.Code, w.Body)
			continue
		}
		expect(t, w, w.Code, code)
	}
	w := r.call("POST", "/api/v1/render", annKey, `{"kinds":["telex"],"text":"hi"}`)
	if !strings.Contains(w.Body.String(), "tap, plain") {
		t.Errorf("the kinds are not listed: %s", w.Body)
	}
}

func TestSchema(t *testing.T) {
	r := newRenderRig(t)
	w := r.call("GET", "/api/v1/schema/tap.json", botKey, "")
	expect(t, w, 200, "")
	if got := w.Header().Get("Content-Type"); got != schemaType {
		t.Errorf("content type %q", got)
	}
	var schema struct{ Title, Type string }
	if err := json.Unmarshal(w.Body.Bytes(), &schema); err != nil || schema.Type != "array" || !strings.Contains(schema.Title, "The tap") {
		t.Errorf("%+v, %v", schema, err)
	}
	for _, path := range []string{"telex.json", "tap", "plain.xml", ".json"} {
		expect(t, r.call("GET", "/api/v1/schema/"+path, annKey, ""), 404, CodeNotFound)
	}
}

// An author's own text comes along with what is posted.
func TestFallbackIsRead(t *testing.T) {
	for body, want := range map[string]string{
		`{"content":{"type":"text","body":"hi"},"fallback":"ho"}`:    "ho",
		`{"message":"hi","metadata":{"causeway":{"fallback":"ho"}}}`: "ho",
		`{"text":"hi"}`: "",
	} {
		p, err := readPost([]byte(body), false)
		if err != nil || p.saying.Fallback != want {
			t.Errorf("%s: %+v, %v", body, p, err)
		}
	}
	if _, err := readPost([]byte(`{"text":"hi","fallback":"`+strings.Repeat("x", longestText+1)+`"}`), false); err == nil {
		t.Error("a fallback of any length is taken")
	}
}
