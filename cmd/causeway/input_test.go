package main_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"causeway/simulator"
)

// stored is how much the bridge has: of webhooks, and of changes.
func (w *world) stored() string {
	return fmt.Sprint(len(w.deliveries("")), " deliveries, ", len(w.events()), " events")
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	if err := w.wa.Verify(soon(t)); err != nil {
		t.Error(err)
	}
	for _, query := range []string{"", "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=another", "?hub.mode=subscribe&hub.challenge=<b>&hub.verify_token=" + waVerify} {
		if a, err := w.do("GET", "/webhooks/wa"+query, nil); err != nil || a.status != 401 {
			t.Errorf("%s: %d %s %v", query, a.status, a.body, err)
		}
	}
}

// TestForgedWebhooks: what is not proven is refused, and nothing of it is kept.
func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	for _, who := range w.both() {
		who.Say("true")
		w.conversation(who.channel, who.name, nil)
	}
	if err := w.sim.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	before := w.stored()
	for _, hook := range w.sim.Webhooks(simulator.Filter{Event: "message"}) {
		for _, how := range []simulator.Forgery{simulator.Unsigned, simulator.WrongSigned, simulator.Tampered} {
			if how == simulator.Tampered && hook.Kind == "telegram" {
				continue // its secret covers no body
			}
			if status, err := w.sim.Forge(soon(t), hook, how); status != 401 || err != nil {
				t.Errorf("%s %s: %d %v", hook.Kind, how, status, err)
			}
		}
	}
	if after := w.stored(); after != before {
		t.Errorf("stored: %s, before %s", after, before)
	}
}

// TestUnreadableWebhooks: proven, and no JSON, or too much, or for nobody.
func TestUnreadableWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	before := w.stored()
	large := append(append([]byte(`{"update_id":1,"x":"`), bytes.Repeat([]byte("x"), 3<<20)...), `"}`...)
	for _, c := range []struct {
		name, channel, body, code string
		status                    int
	}{
		{"no JSON", "tg", "update_id=1", "unreadable", 400},
		{"half", "tg", `{"update_id":1,`, "unreadable", 400},
		{"nothing", "tg", "", "unreadable", 400},
		{"bytes", "tg", "\x00\xff\xfe", "unreadable", 400},
		{"no JSON", "wa", "<xml/>", "unreadable", 400},
		{"half", "wa", `{"object":"whatsapp_business_account","entry":[`, "unreadable", 400},
		{"too large", "tg", string(large), "too_large", 413},
		{"too large", "wa", string(large), "too_large", 413},
		{"another channel", "nobody", `{"update_id":1}`, "not_found", 404},
	} {
		post := w.postTelegram
		if c.channel == "wa" {
			post = w.postWhatsApp
		}
		if a, err := post(c.channel, []byte(c.body)); err != nil || a.status != c.status || a.code() != c.code {
			t.Errorf("%s %s: %d %s %v", c.channel, c.name, a.status, a.body, err)
		}
	}
	if after := w.stored(); after != before {
		t.Errorf("stored: %s, before %s", after, before)
	}
}

// TestNotUnderstood: what is proven and not understood is accepted and kept, with
// its fate in the ledger, and spoils nothing beside it.
func TestNotUnderstood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["channels"] += w.whatsapp("wa2", "1066")
	second := w.number("1066")
	w.hire("helper", nil)
	w.start()
	lena := second.Person(simulator.WhatsAppUser{Phone: "4930123", Name: "P4930123"})
	lena.OpenWindow()

	good := whatsappText("wamid.good", "before")
	also := whatsappText("wamid.also", "after")
	for _, c := range []struct {
		name, channel, body string
		want                []item
	}{
		{"a new kind of update", "tg", `{"update_id":501,"frobnicated":{"a":1}}`, []item{{Key: "u501", Fate: "quarantined"}}},
		{"an update of another shape", "tg", `{"update_id":502,"message":{"message_id":"x"}}`, []item{{Key: "u502", Fate: "quarantined"}}},
		{"a callback that is none", "tg", `{"update_id":503,"callback_query":[]}`, []item{{Key: "u503", Fate: "quarantined"}}},
		{"JSON that is no update", "tg", `[1]`, []item{{Fate: "quarantined"}}},
		{"a kind that is none of ours", "tg", `{"update_id":504,"poll":{"id":"1"}}`, []item{{Key: "u504", Fate: "ignored"}}},
		{"one of a batch", "wa", string(whatsappValue("1065", "49111", good, `{"id":["wamid.bad"],"type":{}}`, also)), []item{{Fate: "message"}, {Fate: "quarantined"}, {Fate: "message"}}},
		{"another shape", "wa", `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":"x"}]}]}`, []item{{Fate: "quarantined"}}},
		{"JSON that is no webhook", "wa", `7`, []item{{Fate: "quarantined"}}},
		{"another field", "wa", `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"account_update","value":{}}]}]}`, []item{{Fate: "ignored"}}},
		{"another number", "wa", string(whatsappValue("999", "49112", whatsappText("wamid.other", "not for us"))), []item{{Fate: "ignored", Why: "not our number: 999"}}},
		{"our other number", "wa", string(whatsappValue("1066", "4930123", whatsappText("wamid.second", "for the second"))), []item{{Fate: "message"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			post := w.postTelegram
			if c.channel == "wa" {
				post = w.postWhatsApp
			}
			if a, err := post(c.channel, []byte(c.body)); err != nil || a.status != 200 {
				t.Fatalf("%d %s %v", a.status, a.body, err)
			}
			got := w.deliveries(c.channel)[0].Items
			ok := slices.EqualFunc(got, c.want, func(got, want item) bool {
				return got.Fate == want.Fate && (want.Key == "" || got.Key == want.Key) && (want.Why == "" || got.Why == want.Why) &&
					(got.Why != "" || got.Fate == "message")
			})
			if !ok {
				t.Errorf("items %+v, want %+v", got, c.want)
			}
		})
	}
	var texts []string
	for _, m := range w.messages(w.conversation("wa", "P49111", nil).ID) {
		if m.Direction == "in" {
			texts = append(texts, m.Text)
		}
	}
	sameTexts(t, "the batch", texts, []string{"before", "after"})
	w.conversation("wa2", "P4930123", ownedBy("helper"))
	sees(t, lena, "re: for the second")
	if n := len(w.conversations("wa")); n != 1 {
		t.Errorf("%d conversations on wa", n)
	}
	if n := len(w.conversations("tg")); n != 0 {
		t.Errorf("%d conversations on tg", n)
	}
}
