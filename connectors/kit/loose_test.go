package kit_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

func TestLoose(t *testing.T) {
	for raw, want := range map[string]kit.Loose{
		`"12"`: "12", `12`: "12", `-1.5e3`: "-1.5e3", `null`: "", `""`: "", `"Zoë"`: "Zoë", `"a\"b"`: `a"b`, `"\u00e9"`: "é",
	} {
		var got kit.Loose
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s: %q %v", raw, got, err)
		}
	}
	for _, raw := range []string{`true`, `[1]`, `{"a":1}`} {
		var got kit.Loose
		if err := json.Unmarshal([]byte(raw), &got); err == nil {
			t.Errorf("%s: %q", raw, got)
		}
	}
}

// What is no time that JSON can write is none: a message is shown without it.
func TestLooseTimes(t *testing.T) {
	for l, want := range map[kit.Loose]string{
		"1795180000": "2026-11-20T13:06:40Z", "1795180000123": "2026-11-20T13:06:40.123Z", "253402300799999": "9999-12-31T23:59:59.999Z",
		"253402300800000": "0001-01-01T00:00:00Z", "9223372036854775807": "0001-01-01T00:00:00Z", "-5": "0001-01-01T00:00:00Z", "soon": "0001-01-01T00:00:00Z",
	} {
		if got := l.At(); got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %s", l, got.Format(time.RFC3339Nano))
		}
		if _, err := json.Marshal(l.At()); err != nil {
			t.Errorf("%s: %v", l, err)
		}
	}
}

func TestPart(t *testing.T) {
	var out struct{ Name string }
	for raw, want := range map[string]string{
		"": "missing", "null": "missing", "7": "a JSON number does not belong there", `{"Name":[]}`: "Name cannot be a JSON array", `{"Name":"x"}`: "",
	} {
		err := kit.Part(json.RawMessage(raw), &out)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestQuoted(t *testing.T) {
	for s, want := range map[string]string{"word": "word", strings.Repeat("a", 64): strings.Repeat("a", 64), strings.Repeat("a", 65): `"` + strings.Repeat("a", 64) + `"…`} {
		if got := kit.Quoted(s); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
}

func TestOnce(t *testing.T) {
	items := kit.Once([]core.Item{{Key: "a", Account: "1", Event: core.Heard{}}, {Key: "b"}, {Key: "a", Account: "1", Event: core.Heard{}}, {Key: "a"}})
	if items[0].Key != "a" || items[0].Event == nil || items[1].Key != "b" {
		t.Errorf("the first is kept: %+v", items)
	}
	for i, key := range map[int]string{2: "a#2", 3: "a#3"} {
		if it := items[i]; it.Key != key || it.Fate != core.FateIgnored || it.Event != nil || i == 2 && it.Account != "1" {
			t.Errorf("%+v", it)
		}
	}
}
