package kit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"causeway/core"
)

// MaxDepth is the deepest nesting that Decode takes on; real webhooks stay
// under 20.
const MaxDepth = 100

// Decode reads a webhook's body, one JSON value. The error wraps
// core.ErrUnreadable if it is no JSON or nested deeper than MaxDepth; any other
// error says that it is JSON of another shape, and out holds what fitted.
func Decode(body []byte, out any) error {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if depth(body) > MaxDepth {
		return fmt.Errorf("read the body as JSON: %w", core.ErrUnreadable)
	}
	err := json.Unmarshal(body, out)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax) && !json.Valid(body): // what out reads by itself may find fault with the syntax too
		return fmt.Errorf("read the body as JSON: %w", core.ErrUnreadable)
	}
	return fmt.Errorf("the body has another shape: %w", err)
}

// depth is how deep JSON is nested; of other bytes it may say anything.
func depth(body []byte) int {
	level, deepest, quoted := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}
