package simulator_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/simulator"
)

const phone = "4915112345678"

func whatsapp(t *testing.T, o simulator.WhatsAppNumber) (*bundle, *simulator.Number, *simulator.WhatsAppPerson, *hook) {
	b := start(t)
	h := listen(t, nil)
	o.PhoneNumberID, o.DisplayPhone, o.AccessToken, o.AppSecret, o.VerifyToken, o.WebhookURL = "1065", "15550102030", "tok", "secret", "verify", h.URL
	num := b.WhatsApp(o)
	return b, num, num.Person(simulator.WhatsAppUser{Phone: phone, UserID: "DE.92817465510283746501", Name: "Lena Vögt"}), h
}

// wa sends one message to Lena; more is what comes after its type.
func (b *bundle) wa(kind, more string) (int, map[string]any) {
	b.t.Helper()
	return b.graph("POST", "1065/messages", "tok", `{"messaging_product":"whatsapp","to":"+`+phone+`","type":"`+kind+`",`+more+`}`)
}

func code(v map[string]any) string {
	e, _ := v["error"].(map[string]any)
	return fmt.Sprint(e["code"])
}

func TestWhatsAppRefusals(t *testing.T) {
	b, _, ann, _ := whatsapp(t, simulator.WhatsAppNumber{})
	ann.OpenWindow()
	list := func(n int) string {
		var rows []string
		for i := range n {
			rows = append(rows, fmt.Sprintf(`{"id":"%d","title":"row %d"}`, i, i))
		}
		return `"interactive":{"type":"list","body":{"text":"b"},"action":{"button":"Open","sections":[{"rows":[` + strings.Join(rows, ",") + `]}]}}`
	}
	buttons := func(titles ...string) string {
		var list []string
		for i, t := range titles {
			list = append(list, fmt.Sprintf(`{"type":"reply","reply":{"id":"%d","title":%q}}`, i, t))
		}
		return `"interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[` + strings.Join(list, ",") + `]}}`
	}
	long := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct{ name, kind, more, code string }{
		{"text", "text", `"text":{"body":"` + long(4096) + `"}`, ""},
		{"text too long", "text", `"text":{"body":"` + long(4097) + `"}`, "100"},
		{"no text", "text", `"text":{}`, "100"},
		{"text as number", "text", `"text":{"body":7}`, "100"},
		{"unknown type", "dance", `"x":1`, "131051"},
		{"buttons", "interactive", buttons("a", "b", "c"), ""},
		{"four buttons", "interactive", buttons("a", "b", "c", "d"), "131009"},
		{"no buttons", "interactive", buttons(), "131009"},
		{"same title", "interactive", buttons("a", "a"), "131009"},
		{"long title", "interactive", buttons(long(21)), "131009"},
		{"long body", "interactive", strings.Replace(buttons("a"), `"text":"b"`, `"text":"`+long(1025)+`"`, 1), "131009"},
		{"list", "interactive", list(10), ""},
		{"eleven rows", "interactive", list(11), "131009"},
		{"long list body", "interactive", strings.Replace(list(1), `"text":"b"`, `"text":"`+long(4096)+`"`, 1), ""},
		{"list with picture", "interactive", strings.Replace(list(1), `"body"`, `"header":{"type":"image","image":{"link":"https://e.com/a"}},"body"`, 1), "131009"},
		{"long row", "interactive", strings.Replace(list(1), "row 0", long(25), 1), "131009"},
		{"link", "interactive", `"interactive":{"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://example.com"}}}`, ""},
		{"bad link", "interactive", `"interactive":{"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"tel:1"}}}`, "131009"},
		{"no action", "interactive", `"interactive":{"type":"button","body":{"text":"b"}}`, "131008"},
		{"one card", "interactive", `"interactive":{"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"cta_url","action":{}}]}}`, "131009"},
		{"location", "location", `"location":{"latitude":"52.5","longitude":13.4,"name":"n","address":"a"}`, ""},
		{"bad location", "location", `"location":{"latitude":152.5,"longitude":13.4}`, "131009"},
		{"contacts", "contacts", `"contacts":[{"name":{"formatted_name":"Max","first_name":"Max"}}]`, ""},
		{"contact without name", "contacts", `"contacts":[{"name":{"formatted_name":"Max"}}]`, "131009"},
		{"two sources", "image", `"image":{"id":"1","link":"https://e.com/a"}`, "100"},
		{"unknown media", "image", `"image":{"id":"1"}`, "131009"},
		{"captioned audio", "audio", `"audio":{"link":"https://e.com/a","caption":"c"}`, "100"},
		{"reaction without emoji", "reaction", `"reaction":{"message_id":"x"}`, "131008"},
		{"template", "template", `"template":{"name":"order_ready","language":{"code":"de"}}`, ""},
		{"template without language", "template", `"template":{"name":"order_ready"}`, "131008"},
		{"callback data", "text", `"text":{"body":"x"},"biz_opaque_callback_data":"` + long(513) + `"`, "131009"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, v := b.wa(c.kind, c.more)
			if c.code == "" != (status == 200) || c.code != "" && code(v) != c.code {
				t.Errorf("%d %v, want %q", status, v, c.code)
			}
		})
	}
	for _, c := range []struct {
		path, token, body string
		status            int
		code              string
	}{
		{"1065/messages", "wrong", `{}`, 401, "190"},
		{"999/messages", "tok", `{}`, 400, "100"},
		{"1065/messages", "tok", `{"to":"1"}`, 400, "100"},
		{"1065/messages", "tok", `{"messaging_product":"whatsapp","to":"49000","type":"text","text":{"body":"x"}}`, 400, "131026"},
		{"1065/messages", "tok", `{"messaging_product":"whatsapp","to":"15550102030","type":"text","text":{"body":"x"}}`, 400, "131021"},
		{"1065/messages", "tok", `{"messaging_product":"whatsapp","status":"read","message_id":"wamid.no"}`, 400, "131009"},
	} {
		if status, v := b.graph("POST", c.path, c.token, c.body); status != c.status || code(v) != c.code {
			t.Errorf("%s: %d %v", c.body, status, v)
		}
	}
}

