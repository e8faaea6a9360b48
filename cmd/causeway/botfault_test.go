package main_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/simulator"
)

// ill is a way for a bot to fail, and what is to come of it.
type ill struct {
	name   string
	answer func(*call) // nil: nobody listens
	tries  int
	notice string // part of the reason
	says   string // what the person still sees
}

var ills = []ill{
	{"hangs", (*call).hang, 1, "did not answer within 1s", ""},
	{"drips", drips, 1, "did not answer within 1s", ""},
	{"html", sends("text/html", "<html><body>Welcome to nginx</body></html>"), 1, "text/html", ""},
	{"text", sends("application/json", "hello"), 1, "no JSON array", ""},
	{"half", sends("application/json", `[{"message":"hel`), 1, "no JSON array", ""},
	{"large", sends("application/json", `[{"message":"`+strings.Repeat("x", 10<<20)+`"}]`), 1, "more than 256 KB", ""},
	{"notfound", fails(404), 1, "status 404", ""},
	{"unauthorized", fails(401), 1, "status 401", ""},
	{"redirects", redirects, 1, "status 302", ""},
	{"fails", fails(500), 3, "status 500", ""},
	{"unavailable", fails(503), 3, "status 503", ""},
	{"busy", fails(429), 3, "status 429", ""},
	{"cuts", cuts, 3, "broke off", ""},
	{"refuses", nil, 0, "could not be reached", ""},
	{"odd", sends("application/json", `[{"message":"here"},7,{"metadata":{"templateId":"99","payload":[]}},{"nothing":1}]`), 1, "", "here"},
	{"silent", sends("application/json", ``), 1, "", ""},
}

// TestBotFails: a bot that cannot answer gives the conversation to a person, with
// the reason beside it; each bot fails on a channel of its own.
func TestBotFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["channels"] = ""
	rules := make([]string, len(ills))
	bots := map[string]*bot{}
	for i, ill := range ills {
		token := fmt.Sprintf("80000000%02d:token", i)
		w.config["channels"] += w.telegram(ill.name, token)
		w.sim.Telegram(simulator.TelegramBot{Token: token, Username: ill.name})
		rules[i] = fmt.Sprintf("{channel: %s, bot: b-%s}", ill.name, ill.name)
		url := "http://" + freeAddr(t) + "/"
		if ill.answer != nil {
			b := newBot(t, unwelcome(ill.answer))
			bots[ill.name], url = b, b.url
			w.bots = append(w.bots, b)
		}
		w.employ("b-"+ill.name, url, ", timeout: 1s")
	}
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, channels: [%s]}", ann, strings.Join(rules, ", "))
	w.start()
	people := make([]*simulator.TelegramPerson, len(ills))
	for i := range ills { // all at once, since some take their time
		people[i] = w.sim.Telegram(simulator.TelegramBot{Token: fmt.Sprintf("80000000%02d:token", i)}).Person(simulator.TelegramUser{ID: 7, FirstName: "Zoë"})
		people[i].Say("hello")
	}
	for i, ill := range ills {
		t.Run(ill.name, func(t *testing.T) { w.in(t).tookIll(ill, bots[ill.name], people[i]) })
	}
}

// unwelcome is answer for all but the welcome, which is fine.
func unwelcome(answer func(*call)) func(*call) {
	return func(c *call) {
		if c.EventName == "WELCOME" {
			c.says()
			return
		}
		answer(c)
	}
}

func (w *world) tookIll(ill ill, b *bot, z phone) {
	t, owner := w.t, ann
	if ill.notice == "" {
		owner = "b-" + ill.name
	}
	if ill.says != "" {
		sees(t, z, ill.says)
	}
	conv := w.conversation(ill.name, "Zoë", func(c conversation) error {
		if b != nil && len(b.messages()) < ill.tries {
			return fmt.Errorf("tried %d times", len(b.messages()))
		}
		return ownedBy(owner)(c)
	})
	if b != nil {
		tried := b.messages()
		if len(tried) != ill.tries {
			t.Errorf("tried %d times, want %d", len(tried), ill.tries)
		}
		for _, c := range tried {
			if c.id == "" || c.id != tried[0].id || c.Key != tried[0].Key || c.Message != "hello" {
				t.Errorf("a try is %+v, the first %+v", c, tried[0])
			}
		}
	}
	if ill.notice == "" {
		return
	}
	notice := w.message(conv.ID, "a notice", func(m entry) bool { return m.Sender.Type == "system" && strings.Contains(m.Text, "could not answer") })
	if !notice.Private || !strings.Contains(notice.Text, ill.notice) {
		t.Errorf("the notice is %+v, want %q", notice, ill.notice)
	}
	why := w.why(conv.ID)
	if len(why) != 2 || why[0].Cause != "bot_fails" || why[0].Owner.ID != ann || why[0].Epoch != why[1].Epoch+1 || why[0].rules() != "bot_fails automatic default_agent*" {
		t.Errorf("why: %+v", why)
	}
	if got := screen(z); len(got) != 0 {
		t.Errorf("the person sees %q", got)
	}
}

func sends(contentType, body string) func(*call) {
	return func(c *call) {
		c.w.Header().Set("Content-Type", contentType)
		_, _ = c.w.Write([]byte(body)) // the bridge may have read enough
	}
}

// drips sends a byte now and then, for ever.
func drips(c *call) {
	for range 300 {
		if _, err := c.w.Write([]byte(" ")); err != nil || http.NewResponseController(c.w).Flush() != nil {
			return
		}
		select {
		case <-c.gone:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func redirects(c *call) {
	c.w.Header().Set("Location", c.bot.url)
	c.w.WriteHeader(http.StatusFound)
}

func cuts(c *call) {
	if conn, _, err := http.NewResponseController(c.w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// TestWelcomeFails: a greeting that fails changes no owner, and is not tried
// again.
func TestWelcomeFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", func(c *call) {
		if c.EventName == "WELCOME" {
			fails(500)(c)
			return
		}
		repeat(c)
	})
	w.start()
	for _, who := range w.both() {
		who.Say("hello")
		sees(t, who, "re: hello")
		conv := w.conversation(who.channel, who.name, ownedBy("helper"))
		w.message(conv.ID, "a notice", func(m entry) bool {
			return m.Private && strings.Contains(m.Text, "no welcome") && strings.Contains(m.Text, "status 500")
		})
		if why := w.why(conv.ID); len(why) != 1 {
			t.Errorf("why: %+v", why)
		}
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

// TestBotRecovers: a bot that is back in time answers under the same webhook-id,
// and the person never notices.
func TestBotRecovers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", unwelcome(fails(502)))
	w.start()
	for _, who := range w.both() {
		who.Say("hello")
	}
	helper.hears(t, 2)
	helper.becomes(repeat)
	for _, who := range w.both() {
		sees(t, who, "re: hello")
		w.conversation(who.channel, who.name, ownedBy("helper"))
	}
	for id, more := range repeats(helper.heard()) {
		if more > 2 {
			t.Errorf("%s was tried %d times", id, more+1)
		}
	}
}
