package main_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"
)

// TestOwnersWhoAreGone: who is taken out of the config owns nothing any more. What
// people had goes to others at once, what a bot had when the contact writes.
func TestOwnersWhoAreGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	both := fmt.Sprintf("[{id: %s, name: Ann}, {id: %s, name: Ben}]", ann, ben)
	alone := fmt.Sprintf("[{id: %s, name: Ann}]", ann)
	teams := "[{id: sales, name: Sales, members: [%s]}, {id: night, name: Night}]"
	old := w.hire("old", nil)
	w.config["agents"], w.config["teams"] = both, fmt.Sprintf(teams, ben)
	w.config["routing"] = "{away_message: Nobody is here.}"
	w.start()
	w.available(ben, "online")
	w.available(ann, "online")
	bens := w.begin("tg", stranger(w.tg), `{"assignee":"`+ben+`","skipRouting":true}`)
	nights := w.begin("tg", stranger(w.tg), `{"teamId":"night"}`)
	z, other := stranger(w.tg), stranger(w.tg)
	olds := w.begin("tg", z, `{"assignee":"old","skipRouting":true}`)
	others := w.begin("tg", other, `{"assignee":"old","skipRouting":true}`)
	if nights.Owner.ID != "night" || olds.Owner.ID != "old" {
		t.Fatalf("%+v %+v", nights, olds)
	}
	old.hearsOf(t, others.ID, "its welcome", named("WELCOME"))

	w.config["agents"], w.config["teams"] = alone, fmt.Sprintf(teams, ann) // Ben has left
	w.hangup()
	w.stands(bens.ID, "open "+ann)
	if why := w.why(bens.ID)[0]; why.Cause != "gone" || why.rules() != "owner_gone automatic*" || !strings.Contains(why.Why[0].Text, "Ben is not configured any more") {
		t.Errorf("%+v", why)
	}
	w.bridge.stop() // and the team and the bot have, at a start
	delete(w.config, "teams")
	w.config["bots"] = strings.ReplaceAll(w.config["bots"], "id: old", "id: young")
	w.config["api_keys"] = strings.ReplaceAll(w.config["api_keys"], "bot: old", "bot: young")
	w.config["routing"] = "{new_conversations_to_bot: young, away_message: Nobody is here.}"
	w.start()
	w.stands(nights.ID, "open "+ann)
	if c := w.thread(nights.ID); c.Team != "" {
		t.Errorf("%+v", c)
	}
	w.stands(olds.ID, "open old")
	z.Say("still there?")
	shows(t, z, "re: still there?")
	w.stands(olds.ID, "open young")
	if why := w.why(olds.ID)[0]; why.Cause != "gone" || why.rules() != "owner_gone channel new_conversations_to_bot*" {
		t.Errorf("%+v", why)
	}
	if heard := old.of(olds.ID); len(heard) != 2 || heard[1].BotID != "young" { // no second welcome
		t.Errorf("%+v", heard)
	}
	w.config["bots"], w.config["routing"], w.config["api_keys"] = "", "{away_message: Nobody is here.}", w.defaults()["api_keys"]
	w.available(ann, "away")
	w.hangup()
	other.Say("hello?")
	shows(t, other, "Nobody is here.")
	w.stands(others.ID, "open ")
}

// TestOurOwnWordsFit: what we say ourselves is shared among as many messages as
// the channel needs, as an answer is.
func TestOurOwnWordsFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := func(word string) string { return strings.Repeat(word+" ", 1000) + "end of " + word }
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, welcome_message: %q, away_message: %q}", ann, long("welcome"), long("nobody"))
	w.config["texts"] = "{resolved: Closed.}"
	w.start()
	for _, who := range w.both() {
		who.Say("hello")
		sees(t, who, "end of nobody")
		c := w.conversation(who.channel, who.name, nil)
		w.resolves(c.ID)
		sees(t, who, "Closed.")
		var all []string
		for _, text := range screen(who) {
			if n := utf8.RuneCountInString(text); n > 4096 {
				t.Errorf("%s: a message of %d letters", who.channel, n)
			}
			all = append(all, strings.Fields(text)...)
		}
		said := strings.Fields(long("welcome") + " " + long("nobody") + " Closed.")
		got := strings.Join(all, " ")
		if want := strings.Join(said, " "); strings.ReplaceAll(got, "/ ", "") != want {
			t.Errorf("%s: %d words, want %d", who.channel, len(all), len(said))
		}
		for _, m := range w.messages(c.ID) {
			if m.Status == "failed" {
				t.Errorf("%s: %+v", who.channel, m)
			}
		}
	}
}