func TestWhatsAppConversation(t *testing.T) {
	b, num, ann, h := whatsapp(t, simulator.WhatsAppNumber{})
	if status, v := b.wa("text", `"text":{"body":"x"}`); status != 400 || code(v) != "131047" {
		t.Errorf("the window is open: %v", v)
	}
	hi := ann.Say("Grüße/👋")
	status, v := b.wa("interactive", `"biz_opaque_callback_data":"msg-1","interactive":{"type":"button","header":{"type":"text","text":"H"},"body":{"text":"Passt?"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Ja"}}]}}`)
	if status != 200 {
		t.Fatalf("%v", v)
	}
	m, err := ann.Wait(soon(t), func(m simulator.Shown) bool { return m.Text == "Passt?" })
	if err != nil || m.Header != "H" || m.Buttons[0][0].Text != "Ja" {
		t.Fatalf("%v %+v", err, m)
	}
	if err := ann.Tap("Ja"); err != nil {
		t.Fatal(err)
	}
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	ann.Read()
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	var statuses []string
	for _, r := range h.all() {
		mac := hmac.New(sha256.New, []byte("secret"))
		mac.Write(r.body)
		if r.header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
			t.Error("wrong signature")
		}
		value := []any{"entry", 0, "changes", 0, "value"}
		at := func(path ...any) any { return find(t, r.body, append(append([]any{}, value...), path...)...) }
		if s := at("statuses", 0, "status"); s != nil {
			statuses = append(statuses, fmt.Sprint(s, " ", at("statuses", 0, "biz_opaque_callback_data"), " ", at("statuses", 0, "id") == m.ID))
			continue
		}
		if at("messages", 0, "from") != phone || at("contacts", 0, "profile", "name") != "Lena Vögt" || at("metadata", "phone_number_id") != "1065" {
			t.Errorf("%s", r.body)
		}
		if at("messages", 0, "type") == "text" && !bytes.Contains(r.body, []byte(`Gr\u00fc\u00dfe\/\ud83d\udc4b`)) {
			t.Errorf("not escaped: %s", r.body)
		}
		if at("messages", 0, "type") == "interactive" && (at("messages", 0, "interactive", "button_reply", "id") != "y" || at("messages", 0, "context", "id") != m.ID) {
			t.Errorf("%s", r.body)
		}
	}
	if got := strings.Join(statuses, ", "); got != "sent msg-1 true, delivered msg-1 true, read msg-1 true" {
		t.Error(got)
	}
	if status, _ := b.graph("POST", "1065/messages", "tok", `{"messaging_product":"whatsapp","status":"read","message_id":"`+hi.ID+`","typing_indicator":{"type":"text"}}`); status != 200 || !ann.Typing() || ann.Screen()[0].Status != "read" {
		t.Error("not marked read")
	}
	b.clock.add(25 * time.Hour)
	if _, v := b.wa("text", `"text":{"body":"x"}`); code(v) != "131047" {
		t.Errorf("the window is open: %v", v)
	}
	if status, _ := b.wa("template", `"template":{"name":"a","language":{"code":"de"}}`); status != 200 {
		t.Error("no template outside of the window")
	}
	_ = num
}

