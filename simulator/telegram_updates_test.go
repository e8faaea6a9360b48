package simulator_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"causeway/simulator"
)

func TestWebhookBlocksItsLaneOnly(t *testing.T) {
	b, bot, zoe := telegram(t)
	ben := bot.Person(simulator.TelegramUser{ID: 42})
	h := listen(t, nil)
	open := make(chan bool)
	h.answer = func(_ int, r received) int {
		if strings.Contains(string(r.body), `"text":"first"`) {
			select {
			case <-open:
			default:
				return 500
			}
		}
		return 200
	}
	b.tg("setWebhook", "url", h.URL)
	zoe.Say("first")
	zoe.Say("second")
	ben.Say("other chat")
	zoe.StartQuietly()
	b.tg("sendMessage", "chat_id", "5512345678", "text", "?", "reply_markup", `{"inline_keyboard":[[{"text":"Go","callback_data":"1"}]]}`)
	if err := zoe.Tap("Go"); err != nil { // its own lane
		t.Fatal(err)
	}
	within(t, func() bool { return len(b.Acked(simulator.Filter{})) == 2 })
	for _, r := range h.all() {
		if strings.Contains(string(r.body), "second") {
			t.Error("the second overtook the first")
		}
	}
	if info := b.tg("getWebhookInfo"); find(t, info.Result, "pending_update_count") != "2" || !strings.Contains(find(t, info.Result, "last_error_message").(string), "500") {
		t.Errorf("%s", info.Result)
	}
	close(open)
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	if w := b.Webhooks(simulator.Filter{Person: "5512345678"})[0]; w.Tries < 3 || w.Statuses[0] != 500 || !w.Acked {
		t.Errorf("%+v", w)
	}
}

func TestTapExpires(t *testing.T) {
	b, _, zoe := telegram(t)
	h := listen(t, func(int, received) int { return 503 })
	zoe.StartQuietly()
	b.tg("setWebhook", "url", h.URL)
	b.tg("sendMessage", "chat_id", "5512345678", "text", "?", "reply_markup", `{"inline_keyboard":[[{"text":"Go","callback_data":"1"}]]}`)
	if err := zoe.Tap("Go"); err != nil {
		t.Fatal(err)
	}
	within(t, func() bool { return len(h.all()) > 2 })
	b.clock.add(151 * time.Second)
	within(t, func() bool { return b.Webhooks(simulator.Filter{})[0].Expired })
	if err := b.WaitDelivered(soon(t)); err == nil {
		t.Error("an update that was given up counts as delivered")
	}
	id := find(t, h.all()[0].body, "callback_query", "id").(string)
	if r := b.tg("answerCallbackQuery", "callback_query_id", id); !strings.Contains(r.Description, "query is too old") {
		t.Errorf("%+v", r)
	}
}

func TestPolling(t *testing.T) {
	b, _, zoe := telegram(t)
	zoe.Say("one")
	zoe.Say("two")
	r := b.tg("getUpdates", "limit", "1")
	var got []struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(r.Result, &got); err != nil || len(got) != 1 {
		t.Fatalf("%s", r.Result)
	}
	again := b.tg("getUpdates")
	if err := json.Unmarshal(again.Result, &got); err != nil || len(got) != 2 || got[1].ID != got[0].ID+1 {
		t.Fatalf("%s", again.Result)
	}
	next := json.Number(find(t, again.Result, 1, "update_id").(string))
	waiting := make(chan reply)
	go func() { waiting <- b.tg("getUpdates", "offset", string(next), "timeout", "50") }()
	if r := <-waiting; find(t, r.Result, 0, "message", "text") != "two" {
		t.Errorf("%s", r.Result)
	}
	last, _ := next.Int64()
	go func() { waiting <- b.tg("getUpdates", "offset", json.Number(itoa(last+1)).String(), "timeout", "50") }()
	within(t, func() bool { return len(b.Acked(simulator.Filter{})) == 2 })
	zoe.Say("three")
	if r := <-waiting; find(t, r.Result, 0, "message", "text") != "three" {
		t.Errorf("%s", r.Result)
	}
	// The older of two polls is cut.
	go func() { waiting <- b.tg("getUpdates", "offset", itoa(last+2), "timeout", "50") }()
	within(t, func() bool { return len(b.Acked(simulator.Filter{})) == 3 })
	b.tg("getUpdates", "offset", itoa(last+2))
	if r := <-waiting; r.Code != 409 || !strings.Contains(r.Description, "terminated by other getUpdates") {
		t.Errorf("%+v", r)
	}
	b.tg("setWebhook", "url", "http://127.0.0.1:9/")
	if r := b.tg("getUpdates"); r.Code != 409 || !strings.Contains(r.Description, "webhook is active") {
		t.Errorf("%+v", r)
	}
}

func TestAllowedUpdates(t *testing.T) {
	b, _, zoe := telegram(t)
	m := zoe.Say("hi")
	if err := zoe.React(m.ID, "👍"); err != nil {
		t.Fatal(err)
	}
	if n := len(b.Webhooks(simulator.Filter{})); n != 1 {
		t.Errorf("%d updates: a reaction is not sent by default", n)
	}
	b.tg("getUpdates", "allowed_updates", `["message_reaction"]`)
	if err := zoe.React(m.ID, "👍"); err != nil {
		t.Fatal(err)
	}
	if err := zoe.Edit(m.ID, "hello"); err != nil {
		t.Fatal(err)
	}
	w := b.Webhooks(simulator.Filter{})
	if len(w) != 2 || w[1].Event != "message_reaction" {
		t.Errorf("%+v", w)
	}
}

func TestBlockIsTold(t *testing.T) {
	b, _, zoe := telegram(t)
	zoe.Say("hi")
	zoe.Block()
	zoe.Unblock()
	w := b.Webhooks(simulator.Filter{Event: "my_chat_member"})
	if len(w) != 2 || find(t, w[0].Body, "my_chat_member", "new_chat_member", "status") != "kicked" {
		t.Errorf("%+v", w)
	}
}
