package telegram_test

import (
	"encoding/json"
	"testing"

	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
)

// Files are named by address or by Telegram's id: a Bot API server of one's own
// would read others from its own disk.
func TestNativeFiles(t *testing.T) {
	k := telegram.Kind(kit.Offline(func(string) {}))
	for body, taken := range map[string]bool{
		`{"photo":"https://ex.com/a.png"}`: true,
		`{"photo":"AgACAgIAAxkBAA-_9"}`:    true,
		`{"photo":"file:///etc/passwd"}`:   false,
		`{"photo":"FILE:/etc/passwd"}`:     false,
		`{"photo":"attach://x"}`:           false,
		`{"photo":"/etc/passwd"}`:          false,
		`{"photo":" file:///etc/passwd"}`:  false,
		`{"photo":["file:///etc/passwd"]}`: false,
		`{"photo":""}`:                     false,
	} {
		if err := k.Takes(core.Native{Op: "sendPhoto", Body: json.RawMessage(body)}); (err == nil) != taken {
			t.Errorf("%s: %v", body, err)
		}
	}
	for body, taken := range map[string]bool{
		`{"media":[{"type":"photo","media":"https://ex.com/a.png"},{"type":"photo","media":"https://ex.com/b.png"}]}`: true,
		`{"media":[{"type":"photo","media":"https://ex.com/a.png"},{"type":"photo","media":"file:///etc/passwd"}]}`:   false,
		`{"media":[{"type":"video","media":"abc","thumbnail":"file:///etc/passwd"}]}`:                                 false,
		`{"media":"[{\"type\":\"photo\",\"media\":\"file:///etc/passwd\"}]"}`:                                         false,
		`{"media":[[{"media":"file:///etc/passwd"}]]}`:                                                                false,
	} {
		if err := k.Takes(core.Native{Op: "sendMediaGroup", Body: json.RawMessage(body)}); (err == nil) != taken {
			t.Errorf("%s: %v", body, err)
		}
	}
	for body, taken := range map[string]bool{
		`{"question":"Tea?","options":[{"text":"Yes"},{"text":"No","media":{"type":"photo","media":"https://ex.com/a.png"}}]}`: true,
		`{"question":"Tea?","options":[{"text":"No","media":{"type":"photo","media":"file:///etc/passwd"}}]}`:                  false,
		`{"question":"Tea?","options":"[{\"text\":\"No\",\"media\":{\"media\":\"file:///etc/passwd\"}}]"}`:                     false,
		`{"question":"[file:///etc/passwd]","options":[{"text":"file:///etc/passwd"}]}`:                                        true,
	} {
		if err := k.Takes(core.Native{Op: "sendPoll", Body: json.RawMessage(body)}); (err == nil) != taken {
			t.Errorf("%s: %v", body, err)
		}
	}
}