func TestWhatsAppStatusPlans(t *testing.T) {
	b, num, ann, h := whatsapp(t, simulator.WhatsAppNumber{Statuses: simulator.StatusPlan{BeforeAnswer: true}})
	ann.OpenWindow()
	if _, v := b.wa("text", `"text":{"body":"x"}`); v["messages"] == nil || len(h.all()) == 0 {
		t.Errorf("the answer came before the status: %v", v)
	}
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	num.Plan(simulator.StatusPlan{Disorder: true})
	b.wa("text", `"text":{"body":"y"}`)
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	got := h.all()
	if find(t, got[2].body, "entry", 0, "changes", 0, "value", "statuses", 0, "status") != "delivered" {
		t.Errorf("%s", got[2].body)
	}
	num.Plan(simulator.StatusPlan{Late: true})
	ann.CloseWindow()
	status, v := b.wa("text", `"text":{"body":"z"}`)
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	got = h.all()
	if status != 200 || find(t, got[len(got)-1].body, "entry", 0, "changes", 0, "value", "statuses", 0, "errors", 0, "code") != "131047" {
		t.Errorf("%d %v", status, v)
	}
}

func TestWhatsAppMedia(t *testing.T) {
	b, _, ann, h := whatsapp(t, simulator.WhatsAppNumber{})
	picture := []byte("\x89PNG\r\n\x1a\n picture")
	ann.SendImage(picture, "So kam es an")
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	id := find(t, h.all()[0].body, "entry", 0, "changes", 0, "value", "messages", 0, "image", "id").(string)
	_, info := b.graph("GET", id, "tok", "")
	get := func(token string) (int, []byte) {
		r, _ := http.NewRequest("GET", info["url"].(string), nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		data, _ := io.ReadAll(w.Body)
		return w.StatusCode, data
	}
	if status, data := get("tok"); status != 200 || !bytes.Equal(data, picture) {
		t.Errorf("%d %q", status, data)
	}
	if status, _ := get("wrong"); status != 401 {
		t.Errorf("without the token: %d", status)
	}
	b.clock.add(6 * time.Minute)
	if status, _ := get("tok"); status != 404 {
		t.Errorf("after five minutes: %d", status)
	}

	upload := func(kind string) (int, string) {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		m.WriteField("messaging_product", "whatsapp")
		part, _ := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="a"`}, "Content-Type": {kind}})
		part.Write(picture)
		m.Close()
		r, _ := http.NewRequest("POST", b.URL()+"/graph/v24.0/1065/media", &body)
		r.Header.Set("Content-Type", m.FormDataContentType())
		r.Header.Set("Authorization", "Bearer tok")
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		var v struct{ ID string }
		json.NewDecoder(w.Body).Decode(&v)
		return w.StatusCode, v.ID
	}
	if status, _ := upload("image/gif"); status != 400 {
		t.Errorf("a GIF: %d", status)
	}
	_, up := upload("image/png")
	if status, v := b.wa("image", `"image":{"id":"`+up+`","caption":"c"}`); status != 200 {
		t.Errorf("%v", v)
	}
	if m, err := ann.Wait(soon(t), func(m simulator.Shown) bool { return m.Caption == "c" }); err != nil || !bytes.Equal(m.Media.Data, picture) {
		t.Errorf("%v %+v", err, m)
	}
	if _, v := b.wa("video", `"video":{"id":"`+up+`"}`); code(v) != "131053" {
		t.Errorf("%v", v)
	}
	b.wa("image", `"image":{"link":"https://example.com/a.png"}`)
	within(t, func() bool {
		return slices.ContainsFunc(h.all(), func(r received) bool {
			return find(t, r.body, "entry", 0, "changes", 0, "value", "statuses", 0, "errors", 0, "code") == "131053"
		})
	})
}

func TestWhatsAppHandshakeAndBatch(t *testing.T) {
	b, num, ann, h := whatsapp(t, simulator.WhatsAppNumber{})
	if err := num.Verify(soon(t)); err == nil {
		t.Error("a webhook that does not answer passed the handshake")
	}
	hidden := num.Person(simulator.WhatsAppUser{Phone: "49170", UserID: "DE.77", Username: "@hidden", WithoutPhone: true})
	before := len(h.all())
	num.Hold()
	ann.Say("one")
	ann.Say("two")
	hidden.Say("three")
	num.Release()
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	all := h.all()
	last := all[len(all)-1].body
	if len(all) != before+1 || find(t, last, "entry", 0, "changes", 1, "value", "messages", 0, "text", "body") != "two" {
		t.Errorf("%d posts, last %s", len(all)-before, last)
	}
	m := find(t, last, "entry", 0, "changes", 2, "value", "messages", 0).(map[string]any)
	if m["from"] != nil || m["from_user_id"] != "DE.77" {
		t.Errorf("%v", m)
	}
	if len(b.Acked(simulator.Filter{})) != 3 {
		t.Errorf("%+v", b.Acked(simulator.Filter{}))
	}
	status, v := b.graph("POST", "1065/messages", "tok", `{"messaging_product":"whatsapp","recipient":"DE.77","type":"text","text":{"body":"to you"}}`)
	if c, _ := json.Marshal(v["contacts"]); status != 200 || string(c) != `[{"input":"DE.77","user_id":"DE.77"}]` {
		t.Errorf("%d %s", status, c)
	}
}

func TestWhatsAppLimits(t *testing.T) {
	b, num, ann, _ := whatsapp(t, simulator.WhatsAppNumber{})
	ann.OpenWindow()
	num.Limit(simulator.WhatsAppLimits{PairEvery: 6 * time.Second, PairBurst: 1})
	b.wa("text", `"text":{"body":"x"}`)
	if status, v := b.wa("text", `"text":{"body":"x"}`); status != 400 || code(v) != "131056" {
		t.Errorf("%d %v", status, v)
	}
	num.Limit(simulator.WhatsAppLimits{PerSecond: 1})
	b.wa("text", `"text":{"body":"x"}`)
	if status, v := b.wa("text", `"text":{"body":"x"}`); status != 400 || code(v) != "130429" {
		t.Errorf("%d %v", status, v)
	}
}

func TestWhatsAppTemplate(t *testing.T) {
	b, _, ann, h := whatsapp(t, simulator.WhatsAppNumber{Templates: []simulator.WhatsAppTemplate{{Name: "ready", Language: "de", Body: "Hallo {{1}}!", Buttons: []string{"Danke"}}}})
	if status, v := b.wa("template", `"template":{"name":"other","language":{"code":"de"}}`); status != 404 || code(v) != "132001" {
		t.Errorf("%d %v", status, v)
	}
	if _, v := b.wa("template", `"template":{"name":"ready","language":{"code":"de"}}`); code(v) != "132000" {
		t.Errorf("%v", v)
	}
	b.wa("template", `"template":{"name":"ready","language":{"code":"de"},"components":[{"type":"body","parameters":[{"type":"text","text":"Lena"}]},{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"OK"}]}]}`)
	if s := ann.Screen(); len(s) != 1 || s[0].Text != "Hallo Lena!" {
		t.Fatalf("%+v", s)
	}
	if err := ann.Tap("Danke"); err != nil {
		t.Fatal(err)
	}
	if err := b.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range h.all() {
		found = found || find(t, r.body, "entry", 0, "changes", 0, "value", "messages", 0, "button", "payload") == "OK"
	}
	if !found {
		t.Error("the template's button was not told")
	}
}
