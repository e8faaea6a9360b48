package simulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/simulator"
)

func telegram(t *testing.T) (*bundle, *simulator.Bot, *simulator.TelegramPerson) {
	b := start(t)
	bot := b.Telegram(simulator.TelegramBot{Token: token, Username: "demo_bot", FirstMessage: 100})
	zoe := bot.Person(simulator.TelegramUser{ID: 5512345678, FirstName: "Zoë", Username: "zoe_ok"})
	return b, bot, zoe
}

func TestTelegramRefusals(t *testing.T) {
	b, bot, zoe := telegram(t)
	bot.Person(simulator.TelegramUser{ID: 9})
	blocked := bot.Person(simulator.TelegramUser{ID: 10})
	blocked.Say("hi")
	blocked.Block()
	zoe.Say("hi")
	zoe.Say("again")
	keyboard := func(button string) string { return `{"inline_keyboard":[[` + button + `]]}` }
	row := strings.TrimSuffix(strings.Repeat(`{"text":"x","callback_data":"x"},`, 9), ",")
	const chat = "5512345678"
	for _, c := range []struct {
		name, method, want string
		code               int
		args               []string
	}{
		{"unknown chat", "sendMessage", "chat not found", 400, []string{"chat_id", "77", "text", "x"}},
		{"no chat", "sendMessage", "chat_id is empty", 400, []string{"text", "x"}},
		{"never wrote", "sendMessage", "can't initiate conversation", 403, []string{"chat_id", "9", "text", "x"}},
		{"blocked", "sendMessage", "bot was blocked by the user", 403, []string{"chat_id", "10", "text", "x"}},
		{"empty", "sendMessage", "message text is empty", 400, []string{"chat_id", chat, "text", " \n "}},
		{"too long", "sendMessage", "message is too long", 400, []string{"chat_id", chat, "text", strings.Repeat("👋", 2049)}},
		{"longest", "sendMessage", "", 200, []string{"chat_id", chat, "text", strings.Repeat("👋", 2048)}},
		{"longest after parsing", "sendMessage", "", 200, []string{"chat_id", chat, "parse_mode", "HTML", "text", "<b>" + strings.Repeat("a", 4096) + "</b>"}},
		{"caption", "sendPhoto", "message caption is too long", 400, []string{"chat_id", chat, "photo", "x", "caption", strings.Repeat("a", 1025)}},
		{"bad html", "sendMessage", `can't parse entities: Unsupported start tag "br" at byte offset 5`, 400, []string{"chat_id", chat, "parse_mode", "HTML", "text", "äöx<br>"}},
		{"bad mode", "sendMessage", "unsupported parse_mode", 400, []string{"chat_id", chat, "parse_mode", "BB", "text", "x"}},
		{"data too long", "sendMessage", "BUTTON_DATA_INVALID", 400, []string{"chat_id", chat, "text", "x", "reply_markup", keyboard(`{"text":"a","callback_data":"` + strings.Repeat("ä", 33) + `"}`)}},
		{"no action", "sendMessage", "Text buttons are unallowed", 400, []string{"chat_id", chat, "text", "x", "reply_markup", keyboard(`{"text":"a"}`)}},
		{"two actions", "sendMessage", "Exactly one action", 400, []string{"chat_id", chat, "text", "x", "reply_markup", keyboard(`{"text":"a","callback_data":"b","url":"https://example.com"}`)}},
		{"bad url", "sendMessage", "BUTTON_URL_INVALID", 400, []string{"chat_id", chat, "text", "x", "reply_markup", keyboard(`{"text":"a","url":"tel:+49"}`)}},
		{"wide row", "sendMessage", "reply markup is too long", 400, []string{"chat_id", chat, "text", "x", "reply_markup", keyboard(row)}},
		{"bad markup", "sendMessage", "can't parse reply keyboard markup JSON object", 400, []string{"chat_id", chat, "text", "x", "reply_markup", `{`}},
		{"reply to nothing", "sendMessage", "message to be replied not found", 400, []string{"chat_id", chat, "text", "x", "reply_parameters", `{"message_id":5}`}},
		{"foreign url", "sendPhoto", "failed to get HTTP URL content", 400, []string{"chat_id", chat, "photo", "https://example.com/a.png"}},
		{"no such file", "sendPhoto", "wrong file identifier/HTTP URL specified", 400, []string{"chat_id", chat, "photo", "AgACnope"}},
		{"edit nothing", "editMessageText", "message to edit not found", 400, []string{"chat_id", chat, "message_id", "5", "text", "x"}},
		{"edit theirs", "editMessageText", "message can't be edited", 400, []string{"chat_id", chat, "message_id", "100", "text", "x"}},
		{"delete nothing", "deleteMessage", "message to delete not found", 400, []string{"chat_id", chat, "message_id", "5"}},
		{"unknown query", "answerCallbackQuery", "query is too old", 400, []string{"callback_query_id", "1"}},
		{"bad action", "sendChatAction", "wrong parameter action", 400, []string{"chat_id", chat, "action", "dance"}},
		{"bad place", "sendLocation", "wrong latitude", 400, []string{"chat_id", chat, "latitude", "91", "longitude", "0"}},
		{"bad reaction", "setMessageReaction", "REACTION_INVALID", 400, []string{"chat_id", chat, "message_id", "100", "reaction", `[{"type":"emoji","emoji":"🦀"}]`}},
		{"one in an album", "sendMediaGroup", "2 to 10", 400, []string{"chat_id", chat, "media", `[{"type":"photo","media":"x"}]`}},
		{"unknown method", "sendNothing", "Not Found: method not found", 404, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := b.tg(c.method, c.args...)
			if c.code == 200 != r.OK || !r.OK && r.Code != c.code || !strings.Contains(r.Description, c.want) {
				t.Errorf("%+v, want %d %q", r, c.code, c.want)
			}
		})
	}
}

