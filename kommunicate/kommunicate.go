// Package kommunicate is the wire of bots: the webhook body that a bot is
// called with, the answer that it gives, and rich messages as JSON, to and from
// the contents of the core. It follows Kommunicate's "Custom AI Agent
// Integration" and "Types of Rich Messages". It is pure: it knows no HTTP, no
// channel and no store, and it decides nothing.
package kommunicate

import (
	"errors"
	"fmt"

	"causeway/core"
)

// Bounds of what is read.
const (
	MaxBody     = 256 << 10 // bytes of an answer or a message
	MaxMessages = 100       // messages in one answer; more are left out with a notice
	maxItems    = 100       // buttons, rows, cards or files in one message
	maxNotices  = 10        // on one message; one more says that there are others
	maxDepth    = 32        // of nested JSON
)

// ErrTooLarge is an answer or a message of more than MaxBody bytes.
var ErrTooLarge = fmt.Errorf("longer than %d bytes", MaxBody)

// ErrUnreadable is an answer that is no JSON array of messages.
var ErrUnreadable = errors.New("not an array of messages")

// The keys of metadata that mean something here.
const (
	keyContext       = "KM_CHAT_CONTEXT"
	keyAssignTo      = "KM_ASSIGN_TO"
	keyAssignTeam    = "KM_ASSIGN_TEAM"
	keyTrigger       = core.MetaTrigger
	keySuggestion    = "KM_AUTO_SUGGESTION"
	keyField         = "KM_FIELD"
	keyEvent         = "event"
	keyAction        = "actionRequest"
	keyTemplate      = "templateId"
	keyPayload       = "payload"
	keyContentType   = "contentType"
	keyFormAction    = "formAction"
	keyFormData      = "formData"
	keyRequestType   = "requestType"
	keyReplyMetadata = "replyMetadata"
	keyCategory      = "category"
)

// The content types of messages.
const (
	typeText       = 0
	typeAttachment = 1
	typeLocation   = 2
	typeHTML       = 3
	typeContact    = 7
	typeAudio      = 8
	typeVideo      = 9
	typeNotice     = 10
)

// richMessage marks a rich message in its metadata's contentType.
const richMessage = "300"

// The sources of a message.
const (
	sourceWeb      = 1
	sourcePlatform = 4
)
