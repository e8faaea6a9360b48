package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// rich is a message with a template, as "Types of Rich Messages" has them.
func rich(text, template string, payload any) message {
	return message{"message": text, "metadata": message{"contentType": "300", "templateId": template, "payload": payload}}
}

// shownAs is a rich message and what becomes of it, by channel: the lines that
// the phone shows, and the notes on the message.
type shownAs struct {
	name  string
	says  message
	shown map[string][]string
	notes map[string][]string
}

const (
	hours = "https://example.com/hours"
	way   = "https://example.com/way"
)

func richMessages(pictures string) []shownAs {
	cards := func(media string) []string {
		return []string{"Rooms", "(" + media + ") Room 1 / $90 / City view / King bed [Book]", "(" + media + ") Room 2 [Look → " + way + "]"}
	}
	return []shownAs{{
		name: "links", says: rich("Read on", "3", []message{{"type": "link", "name": "Hours", "url": hours}, {"type": "link", "name": "The way", "url": way}}),
		shown: map[string][]string{
			"tg": {"Read on [Hours → " + hours + "] [The way → " + way + "]"},
			"wa": {"Read on / Hours: " + hours + " / The way: " + way},
		},
		notes: map[string][]string{"wa": {"buttons[0] link_text same", "buttons[1] link_text same"}},
	}, {
		name: "suggested replies", says: rich("Soup or cake?", "6", []message{{"title": "Soup", "message": "I want soup"}, {"title": "Cake", "message": "I want cake"}}),
		shown: map[string][]string{"tg": {"Soup or cake? [Soup] [Cake]"}, "wa": {"Soup or cake? [Soup] [Cake]"}},
	}, {
		name: "images", says: rich("The house", "9", []message{{"url": pictures + "/a.png", "caption": "In front"}, {"url": pictures + "/b.png"}}),
		shown: map[string][]string{
			"tg": {"(photo) The house / In front", "(photo)"},
			"wa": {"(image) The house / In front", "(image)"},
		},
		notes: map[string][]string{"wa": {"items album_split same"}},
	}, {
		name: "cards", says: rich("Rooms", "10", []message{
			{"title": "Room 1", "subtitle": "City view", "description": "King bed", "header": message{"imgSrc": pictures + "/1.png", "overlayText": "$90"},
				"buttons": []message{{"name": "Book", "action": message{"type": "quickReply", "payload": message{"message": "Book room 1"}}}}},
			{"title": "Room 2", "header": message{"imgSrc": pictures + "/2.png"},
				"buttons": []message{{"name": "Look", "action": message{"type": "link", "payload": message{"url": way}}}}},
		}),
		shown: map[string][]string{"tg": cards("photo"), "wa": cards("image")},
		notes: map[string][]string{"tg": {"cards cards_as_messages same"}, "wa": {"cards cards_as_messages same"}},
	}}
}

// TestRichMessages: templates 3, 6, 9 and 10 of a bot, as people see them on each
// channel, with what was changed told on the message.
func TestRichMessages(t *testing.T) {
	t.Parallel()
	pictures := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture(t, 1))
	}))
	t.Cleanup(pictures.Close)
	all := append(richMessages(pictures.URL), otherMessages(pictures.URL)...)
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(func(c *call) {
		for _, a := range all {
			if a.name == c.Message {
				c.says(a.says)
				return
			}
		}
		repeat(c)
	}))
	w.start()
	for _, who := range w.both() {
		conv := int64(0)
		for _, a := range all {
			before, said := len(screen(who)), len(w.messagesOf(conv))
			who.Say(a.name)
			eventually(t, who.channel+" "+a.name, func() error {
				if got, want := screen(who)[before:], a.shown[who.channel]; !slices.Equal(got, want) {
					return fmt.Errorf("shown\n%q, want\n%q", got, want)
				}
				return nil
			})
			conv = w.conversation(who.channel, who.name, ownedBy("helper")).ID
			var notes []string
			for _, m := range w.messages(conv)[said:] {
				for _, n := range m.Notes {
					notes = append(notes, n.Path+" "+n.Rule+" "+n.Severity)
				}
			}
			sameTexts(t, who.channel+" "+a.name+": notes", notes, a.notes[who.channel])
		}
		w.picks(helper, who, "Book", "Book room 1")
		w.picks(helper, who, "Cake", "I want cake") // buttons never die
	}
}

