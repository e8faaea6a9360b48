package main_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestAsKommunicateWritesIt: what clients and bots of Kommunicate's write in other
// types is understood, and what cannot be is told in words.
func TestAsKommunicateWritesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", scripted(map[string]string{
		"odd details": `[{"metadata":{"actionRequest":"updateUserDetail","payload":{"email":["a@b"],"displayName":7,"imageLink":{},"phoneNumber":null}}}]`,
		"odd deeds":   `[{"message":"Done.","metadata":{"actionRequest":["resolveConversation"]}},{"metadata":{"KM_ASSIGN_TO":"second","event":"TAKE"}}]`,
		"odd person":  `[{"message":"A person.","metadata":{"KM_ASSIGN_TO":{"id":"ben@example.com"}}}]`,
	}))
	second := w.hire("second", nil)
	w.config["teams"] = fmt.Sprintf("[{id: %q, name: Sales, members: [%s]}]", "42", ben)
	w.start()
	hello := func(w *world, says string) int64 {
		z := stranger(w.tg)
		z.Say(says)
		c := w.conversation("tg", z.User().FirstName, nil)
		helper.hearsOf(w.t, c.ID, says, func(c call) bool { return c.Message == says })
		return c.ID
	}
	told := func(w *world, id int64, want ...string) {
		w.t.Helper()
		eventually(w.t, "the notices", func() error {
			if got := w.notices(id); strings.Join(got, "\n") != strings.Join(want, "\n") {
				return fmt.Errorf("%q", got)
			}
			return nil
		})
	}
	w.hold([]sentence{
		{"a status is a number, as a string too", func(w *world) {
			id := hello(w, "hi")
			for _, c := range []struct {
				status any
				want   string
			}{{2, "resolved"}, {"0", "open"}, {3, "spam"}, {0, "open"}, {"2", "resolved"}} {
				if got := w.patch(id, map[string]any{"status": c.status}); got.Status != c.want {
					w.t.Errorf("%v: %+v", c.status, got)
				}
			}
			for _, status := range []any{9, "closed", 2.5} {
				if a := w.ask(annKey, "PATCH", fmt.Sprintf("conversations/%d", id), map[string]any{"status": status}); a.status != 422 || !strings.Contains(string(a.body), "open, waiting, resolved, spam") {
					w.t.Errorf("%v: %d %s", status, a.status, a.body)
				}
			}
		}},
		{"a team is a number", func(w *world) {
			if c := w.patch(hello(w, "hi"), map[string]any{"team": 42}); c.Team != "42" {
				w.t.Errorf("%+v", c)
			}
		}},
		{"a list may be one name, a boolean a number, an object its JSON", func(w *world) {
			c := w.begin("tg", stranger(w.tg), `{"agentIds":"`+ben+`","skipBotEvent":"WELCOME","assignee":"helper","skipRouting":1,"conversationMetadata":"{\"plan\":\"gold\"}",
				"KM_CHAT_CONTEXT":"{\"page\":\"start\"}"}`)
			if fmt.Sprint(c.Terms.Participants) != "["+ben+"]" || c.Owner.ID != "helper" || c.Metadata["plan"] != "gold" || len(helper.of(c.ID)) != 0 {
				w.t.Errorf("%+v", c)
			}
		}},
		{"what is not understood at a start is told by name", func(w *world) {
			for settings, want := range map[string]string{
				`{"assignee":"carl"}`: `no agent and no bot \"carl\"`, `{"agentIds":["carl"]}`: `no agent and no bot \"carl\"`, `{"teamId":7}`: `no team \"7\"`,
				`{"skipRouting":"perhaps"}`: `not \"perhaps\"`, `{"assignee":["ann"]}`: "openapi.json", `{"conversationMetadata":"gold"}`: "an object is wanted",
			} {
				if a := w.tryBegin("tg", "70001", settings); a.status != 422 || !strings.Contains(string(a.body), want) {
					w.t.Errorf("%s: %d %s", settings, a.status, a.body)
				}
			}
		}},
		{"user details that are no text are left out and told of", func(w *world) {
			z := stranger(w.tg)
			z.Say("hi")
			id := w.conversation("tg", fmt.Sprint(z.User().ID), nil).ID
			w.must(annKey, "PATCH", fmt.Sprintf("contacts/%d", w.thread(id).Contact.ID), map[string]string{"email": "z@example.com", "phoneNumber": "+100"}, nil)
			z.Say("odd details")
			told(w, id, "Message 1 of the answer asks for updateUserDetail whose email is no text, which was left out.",
				"Message 1 of the answer asks for updateUserDetail whose imageLink is no text, which was left out.")
			if p := w.thread(id).Contact; p.Name != "7" || p.Email != "z@example.com" || p.Phone != "+100" {
				w.t.Errorf("%+v", p)
			}
		}},
		{"an action that is no text, and an event without a name, are told of", func(w *world) {
			id := hello(w, "odd deeds")
			told(w, id, "Message 1 of the answer asks for an action that is no text, which was left out.", "Message 2 of the answer has an event without a name, of which nobody is told.")
			if c := w.thread(id); c.Owner.ID != "second" || c.Status != "open" || len(second.of(id)) != 0 {
				w.t.Errorf("%+v", c)
			}
			told(w, hello(w, "odd person"), "Message 1 of the answer has a KM_ASSIGN_TO that is no text, and hands over to whoever the rules say.")
		}},
	})
}

