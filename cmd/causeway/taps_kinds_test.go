package main_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// tapper is a person on a kind without a simulated phone: what the provider's
// webhook says for them.
type tapper struct {
	channel string
	says    func(id, text string)
	taps    func(id, token, title string) // nil where there is nothing to tap
	sent    func() string                 // all that the provider was given
}

// tappers adds a channel of each kind that has no simulated phone.
func (w *world) tappers() []tapper {
	graph, p := newMeta(w.t), newProvider(w.t)
	w.config["channels"] += graph.instagram("ig", "17841") + graph.messenger("fb", "10203") +
		p.twilio("watw", "whatsapp-twilio", "whatsapp:+15550000000", ", read_back: false") + p.twilio("sms", "sms-twilio", "+15550000000", ", read_back: false") +
		fmt.Sprintf("\n  - {id: d360, kind: whatsapp-360dialog, phone_number: \"+15550000360\", api_key: key-of-360, secret: word-of-360, api_url: %q}", p.URL)
	all := []tapper{w.on360(p)}
	for channel, object := range map[string][2]string{"ig": {"instagram", "17841"}, "fb": {"page", "10203"}} {
		all = append(all, tapper{channel, func(id, text string) {
			w.told(channel, object[0], object[1], fmt.Sprintf(`"message":{"mid":%q,"text":%q}`, id, text))
		}, func(id, token, title string) {
			w.told(channel, object[0], object[1], fmt.Sprintf(`"message":{"mid":%q,"text":%q,"quick_reply":{"payload":%q}}`, id, title, token))
		}, func() string { return fmt.Sprint(graph.sent("")) }})
	}
	for channel, way := range map[string]string{"watw": "whatsapp:", "sms": ""} {
		texted := func(id, text string, more url.Values) {
			form := url.Values{"MessageSid": {"SM" + channel + id}, "AccountSid": {"ACone"}, "From": {way + "+15551230000"}, "To": {way + "+15550000000"}, "Body": {text}, "NumMedia": {"0"}}
			for name, v := range more {
				form[name] = v
			}
			if a := w.texted(channel, "tokenA", form); a.status != 200 {
				w.t.Fatalf("%d %s", a.status, a.body)
			}
		}
		one := tapper{channel: channel, says: func(id, text string) { texted(id, text, nil) }, sent: p.said}
		if way != "" {
			one.taps = func(id, token, title string) {
				texted(id, title, url.Values{"MessageType": {"interactive"}, "ListId": {token}, "ListTitle": {title}})
			}
		}
		all = append(all, one)
	}
	return all
}

func (w *world) on360(p *provider) tapper {
	hears := func(id, kind, value string) {
		body := fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
			"metadata":{"display_phone_number":"15550000360","phone_number_id":"360"},"contacts":[{"profile":{"name":"Lena"},"wa_id":"4915112345678"}],
			"messages":[{"from":"4915112345678","id":%q,"timestamp":"1790000000","type":%q,%q:%s}]}}]}]}`, id, kind, kind, value)
		if a, err := w.do("POST", "/webhooks/d360", body, "Content-Type", "application/json", "X-Causeway-Secret", "word-of-360"); err != nil || a.status != 200 {
			w.t.Fatalf("%d %s %v", a.status, a.body, err)
		}
	}
	return tapper{"d360", func(id, text string) { hears(id, "text", fmt.Sprintf(`{"body":%q}`, text)) }, func(id, token, title string) {
		hears(id, "interactive", fmt.Sprintf(`{"type":"list_reply","list_reply":{"id":%q,"title":%q}}`, token, title))
	}, p.said}
}

// TestTapsComeBackWholeOnEveryKind: a tap as each provider's webhook tells it, of
// which the title is cut, or a number where there is nothing to tap, is the
// button's text, id and metadata to the bot; a token that was made up is nothing.
func TestTapsComeBackWholeOnEveryKind(t *testing.T) {
	t.Parallel()
	const long = "Soup of the very long day with bread and butter"
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(func(c *call) {
		if c.Message == "menu" {
			c.says(rich("Menu", "6", []message{{"title": "Cake", "id": "cake"},
				{"title": long, "id": "soup", "message": "I want soup", "replyMetadata": message{"dish": 7, "KM_CHAT_CONTEXT": message{"dish": "soup"}}}}))
			return
		}
		repeat(c)
	}))
	who := w.tappers()
	w.start()
	heard := 0
	hears := func(on, want string) heardTap {
		t.Helper()
		heard++
		got := helper.hears(t, heard)
		var tap heardTap
		if err := json.Unmarshal(got.Metadata, &tap); err != nil || got.Message != want {
			t.Errorf("%s: the bot heard %q with %s, want %q", on, got.Message, got.Metadata, want)
		}
		return tap
	}
	for _, z := range who {
		z.says("one", "menu")
		hears(z.channel, "menu")
		var conv conversation
		for _, c := range w.conversations(z.channel) {
			conv = c
		}
		menu := w.message(conv.ID, "the menu on "+z.channel, func(m entry) bool { return m.Text == "Menu" && m.Status == "sent" })
		if z.taps == nil {
			z.says("two", "2")
		} else {
			token := strconv.FormatInt(menu.ID, 36) + ".1"
			if !strings.Contains(z.sent(), token) {
				t.Errorf("%s was not given the token %s: %s", z.channel, token, z.sent())
			}
			z.taps("two", token, long[:20])
		}
		tap := hears(z.channel, "I want soup")
		if tap.Dish != 7 || tap.Context.Dish != "soup" || tap.Context.Selection.ID != "soup" || tap.Context.Selection.Title != long {
			t.Errorf("%s: %+v", z.channel, tap)
		}
		if z.taps != nil {
			z.taps("three", "zzzz.1", "Forged")
			if forged := hears(z.channel, "Forged"); forged.Dish != 0 || forged.Context.Selection.ID != "" {
				t.Errorf("%s: a token that was made up is %+v", z.channel, forged)
			}
		}
	}
}

// heardTap is what of a tap stands in the metadata that a bot hears.
type heardTap struct {
	Dish    int
	Context struct {
		Dish      string
		Selection struct{ ID, Title string }
	} `json:"KM_CHAT_CONTEXT"`
}
