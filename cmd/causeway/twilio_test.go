package main_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio signs with it
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
)

// texted has Twilio tell a channel of a message, signed with a token.
func (w *world) texted(channel, token string, form url.Values) answer {
	w.t.Helper()
	address := w.url + "/webhooks/" + channel
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(name + form.Get(name)))
	}
	a, err := w.do("POST", "/webhooks/"+channel, []byte(form.Encode()),
		"Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// One number may stand in two accounts of Twilio. Whose a call is, its AccountSid
// says, and a token is good for the channels that have it alone.
func TestTwilioMessagesGoToTheirAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	away := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(away.Close)
	for _, ch := range []struct{ id, account, token string }{{"one", "ACone", "tokenA"}, {"two", "ACtwo", "tokenA"}, {"three", "ACthree", "tokenB"}} {
		w.config["channels"] += fmt.Sprintf("\n  - {id: %s, kind: sms-twilio, account_sid: %s, auth_token: %s, from: \"+15550000000\", read_back: false, api_url: %q}", ch.id, ch.account, ch.token, away.URL)
	}
	w.start()
	for i, c := range []struct {
		account, token string
		status         int
		hears          string // the channel whose conversation it is
	}{
		{"ACone", "tokenA", 200, "one"},
		{"ACtwo", "tokenA", 200, "two"},
		{"ACthree", "tokenA", 200, ""}, // another's token
		{"ACfour", "tokenA", 200, ""},
		{"ACone", "tokenB", 401, ""},
	} {
		form := url.Values{
			"MessageSid": {fmt.Sprint("SM", i)}, "AccountSid": {c.account}, "From": {fmt.Sprint("+1555123000", i)}, "To": {"+15550000000"}, "Body": {"hello"}, "NumMedia": {"0"},
		}
		if a := w.texted("one", c.token, form); a.status != c.status {
			t.Errorf("%s signed with %s: %d %s", c.account, c.token, a.status, a.body)
		}
		for _, id := range []string{"one", "two", "three"} {
			n := 0
			for _, found := range w.conversations(id) {
				if found.Contact.Address == form.Get("From") {
					n++
				}
			}
			if want := map[bool]int{true: 1}[id == c.hears]; n != want {
				t.Errorf("%s signed with %s: channel %s has %d conversations, want %d", c.account, c.token, id, n, want)
			}
		}
	}
	var fates []string
	for _, d := range w.deliveries("one") {
		for _, item := range d.Items {
			fates = append(fates, item.Fate+" "+item.Why)
		}
	}
	slices.Reverse(fates)
	sameTexts(t, "the ledger", fates, []string{
		"message ", "message ", "ignored not our number: ACthree +15550000000", "ignored not our number: ACfour +15550000000",
	})
}
