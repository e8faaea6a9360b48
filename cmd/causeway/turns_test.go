package main_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"causeway/simulator"
)

// TestAnswersInOrder: who writes three messages while the bot is thinking gets
// three answers, in order.
func TestAnswersInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thinking := newGate()
	helper := w.hire("helper", func(c *call) {
		thinking.wait(c)
		repeat(c)
	})
	w.start()
	for _, who := range w.both() {
		who.Say("one")
		who.Say("two")
		who.Say("three")
	}
	for _, who := range w.both() {
		conv := w.conversation(who.channel, who.name, nil)
		eventually(t, "three messages recorded", func() error {
			if n := len(w.messages(conv.ID)); n != 3 {
				return fmt.Errorf("%d", n)
			}
			return nil
		})
	}
	eventually(t, "the bot hears the first of each", func() error {
		n := len(helper.heard())
		if n > 2 {
			t.Fatalf("the bot heard %d calls, while it has answered none", n)
		}
		if n < 2 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	close(thinking.open)
	want := []string{"re: one", "re: two", "re: three"}
	for _, who := range w.both() {
		sees(t, who, "re: three")
		sameTexts(t, who.name, screen(who), want)
	}
	heard := map[int64][]string{}
	for _, c := range helper.messages() {
		heard[c.GroupID] = append(heard[c.GroupID], c.Message)
	}
	for _, said := range heard {
		sameTexts(t, "heard", said, []string{"one", "two", "three"})
	}
}

// TestOneBotDown: whatever is wrong with one bot, another bot's conversations go
// on as if nothing were.
func TestOneBotDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	addr := freeAddr(t)
	w.hire("helper", nil)
	w.employ("broken", "http://"+addr+"/", "")
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, channels: [{channel: tg, bot: broken}, {channel: wa, bot: helper}]}", ann)
	w.start()
	hang := newBot(t, (*call).hang)
	t.Cleanup(hang.server.Close)
	person := 0
	for _, ill := range []struct {
		name   string
		answer http.Handler
	}{
		{"refused", nil},
		{"status 500", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })},
		{"hangs", hang},
	} {
		var server *httptest.Server
		if ill.answer != nil {
			server = serveAt(t, addr, ill.answer)
		}
		for range 40 {
			person++
			w.tg.Person(simulator.TelegramUser{ID: int64(person), FirstName: fmt.Sprint("T", person)}).Say("anybody?")
		}
		for i := range 10 {
			who := w.wa.Person(simulator.WhatsAppUser{Phone: fmt.Sprint(4900000 + i), Name: fmt.Sprint("W", i)})
			began := time.Now()
			who.Say(fmt.Sprint(ill.name, " ", i))
			sees(t, who, fmt.Sprint("re: ", ill.name, " ", i))
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s: an answer of the other bot took %s", ill.name, took)
			}
		}
		if server != nil && ill.name != "hangs" {
			server.Close()
		}
	}
	for _, c := range w.conversations("wa") {
		if c.Owner.ID != "helper" {
			t.Errorf("%s has another owner: %+v", c.Contact.Name, c.Owner)
		}
	}
	if n := len(w.conversations("tg")); n != person {
		t.Errorf("%d conversations of the broken bot, want %d", n, person)
	}
}

// serveAt serves at an address that is known already.
func serveAt(t *testing.T, addr string, h http.Handler) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(func() {
		s.CloseClientConnections() // who hangs is to notice
		s.Close()
	})
	return s
}
