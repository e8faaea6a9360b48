package main_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// passes is a bot that hands over to another one, which hears an event, with n
// messages beside it.
func passes(to string, n int, words func(i int) string) func(*call) {
	return func(c *call) {
		if c.EventName == "WELCOME" {
			c.says()
			return
		}
		all := make([]message, n)
		for i := range all {
			all[i] = message{"message": words(i)}
		}
		all[n-1]["metadata"] = message{"KM_ASSIGN_TO": to, "event": message{"name": "TAKE", "data": message{}}}
		c.says(all...)
	}
}

// TestBotLoops: bots that would go on among themselves for ever are stopped, a
// person gets the conversation, and a line says why.
func TestBotLoops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var said atomic.Int64
	news := func(int) string { return fmt.Sprint("news ", said.Add(1)) }
	rules := []string{}
	loops := []struct {
		channel string
		words   func(int) string
		each    int // messages of an answer
		shown   int // messages on the phone: the answer that was one too many is held back
		why     string
	}{
		{"hops", news, 1, 5, "Bots handed the conversation on 5 times without a word of the contact."},
		{"rate", news, 8, 16, "Bots said more than 20 things within a minute without a word of the contact."},
		{"alike", func(int) string { return "One moment, please." }, 1, 2, "Bots gave the same answer 3 times without a word of the contact."},
	}
	for _, l := range loops {
		one, other := l.channel+"-1", l.channel+"-2"
		w.hire(one, passes(other, l.each, l.words))
		w.hire(other, passes(one, l.each, l.words))
		rules = append(rules, fmt.Sprintf("{channel: %s, bot: %s}", l.channel, one))
	}
	people := map[string]phone{}
	for _, l := range loops {
		people[l.channel] = stranger(w.branch(l.channel))
	}
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, channels: [%s]}", ann, strings.Join(rules, ", "))
	w.start()
	for _, l := range loops {
		people[l.channel].Say("hello")
	}
	for _, l := range loops {
		t.Run(l.channel, func(t *testing.T) {
			w := w.in(t)
			var id int64
			eventually(t, "a person owns it", func() error {
				all := w.conversations(l.channel)
				if len(all) != 1 || all[0].Owner.ID != ann {
					return fmt.Errorf("%+v", all)
				}
				id = all[0].ID
				return nil
			})
			notices := w.notices(id)
			if len(notices) != 1 || !strings.HasPrefix(notices[0], l.why) {
				t.Errorf("notices %q", notices)
			}
			if why := w.why(id)[0]; why.Cause != "bot_fails" {
				t.Errorf("%+v", why)
			}
			eventually(t, "what was said before is on the phone", func() error {
				if n := len(screen(people[l.channel])); n != l.shown {
					return fmt.Errorf("it shows %d messages", n)
				}
				return nil
			})
		})
	}
}

// TestBurst: a bot that wants it so hears together what is written in one go.
func TestBurst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBot(t, unwelcome(repeat))
	w.bots = append(w.bots, b)
	w.employ("patient", b.url, ", burst: 2s")
	w.start()
	for i, who := range w.both() {
		for _, says := range []string{"I have", "a question", "on shoes"} {
			who.Say(says)
		}
		if c := b.hears(t, i+1); c.Message != "I have\na question\non shoes" {
			t.Errorf("%s: it heard %+v", who.channel, c.heard)
		}
		sees(t, who, "re: I have / a question / on shoes")
		conv := w.conversation(who.channel, who.name, nil)
		if all := w.messages(conv.ID); len(all) != 4 {
			t.Errorf("%s: %s", who.channel, brief(all))
		}
	}
	if n := len(b.messages()); n != 2 {
		t.Errorf("it heard %d messages", n)
	}
}
