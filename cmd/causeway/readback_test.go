package main_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestTwilioIsReadBackAfterAnOutage: what was texted while the bridge was down, and
// Twilio gave up telling, is read from its list at the start: once, in order, in the
// conversation that there was; so is what became of our own message meanwhile.
func TestTwilioIsReadBackAfterAnOutage(t *testing.T) {
	t.Parallel()
	const zoe, us = "+15551230000", "+15550000000"
	w := newWorld(t)
	path := w.db()
	p := newProvider(t)
	w.config["channels"] += p.twilio("sms", "sms-twilio", us, "")
	helper := w.hire("helper", unwelcome(repeat))
	w.start()
	texted := url.Values{"MessageSid": {"SM1"}, "AccountSid": {"ACone"}, "From": {zoe}, "To": {us}, "Body": {"before"}, "NumMedia": {"0"}}
	if a := w.texted("sms", "tokenA", texted); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	c := list[conversation](w, "conversations", url.Values{"channel": {"sms"}})[0]
	ours := w.message(c.ID, "the answer", func(m entry) bool { return m.Text == "re: before" && m.Status == "sent" })
	w.bridge.stop()

	now := time.Now()
	p.add(now.Add(-110*time.Minute), "SM1", "inbound", "received", zoe, us, "before")
	p.add(now.Add(-109*time.Minute), ours.ProviderID, "outbound-api", "delivered", us, zoe, "re: before")
	p.add(now.Add(-90*time.Minute), "SM2", "inbound", "received", zoe, us, "anybody there?")
	p.add(now.Add(-20*time.Minute), "SM3", "inbound", "received", zoe, us, "hello?")
	p.add(now.Add(-20*time.Minute), "SM4", "inbound", "received", zoe, "+15559999999", "to somebody else")
	w.wasDownSince(path, "sms", now.Add(-2*time.Hour))
	w.start()

	helper.hears(t, 3)
	w.message(c.ID, "it was delivered", func(m entry) bool { return m.ID == ours.ID && m.Status == "delivered" })
	var heard []string
	for _, m := range w.messages(c.ID) {
		if m.Direction == "in" {
			heard = append(heard, m.Text+" "+fmt.Sprint(m.Metadata["read_back"]))
		}
	}
	sameTexts(t, "the conversation", heard, []string{"before <nil>", "anybody there? true", "hello? true"})
	if n := len(w.conversations("sms")); n != 1 {
		t.Errorf("%d conversations", n)
	}
	// Twilio tells of one after all: it is known.
	texted.Set("MessageSid", "SM3")
	texted.Set("Body", "hello?")
	if a := w.texted("sms", "tokenA", texted); a.status != 200 || len(helper.messages()) != 3 {
		t.Errorf("%d, and the bot heard %d messages", a.status, len(helper.messages()))
	}
	if strings.Count(p.said(), "re: hello?") > 1 {
		t.Error("it was answered twice")
	}
}

// wasDownSince makes it so that the last reading of a channel's list was then,
// and that the next one is due. The bridge does not run.
func (w *world) wasDownSince(path, channel string, then time.Time) {
	w.t.Helper()
	d, err := sql.Open("sqlite", path)
	if err != nil {
		w.t.Fatal(err)
	}
	for query, args := range map[string][]any{
		`UPDATE poll SET next = $1 WHERE channel = $2`: {then.UTC().Format(time.RFC3339), channel},
		`UPDATE lane SET due_at = 1 WHERE id = $1`:     {"poll:" + channel},
	} {
		done, err := d.ExecContext(w.t.Context(), query, args...)
		if err != nil {
			w.t.Fatal(err)
		}
		if n, err := done.RowsAffected(); n != 1 || err != nil {
			w.t.Fatalf("%s changed %d rows, %v", query, n, err)
		}
	}
	if err := d.Close(); err != nil {
		w.t.Fatal(err)
	}
}
