package main_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestFormAndHandOff: a form waits while a person owns the conversation, what is
// typed at its secret question meanwhile is a secret too, and the bot's form goes
// on when it owns again. "back" and "cancel" are understood, and whoever reads
// along reads no secret.
func TestFormAndHandOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	field := func(kind, label string) message { return message{"type": kind, "data": message{"label": label}} }
	helper := w.hire("helper", unwelcome(func(c *call) {
		if c.Message == "form" {
			c.says(rich("Your details", "12", []message{
				field("text", "Name"), field("password", "Pin"), field("text", "City"),
				{"type": "submit", "data": message{"name": "Send", "requestType": "postBackToBotPlatform"}},
			}))
			return
		}
		repeat(c)
	}))
	w.start()
	events := w.follow()
	for _, who := range w.both() {
		heard := len(helper.messages())
		who.Say("form")
		sees(t, who, "Name")
		who.Say("Zoë")
		sees(t, who, "Pin")
		conv := w.conversation(who.channel, who.name, ownedBy("helper"))
		path := fmt.Sprintf("conversations/%d", conv.ID)
		w.must(adminKey, "PATCH", path, message{"owner": ann}, nil)
		who.Say("canary-1111")
		w.message(conv.ID, "the secret, masked", func(m entry) bool { return m.Direction == "in" && m.Text == "••••••" })
		w.must(adminKey, "PATCH", path, message{"owner": "helper"}, nil)
		who.Say("canary-2222")
		sees(t, who, "City")
		who.Say("BACK.")
		eventually(t, "the pin is asked again", func() error {
			if n := strings.Count(strings.Join(screen(who), "\n"), "Pin"); n != 2 {
				return fmt.Errorf("asked %d times", n)
			}
			return nil
		})
		who.Say("canary-3333")
		eventually(t, "the city is asked again", func() error {
			if n := strings.Count(strings.Join(screen(who), "\n"), "City"); n != 2 {
				return fmt.Errorf("asked %d times", n)
			}
			return nil
		})
		who.Say("Oslo")
		got := helper.hears(t, heard+2)
		if got.Message != "Send" || !strings.Contains(string(got.Metadata), `{"City":"Oslo","Name":"Zoë","Pin":"canary-3333"}`) {
			t.Errorf("%s: the bot heard %q with %s", who.channel, got.Message, got.Metadata)
		}
		sees(t, who, "re: Send")
		who.Say("form")
		helper.hears(t, heard+3)
		eventually(t, "the name is asked again", func() error {
			if n := strings.Count(strings.Join(screen(who), "\n"), "Name"); n != 2 {
				return fmt.Errorf("asked %d times", n)
			}
			return nil
		})
		who.Say("Cancel")
		eventually(t, "the bot hears that it ended", func() error {
			last := helper.heard()[len(helper.heard())-1]
			if last.EventName != "FORM_ENDED" || !strings.Contains(string(last.Metadata), `"reason":"cancelled"`) {
				return fmt.Errorf("it heard %+v with %s", last.heard, last.Metadata)
			}
			return nil
		})
	}
	w.readsAlong(events, "canary-")
}

// readsAlong fails if a word stands in what can be read of the conversations: in
// the event stream, the messages, the ledger or the log.
func (w *world) readsAlong(events *follower, word string) {
	w.t.Helper()
	for _, e := range append(w.events(), events.events()...) {
		if strings.Contains(string(e.Data), word) {
			w.t.Errorf("event %d of %s has %q: %s", e.Seq, e.Type, word, e.Data)
		}
	}
	for _, who := range w.both() {
		conv := w.conversation(who.channel, who.name, nil)
		pages := []string{"conversations?", fmt.Sprintf("conversations/%d?", conv.ID), fmt.Sprintf("conversations/%d/messages?limit=200", conv.ID), "deliveries?limit=200"}
		for _, d := range w.deliveries(who.channel) {
			pages = append(pages, fmt.Sprintf("deliveries/%d", d.ID))
		}
		for _, page := range pages {
			if a := w.ask(adminKey, "GET", page, nil); strings.Contains(string(a.body), word) {
				w.t.Errorf("%s has %q: %s", page, word, a.body)
			}
		}
	}
	if strings.Contains(w.log(), word) {
		w.t.Errorf("the log has %q", word)
	}
}
