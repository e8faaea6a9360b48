package connectortest

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"causeway/core"
)

// strangers are names by which providers know who gets a message, where reports
// go, when something is sent and who pays. None of them is an author's to give.
var strangers = []string{
	"chat_id", "message_thread_id", "business_connection_id", "direct_messages_topic_id", "reply_parameters", "allow_paid_broadcast",
	"suggested_post_parameters", "from_chat_id", "user_id", "url", "secret_token",
	"to", "recipient", "recipient_type", "recipient_id", "messaging_product", "context", "status", "message_id", "biz_opaque_callback_data",
	"messaging_type", "tag", "sender_action", "notification_type", "persona_id",
	"To", "From", "MessagingServiceSid", "StatusCallback", "ApplicationSid", "SendAt", "ScheduleType", "MaxPrice", "Attempt",
}

// foreign are calls of providers that send nothing, or to somebody else.
var foreign = []string{
	"", "setWebhook", "deleteWebhook", "getUpdates", "getMe", "logOut", "forwardMessage", "copyMessage", "sendChatAction", "sendInvoice", "sendPaidMedia",
	"editMessageText", "deleteMessage", "banChatMember", "sendMessage/../setWebhook", "../sendMessage", "messages/", "subscribed_apps", "media", "mark_read",
	"sender_action", "Messages", "sendmessage", "media+messages",
}

// own holds the kind to what it lets an author's own call do: what the corpus
// shows is taken, says nothing of the recipient, and nothing more may be said.
func own(t *testing.T, s Subject) {
	k := s.Kind(pure(t))
	written := Corpus(t)["native"][0].Native[k.Name]
	if len(written) == 0 {
		t.Fatalf("corpus/native.json has nothing for %s", k.Name)
	}
	for _, n := range written {
		if err := k.Takes(n); err != nil {
			t.Fatalf("%s: %v", n.Op, err)
		}
		for _, op := range foreign {
			refuses(t, k, core.Native{Op: op, Body: n.Body})
		}
		for _, body := range []string{``, `{}`, `[]`, `null`, `"x"`, `1`, `{"a":1}`, `{"message":{}}`, `{"type":5,"5":{}}`} {
			refuses(t, k, core.Native{Op: n.Op, Body: json.RawMessage(body)})
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(n.Body, &fields); err != nil {
			t.Fatal(err)
		}
		for _, name := range strangers {
			more := maps.Clone(fields)
			more[name] = json.RawMessage(`"1"`)
			body, err := json.Marshal(more)
			if err != nil {
				t.Fatal(err)
			}
			refuses(t, k, core.Native{Op: n.Op, Body: body})
		}
	}
	for _, n := range Corpus(t)["native-refused"][0].Native[k.Name] {
		refuses(t, k, n)
	}
	sends(t, s, k, written)
}

func refuses(t *testing.T, k core.Kind, n core.Native) {
	t.Helper()
	if k.Takes(n) == nil {
		t.Errorf("%s takes %q with %s", k.Name, n.Op, n.Body)
	}
}

// sends checks that a call goes to whom it is for.
func sends(t *testing.T, s Subject, k core.Kind, written []core.Native) {
	t.Helper()
	for _, n := range written {
		out := core.Outgoing{To: s.To, Content: n, Ref: "r", Quote: s.Quote}
		calls, err := k.Render(out)
		if err != nil || len(calls) != 1 {
			t.Fatalf("%s: %d calls, %v", n.Op, len(calls), err)
		}
		body, err := json.Marshal(calls[0].Body)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(body), fmt.Sprint(s.To)) {
			t.Errorf("%s does not go to %s: %s", n.Op, s.To, body)
		}
	}
}
