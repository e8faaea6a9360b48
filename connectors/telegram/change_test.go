package telegram

import (
	"encoding/json"
	"testing"

	"causeway/core"
)

func TestChangesNameTheirMessage(t *testing.T) {
	for _, tt := range []struct {
		content core.Content
		want    string
	}{
		{core.Edited{Of: "55:7", New: core.Text{Body: "<b>new</b>", Format: core.HTML}}, `editMessageText {"chat_id":55,"message_id":7,"parse_mode":"HTML","text":"\u003cb\u003enew\u003c/b\u003e"}`},
		{core.Deleted{Of: "55:7"}, `deleteMessage {"chat_id":55,"message_id":7}`},
		{core.Reaction{To: "55:7", Emoji: "👍"}, `setMessageReaction {"chat_id":55,"message_id":7,"reaction":[{"emoji":"👍","type":"emoji"}]}`},
		{core.Reaction{To: "55:7"}, `setMessageReaction {"chat_id":55,"message_id":7}`},
		{core.Deleted{Of: "66:7"}, "refused"},
		{core.Deleted{Of: "wamid"}, "refused"},
	} {
		fitted := core.Fit([]core.Saying{{Content: tt.content}}, capabilities(), core.FitOptions{})
		calls, err := render(core.Outgoing{To: "55", Content: fitted[0].Parts[0]})
		got := "refused"
		if err == nil {
			body, err := json.Marshal(calls[0].Body)
			if err != nil {
				t.Fatal(err)
			}
			var sorted map[string]any
			if err := json.Unmarshal(body, &sorted); err != nil {
				t.Fatal(err)
			}
			if body, err = json.Marshal(sorted); err != nil {
				t.Fatal(err)
			}
			got = calls[0].Op + " " + string(body)
		}
		if got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	other := core.Fit([]core.Saying{{Content: core.Deleted{Of: "1"}}}, core.Capabilities{Text: 100}, core.FitOptions{})
	if len(other[0].Parts) != 0 || len(other[0].Notes) != 1 || other[0].Notes[0].Severity != core.Lost {
		t.Errorf("where nothing can be deleted it is %+v", other[0])
	}
}