// TestWaitingIsTheRulesToGive: only the rules have a conversation wait, so that
// whatever waits has its place; what is opened again asks them.
func TestWaitingIsTheRulesToGive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["agents"] = withCapacity(1)
	w.config["routing"] = "{queue: true}"
	w.start()
	w.available(ann, "online")
	_, first := w.firstWord()
	_, second := w.firstWord()
	w.stands(first.ID, "open "+ann)
	w.stands(second.ID, "waiting  at 1")
	path := func(id int64) string { return fmt.Sprintf("conversations/%d", id) }
	for _, status := range []any{"waiting", 7, "7"} {
		a := w.ask(annKey, "PATCH", path(first.ID), map[string]any{"status": status, "tags": []string{"x"}})
		if a.status != 422 || a.code() != "invalid" || !strings.Contains(string(a.body), "the rules put it into a queue") {
			t.Errorf("%v: %d %s", status, a.status, a.body)
		}
	}
	if c := w.thread(first.ID); c.Status != "open" || len(c.Tags) != 0 {
		t.Errorf("%+v", c)
	}
	if a := w.ask(annKey, "PATCH", path(second.ID), map[string]any{"status": "waiting"}); a.status != 200 { // as it is
		t.Errorf("%d %s", a.status, a.body)
	}
	w.stands(second.ID, "waiting  at 1")
	w.patch(first.ID, map[string]string{"owner": ""}) // given back, and she is full until then
	w.stands(second.ID, "open "+ann)
	w.stands(first.ID, "waiting  at 1")
	for _, again := range []map[string]string{{"status": "open"}, {"status": "open", "owner": ""}, {"status": "open", "team": ""}} {
		w.resolves(first.ID)
		w.stands(first.ID, "resolved ")
		w.patch(first.ID, again)
		w.stands(first.ID, "waiting  at 1")
	}
}

