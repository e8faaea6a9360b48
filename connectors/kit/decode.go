package kit

import (
	"bytes"
	"encoding/json"
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
	if !json.Valid(body) || depth(body) > MaxDepth {
		return fmt.Errorf("read the body as JSON: %w", core.ErrUnreadable)
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("the body has another shape: %w", err)
	}
	return nil
}

// depth is how deep valid JSON is nested.
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
