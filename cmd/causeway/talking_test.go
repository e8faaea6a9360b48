package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"causeway/simulator"
)

const people = 5 // on each channel

// talking is a world in which people on both channels write and tap without a
// pause, and a bot answers each with words of its own and a button. Whatever is
// done to the bridge meanwhile, settled then tells whether anything was lost.
type talking struct {
	*world
	helper *bot
	stream *follower
	quiet  func()   // ends the talk
	swift  []func() // each has a provider answer without delay
}

func newTalking(t *testing.T) *talking {
	t.Helper()
	w := &talking{world: newWorld(t)}
	w.program = plain
	w.helper = w.hire("helper", withButton)
	for _, method := range []string{"sendMessage", "messages"} { // sent, and not answered yet
		w.swift = append(w.swift, w.sim.Fault(simulator.Fault{Method: method, Mode: simulator.FaultSlow, Effect: true, Delay: 10 * time.Millisecond}))
	}
	return w
}

// begin starts the bridge and the talk.
func (w *talking) begin() {
	w.t.Helper()
	w.start()
	w.stream = w.follow()
	w.quiet = w.crowd()
}

// settled ends the talk, waits until all is answered, and compares what the
// providers and phones know with what the bridge has: whatever a provider was
// told to be accepted must be there, once and in order, with one answer of the
// bot; and every answer must have reached the phone. The bridge must be running.
func (w *talking) settled() figures {
	t := w.t
	t.Helper()
	w.quiet()
	ctx, cancel := context.WithTimeout(t.Context(), patience())
	defer cancel()
	if err := w.sim.WaitDelivered(ctx); err != nil {
		t.Fatal(err)
	}
	f := figures{reposted: w.reposted()}
	for i := range people {
		f.add(w.holds(fmt.Sprint(100+i), "tg", fmt.Sprint("T", i), w.tg.Person(telegramUser(i))))
	}
	for i := range people {
		f.add(w.holds(fmt.Sprint(4900100+i), "wa", fmt.Sprint("W", i), w.wa.Person(whatsappUser(i))))
	}
	w.stream.agrees(t)
	f.calls = len(w.helper.heard())
	for _, more := range repeats(w.helper.heard()) {
		f.repeated += more
	}
	f.events = len(w.stream.events())
	return f
}

// figures are what was counted; all of them are of things that went well.
type figures struct {
	cycles, verified                 int
	said, reposted                   int // things said and accepted, each there once; webhooks posted again
	calls, repeated, answers, double int // calls of the bot, those with a webhook-id used before; answers, those that a phone shows twice
	events                           int
}

func (f *figures) add(more figures) {
	f.cycles += more.cycles
	f.verified += more.verified
	f.said += more.said
	f.reposted += more.reposted
	f.calls += more.calls
	f.repeated += more.repeated
	f.answers += more.answers
	f.double += more.double
	f.events += more.events
}

func (f figures) String() string {
	return fmt.Sprintf("%d cycles, %d times verified: %d things said and accepted, each there once and in order, 0 lost; %d webhooks posted again, 0 stored twice; "+
		"%d calls of the bot, %d repeated under the same id; %d answers, each on the phone, %d there twice; %d events without a gap",
		f.cycles, f.verified, f.said, f.reposted, f.calls, f.repeated, f.answers, f.double, f.events)
}

func telegramUser(i int) simulator.TelegramUser {
	return simulator.TelegramUser{ID: int64(100 + i), FirstName: fmt.Sprint("T", i)}
}

func whatsappUser(i int) simulator.WhatsAppUser {
	return simulator.WhatsAppUser{Phone: fmt.Sprint(4900100 + i), Name: fmt.Sprint("W", i)}
}

// withButton answers each message, after a moment, with words of its own and a
// button.
func withButton(c *call) {
	pause(time.Duration(rand.IntN(30)) * time.Millisecond)
	if c.EventName == "WELCOME" {
		c.says()
		return
	}
	c.says(message{"message": answerTo(c.Message, c.Key), "metadata": message{"contentType": "300", "templateId": "6", "payload": []message{
		{"title": "Go on", "message": "tapped"},
	}}})
}

func answerTo(text, key string) string { return fmt.Sprintf("re: %s (%s)", text, key) }

// crowd lets everybody write and tap until the function that it returns is
// called.
func (w *world) crowd() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range people {
		for _, z := range []phone{w.tg.Person(telegramUser(i)), w.wa.Person(whatsappUser(i))} {
			wg.Go(func() {
				for n := 1; ctx.Err() == nil; n++ {
					switch {
					case waiting(z) > 20: // who is told nothing falls silent after a while
					case n%5 == 0:
						_ = z.Tap("Go on") // no button may have come yet
					default:
						z.Say(fmt.Sprint("n", n))
					}
					pause(time.Duration(40+rand.IntN(120)) * time.Millisecond)
				}
			})
		}
	}
	return func() { cancel(); wg.Wait() }
}