func TestTelegramToken(t *testing.T) {
	b, _, _ := telegram(t)
	for path, want := range map[string]int{"/telegram/bot1:x/getMe": 401, "/telegram/botnonsense/getMe": 404, "/telegram/getMe": 404} {
		w, err := http.Get(b.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		w.Body.Close()
		if w.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, w.StatusCode, want)
		}
	}
}

func TestTelegramConversation(t *testing.T) {
	b, _, zoe := telegram(t)
	h := listen(t, nil)
	if r := b.tg("setWebhook", "url", h.URL, "secret_token", "s3cret"); r.Description != "Webhook was set" {
		t.Fatalf("%+v", r)
	}
	if r := b.tg("setWebhook", "url", h.URL, "secret_token", "s3cret"); r.Description != "Webhook is already set" {
		t.Errorf("%+v", r)
	}
	hi := zoe.Say("/start now @zoe_ok")
	markup := `{"inline_keyboard":[[{"text":"Yes","callback_data":"q:1"},{"text":"Site","url":"https://example.com","copy_text":{"text":""}}]]}`
	sent := b.tg("sendMessage", "chat_id", "5512345678", "parse_mode", "HTML", "text", "<b>Sure</b> &lt;1&gt;?", "reply_markup", markup, "reply_parameters", `{"message_id":`+hi.ID+`}`)
	shown, err := zoe.Wait(soon(t), func(m simulator.Shown) bool { return len(m.Buttons) > 0 })
	if err != nil {
		t.Fatal(err)
	}
	if shown.Text != "Sure <1>?" || shown.Entities[0].Type != "bold" || shown.Entities[0].Length != 4 || shown.ReplyTo != hi.ID || shown.Buttons[0][1].URL == "" {
		t.Errorf("%+v", shown)
	}
	if find(t, sent.Result, "reply_markup", "inline_keyboard", 0, 0, "callback_data") != "q:1" || find(t, sent.Result, "reply_to_message", "message_id") != hi.ID {
		t.Errorf("%s", sent.Result)
	}
	if err := zoe.Tap("Yes"); err != nil {
		t.Fatal(err)
	}
	if err := zoe.Tap("Site"); err != nil || len(zoe.Opened()) != 1 {
		t.Error(err, zoe.Opened())
	}
	if err := zoe.Tap("No"); err == nil {
		t.Error("pressed a button that is not there")
	}
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	var query string
	for _, r := range h.all() {
		if r.header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret" || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.header)
		}
		if q, ok := find(t, r.body, "callback_query", "id").(string); ok {
			query = q
			if find(t, r.body, "callback_query", "data") != "q:1" || find(t, r.body, "callback_query", "message", "message_id") != shown.ID {
				t.Errorf("%s", r.body)
			}
		} else if find(t, r.body, "message", "entities", 0, "type") != "bot_command" || find(t, r.body, "message", "entities", 1, "offset") != "11" {
			t.Errorf("%s", r.body)
		}
	}
	if zoe.Spinning() != 1 {
		t.Errorf("spinning %d", zoe.Spinning())
	}
	if r := b.tg("answerCallbackQuery", "callback_query_id", query); !r.OK || zoe.Spinning() != 0 {
		t.Errorf("%+v", r)
	}
	if len(b.Acked(simulator.Filter{Person: "5512345678"})) != 2 || len(b.Calls(simulator.Filter{Method: "sendMessage"})) != 1 {
		t.Errorf("ledger %+v", b.Acked(simulator.Filter{}))
	}
	if c := b.Calls(simulator.Filter{Method: "sendMessage"})[0]; c.MessageID != "5512345678/"+shown.ID || c.Status != 200 || c.Params["parse_mode"] != "HTML" {
		t.Errorf("%+v", c)
	}
}

