package telegram_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
)

// Every answer that Telegram's server is known to give, and what it is to us;
// the empty kind is no fault.
func TestFaultsByText(t *testing.T) {
	const none core.FaultKind = ""
	p := rendered(t, core.Text{Body: "x"})
	for kind, answers := range map[core.FaultKind][]string{
		none: {
			"400 Bad Request: message is not modified", "400 Bad Request: query is too old and response timeout expired", "400 Bad Request: message to edit not found",
			"400 Bad Request: message can't be edited", "400 Bad Request: message to delete not found", "400 Bad Request: message can't be deleted",
		},
		core.Permanent: {
			"400 Bad Request: chat not found", "400 Bad Request: private chat not found", "400 Bad Request: user not found", "400 Bad Request: chat_id is empty",
			"400 Bad Request: message text is empty", "400 Bad Request: message is too long", "400 Bad Request: message caption is too long", "400 Bad Request: can't parse entities: x",
			"400 Bad Request: BUTTON_DATA_INVALID", "400 Bad Request: BUTTON_URL_INVALID", "400 Bad Request: reply markup is too long",
			"400 Bad Request: can't parse reply keyboard markup JSON object", "400 Bad Request: message to be replied not found",
			"400 Bad Request: wrong file identifier/HTTP URL specified", "400 Bad Request: failed to get HTTP URL content", "400 Bad Request: wrong type of the web page content",
			"400 Bad Request: wrong file_id or the file is temporarily unavailable", "400 Bad Request: file is too big", "400 Bad Request: group chat was upgraded to a supergroup chat",
			"400 Bad Request: message thread not found", "400 Bad Request: TOPIC_CLOSED", "400 Bad Request: something new",
			"403 Forbidden: bot was blocked by the user", "403 Forbidden: user is deactivated", "403 Forbidden: bot can't initiate conversation with a user",
			"403 Forbidden: bot was kicked from the group chat", "403 Forbidden: bot is not a member of the channel chat", "403 Forbidden: the group chat was deleted",
			"413 Request Entity Too Large",
		},
		core.ChannelBroken: {
			"401 Unauthorized", "401 Unauthorized: invalid token specified", "404 Not Found", "404 Not Found: method not found", "421 Misdirected Request: unallowed token specified",
		},
		core.RateLimited: {"429 Too Many Requests: retry after 3", "429 Too Many Requests"},
		core.Temporary: {
			"409 Conflict: terminated by other getUpdates request", "409 Conflict: can't use getUpdates method while webhook is active",
			"500 Internal Server Error: restart", "500 Request aborted", "502 Bad Gateway", "504 Gateway Timeout",
		},
	} {
		for _, text := range answers {
			var code int
			_, _ = fmt.Sscan(text, &code)
			for _, status := range []int{code, http.StatusOK} { // what counts is the code within
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
					_, _ = fmt.Fprintf(w, `{"ok":false,"error_code":%d,"description":%q}`, code, text[4:])
				}))
				_, err := openFor(t, s.URL, kit.Default(), telegram.Settings{Resend: kit.ResendOnce}).Send(t.Context(), p)
				s.Close()
				f := core.FaultOf(err)
				if (f == nil) != (kind == none) || f != nil && (f.Kind != kind || f.Message == "") {
					t.Errorf("%s, status %d: %+v, want %q", text, status, f, kind)
				}
			}
		}
	}
}
