package main_test

import (
	"strings"
	"testing"
)

// TestNative: a bot's own call for a kind stands in place of what we would make
// of the message there, its taps come back whole, and who gets it is not the
// bot's to say.
func TestNative(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	button := func(n int, text string) message {
		return message{"text": text, "callback_data": "{{tap:" + string(rune('0'+n)) + "}}"}
	}
	helper := w.hire("helper", unwelcome(func(c *call) {
		m := rich("Soup or cake?", "6", []message{{"title": "Soup", "message": "I want soup", "replyMetadata": message{"dish": 1}}, {"title": "Cake"}})
		own := message{"telegram": message{"op": "sendMessage", "body": message{
			"text": "<b>Today</b>", "parse_mode": "HTML", "reply_markup": message{"inline_keyboard": [][]message{{button(0, "🍲")}, {button(1, "🍰")}}},
		}}, "whatsapp-cloud": message{"op": "messages", "body": message{"to": "4915100000000", "type": "text", "text": message{"body": "stolen"}}}}
		switch c.Message {
		case "menu":
			m["metadata"].(message)["causeway"] = message{"native": own}
			c.says(m)
		default:
			repeat(c)
		}
	}))
	w.start()
	z, l := w.both()[0], w.both()[1]
	z.Say("menu")
	if shown := onPhone(sees(t, z, "Today")); shown != "<b>Today</b> [🍲] [🍰]" && shown != "Today [🍲] [🍰]" {
		t.Errorf("the phone shows %q", shown)
	}
	if err := z.Tap("🍲"); err != nil {
		t.Fatal(err)
	}
	if got := helper.hears(t, 2); got.Message != "I want soup" || !strings.Contains(string(got.Metadata), `"dish":1`) {
		t.Errorf("the bot heard %+v with %s", got.heard, got.Metadata)
	}
	sees(t, z, "re: I want soup")
	l.Say("menu")
	sees(t, l, "Soup or cake? [Soup] [Cake]")
	asked := func(who someone) entry {
		conv := w.conversation(who.channel, who.name, ownedBy("helper"))
		return w.message(conv.ID, "the menu", func(m entry) bool { return m.Text == "Soup or cake?" })
	}
	if n := asked(z).Notes; len(n) != 1 || n[0].Rule != "native" || n[0].Severity != "same" {
		t.Errorf("notes %+v", n)
	}
	if n := asked(l).Notes; len(n) != 1 || n[0].Rule != "native_refused" || n[0].Severity != "degraded" {
		t.Errorf("notes %+v", n)
	}
}
