package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const pin = "canary-7391"

// booking is a form as "Form" has it, delivered to an address and to the bot.
func booking(address string) message {
	field := func(kind string, data message) message { return message{"type": kind, "data": data} }
	return rich("Your booking", "12", []message{
		field("text", message{"label": "Name", "validation": message{"regex": "^[A-Za-zë]{2,}$", "errorText": "A name has letters."}}),
		field("radio", message{"title": "Which day?", "name": "day", "options": []message{{"label": "Monday", "value": "mon"}, {"label": "Tuesday", "value": "tue"}}}),
		field("password", message{"label": "Pin"}),
		field("hidden", message{"name": "lead", "value": "42"}),
		field("submit", message{"name": "Send", "action": message{"message": "Booked", "requestType": "postBackToBotPlatform", "formAction": address}}),
	})
}

// TestForm: a form is asked field by field on each channel, survives a kill, is
// posted and handed to the bot, and its secret is kept nowhere.
func TestForm(t *testing.T) {
	t.Parallel()
	posted := make(chan string, 9)
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted <- string(body)
	}))
	t.Cleanup(shop.Close)
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(func(c *call) {
		if c.Message == "book" {
			c.says(booking(shop.URL))
			return
		}
		repeat(c)
	}))
	w.start()
	for i, who := range w.both() {
		who.Say("book")
		sees(t, who, "Name")
		who.Say("7")
		sees(t, who, "A name has letters.")
		who.Say("Zoë")
		sees(t, who, "Which day?")
		w.bridge.kill()
		w.start()
		if err := who.Tap("Tuesday"); err != nil {
			t.Fatal(err)
		}
		sees(t, who, "Pin")
		who.Say(pin)
		heard := helper.hears(t, 2*i+2)
		var meta struct {
			Context struct {
				FormData map[string]any `json:"formData"`
			} `json:"KM_CHAT_CONTEXT"`
		}
		if err := json.Unmarshal(heard.Metadata, &meta); err != nil {
			t.Fatalf("%s: the bot heard %+v", who.channel, heard)
		}
		data := meta.Context.FormData
		if heard.Message != "Booked" || fmt.Sprint(data) != "map[Name:Zoë Pin:"+pin+" day:tue lead:42]" {
			t.Errorf("%s: the bot heard %q with %v", who.channel, heard.Message, data)
		}
		if got := <-posted; !strings.Contains(got, "Pin="+pin) || !strings.Contains(got, "day=tue") {
			t.Errorf("%s: posted %s", who.channel, got)
		}
	}
	eventually(t, "the pin is kept nowhere", func() error { return w.forgot(pin) })
}

// forgot says where the word still stands: in any file of the world, such as the
// database, what lies beside it, and the log, or in the conversation.
func (w *world) forgot(word string) error {
	if err := w.inFiles(word); err != nil {
		return err
	}
	for _, m := range w.messages(w.conversation("tg", "Zoë", ownedBy("helper")).ID) {
		if strings.Contains(m.Text, word) {
			return fmt.Errorf("message %d has %q", m.ID, word)
		}
	}
	return nil
}
