package main_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// health is how a channel stands, as GET channels tells.
type health struct {
	Status  string
	Reports []struct{ Matter, Health, Code, Text string }
}

func (w *world) health(channel string) health {
	w.t.Helper()
	type view struct {
		ID     string
		Health health
	}
	for _, c := range list[view](w, "channels", url.Values{}) {
		if c.ID == channel {
			return c.Health
		}
	}
	w.t.Fatalf("there is no channel %s", channel)
	return health{}
}

// judges has Meta say something of the account, at a time in seconds.
func (w *world) judges(at int, field, value string) {
	w.t.Helper()
	body := fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"waba-1","time":%d,"changes":[{"field":%q,"value":%s}]}]}`, at, field, value)
	if a, err := w.postWhatsApp("wa", body); err != nil || a.status != 200 {
		w.t.Fatalf("%d %s %v", a.status, a.body, err)
	}
}

// TestAccountsAreJudged: what the provider says of an account is shown at the
// channel, in the metrics, the log and the stream of events, and holds until it
// says something newer.
func TestAccountsAreJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	f := w.follow()
	if h := w.health("wa"); h.Status != "ok" || len(h.Reports) != 0 {
		t.Errorf("at first %+v", h)
	}
	const disabled = `{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":["DISABLE"],"waba_ban_date":"October 09, 2026"}}`
	w.judges(1791800000, "account_update", disabled)
	w.judges(1791800001, "phone_number_quality_update", `{"display_phone_number":"15551065","event":"FLAGGED"}`)
	w.judges(1791800000, "account_update", disabled) // once more
	h := w.health("wa")
	if h.Status != "broken" || len(h.Reports) != 2 || h.Reports[0].Code != "DISABLED_UPDATE" || !strings.Contains(h.Reports[0].Text, "appeal") ||
		h.Reports[1].Matter != "quality" || h.Reports[1].Health != "warned" {
		t.Errorf("%+v", h)
	}
	if h := w.health("tg"); h.Status != "ok" {
		t.Errorf("another channel: %+v", h)
	}
	m := w.metrics()
	if m[`causeway_channel_health{channel="wa"}`] != "2" || m[`causeway_channel_health{channel="tg"}`] != "0" {
		t.Errorf("%q %q", m[`causeway_channel_health{channel="wa"}`], m[`causeway_channel_health{channel="tg"}`])
	}
	if log := w.log(); strings.Count(log, "Meta has disabled the account") != 1 || !strings.Contains(log, "the quality of the number") {
		t.Error("the log does not say so once")
	}
	eventually(t, "the stream tells", func() error {
		n := 0
		for _, e := range f.events() {
			if e.Type == "channel.health" {
				n++
			}
		}
		if n != 2 {
			return fmt.Errorf("%d events", n)
		}
		return nil
	})
	w.bridge.stop()
	w.start()
	w.judges(1791800002, "account_update", `{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":["REINSTATE"]}}`)
	w.judges(1791700000, "account_update", disabled) // late
	if h := w.health("wa"); h.Status != "warned" || len(h.Reports) != 2 {
		t.Errorf("reinstated: %+v", h)
	}
	if m := w.metrics(); m[`causeway_channel_health{channel="wa"}`] != "1" {
		t.Errorf("%q", m[`causeway_channel_health{channel="wa"}`])
	}
}

// TestNoMarketingIsSent: who stopped marketing is sent no template that says it is
// marketing, and everything else; agents see why.
func TestNoMarketingIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	z := w.lena()
	z.Say("hello")
	c := w.conversation("wa", "Lena", nil)
	person := strings.TrimPrefix(c.Contact.Address, "+")
	prefers := func(at int, value string) {
		w.judges(at, "user_preferences", fmt.Sprintf(`{"metadata":{"phone_number_id":"1065"},"contacts":[{"wa_id":%q}],"user_preferences":[
			{"wa_id":%q,"category":"marketing_messages","value":%q,"timestamp":%d}]}`, person, person, value, at))
	}
	sends := func(name, category string) string {
		t.Helper()
		var said entry
		w.must(annKey, "POST", fmt.Sprintf("conversations/%d/messages", c.ID),
			message{"content": message{"type": "template", "name": name, "language": "en", "category": category}}, &said)
		done := w.message(c.ID, name, func(m entry) bool { return m.ID == said.ID && m.Status != "queued" && m.Status != "sending" })
		if done.Fault == nil {
			return "sent"
		}
		return done.Fault.Code
	}
	steps := []struct{ name, category, want string }{{"a", "marketing", "sent"}, {"b", "marketing", "opted_out"}, {"c", "utility", "sent"}, {"d", "marketing", "sent"}}
	for i, s := range steps {
		switch i {
		case 1:
			prefers(1791800040, "stop")
			prefers(1791800040, "stop") // once more
			prefers(1791800000, "resume")
		case 3:
			prefers(1791800050, "resume")
		}
		if got := sends(s.name, s.category); got != s.want {
			t.Errorf("template %s of %s: %s, want %s", s.name, s.category, got, s.want)
		}
		var shown struct {
			Contact struct {
				NoMarketing bool `json:"no_marketing"`
			}
		}
		if w.must(annKey, "GET", fmt.Sprintf("conversations/%d", c.ID), nil, &shown); shown.Contact.NoMarketing != (i == 1 || i == 2) {
			t.Errorf("step %d: no marketing is %t", i+1, shown.Contact.NoMarketing)
		}
	}
	notices := 0
	for _, m := range w.messages(c.ID) {
		if strings.Contains(m.Text, "marketing") {
			notices++
		}
	}
	if notices != 2 {
		t.Errorf("%s", brief(w.messages(c.ID)))
	}
	if calls, err := json.Marshal(screen(z)); err != nil || strings.Contains(string(calls), `"b"`) {
		t.Errorf("%s %v", calls, err)
	}
}