// TestBotSpeaksByItself: what a bot posts is heeded as what it answers: it hands
// over, and asks for actions, where it owns the conversation.
func TestBotSpeaksByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", unwelcome(repeat))
	expert := w.hire("expert", scripted(map[string]string{"TAKE": `[{"message":"I take it."}]`}))
	w.config["texts"] = `{rate: "How was it?", resolved: Closed.}`
	w.start()
	post := func(w *world, id int64, body string, status int) string {
		w.t.Helper()
		a, err := w.do("POST", fmt.Sprintf("/api/v1/conversations/%d/messages", id), []byte(body), "Api-Key", helperKey, "Content-Type", "application/json")
		if err != nil || a.status != status {
			w.t.Errorf("%s: %d %s %v", body, a.status, a.body, err)
		}
		return string(a.body)
	}
	ask := func(w *world) (phone, int64) {
		z := stranger(w.tg)
		z.Say("hello")
		sees(w.t, z, "re: hello")
		return z, w.conversation("tg", z.User().FirstName, ownedBy("helper")).ID
	}
	w.hold([]sentence{
		{"it hands over to an agent, with its words", func(w *world) {
			z, id := ask(w)
			if got := post(w, id, `{"message":"Ben it is.","metadata":{"KM_ASSIGN_TO":"ben@example.com"}}`, 201); !strings.Contains(got, `"done":["hand_off"]`) || strings.Contains(got, "notices") {
				w.t.Error(got)
			}
			shows(w.t, z, "re: hello", "Ben it is.")
			w.stands(id, "open "+ben)
			if why := w.why(id)[0]; why.Cause != "hand_off" || why.rules() != "hand_off*" {
				w.t.Errorf("%+v", why)
			}
			if got := post(w, id, `{"metadata":{"KM_ASSIGN_TO":""}}`, 409); !strings.Contains(got, "not_owner") {
				w.t.Error(got)
			}
			w.stands(id, "open "+ben)
		}},
		{"it hands over without a word, to the rules, a team or nobody known", func(w *world) {
			for _, c := range []struct{ to, owner string }{{`"KM_ASSIGN_TO":""`, ann}, {`"KM_ASSIGN_TO":"carl"`, ann}, {`"KM_ASSIGN_TEAM":7`, ann}} {
				z, id := ask(w)
				if got := post(w, id, `{"metadata":{`+c.to+`}}`, 202); strings.TrimSpace(got) != `{"done":["hand_off"]}` {
					w.t.Errorf("%q", got)
				}
				w.stands(id, "open "+c.owner)
				sameTexts(w.t, "the phone", screen(z), []string{"re: hello"})
			}
		}},
		{"it hands over to another bot, which hears the event", func(w *world) {
			z, id := ask(w)
			post(w, id, `{"message":"One moment.","metadata":{"KM_ASSIGN_TO":"expert","event":{"name":"TAKE","data":{"topic":"shoes"}}}}`, 201)
			shows(w.t, z, "re: hello", "One moment.", "I take it.")
			if metadata, _ := expert.hearsOf(w.t, id, "TAKE", named("TAKE")).context(w.t); metadata["topic"] != "shoes" {
				w.t.Errorf("%v", metadata)
			}
		}},
		{"it tags, updates the user, asks for a rating and resolves", func(w *world) {
			z, id := ask(w)
			post(w, id, `{"metadata":{"actionRequest":"addTags","payload":{"tags":["vip"]}}}`, 202)
			post(w, id, `{"message":"Noted.","metadata":{"actionRequest":"updateUserDetail","payload":"{\"email\":\"z@example.com\"}"}}`, 201)
			post(w, id, `{"message":"Bye.","metadata":{"actionRequest":"askCSAT"}}`, 201)
			post(w, id, `{"metadata":{"actionRequest":"resolveConversation"}}`, 202)
			c := w.becomes(id, "resolved", func(c thread) bool { return c.Status == "resolved" })
			if fmt.Sprint(c.Tags) != "[vip]" || c.Contact.Email != "z@example.com" {
				w.t.Errorf("%+v", c)
			}
			sees(w.t, z, "How was it?")
		}},
		{"what it resolves with a word for agents alone is told by ours", func(w *world) {
			z, id := ask(w)
			post(w, id, `{"message":"A prankster.","private":true,"metadata":{"actionRequest":"resolveConversation"}}`, 201)
			shows(w.t, z, "re: hello", "Closed.")
		}},
		{"the same key again does nothing twice", func(w *world) {
			z, id := ask(w)
			for range 2 {
				a := w.ask(helperKey, "POST", fmt.Sprintf("conversations/%d/messages", id),
					message{"message": "Ben it is.", "metadata": message{"KM_ASSIGN_TO": ben}}, "Idempotency-Key", fmt.Sprint("to ben ", id))
				if a.status != 201 {
					w.t.Errorf("%d %s", a.status, a.body)
				}
			}
			shows(w.t, z, "re: hello", "Ben it is.")
			if all := w.why(id); len(all) != 2 {
				w.t.Errorf("%+v", all)
			}
		}},
		{"the same key again does nothing twice, without a word either", func(w *world) {
			_, id := ask(w)
			for range 2 {
				a := w.ask(helperKey, "POST", fmt.Sprintf("conversations/%d/messages", id), message{"metadata": message{"KM_ASSIGN_TO": "expert"}}, "Idempotency-Key", fmt.Sprint("away ", id))
				if a.status != 202 || !strings.Contains(string(a.body), "hand_off") {
					w.t.Errorf("%d %s", a.status, a.body)
				}
			}
			paid := func(key string) {
				if a := w.ask(annKey, "POST", fmt.Sprintf("conversations/%d/trigger", id), message{"event": "PAID"}, "Idempotency-Key", key); a.status != 202 {
					w.t.Errorf("%d %s", a.status, a.body)
				}
			}
			for _, key := range []string{"first", "first", "second", "second", "first"} {
				paid(key)
			}
			w.must(annKey, "POST", fmt.Sprintf("conversations/%d/messages", id), message{"type": 5, "contentType": 10, "message": "", "metadata": message{"category": "HIDDEN", "KM_TRIGGER_EVENT": "LAST"}}, nil)
			expert.hearsOf(w.t, id, "LAST", named("LAST"))
			heard := 0
			for _, c := range expert.heard() {
				if c.EventName == "PAID" && c.GroupID == id {
					heard++
				}
			}
			if heard != 2 {
				w.t.Errorf("the bot heard of %d payments", heard)
			}
		}},
		{"what it thinks about meanwhile is too late", func(w *world) {
			thinks, z := newGate(), stranger(w.tg)
			w.bots[0].becomes(unwelcome(func(c *call) { thinks.wait(c); repeat(c) }))
			z.Say("hello")
			id := w.conversation("tg", z.User().FirstName, ownedBy("helper")).ID
			w.bots[0].hearsOf(w.t, id, "it", named(""))
			post(w, id, `{"message":"A person knows.","metadata":{"KM_ASSIGN_TO":"ben@example.com"}}`, 201)
			close(thinks.open)
			w.message(id, "the late answer", func(m entry) bool { return m.Text == "re: hello" && m.Status == "suppressed" })
			shows(w.t, z, "A person knows.")
			w.bots[0].becomes(unwelcome(repeat))
		}},
		{"what says and asks for nothing is refused, and others are not heeded", func(w *world) {
			_, id := ask(w)
			for _, body := range []string{`{"message":""}`, `{"metadata":{}}`, `{"metadata":{"actionRequest":"danceNow"}}`} {
				if got := post(w, id, body, 422); !strings.Contains(got, "asks for nothing") {
					w.t.Error(got)
				}
			}
			a := w.ask(annKey, "POST", fmt.Sprintf("conversations/%d/messages", id), map[string]any{"message": "I am Ann", "metadata": map[string]any{"KM_ASSIGN_TO": ben}})
			if a.status != 201 || !strings.Contains(string(a.body), "only heeded in a bot's") {
				w.t.Errorf("%d %s", a.status, a.body)
			}
			w.stands(id, "open "+ann)
		}},
	})
}