func TestTelegramEdits(t *testing.T) {
	b, _, zoe := telegram(t)
	zoe.Say("hi")
	one := func(k, v string) string {
		return `{"inline_keyboard":[[{"text":"` + k + `","callback_data":"` + v + `"}]]}`
	}
	b.tg("sendMessage", "chat_id", "5512345678", "text", "a", "reply_markup", one("A", "1"))
	id := zoe.Screen()[1].ID
	edit := []string{"chat_id", "5512345678", "message_id", id, "text", "a", "reply_markup", one("A", "1")}
	if r := b.tg("editMessageText", edit...); r.Code != 400 || !strings.Contains(r.Description, "message is not modified") {
		t.Errorf("%+v", r)
	}
	edit[5] = "b"
	if r := b.tg("editMessageText", edit...); !r.OK || find(t, r.Result, "edit_date") == nil {
		t.Errorf("%+v", r)
	}
	if r := b.tg("editMessageReplyMarkup", "chat_id", "5512345678", "message_id", id); !r.OK || len(zoe.Screen()[1].Buttons) != 0 || zoe.Screen()[1].Text != "b" {
		t.Errorf("%+v %+v", r, zoe.Screen()[1])
	}
	if r := b.tg("editMessageCaption", "chat_id", "5512345678", "message_id", id, "caption", "c"); !strings.Contains(r.Description, "no caption") {
		t.Errorf("%+v", r)
	}
	if r := b.tg("setMessageReaction", "chat_id", "5512345678", "message_id", "100", "reaction", `[{"type":"emoji","emoji":"👍"}]`); !r.OK || zoe.Screen()[0].Reaction != "👍" {
		t.Errorf("%+v", r)
	}
	if r := b.tg("deleteMessage", "chat_id", "5512345678", "message_id", id); !r.OK || len(zoe.Screen()) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestTelegramFiles(t *testing.T) {
	b, _, zoe := telegram(t)
	h := listen(t, nil)
	b.tg("setWebhook", "url", h.URL)
	picture := []byte("\x89PNG\r\n\x1a\n rest of a picture")
	zoe.SendPhoto(picture, "broken hinge")
	zoe.SendDocument("invoice № 7.pdf", "application/pdf", []byte("%PDF-1.7"), "")
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	first := h.all()[0].body
	id, _ := find(t, first, "message", "photo", 1, "file_id").(string)
	got := b.tg("getFile", "file_id", id)
	w, err := http.Get(b.URL() + "/telegram/file/bot" + token + "/" + find(t, got.Result, "file_path").(string))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	if data, _ := io.ReadAll(w.Body); !bytes.Equal(data, picture) {
		t.Errorf("downloaded %q", data)
	}
	if find(t, h.all()[1].body, "message", "document", "file_name") != "invoice № 7.pdf" {
		t.Errorf("%s", h.all()[1].body)
	}
	// Sent back by its id, and not as another kind.
	if r := b.tg("sendPhoto", "chat_id", "5512345678", "photo", id, "caption", "yours"); !r.OK {
		t.Errorf("%+v", r)
	}
	if r := b.tg("sendDocument", "chat_id", "5512345678", "document", id); !strings.Contains(r.Description, "can't use file of type Photo as Document") {
		t.Errorf("%+v", r)
	}
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", map[string]string{"/a.png": "image/png", "/a.html": "text/html"}[r.URL.Path])
		w.Write(picture)
	}))
	defer files.Close()
	if r := b.tg("sendPhoto", "chat_id", "5512345678", "photo", files.URL+"/a.png"); !r.OK {
		t.Errorf("%+v", r)
	}
	if r := b.tg("sendPhoto", "chat_id", "5512345678", "photo", files.URL+"/a.html"); !strings.Contains(r.Description, "wrong type of the web page content") {
		t.Errorf("%+v", r)
	}
	last := zoe.Screen()[3]
	if last.Media == nil || !bytes.Equal(last.Media.Data, picture) || last.Media.URL == "" {
		t.Errorf("%+v", last)
	}
}