// messagesOf is messages where there may be no conversation yet.
func (w *world) messagesOf(id int64) []entry {
	w.t.Helper()
	if id == 0 {
		return nil
	}
	return w.messages(id)
}

// picks taps a button, of which the bot is to hear what it says.
func (w *world) picks(helper *bot, who someone, button, says string) {
	t := w.t
	t.Helper()
	n := len(helper.messages())
	if err := who.Tap(button); err != nil {
		t.Fatal(err)
	}
	if c := helper.hears(t, n+1); c.Message != says || c.EventName != "" {
		t.Errorf("%s: [%s] told the bot %+v", who.channel, button, c.heard)
	}
	sees(t, who, "re: "+says)
}

// TestSpinner: a tap on Telegram is answered at once, however long the bot thinks
// about it.
func TestSpinner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thinking := newGate()
	helper := w.hire("helper", unwelcome(func(c *call) {
		if c.Message == "menu" {
			c.says(rich("Which?", "6", []message{{"title": "Soup", "message": "soup"}}))
			return
		}
		thinking.wait(c)
		repeat(c)
	}))
	w.start()
	z := w.zoe()
	z.Say("menu")
	sees(t, z, "[Soup]")
	if err := z.Tap("Soup"); err != nil {
		t.Fatal(err)
	}
	helper.hears(t, 2)
	eventually(t, "the spinner ends", func() error {
		if n := z.Spinning(); n != 0 {
			return fmt.Errorf("%d spinning", n)
		}
		return nil
	})
	sameTexts(t, "the phone, meanwhile", screen(z), []string{"Which? [Soup]"})
	close(thinking.open)
	sees(t, z, "re: soup")
}

// TestNumberedChoices: more choices than a channel has buttons for become
// numbered text, and a number or a title that is typed is a tap.
func TestNumberedChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(func(c *call) {
		var n int
		if _, err := fmt.Sscanf(c.Message, "menu %d", &n); err != nil {
			repeat(c)
			return
		}
		payload := make([]message, n)
		for i := range payload {
			payload[i] = message{"title": fmt.Sprint("Dish ", i+1), "message": fmt.Sprint("I take dish ", i+1), "replyMetadata": message{"dish": i + 1}}
		}
		c.says(rich("Choose", "6", payload))
	}))
	w.start()
	for _, c := range []struct {
		who   someone
		count int
	}{{w.both()[0], 61}, {w.both()[1], 12}} {
		who := c.who
		n := len(helper.messages())
		who.Say(fmt.Sprint("menu ", c.count))
		shown := sees(t, who, fmt.Sprintf("%d. Dish %d", c.count, c.count))
		if len(shown.Buttons) != 0 || !strings.Contains(shown.Text, "2. Dish 2\n") {
			t.Errorf("%s: %+v", who.channel, shown)
		}
		conv := w.conversation(who.channel, who.name, nil)
		asked := w.message(conv.ID, "the menu", func(m entry) bool { return m.Text == "Choose" })
		if len(asked.Notes) == 0 || asked.Notes[0].Severity != "degraded" || asked.Notes[0].Rule != "numbered" {
			t.Errorf("%s: notes %+v", who.channel, asked.Notes)
		}
		who.Say("2")
		if got := helper.hears(t, n+2); got.Message != "I take dish 2" || !strings.Contains(string(got.Metadata), `"dish":2`) {
			t.Errorf("%s: the bot heard %+v with %s", who.channel, got.heard, got.Metadata)
		}
		sees(t, who, "re: I take dish 2")
		who.Say("2") // a set dies when it is used
		if got := helper.hears(t, n+3); got.Message != "2" {
			t.Errorf("%s: the bot heard %+v", who.channel, got.heard)
		}
		who.Say(fmt.Sprint("menu ", c.count))
		helper.hears(t, n+4)
		w.shownTwice(who, c.count)
		who.Say("DISH 3")
		if got := helper.hears(t, n+5); got.Message != "I take dish 3" {
			t.Errorf("%s: the bot heard %+v", who.channel, got.heard)
		}
	}
}

// shownTwice waits until the menu was sent again.
func (w *world) shownTwice(who someone, count int) {
	w.t.Helper()
	eventually(w.t, "the menu again", func() error {
		n := 0
		for _, line := range screen(who) {
			if strings.Contains(line, fmt.Sprintf("%d. Dish %d", count, count)) {
				n++
			}
		}
		if n != 2 {
			return fmt.Errorf("%d menus", n)
		}
		return nil
	})
}
