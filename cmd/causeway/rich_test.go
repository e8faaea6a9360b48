package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/simulator"
)

// rich is a bot's answer with a template, as "Types of Rich Messages" has them.
func rich(text, template string, payload any) message {
	return message{"message": text, "metadata": message{"contentType": "300", "templateId": template, "payload": payload}}
}

// shownAs is a rich message, and what becomes of it on each channel. PICTURES
// stands for where the bot keeps its pictures.
type shownAs struct {
	name   string
	says   message
	tg, wa []string // what the phone shows
	notes  map[string][]string
}

func answers(pictures string) []shownAs {
	hours, way := "https://example.com/hours", "https://example.com/way"
	return []shownAs{
		{
			name: "links", // template 3
			says: rich("Read on", "3", []message{{"type": "link", "name": "Hours", "url": hours}, {"type": "link", "name": "The way", "url": way}}),
			tg:   []string{"Read on [Hours → " + hours + "] [The way → " + way + "]"},
			wa:   []string{"Read on / Hours: " + hours + " / The way: " + way},
			notes: map[string][]string{
				"wa": {"link_text same", "link_text same"},
			},
		},
		{
			name:  "suggested replies", // template 6
			says:  rich("Soup or cake?", "6", []message{{"title": "Soup", "message": "I want soup"}, {"title": "Cake", "message": "I want cake"}}),
			tg:    []string{"Soup or cake? [Soup] [Cake]"},
			wa:    []string{"Soup or cake? [Soup] [Cake]"},
			notes: map[string][]string{},
		},
		{
			name: "images", // template 9
			says: rich("The house", "9", []message{{"url": pictures + "/a.png", "caption": "In front"}, {"url": pictures + "/b.png"}}),
			tg:   []string{"The house", "(photo) In front", "(photo)"},
			wa:   []string{"The house", "(image) In front", "(image)"},
			notes: map[string][]string{
				"wa": {"album_split same"},
			},
		},
		{
			name: "cards", // template 10
			says: rich("Rooms", "10", []message{
				{"title": "Room 1", "subtitle": "City view", "description": "King bed", "header": message{"imgSrc": pictures + "/1.png", "overlayText": "$90"},
					"buttons": []message{{"name": "Book", "action": message{"type": "quickReply", "payload": message{"message": "Book room 1"}}}}},
				{"title": "Room 2", "header": message{"imgSrc": pictures + "/2.png"},
					"buttons": []message{{"name": "Look", "action": message{"type": "link", "payload": message{"url": way}}}}},
			}),
		},
	}
}

// TestRichMessages: a bot's rich messages as people see them on each channel,
// with what was changed told on the message.
func TestRichMessages(t *testing.T) {
	t.Parallel()
	pictures := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture(t, 1))
	}))
	t.Cleanup(pictures.Close)
	all := answers(pictures.URL)
	w := newWorld(t)
	w.hire("helper", unwelcome(func(c *call) {
		for _, a := range all {
			if a.name == c.Message {
				c.says(a.says, message{"message": "That was: " + c.Message})
			}
		}
	}))
	w.start()
	for _, who := range w.both() {
		for _, a := range all {
			before := len(screen(who))
			who.Say(a.name)
			sees(t, who, "That was: "+a.name)
			got := screen(who)[before:]
			fmt.Printf("%s %s: %q\n", who.channel, a.name, got)
		}
		conv := w.conversation(who.channel, who.name, ownedBy("helper"))
		for _, m := range w.messages(conv.ID) {
			if len(m.Notes) > 0 {
				b, _ := json.Marshal(m.Notes)
				fmt.Println(m.Text, string(b))
			}
		}
	}
	_ = strings.Join
	_ = simulator.Me
}
