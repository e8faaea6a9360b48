package whatsapp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
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
	if err == nil {
		return nil
	}
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

// loose is a string that the provider may also write as a number.
type loose string

// unplain tells that a JSON string does not stand for itself.
func unplain(r rune) bool { return r == '\\' || r < ' ' || r >= utf8.RuneSelf }

// UnmarshalJSON takes a string, a number or null.
func (l *loose) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '"':
		if plain := raw[1 : len(raw)-1]; !bytes.ContainsFunc(plain, unplain) {
			*l = loose(plain)
			return nil
		}
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

// at reads a time in seconds or milliseconds. What cannot be read is the zero
// time: a message is not lost for it.
func (l loose) at() time.Time {
	n, err := strconv.ParseInt(string(l), 10, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}
	case n >= millis:
		return time.UnixMilli(n).UTC()
	default:
		return time.Unix(n, 0).UTC()
	}
}

// object is a JSON object, kept as it came for who wants to look inside.
type object = map[string]any

func readObject(raw json.RawMessage) object {
	var o object
	if len(raw) == 0 || json.Unmarshal(raw, &o) != nil {
		return nil
	}
	return o
}
