package main_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestTapsComeBackWhole: whatever way a person picks, tapping an old button or
// typing its title as people type, the bot hears the text, the button's id and
// its metadata; where used buttons are taken off, a tap that was under way still
// counts.
func TestTapsComeBackWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["channels"] = strings.Replace(w.config["channels"], "kind: telegram,", "kind: telegram, clear_used: true,", 1)
	helper := w.hire("helper", unwelcome(func(c *call) {
		var n int
		if _, err := fmt.Sscanf(c.Message, "menu %d", &n); err != nil {
			repeat(c)
			return
		}
		dish := func(title, id string) message {
			return message{"title": title, "id": id, "message": "I want " + id, "replyMetadata": message{"menu": n, "KM_CHAT_CONTEXT": message{"dish": id}}}
		}
		c.says(rich(fmt.Sprint("Menu ", n), "6", []message{dish("Crème brûlée", fmt.Sprint("creme", n)), dish("Soup of the very long day", fmt.Sprint("soup", n))}))
	}))
	w.start()
	for _, who := range w.both() {
		n := len(helper.messages())
		hears := func(id string, menu int) {
			t.Helper()
			n++
			got := helper.hears(t, n)
			var meta struct {
				Menu    int
				Context struct {
					Dish      string
					Selection struct{ ID, Title string }
				} `json:"KM_CHAT_CONTEXT"`
			}
			if err := json.Unmarshal(got.Metadata, &meta); err != nil {
				t.Fatal(err)
			}
			if got.Message != "I want "+id || meta.Menu != menu || meta.Context.Dish != id || meta.Context.Selection.ID != id {
				t.Errorf("%s: the bot heard %q with %s, not of %s", who.channel, got.Message, got.Metadata, id)
			}
			sees(t, who, "re: I want "+id)
		}
		for menu := 1; menu <= 2; menu++ {
			who.Say(fmt.Sprint("menu ", menu))
			n++
			sees(t, who, fmt.Sprint("Menu ", menu))
		}
		who.Say(" creme BRULEE! ")
		hears("creme2", 2)
		conv := w.conversation(who.channel, who.name, ownedBy("helper"))
		first := w.message(conv.ID, "the first menu", func(m entry) bool { return m.Text == "Menu 1" })
		if who.channel == "wa" {
			if err := who.Tap("Soup of the very long d…"); err != nil { // all that a row has room for
				t.Fatal(err)
			}
			hears("soup2", 2)
			continue
		}
		tap := fmt.Appendf(nil, `{"update_id":900001,"callback_query":{"id":"1","chat_instance":"1","from":{"id":5512345678,"is_bot":false,"first_name":"Zoë"},
			"message":{"message_id":2,"date":1790000000,"chat":{"id":5512345678,"type":"private"},"text":"Menu 1"},"data":"%s.1"}}`, strconv.FormatInt(first.ID, 36))
		if a, err := w.postTelegram("tg", tap); err != nil || a.status != 200 {
			t.Fatalf("%d %s %v", a.status, a.body, err)
		}
		hears("soup1", 1)
		if err := who.Tap("Soup of the very long day"); err != nil {
			t.Fatal(err)
		}
		hears("soup2", 2)
		eventually(t, "the used buttons are taken off", func() error {
			for _, line := range screen(who) {
				if strings.HasPrefix(line, "Menu 2 [") {
					return fmt.Errorf("the phone shows %q", line)
				}
			}
			return nil
		})
	}
}
