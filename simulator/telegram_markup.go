package simulator

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Limits of keyboards. Telegram documents only callback_data (Bot API,
// InlineKeyboardButton: "1-64 bytes"); the others are what bots observe.
const (
	maxCallbackData   = 64
	maxInlineButtons  = 100
	maxInlineRow      = 8
	maxMarkupBytes    = 10 << 10
	maxKeyboard       = 300
	maxKeyboardRow    = 12
	maxCopyText       = 256
	maxCallbackAnswer = 200
)

// markup is a reply_markup that was found valid.
type markup struct {
	wire     obj // the inline keyboard as sent back in messages; nil for other kinds
	buttons  [][]Button
	keyboard [][]Button // a reply keyboard
	remove   bool
}

type inlineButton struct {
	Text         string          `json:"text"`
	URL          string          `json:"url"`
	CallbackData *string         `json:"callback_data"`
	WebApp       json.RawMessage `json:"web_app"`
	LoginURL     json.RawMessage `json:"login_url"`
	Switch       *string         `json:"switch_inline_query"`
	SwitchHere   *string         `json:"switch_inline_query_current_chat"`
	SwitchChosen json.RawMessage `json:"switch_inline_query_chosen_chat"`
	CopyText     *struct {
		Text string `json:"text"`
	} `json:"copy_text"`
	Game json.RawMessage `json:"callback_game"`
	Pay  bool            `json:"pay"`
}

// readMarkup checks a reply_markup. An inline keyboard and a reply keyboard
// exclude each other (Bot API, sendMessage: reply_markup).
func readMarkup(raw string) (markup, *refusal) {
	var m markup
	if raw == "" || raw == "null" {
		return m, nil
	}
	var in struct {
		Inline   [][]json.RawMessage `json:"inline_keyboard"`
		Keyboard [][]json.RawMessage `json:"keyboard"`
		Remove   bool                `json:"remove_keyboard"`
		Force    bool                `json:"force_reply"`
	}
	if json.Unmarshal([]byte(raw), &in) != nil {
		return m, bad("can't parse reply keyboard markup JSON object")
	}
	if len(raw) > maxMarkupBytes {
		return m, bad("reply markup is too long")
	}
	switch {
	case in.Inline != nil && in.Keyboard != nil:
		return m, bad("can't parse reply keyboard markup JSON object")
	case in.Inline != nil:
		return readInline(in.Inline)
	case in.Keyboard != nil:
		return readKeyboard(in.Keyboard)
	}
	m.remove = in.Remove
	return m, nil
}

func readInline(rows [][]json.RawMessage) (markup, *refusal) {
	m := markup{}
	total := 0
	var wire [][]json.RawMessage
	for _, row := range rows {
		if len(row) == 0 {
			continue
		}
		if total += len(row); total > maxInlineButtons || len(row) > maxInlineRow {
			return m, bad("reply markup is too long")
		}
		var shown []Button
		for _, raw := range row {
			b, r := readInlineButton(raw)
			if r != nil {
				return m, r
			}
			shown = append(shown, b)
		}
		m.buttons = append(m.buttons, shown)
		wire = append(wire, row)
	}
	if wire != nil {
		m.wire = obj{"inline_keyboard": wire}
	}
	return m, nil
}

// readInlineButton checks one button: exactly one action (Bot API,
// InlineKeyboardButton). An empty copy_text counts as none, since clients send
// it beside other actions.
func readInlineButton(raw json.RawMessage) (Button, *refusal) {
	var b inlineButton
	if json.Unmarshal(raw, &b) != nil {
		return Button{}, bad("can't parse inline keyboard button: object expected")
	}
	if strings.TrimSpace(b.Text) == "" || !utf8.ValidString(b.Text) {
		return Button{}, bad("can't parse inline keyboard button: Text must be non-empty")
	}
	shown := Button{Kind: "callback", Text: b.Text}
	actions := 0
	for kind, given := range map[string]bool{
		"callback": b.CallbackData != nil && *b.CallbackData != "", "url": b.URL != "", "web_app": b.WebApp != nil, "login_url": b.LoginURL != nil,
		"switch_inline_query": b.Switch != nil, "switch_inline_query_current_chat": b.SwitchHere != nil,
		"switch_inline_query_chosen_chat": b.SwitchChosen != nil, "copy_text": b.CopyText != nil && b.CopyText.Text != "",
		"callback_game": b.Game != nil, "pay": b.Pay,
	} {
		if given {
			shown.Kind = kind
			actions++
		}
	}
	switch {
	case actions == 0 && b.CallbackData != nil:
		return Button{}, bad("BUTTON_DATA_INVALID")
	case actions == 0:
		return Button{}, bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
	case actions > 1:
		return Button{}, bad("can't parse inline keyboard button: Exactly one action must be given")
	}
	switch shown.Kind {
	case "callback":
		shown.Data = *b.CallbackData
		if len(shown.Data) > maxCallbackData {
			return Button{}, bad("BUTTON_DATA_INVALID")
		}
	case "url":
		shown.URL = b.URL
		if !buttonURL(b.URL) {
			return Button{}, bad("BUTTON_URL_INVALID")
		}
	case "copy_text":
		shown.Data = b.CopyText.Text
		if units(shown.Data) > maxCopyText {
			return Button{}, bad("BUTTON_COPY_TEXT_INVALID")
		}
	}
	return shown, nil
}

// buttonURL accepts http, https and tg links (Bot API, InlineKeyboardButton).
func buttonURL(address string) bool {
	u, err := url.Parse(address)
	if err != nil || strings.ContainsAny(address, " \t\n") {
		return false
	}
	host := u.Hostname()
	web := u.Scheme == "http" || u.Scheme == "https"
	return u.Scheme == "tg" || web && (strings.Contains(host, ".") || strings.Contains(host, ":") || host == "localhost")
}

// readKeyboard checks a reply keyboard, whose buttons send their label as text
// (Bot API, KeyboardButton).
func readKeyboard(rows [][]json.RawMessage) (markup, *refusal) {
	m := markup{}
	total := 0
	for _, row := range rows {
		if total += len(row); total > maxKeyboard || len(row) > maxKeyboardRow {
			return m, bad("reply markup is too long")
		}
		var shown []Button
		for _, raw := range row {
			var b struct {
				Text     string `json:"text"`
				Contact  bool   `json:"request_contact"`
				Location bool   `json:"request_location"`
			}
			if json.Unmarshal(raw, &b.Text) != nil && json.Unmarshal(raw, &b) != nil || strings.TrimSpace(b.Text) == "" {
				return m, bad("can't parse keyboard button: Text must be non-empty")
			}
			one := Button{Kind: "keyboard", Text: b.Text}
			if b.Contact {
				one.Kind = "request_contact"
			} else if b.Location {
				one.Kind = "request_location"
			}
			shown = append(shown, one)
		}
		m.keyboard = append(m.keyboard, shown)
	}
	if total == 0 {
		return m, bad("reply keyboard must be non-empty")
	}
	return m, nil
}
