package main_test

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"causeway/simulator"
)

// TestStopFinishesWork: on SIGTERM what is under way is finished, nothing new is
// begun, and what is left over is done after the next start, once.
func TestStopFinishesWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thinking := newGate()
	helper := w.hire("helper", unwelcome(func(c *call) {
		if c.Message == "one" {
			thinking.wait(c)
		}
		repeat(c)
	}))
	w.start()
	for i, who := range w.both() {
		who.Say("one")
		helper.hears(t, i+1)
		who.Say("two")
		conv := w.conversation(who.channel, who.name, nil)
		eventually(t, "two messages", func() error {
			if n := len(w.messages(conv.ID)); n != 2 {
				return fmt.Errorf("%d", n)
			}
			return nil
		})
	}
	stopping := w.bridge
	w.bridge = nil
	began := time.Now()
	stopping.signal(syscall.SIGTERM)
	eventually(t, "it takes nothing new", func() error {
		if a, err := w.do("GET", "/readyz", nil); err == nil && a.status == 200 {
			return fmt.Errorf("readyz: %d", a.status)
		}
		return nil
	})
	select {
	case <-stopping.ended:
		t.Error("it did not wait for the bot")
	default:
	}
	close(thinking.open)
	<-stopping.ended
	if code, took := stopping.cmd.ProcessState.ExitCode(), time.Since(began); code != 0 || took > 5*time.Second {
		t.Errorf("exit %d after %s", code, took)
	}
	w.start()
	for _, who := range w.both() {
		sees(t, who, "re: two")
		sameTexts(t, who.name, screen(who), []string{"re: one", "re: two"})
	}
	if more := repeats(helper.heard()); len(more) != 0 {
		t.Errorf("the bot heard again: %v", more)
	}
}

// TestStopInTime: a bot that does not answer does not keep the bridge from ending
// within ten seconds, nor does a reader of events.
func TestStopInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", unwelcome((*call).hang))
	w.start()
	w.follow()
	z := w.zoe()
	z.Say("hello")
	helper.hears(t, 1)
	stopping := w.bridge
	w.bridge = nil
	began := time.Now()
	stopping.signal(syscall.SIGTERM)
	<-stopping.ended
	if code, took := stopping.cmd.ProcessState.ExitCode(), time.Since(began); code != 0 || took > 10*time.Second {
		t.Errorf("exit %d after %s", code, took)
	}
	helper.becomes(repeat)
	w.start()
	sees(t, z, "re: hello")
	w.conversation("tg", "Zoë", ownedBy("helper"))
}

// TestStopWithUnusedConnections: clients keep connections in store, and nobody
// waits for those.
func TestStopWithUnusedConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	for range 3 {
		c, err := net.Dial("tcp", w.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	w.zoe().Say("hello") // they are accepted before it
	w.conversation("tg", "Zoë", nil)
	began := time.Now()
	w.bridge.stop()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestStreamAcrossRestarts: a reader of events who comes back with the last id
// misses nothing and hears nothing twice.
func TestStreamAcrossRestarts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	stream := w.follow()
	const rounds, talkers = 4, 5
	for round := range rounds {
		for i := range talkers {
			z := w.tg.Person(simulator.TelegramUser{ID: int64(100 + i), FirstName: fmt.Sprint("T", i)})
			z.Say(fmt.Sprint("round ", round))
			if i == talkers-1 {
				sees(t, z, fmt.Sprint("re: round ", round))
			}
		}
		w.bridge.stop()
		w.start()
	}
	if err := w.sim.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	for i := range talkers {
		z := w.tg.Person(simulator.TelegramUser{ID: int64(100 + i)})
		want := fmt.Sprint("[re: round 0 re: round 1 re: round 2 re: round ", rounds-1, "]")
		eventually(t, "all answers", func() error {
			if got := fmt.Sprint(screen(z)); got != want {
				return fmt.Errorf("%s, want %s", got, want)
			}
			return nil
		})
	}
	stream.agrees(t)
	if len(stream.events()) < rounds*talkers || stream.came < rounds {
		t.Errorf("%d events in %d streams", len(stream.events()), stream.came)
	}
	var page struct{ Items []event }
	w.must(annKey, "GET", "events?after=3&limit=2", nil, &page)
	if len(page.Items) != 2 || page.Items[0].Seq != 4 || page.Items[1].Seq != 5 {
		t.Errorf("a page: %+v", page.Items)
	}
}
