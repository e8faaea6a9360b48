package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestSubmitButtons: a submit button is carried out by the bridge, which says so
// in the conversation; the bot hears what the tap says. An address that is not
// for the outside is refused, and that is told too.
func TestSubmitButtons(t *testing.T) {
	t.Parallel()
	posted := make(chan string, 9)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted <- r.Header.Get("Content-Type") + " " + string(body)
		if r.URL.Path == "/closed" {
			http.Error(w, "no", http.StatusForbidden)
		}
	}))
	t.Cleanup(shop.Close)
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(func(c *call) {
		if !strings.HasPrefix(c.Message, "pay ") {
			repeat(c)
			return
		}
		m := rich("Well?", "3", []message{{"name": c.Message[4:], "replyText": "I pay", "replyMetadata": message{"cart": 7}}})
		meta, _ := m["metadata"].(message)
		meta["formData"] = message{"amount": "10"}
		switch c.Message {
		case "pay json":
			meta["formAction"], meta["requestType"] = shop.URL, "json"
		case "pay form":
			meta["formAction"] = shop.URL
		case "pay closed":
			meta["formAction"] = shop.URL + "/closed"
		case "pay inside":
			meta["formAction"] = "http://10.255.255.1/pay"
		}
		c.says(m)
	}))
	w.start()
	for _, who := range w.both() {
		for _, c := range []struct{ button, posts, outcome string }{
			{"json", `application/json {"amount":"10"}`, "The button “json” was carried out."},
			{"form", "application/x-www-form-urlencoded amount=10", "The button “form” was carried out."},
			{"closed", "application/x-www-form-urlencoded amount=10", "The button “closed” could not be carried out: "},
			{"inside", "", "The button “inside” could not be carried out: "},
		} {
			heard := len(helper.messages())
			who.Say("pay " + c.button)
			sees(t, who, "["+c.button+"]")
			if err := who.Tap(c.button); err != nil {
				t.Fatal(err)
			}
			if got := helper.hears(t, heard+2); got.Message != "I pay" || !strings.Contains(string(got.Metadata), `"cart":7`) {
				t.Errorf("%s: the bot heard %q with %s", who.channel, got.Message, got.Metadata)
			}
			if c.posts != "" {
				if got := <-posted; got != c.posts {
					t.Errorf("%s: posted %q, want %q", who.channel, got, c.posts)
				}
			}
			conv := w.conversation(who.channel, who.name, ownedBy("helper"))
			w.message(conv.ID, c.outcome, func(m entry) bool { return m.Sender.Type == "system" && strings.HasPrefix(m.Text, c.outcome) })
		}
	}
	if len(posted) > 0 {
		t.Error(fmt.Sprint("posted once more: ", <-posted))
	}
}
