package kommunicate

import (
	"encoding/json"
	"reflect"
	"testing"

	"causeway/core"
)

// What a message says to us alone is heeded, and stays where it was.
func TestOwn(t *testing.T) {
	native := func(calls ...core.Native) map[string][]core.Native { return map[string][]core.Native{"x": calls} }
	poll := core.Native{Op: "sendPoll", Body: json.RawMessage(`{"question":"Tea?"}`)}
	for meta, want := range map[string]struct {
		fallback string
		native   map[string][]core.Native
		notices  int
	}{
		`"causeway":{"fallback":"Reply yes or no"}`:       {"Reply yes or no", nil, 0},
		`"causeway":"{\"fallback\":\"Reply yes or no\"}"`: {"Reply yes or no", nil, 0},
		`"causeway":{}`: {"", nil, 0},
		`"causeway":{"native":{"x":[]},"fallback":"f"}`:                                                {"f", nil, 1},
		`"causeway":{"native":{"x":{"op":"sendPoll","body":{"question":"Tea?"}}}}`:                     {"", native(poll), 0},
		`"causeway":{"native":{"x":[{"op":"sendPoll","body":"{\"question\":\"Tea?\"}"}]}}`:             {"", native(poll), 0},
		`"causeway":{"native":{"x":[{"op":"sendPoll"},{"op":"sendPoll","body":{"question":"Tea?"}}]}}`: {"", native(poll), 1},
		`"causeway":{"native":{"x":["tea",5,{"body":{}}],"y":null}}`:                                   {"", nil, 2},
		`"causeway":{"native":"all","other":1}`:                                                        {"", nil, 2},
		`"causeway":5`:                                                                                 {"", nil, 1},
		`"templateId":"6","payload":["Yes"],"causeway":{"fallback":"Reply yes"}`:                       {"Reply yes", nil, 0},
		`"KM_FIELD":{"field":"email"},"causeway":{"fallback":"Write to us"}`:                           {"Write to us", nil, 0},
	} {
		body := `{"message":"m","metadata":{"mine":"x",` + meta + `}}`
		s, notices, err := ReadMessage([]byte(body))
		if err != nil || s.Fallback != want.fallback || !reflect.DeepEqual(s.Native, want.native) || len(notices) != want.notices {
			t.Errorf("%s: %+v, %q, %v", body, s, notices, err)
		}
		if s.Metadata["mine"] != "x" || s.Metadata[keyOwn] == nil {
			t.Errorf("%s: metadata %v", body, s.Metadata)
		}
		a, err := ReadAnswer([]byte(body))
		if err != nil || len(a.Say) != 1 || a.Say[0].Fallback != want.fallback || !reflect.DeepEqual(a.Say[0].Native, want.native) {
			t.Errorf("%s: as an answer %+v, %v", body, a, err)
		}
	}
	s, notices, err := ReadMessage([]byte(`{"metadata":{"causeway":{"native":{"x":{"op":"a","body":{"b":1}}}}}}`))
	if err == nil || len(notices) != 1 {
		t.Errorf("native calls alone: %+v, %q, %v", s, notices, err)
	}
}
