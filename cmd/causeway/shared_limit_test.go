package main_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"causeway/simulator"
)

// TestALimitOfTheAppBindsItsNumbers: when one number meets Meta's limit of the
// app, or of the account, the other numbers of it wait as well, those of another
// app do not, and all go on when it has passed.
func TestALimitOfTheAppBindsItsNumbers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("Meta's limits are sat out for a minute")
	}
	for _, code := range []int{4, 80007} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.program = plain
			numbers := []*simulator.Number{w.wa, w.number("1066"), w.sim.WhatsApp(simulator.WhatsAppNumber{PhoneNumberID: "1067", DisplayPhone: "15551067", AccessToken: waToken, AppSecret: "another-" + waSecret, VerifyToken: waVerify, WebhookURL: w.url + "/webhooks/wa3"})}
			w.config["channels"] = w.whatsapp("wa", "1065") + w.whatsapp("wa2", "1066") +
				fmt.Sprintf("\n  - {id: wa3, kind: whatsapp-cloud, phone_number_id: \"1067\", access_token: %s, app_secret: another-%s, verify_token: %s, api_url: %q}", waToken, waSecret, waVerify, w.sim.URL()+"/graph")
			w.start()
			var phones []*simulator.WhatsAppPerson
			var ids []int64
			for i, n := range numbers {
				p := n.Person(simulator.WhatsAppUser{Phone: fmt.Sprint("49151123456", i), Name: "Lena"})
				p.Say("hello")
				phones, ids = append(phones, p), append(ids, w.conversation([]string{"wa", "wa2", "wa3"}[i], "Lena", nil).ID)
			}
			w.sim.Fault(simulator.Fault{Account: "1065", Method: "messages", Mode: simulator.FaultError, Code: code, Times: 1})
			begun := time.Now()
			w.says(annKey, ids[0], "the first")
			eventually(t, "the limit is met", func() error {
				if w.paused("wa") && w.paused("wa2") && !w.paused("wa3") {
					return nil
				}
				return fmt.Errorf("nothing waits")
			})
			w.says(annKey, ids[1], "from the second number")
			w.says(annKey, ids[2], "from the other app")
			sees(t, phones[2], "from the other app")
			time.Sleep(2 * time.Second) // long enough for one that does not wait
			if n := len(screen(phones[1])); n != 0 {
				t.Errorf("the second number went on: %q", screen(phones[1]))
			}
			within(t, 2*time.Minute, "both go on", func() error {
				if len(screen(phones[0])) == 1 && len(screen(phones[1])) == 1 {
					return nil
				}
				return fmt.Errorf("after %s the phones show %q and %q", time.Since(begun).Round(time.Second), screen(phones[0]), screen(phones[1]))
			})
		})
	}
}

// paused reports whether what is to be sent on a channel is held back.
func (w *world) paused(channel string) bool {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.db()+"?mode=ro")
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it was only read
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM pause WHERE scope = $1`, channel).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n > 0
}