// TestBotsLoopByTheAPI: bots that hand over to each other by what they post are
// stopped as those that answer so.
func TestBotsLoopByTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var said atomic.Int64
	passes := func(key, to string) func(*call) {
		return func(c *call) {
			c.says()
			if c.EventName != "WELCOME" {
				body := fmt.Appendf(nil, `{"message":"news %d","metadata":{"KM_ASSIGN_TO":%q,"event":{"name":"TAKE"}}}`, said.Add(1), to)
				_, _ = w.do("POST", fmt.Sprintf("/api/v1/conversations/%d/messages", c.GroupID), body, "Api-Key", key, "Content-Type", "application/json")
			}
		}
	}
	w.hire("one", passes(helperKey, "two"))
	w.hire("two", passes("key-of-two-which-is-long-enough", "one"))
	w.config["api_keys"] += "\n  - {name: two, key: key-of-two-which-is-long-enough, role: bot, bot: two}"
	w.start()
	z := stranger(w.tg)
	z.Say("hello")
	c := w.conversation("tg", z.User().FirstName, ownedBy(ann))
	if n := w.notices(c.ID); len(n) != 1 || !strings.HasPrefix(n[0], "Bots handed the conversation on 5 times") {
		t.Errorf("%q", n)
	}
	if n := len(screen(z)); n != 5 {
		t.Errorf("%d messages", n)
	}
	if a := w.says(helperKey, c.ID, "me again"); a.status != http.StatusConflict {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestWelcomeOfAHandOver: a bot that gets a conversation with WELCOME and cannot
// answer gives it to people, for the contact waits.
func TestWelcomeOfAHandOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", unwelcome(func(c *call) {
		c.says(message{"message": "Forwarding", "metadata": message{"KM_ASSIGN_TO": "expert", "event": message{"name": "WELCOME", "data": message{}}}})
	}))
	w.hire("expert", fails(http.StatusNotFound))
	w.start()
	z := stranger(w.tg)
	z.Say("hello")
	c := w.conversation("tg", z.User().FirstName, ownedBy(ann))
	if why := w.why(c.ID); why[0].Cause != "bot_fails" || why[1].Cause != "hand_off" || len(w.notices(c.ID)) != 1 {
		t.Errorf("%+v, %q", why, w.notices(c.ID))
	}
	shows(t, z, "Forwarding")
}

// TestBegunFromThePhone: a conversation that somebody of ours began in the phone
// app goes the way of a new one when the contact writes.
func TestBegunFromThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	z := w.lena()
	echo := `{"object":"whatsapp_business_account","entry":[{"id":"waba-1","changes":[{"field":"smb_message_echoes","value":{"messaging_product":"whatsapp",
		"metadata":{"display_phone_number":"15551065","phone_number_id":"1065"},"contacts":[{"profile":{"name":"Lena"},"wa_id":"4915112345678"}],
		"message_echoes":[{"from":"15551065","to":"4915112345678","id":"wamid.echo","timestamp":"1790000000","type":"text","text":{"body":"Shall we talk?"}}]}}]}]}`
	if a, err := w.postWhatsApp("wa", []byte(echo)); err != nil || a.status != 200 {
		t.Fatalf("%+v %v", a, err)
	}
	began := w.conversation("wa", "Lena", nil)
	if began.Owner.Type != "nobody" || len(w.why(began.ID)) != 0 {
		t.Errorf("%+v", began)
	}
	z.Say("yes, please")
	sees(t, z, "re: yes, please")
	if c := w.conversation("wa", "Lena", ownedBy("helper")); c.ID != began.ID || w.why(c.ID)[0].Cause != "new" {
		t.Errorf("%+v", c)
	}
}