// waiting is how many answers are missing on the phone, about.
func waiting(z phone) int {
	n := 0
	for _, s := range z.Screen() {
		if s.From == simulator.Business {
			n--
		} else {
			n++
		}
	}
	return n
}

// holds compares one person's chat with what the bridge has of it.
func (w *world) holds(person, channel, name string, z phone) figures {
	t := w.t
	t.Helper()
	conv := w.conversation(channel, name, nil)
	said := w.sim.Acked(simulator.Filter{Person: person})
	within(t, patience(), "answers on the phone", func() error {
		seen := map[string]bool{}
		for _, s := range z.Screen() {
			if s.From == simulator.Business {
				seen[s.Text] = true
			}
		}
		if len(seen) < len(said) {
			return fmt.Errorf("%s: %d answers to %d", name, len(seen), len(said))
		}
		return nil
	})
	var stored []entry
	within(t, patience(), "answers sent", func() error {
		stored = w.messages(conv.ID)
		answers := 0
		for _, m := range stored {
			switch {
			case m.Private || m.Direction == "in":
			case m.Status == "sent", m.Status == "delivered", m.Status == "read":
				answers++
			case m.Status == "failed":
				t.Fatalf("%s: message %d failed: %+v", name, m.Seq, m.Fault)
			}
		}
		if answers < len(said) {
			return fmt.Errorf("%s: %d answers to %d", name, answers, len(said))
		}
		return nil
	})
	f := figures{said: len(said)}
	w.sameAsSaid(name, said, stored)
	f.answers, f.double = sameOnPhone(t, name, stored, z)
	return f
}

// sameAsSaid: all that was said is stored once, and what the provider delivered
// in order at the first try is in order.
func (w *world) sameAsSaid(name string, said []simulator.Said, stored []entry) {
	t := w.t
	t.Helper()
	at := map[string]int{} // place by the provider's id
	for i, m := range stored {
		if m.Seq != int64(i+1) {
			t.Fatalf("%s: seq %d at place %d", name, m.Seq, i)
		}
		if m.Direction != "in" {
			continue
		}
		if _, twice := at[m.ProviderID]; twice {
			t.Errorf("%s: %s is there twice", name, m.ProviderID)
		}
		at[m.ProviderID] = i
	}
	if len(at) != len(said) {
		t.Errorf("%s: %d messages stored, %d said", name, len(at), len(said))
	}
	last := map[string]int{} // by what the provider keeps in order
	smooth := w.smooth()
	for _, s := range said {
		id, order := s.MessageID, s.Kind
		switch {
		case s.Type == "tap":
			id, order = "cb:"+id, "taps"
		case s.Kind == "telegram":
			id = s.Person + ":" + id
		}
		i, ok := at[id]
		if !ok {
			t.Errorf("%s: lost %+v", name, s)
			continue
		}
		if s.Kind == "whatsapp" && !smooth[s.MessageID] {
			continue // Meta goes on with the next while it tries again
		}
		if i < last[order] {
			t.Errorf("%s: %+v is at place %d, after %d", name, s, i, last[order])
		}
		last[order] = i
	}
}

// smooth are the WhatsApp messages that were taken at the first try.
func (w *world) smooth() map[string]bool {
	taken := map[string]bool{}
	for _, h := range w.sim.Webhooks(simulator.Filter{Kind: "whatsapp"}) {
		for _, s := range h.Said {
			taken[s.MessageID] = h.Tries == 1
		}
	}
	return taken
}

// sameOnPhone: each message has one answer in the store, in order, and on the
// phone at least one, the first of each in the same order.
func sameOnPhone(t *testing.T, name string, stored []entry, z phone) (answers, doubled int) {
	t.Helper()
	var want, got, shown []string
	for _, m := range stored {
		switch {
		case m.Direction == "in":
			want = append(want, answerTo(m.Text, m.Key))
		case !m.Private:
			got = append(got, m.Text)
		}
	}
	for _, s := range z.Screen() {
		switch {
		case s.From != simulator.Business:
		case slices.Contains(shown, s.Text):
			doubled++
		default:
			shown = append(shown, s.Text)
		}
	}
	sameTexts(t, name+": answers stored", got, want)
	sameTexts(t, name+": answers on the phone", shown, want)
	return len(want), doubled
}

// repeats counts, by webhook-id, the calls after the first.
func repeats(calls []call) map[string]int {
	n := map[string]int{}
	for _, c := range calls {
		n[c.id]++
	}
	for id := range n {
		if n[id]--; n[id] == 0 {
			delete(n, id)
		}
	}
	return n
}

// reposted counts the webhooks that were posted more than once.
func (w *world) reposted() int {
	n := 0
	for _, h := range w.sim.Webhooks(simulator.Filter{}) {
		if h.Tries > 1 {
			n++
		}
	}
	return n
}
