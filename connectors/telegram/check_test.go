package telegram_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
)

func TestCheckLooksAtTheWebhook(t *testing.T) {
	const ours = "https://chat.example.com/webhooks/tg"
	now := time.Now().Unix()
	for name, c := range map[string]struct {
		info, says string
		polls      bool
	}{
		"as it should be":    {`{"url":"` + ours + `"}`, "", false},
		"none yet":           {`{"url":""}`, "", false},
		"another program's":  {`{"url":"https://other.example/bot7000:SECRET/hook"}`, "to https://other.example and not here", false},
		"it fails":           {fmt.Sprintf(`{"url":%q,"last_error_date":%d,"last_error_message":"Wrong response: 502 Bad Gateway","pending_update_count":7}`, ours, now-60), `"Wrong response: 502 Bad Gateway"; 7 updates wait: see that causeway serve runs`, false},
		"another secret":     {fmt.Sprintf(`{"url":%q,"last_error_date":%d,"last_error_message":"Wrong response from the webhook: 401 Unauthorized"}`, ours, now-60), `another secret; causeway serve tells it ours`, false},
		"half of the kinds":  {`{"url":"` + ours + `","allowed_updates":["message","callback_query"]}`, "not to report edited_message, message_reaction, my_chat_member: causeway", false},
		"more kinds":         {`{"url":"` + ours + `","allowed_updates":["my_chat_member","message_reaction","callback_query","edited_message","message","poll"]}`, "", false},
		"it failed long ago": {fmt.Sprintf(`{"url":%q,"last_error_date":%d,"last_error_message":"Connection timed out"}`, ours, now-7200), "", false},
		"polling deletes it": {`{"url":"https://other.example/"}`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			answers := map[string]string{"getMe": `{"ok":true,"result":{"id":1,"is_bot":true}}`, "getWebhookInfo": `{"ok":true,"result":` + c.info + `}`}
			_, tg := fake(t, answers, func(env *kit.Env, s *telegram.Settings) {
				env.PublicURL = "https://chat.example.com"
				if c.polls {
					s.Mode = "polling"
				}
			})
			err := tg.Check(t.Context())
			if f := core.FaultOf(err); (f == nil) != (c.says == "") || f != nil && (f.Kind != core.Permanent || !strings.Contains(f.Message, c.says) || strings.Contains(err.Error(), "SECRET")) {
				t.Errorf("the fault is %v, want %q", err, c.says)
			}
		})
	}
}
