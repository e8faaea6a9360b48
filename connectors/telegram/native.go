package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// native is a call as an author wrote it, with the place that it goes to.
type native map[string]any

// Parameters that several methods have. What names a chat, a message of another
// chat, a business account or a price is not among them. Bot API, "sendMessage".
var (
	always    = []string{"disable_notification", "protect_content", "message_effect_id", "reply_markup"}
	captioned = []string{"caption", "parse_mode", "caption_entities"}
	above     = []string{"show_caption_above_media", "has_spoiler"}
)

// methods are those that an author may call, with what they may say in it. None
// of them changes anything but what the chat shows.
func methods() map[string][]string {
	return map[string][]string{
		"sendMessage":    {"text", "parse_mode", "entities", "link_preview_options"},
		"sendPhoto":      slices.Concat([]string{"photo"}, captioned, above),
		"sendAudio":      slices.Concat([]string{"audio", "duration", "performer", "title", "thumbnail"}, captioned),
		"sendDocument":   slices.Concat([]string{"document", "thumbnail", "disable_content_type_detection"}, captioned),
		"sendVideo":      slices.Concat([]string{"video", "duration", "width", "height", "thumbnail", "cover", "start_timestamp", "supports_streaming"}, captioned, above),
		"sendAnimation":  slices.Concat([]string{"animation", "duration", "width", "height", "thumbnail"}, captioned, above),
		"sendVoice":      slices.Concat([]string{"voice", "duration"}, captioned),
		"sendVideoNote":  {"video_note", "duration", "length", "thumbnail"},
		"sendSticker":    {"sticker", "emoji"},
		"sendMediaGroup": {"media"},
		"sendLocation":   {"latitude", "longitude", "horizontal_accuracy"},
		"sendVenue":      {"latitude", "longitude", "title", "address", "foursquare_id", "foursquare_type", "google_place_id", "google_place_type"},
		"sendContact":    {"phone_number", "first_name", "last_name", "vcard"},
		"sendPoll": {
			"question", "question_parse_mode", "question_entities", "options", "is_anonymous", "type", "allows_multiple_answers", "correct_option_ids",
			"explanation", "explanation_parse_mode", "explanation_entities", "open_period", "close_date", "is_closed",
		},
		"sendDice": {"emoji"},
	}
}

// native is a call of the author's own.
func (to place) native(n core.Native) (core.Payload, error) {
	known := methods()
	own, ok := known[n.Op]
	if !ok {
		return core.Payload{}, fmt.Errorf("op must be one of %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	params, err := kit.Own(n, slices.Concat(own, always)...)
	if err != nil {
		return core.Payload{}, err
	}
	if err := files(params); err != nil {
		return core.Payload{}, err
	}
	call := native{"chat_id": to.chat}
	for name, v := range params {
		call[name] = v
	}
	if to.thread != 0 {
		call["message_thread_id"] = to.thread
	}
	if to.reply != nil {
		call["reply_parameters"] = to.reply
	}
	return core.Payload{Op: n.Op, Body: call}, nil
}

// fileForm is how a file may be named: by its address, or by Telegram's id. A
// Bot API server of one's own would read "file:" from its own disk. Bot API,
// "Sending files".
var fileForm = regexp.MustCompile(`^(https?://\S+|[A-Za-z0-9_-]+)$`)

var fileFields = []string{"photo", "audio", "document", "video", "animation", "voice", "video_note", "sticker", "thumbnail", "cover", "media"}

// files refuses files that are named otherwise, however deep they stand, also in
// JSON within strings, which Telegram reads.
func files(params map[string]json.RawMessage) error {
	for name, raw := range params {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if err := fetchable(name, v); err != nil {
			return err
		}
	}
	return nil
}

func fetchable(name string, v any) error {
	switch v := v.(type) {
	case map[string]any:
		for field, inner := range v {
			if err := fetchable(field, inner); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range v {
			if err := fetchable(name, inner); err != nil {
				return err
			}
		}
	case string:
		var inner any
		if t := strings.TrimSpace(v); strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
			if json.Unmarshal([]byte(t), &inner) == nil {
				return fetchable(name, inner)
			}
		}
		if slices.Contains(fileFields, name) && !fileForm.MatchString(v) {
			return fmt.Errorf("%s must be an http or https address, or a file_id of Telegram's", name)
		}
	}
	return nil
}

// post makes a call that the library has no type for. What came of it is in the
// record that ctx carries.
func (c *Connector) post(ctx context.Context, method string, n native) error {
	body, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("write the call: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api+"/bot"+c.set.Token.Reveal()+"/"+method, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address cannot be read") // the error would show the token
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := wire{c.calls, c.env.Time}.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// unpreviewed switches link previews off, unless the author says how they are.
func (n native) unpreviewed() native {
	if _, told := n["link_preview_options"]; told || n["text"] == nil {
		return n
	}
	off := maps.Clone(n)
	off["link_preview_options"] = map[string]bool{"is_disabled": true}
	return off
}
