package kommunicate

import (
	"encoding/json"

	"causeway/core"
)

// keyOwn is the key of metadata under which a message says what only Causeway
// understands. It stays in the metadata, so that the message can be written
// again as it came:
//
//	{"fallback": "a text", "native": {"telegram": {"op": "sendPoll", "body": {…}}}}
const keyOwn = "causeway"

// own adds the author's text for channels that would lose something of the
// message, and their own calls by kind: one, or several in an array.
func (r *reader) own(meta object, s *core.Saying) {
	own := meta.object(keyOwn)
	if meta.has(keyOwn) && own == nil {
		r.note("has a %q in its metadata that is no JSON object", keyOwn)
	}
	for key := range own {
		if key != "fallback" && key != "native" {
			r.note("has %.50q under %q, which is not known", key, keyOwn)
		}
	}
	s.Fallback = own.text("fallback")
	native := own.object("native")
	if own.has("native") && native == nil {
		r.note("has native calls that are no JSON object")
	}
	for kind := range native {
		if calls := r.calls(native, kind); len(calls) > 0 {
			if s.Native == nil {
				s.Native = map[string][]core.Native{}
			}
			s.Native[kind] = calls
		}
	}
}

func (r *reader) calls(native object, kind string) []core.Native {
	list := native.list(kind)
	if one := native.object(kind); one != nil {
		list = []any{map[string]any(one)}
	}
	var calls []core.Native
	for i, v := range list {
		if i == core.MostNative {
			r.note("has more than %d native calls for %.50q; the others are left out", core.MostNative, kind)
			break
		}
		call, _ := unwrap(v).(map[string]any)
		op, body := object(call).text("op"), object(call).object("body")
		raw, err := json.Marshal(body)
		if op == "" || body == nil || err != nil {
			r.note("has a native call for %.50q without op and body, which was left out", kind)
			continue
		}
		calls = append(calls, core.Native{Op: op, Body: raw})
	}
	if len(list) == 0 {
		r.note("has native calls for %.50q that are no JSON objects", kind)
	}
	return calls
}
