package instagram

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// errMissing says that a part which must be there is not.
var errMissing = errors.New("what it should hold is missing")

// decode reads one part of a call. Its error says in plain words what is wrong.
func decode(raw json.RawMessage, out any) error {
	if len(raw) == 0 || string(raw) == "null" {
		return errMissing
	}
	return plainly(json.Unmarshal(raw, out))
}

// plainly puts an error about the shape of JSON in words that name no type of ours.
func plainly(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong.Field == "":
		return fmt.Errorf("a JSON %s does not belong there", wrong.Value)
	default:
		return fmt.Errorf("%s cannot be a JSON %s", wrong.Field, wrong.Value)
	}
}

// loose is a string that Meta may also write as a number.
type loose string

// UnmarshalJSON takes a string, a number or null.
func (l *loose) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*l = loose(s)
	case 'n':
		*l = ""
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		*l = loose(raw)
	default:
		return fmt.Errorf("%s is no string and no number", quoted(string(raw)))
	}
	return nil
}

// millis is the least number that must be milliseconds: in seconds, it would be
// past the year 5000.
const millis = 100_000_000_000

// latest is the last millisecond of the year 9999: RFC 3339 has no later one.
const latest = 253_402_300_799_999

// at reads a time in milliseconds or seconds. What cannot be read is the zero
// time: a message is not lost for it.
func (l loose) at() time.Time {
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

// object is a JSON object, kept as it came for who wants to look inside.
type object = map[string]any

// readObject is nil for what is no object.
func readObject(raw json.RawMessage) object {
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}

// maxQuoted bounds what a reason repeats of Meta's words.
const maxQuoted = 64

func quoted(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%.*q…", maxQuoted, s)
	}
	return s
}