func TestTelegramLimits(t *testing.T) {
	b, bot, zoe := telegram(t)
	zoe.Say("hi")
	bot.Limit(simulator.TelegramLimits{ChatPerSecond: 1, ChatBurst: 2})
	send := func() reply { return b.tg("sendMessage", "chat_id", "5512345678", "text", "x") }
	send()
	send()
	if r := send(); r.Code != 429 || r.Parameters.RetryAfter != 1 || !strings.Contains(r.Description, "retry after 1") {
		t.Errorf("%+v", r)
	}
	b.clock.add(1e9)
	if r := send(); !r.OK {
		t.Errorf("%+v", r)
	}
}

func TestTelegramJSONBody(t *testing.T) {
	b, _, zoe := telegram(t)
	zoe.Say("hi")
	body := `{"chat_id":5512345678,"text":"as JSON","reply_markup":{"keyboard":[[{"text":"One"},"Two"]]}}`
	w, err := http.Post(b.URL()+"/telegram/bot"+token+"/sendMessage", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	var r reply
	if err := json.NewDecoder(w.Body).Decode(&r); err != nil || !r.OK {
		t.Fatalf("%v %+v", err, r)
	}
	if err := zoe.Tap("Two"); err != nil {
		t.Fatal(err)
	}
	if s := zoe.Screen(); s[2].Text != "Two" || s[2].From != simulator.Me {
		t.Errorf("%+v", s)
	}
}

func TestManyPeopleAtOnce(t *testing.T) {
	b, bot, _ := telegram(t)
	h := listen(t, nil)
	b.tg("setWebhook", "url", h.URL)
	const people, each = 50, 40
	done := make(chan bool)
	for i := range people {
		go func() {
			z := bot.Person(simulator.TelegramUser{ID: int64(1000 + i)})
			for n := range each {
				z.Say(fmt.Sprint(n))
			}
			done <- true
		}()
	}
	for range people {
		<-done
	}
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	next := map[any]int{}
	for _, r := range h.all() {
		who := find(t, r.body, "message", "chat", "id")
		if text := find(t, r.body, "message", "text"); text != fmt.Sprint(next[who]) {
			t.Fatalf("%v: %v came for %d", who, text, next[who])
		}
		next[who]++
	}
	if len(b.Acked(simulator.Filter{})) != people*each {
		t.Errorf("acked %d", len(b.Acked(simulator.Filter{})))
	}
}
