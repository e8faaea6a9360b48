package kommunicate

import (
	"reflect"
	"testing"

	"causeway/core"
)

// What a message says to us alone is heeded, and kept from others.
func TestOwn(t *testing.T) {
	for meta, want := range map[string]struct {
		fallback string
		notices  int
	}{
		`"causeway":{"fallback":"Reply yes or no"}`:       {"Reply yes or no", 0},
		`"causeway":"{\"fallback\":\"Reply yes or no\"}"`: {"Reply yes or no", 0},
		`"causeway":{}`: {"", 0},
		`"causeway":{"native":{"x":[]},"fallback":"f"}`: {"f", 1},
		`"causeway":5`: {"", 1},
		`"templateId":"6","payload":["Yes"],"causeway":{"fallback":"Reply yes"}`: {"Reply yes", 0},
	} {
		body := `{"message":"m","metadata":{"mine":"x",` + meta + `}}`
		s, notices, err := ReadMessage([]byte(body))
		if err != nil || s.Fallback != want.fallback || len(notices) != want.notices {
			t.Errorf("%s: %+v, %q, %v", body, s, notices, err)
		}
		if !reflect.DeepEqual(s.Metadata, core.Metadata{"mine": "x"}) {
			t.Errorf("%s: metadata %v", body, s.Metadata)
		}
		a, err := ReadAnswer([]byte(body))
		if err != nil || len(a.Say) != 1 || a.Say[0].Fallback != want.fallback {
			t.Errorf("%s: as an answer %+v, %v", body, a, err)
		}
	}
}
