package main_test

import (
	"fmt"
	"testing"
)

// TestHandOff: what a bot can do with KM_ASSIGN_TO; its words are always sent.
func TestHandOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := map[string]string{"by the rules": "", "to ben": ben, "to nobody known": "carl@example.com", "to the other bot": "second"}
	w.hire("helper", unwelcome(func(c *call) {
		whom, ok := to[c.Message]
		if !ok {
			repeat(c)
			return
		}
		c.says(message{"message": "I fetch somebody.", "metadata": message{"KM_ASSIGN_TO": whom}})
	}))
	second := w.hire("second", func(c *call) { c.says(message{"message": "second: " + c.Message}) })
	w.start()
	w.must(adminKey, "PUT", "agents/"+ben+"/availability", map[string]string{"status": "online"}, nil)
	for _, c := range []struct {
		says, owner string
		rules       string // that were looked at, the chosen one with a star
		notice      string
	}{
		{"by the rules", ben, "hand_off automatic*", ""}, // the one who is online
		{"to ben", ben, "hand_off*", ""},
		{"to nobody known", ben, "hand_off automatic*", `There is no agent and no bot "carl@example.com".`},
		{"to the other bot", "second", "hand_off*", ""},
	} {
		for _, who := range w.both() {
			if all := w.conversations(who.channel); len(all) > 0 {
				w.must(adminKey, "PATCH", fmt.Sprintf("conversations/%d", all[0].ID), map[string]string{"owner": "helper"}, nil)
			}
			who.Say(c.says)
			sees(t, who, "I fetch somebody.")
			conv := w.conversation(who.channel, who.name, ownedBy(c.owner))
			why := w.why(conv.ID)
			if why[0].Cause != "hand_off" || why[0].Owner.ID != c.owner || why[0].rules() != c.rules {
				t.Errorf("%s, %s: why %+v", who.channel, c.says, why[0])
			}
			if c.notice != "" {
				w.message(conv.ID, "the notice", func(m entry) bool { return m.Private && m.Text == c.notice })
			}
		}
	}
	for _, who := range w.both() {
		who.Say("are you there?")
		sees(t, who, "second: are you there?")
	}
	if n := len(second.messages()); n != 2 {
		t.Errorf("the second bot heard %d messages", n)
	}
}

// TestResolveAndReopen: a bot resolves a conversation; the next message opens the
// same one again and routes it anew, without another welcome.
func TestResolveAndReopen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(func(c *call) {
		switch c.Message {
		case "bye":
			c.says(message{"message": "Goodbye!", "metadata": message{"actionRequest": "resolveConversation"}})
		case "human":
			c.says(message{"message": "One moment.", "metadata": message{"KM_ASSIGN_TO": ann}})
		default:
			repeat(c)
		}
	}))
	w.start()
	for _, who := range w.both() {
		who.Say("bye")
		sees(t, who, "Goodbye!")
		status := func(want string) func(conversation) error {
			return func(c conversation) error {
				if c.Status != want {
					return fmt.Errorf("it is %s", c.Status)
				}
				return nil
			}
		}
		first := w.conversation(who.channel, who.name, status("resolved"))
		who.Say("me again")
		sees(t, who, "re: me again")
		again := w.conversation(who.channel, who.name, status("open"))
		if why := w.why(first.ID); again.ID != first.ID || len(why) != 2 || why[0].Cause != "reopened" || why[0].Owner.ID != "helper" {
			t.Errorf("%s: %+v, why %+v", who.channel, again, why)
		}
		who.Say("human") // and from a person back to the rules
		sees(t, who, "One moment.")
		w.conversation(who.channel, who.name, ownedBy(ann))
		w.must(annKey, "PATCH", fmt.Sprintf("conversations/%d", first.ID), map[string]string{"status": "resolved"}, nil)
		who.Say("and again")
		sees(t, who, "re: and again")
		w.conversation(who.channel, who.name, ownedBy("helper"))
	}
	welcomes := 0
	for _, c := range helper.heard() {
		if c.EventName == "WELCOME" {
			welcomes++
		}
	}
	if welcomes != 2 {
		t.Errorf("%d welcomes for 2 conversations", welcomes)
	}
}

// TestReplyWindow: what a person on our side writes after WhatsApp's window has
// closed is held, and goes out in order when the contact writes; what a bot
// writes then fails at once.
func TestReplyWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	z := w.lena()
	z.Say("hello")
	sees(t, z, "re: hello")
	conv := w.conversation("wa", "Lena", ownedBy("helper"))
	z.CloseWindow()
	if a := w.says(helperKey, conv.ID, "too late"); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	late := w.message(conv.ID, "the bot's message fails", func(m entry) bool { return m.Text == "too late" && m.Status == "failed" })
	if late.Fault == nil || late.Fault.Kind != "window_closed" || late.Fault.Code == "" || late.Fault.Message == "" {
		t.Errorf("the fault is %+v", late.Fault)
	}
	var texts []string
	for i := range 3 {
		texts = append(texts, fmt.Sprint("Ann ", i))
		if a := w.says(annKey, conv.ID, texts[i]); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		held := w.message(conv.ID, "the message is held", func(m entry) bool { return m.Text == texts[i] && m.Status == "held" })
		if held.Fault == nil || held.Fault.Kind != "window_closed" {
			t.Errorf("the fault is %+v", held.Fault)
		}
	}
	sameTexts(t, "the phone, meanwhile", screen(z), []string{"re: hello"})
	z.Say("I am back")
	sees(t, z, "Ann 2")
	sameTexts(t, "the phone", screen(z), append([]string{"re: hello"}, texts...))
	for _, text := range texts {
		w.message(conv.ID, "delivered", func(m entry) bool { return m.Text == text && m.Status == "delivered" && m.Fault == nil })
	}
	z.Read()
	w.message(conv.ID, "read", func(m entry) bool { return m.Text == "Ann 2" && m.Status == "read" })
}