// TestSpamIsNotAnswered: no bot answers what people have marked as spam, also if it
// was thinking when they did.
func TestSpamIsNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thinks := newGate()
	helper := w.hire("helper", unwelcome(func(c *call) { thinks.wait(c); repeat(c) }))
	w.start()
	z := stranger(w.tg)
	z.Say("buy this")
	c := w.conversation("tg", z.User().FirstName, nil)
	helper.hearsOf(t, c.ID, "it", named(""))
	z.Say("and that")
	w.message(c.ID, "the second message", func(m entry) bool { return m.Text == "and that" })
	w.patch(c.ID, map[string]string{"status": "spam"})
	close(thinks.open)
	late := w.message(c.ID, "the late answer", func(m entry) bool { return m.Status == "suppressed" })
	if late.Text != "re: buy this" || late.Fault == nil || late.Fault.Code != "spam" {
		t.Errorf("%+v", late)
	}
	for path, body := range map[string]any{"messages": map[string]string{"text": "me again"}, "trigger": map[string]string{"event": "X"}} {
		key := map[string]string{"messages": helperKey, "trigger": annKey}[path]
		if a := w.ask(key, "POST", fmt.Sprintf("conversations/%d/%s", c.ID, path), body); a.status != 422 || !strings.Contains(string(a.body), `"the conversation is marked as spam, which no bot answers"`) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	eventually(t, "what was said meanwhile is over, unheard", func() error {
		if n := w.metrics()[`causeway_queue_tasks{queue="bot"}`]; n != "0" {
			return fmt.Errorf("%s turns", n)
		}
		return nil
	})
	w.patch(c.ID, map[string]string{"status": "open"})
	z.Say("sorry")
	shows(t, z, "re: sorry")
	if n := len(helper.messages()); n != 2 {
		t.Errorf("it heard %d messages", n)
	}
}

// TestContactsThatAreBots: what Telegram says a bot wrote begins no turn, and
// stands in the ledger.
func TestContactsThatAreBots(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", nil)
	w.start()
	robot := strings.Replace(string(telegramText(1, 4711, "beep")), `"is_bot":false`, `"is_bot":true`, 1)
	if a, err := w.postTelegram("tg", []byte(robot)); err != nil || a.status != 200 {
		t.Fatalf("%+v %v", a, err)
	}
	z := stranger(w.tg)
	z.Say("hello")
	shows(t, z, "re: hello")
	if n := len(helper.messages()); n != 1 || len(w.conversations("tg")) != 1 {
		t.Errorf("it heard %d messages in %d conversations", n, len(w.conversations("tg")))
	}
	all := w.deliveries("tg")
	if first := all[len(all)-1]; len(first.Items) != 1 || first.Items[0].Fate != "ignored" || first.Items[0].Why != "a bot wrote it" {
		t.Errorf("%+v", first)
	}
}

// TestWhatLeavesItResolved: a rating that is asked for with the farewell, and a
// reaction, are kept, and open nothing again.
func TestWhatLeavesItResolved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(scripted(map[string]string{
		"bye": `[{"message":"Goodbye!","metadata":{"actionRequest":"askCSAT"}},{"metadata":{"actionRequest":"resolveConversation"}}]`,
	})))
	w.config["texts"] = `{rate: "How was it?"}`
	w.start()
	for _, who := range w.both() {
		who.Say("bye")
		farewell := sees(t, who, "How was it?")
		c := w.conversation(who.channel, who.name, nil)
		w.becomes(c.ID, "resolved", func(c thread) bool { return c.Status == "resolved" })
		if err := who.Tap("😀"); err != nil {
			t.Fatal(err)
		}
		var page struct{ Items []struct{ Rating int } }
		eventually(t, "the rating is kept", func() error {
			if w.must(annKey, "GET", fmt.Sprintf("conversations/%d/feedback", c.ID), nil, &page); len(page.Items) != 1 || page.Items[0].Rating != 10 {
				return fmt.Errorf("%+v", page)
			}
			return nil
		})
		if err := who.phone.(interface{ React(id, emoji string) error }).React(farewell.ID, "👍"); err != nil {
			t.Fatal(err)
		}
		w.message(c.ID, "the reaction", func(m entry) bool { return m.Content.Type == "reaction" })
		if got := w.thread(c.ID); got.Status != "resolved" || len(w.why(c.ID)) != 1 || len(helper.of(c.ID)) != 2 {
			t.Errorf("%s: %+v", who.channel, got)
		}
		who.Say("one more thing")
		sees(t, who, "re: one more thing")
		if got := w.thread(c.ID); got.Status != "open" || w.why(c.ID)[0].Cause != "reopened" {
			t.Errorf("%s: %+v", who.channel, got)
		}
	}
}

// TestClosedBehindAWindow: that a conversation is resolved is told now or never: it
// is not held until the contact writes again, and asks for no template.
func TestClosedBehindAWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["channels"] = strings.Replace(w.config["channels"], "kind: whatsapp-cloud,", "kind: whatsapp-cloud, reopen_template: {name: hello_again, language: en},", 1)
	w.config["texts"] = "{resolved: Closed.}"
	w.start()
	z := w.lena()
	z.Say("hello")
	c := w.conversation("wa", "Lena", nil)
	z.CloseWindow()
	w.resolves(c.ID)
	late := w.message(c.ID, "it fails", func(m entry) bool { return m.Text == "Closed." && m.Status == "failed" })
	if late.Fault == nil || late.Fault.Kind != "window_closed" {
		t.Errorf("%+v", late)
	}
	if all := w.messages(c.ID); len(all) != 2 {
		t.Errorf("%s", brief(all))
	}
	if a := w.says(annKey, c.ID, "One more thing"); a.status != 201 { // which a person says, is held and asks for it
		t.Fatalf("%d %s", a.status, a.body)
	}
	w.message(c.ID, "the template", func(m entry) bool { return m.Content.Type == "template" })
	z.Say("what is it?")
	sees(t, z, "One more thing")
	for _, line := range screen(z) {
		if strings.Contains(line, "Closed.") {
			t.Errorf("%q", screen(z))
		}
	}
}
