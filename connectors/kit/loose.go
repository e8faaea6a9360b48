package kit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"causeway/core"
)

// ErrMissing says that a part which must be there is not.
var ErrMissing = errors.New("what it should hold is missing")

// Part reads one part of a webhook's body. Its error says in plain words what is
// wrong: ErrMissing for nothing and null.
func Part(raw json.RawMessage, out any) error {
	if len(raw) == 0 || string(raw) == "null" {
		return ErrMissing
	}
	return Plainly(json.Unmarshal(raw, out))
}

// Plainly puts an error about the shape of JSON in words that name no type of ours.
func Plainly(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &wrong):
		return err
	case wrong.Field == "":
		return fmt.Errorf("a JSON %s does not belong there", wrong.Value)
	default:
		return fmt.Errorf("%s cannot be a JSON %s", wrong.Field, wrong.Value)
	}
}

// Object is a JSON object as it came, for who wants to look inside; nil for what
// is none.
func Object(raw json.RawMessage) map[string]any {
	var o map[string]any
	if len(raw) == 0 || json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}

// Loose is a string that a provider may also write as a number.
type Loose string

// unplain tells that a JSON string does not stand for itself.
func unplain(r rune) bool { return r == '\\' || r < ' ' || r >= utf8.RuneSelf }

// UnmarshalJSON takes a string, a number or null.
func (l *Loose) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '"':
		if plain := raw[1 : len(raw)-1]; !bytes.ContainsFunc(plain, unplain) {
			*l = Loose(plain)
			return nil
		}
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*l = Loose(s)
	case 'n':
		*l = ""
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		*l = Loose(raw)
	default:
		return fmt.Errorf("%s is no string and no number", Quoted(string(raw)))
	}
	return nil
}

// millis is the least number that must be milliseconds: in seconds, it would be
// past the year 5000.
const millis = 100_000_000_000

// latest is the last millisecond of the year 9999: RFC 3339 has no later one.
const latest = 253_402_300_799_999

// At reads a time in seconds or milliseconds. What cannot be read is the zero
// time: a message is not lost for it.
func (l Loose) At() time.Time {
	n, err := strconv.ParseInt(string(l), 10, 64)
	switch {
	case err != nil || n <= 0 || n > latest:
		return time.Time{}
	case n >= millis:
		return time.UnixMilli(n).UTC()
	default:
		return time.Unix(n, 0).UTC()
	}
}

// MaxQuoted is how many bytes Quoted repeats.
const MaxQuoted = 64

// Quoted is a provider's word for use in a reason, the beginning of a long one.
func Quoted(s string) string {
	if len(s) > MaxQuoted {
		return fmt.Sprintf("%.*q…", MaxQuoted, s)
	}
	return s
}

// Once makes the keys of a call's items differ: what stands in it twice counts
// once.
func Once(items []core.Item) []core.Item {
	seen := make(map[string]int, len(items))
	for i, item := range items {
		seen[item.Key]++
		if n := seen[item.Key]; n > 1 {
			items[i] = Ignore(fmt.Sprintf("%s#%d", item.Key, n), "it stands in the call more than once")
			items[i].Account = item.Account
		}
	}
	return items
}
