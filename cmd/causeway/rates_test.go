package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"causeway/simulator"
)

// limited has the world's Telegram channel keep to the provider's rates.
func (w *nodes) limited() {
	w.config["channels"] = fmt.Sprintf("\n  - {id: tg, kind: telegram, token: %q, secret: %s, limits: provider, api_url: %q}", tgToken, tgSecret, w.sim.URL()+"/telegram")
}

// sends are the times of the calls that send to a person, or to anybody if 0.
func (w *nodes) sends(person int) []time.Time {
	var all []time.Time
	for _, c := range w.sim.Calls(simulator.Filter{Kind: "telegram", Method: "sendMessage"}) {
		if person == 0 || c.Params["chat_id"] == strconv.Itoa(person) {
			all = append(all, c.At)
		}
	}
	return all
}

// late is for how long a call may be on its way after its place: what comes later
// gives the place up.
const late = time.Second

// keptTo expects that in no span of time there were more calls than a rate allows.
func keptTo(t *testing.T, what string, calls []time.Time, every time.Duration, burst int) {
	t.Helper()
	for i := range calls {
		for k := i + 1; k < len(calls); k++ {
			within := calls[k].Sub(calls[i])
			if most := burst + int((within+late)/every); k-i+1 > most {
				t.Fatalf("%s: %d calls within %s, at most %d are allowed", what, k-i+1, within, most)
			}
		}
	}
	if n := len(calls); n > 0 {
		t.Logf("%s: %d calls within %s", what, n, calls[n-1].Sub(calls[0]).Round(time.Millisecond))
	}
}

// Two nodes send on one channel no faster than one: neither in all, nor to one
// contact. https://core.telegram.org/bots/faq: thirty a second, one a second in a
// chat, with short bursts.
func TestNodesKeepToARateTogether(t *testing.T) {
	t.Parallel()
	w := newNodes(t, 2)
	w.limited()
	w.helper.becomes(repeat)
	w.start()

	// One contact hears from both nodes in turn.
	const alone, words = 900, 16
	z := w.tg.Person(simulator.TelegramUser{ID: alone, FirstName: "P900"})
	z.Say("hi")
	sees(t, z, "re: hi")
	conv := w.conversation("tg", "P900", nil)
	for n := range words {
		if a := w.all[n%2].says(annKey, conv.ID, fmt.Sprint("w", n)); a.status/100 != 2 {
			t.Fatalf("%d: %s", a.status, a.body)
		}
	}
	within(t, patience(), "what was said is on the phone", func() error { return missing(w.sends(alone), words+1) })
	keptTo(t, "one contact", w.sends(alone), time.Second, 3)

	// Many contacts hear at the same time.
	const persons, each = 100, 3
	for p := range persons {
		for n := range each {
			w.takes(w.all[(p+n)%2], telegramText(10_000+each*p+n, 1000+p, fmt.Sprint("n", n)))
		}
	}
	within(t, patience(), "all are answered", func() error { return missing(w.sends(0), words+1+persons*each) })
	keptTo(t, "the channel", w.sends(0), time.Second/30, 30)
	w.accounted()
}

func missing(calls []time.Time, want int) error {
	if len(calls) < want {
		return fmt.Errorf("%d calls of %d", len(calls), want)
	}
	return nil
}

// takes has a node take a webhook, however often it must be posted.
func (w *nodes) takes(one *world, body []byte) {
	w.t.Helper()
	eventually(w.t, "a webhook is taken", func() error {
		a, err := one.postTelegram("tg", body)
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("%d: %s", a.status, a.body)
		}
		return err
	})
}

// Five faults in a row have a channel rest, whichever nodes met them; an answer of
// the provider to any node ends the row.
func TestNodesCountFaultsTogether(t *testing.T) {
	t.Parallel()
	w := newNodes(t, 2)
	for _, lift := range w.swift {
		lift()
	}
	w.helper.becomes(repeat)
	w.start()
	const persons = 9
	var ids []int64
	for p := range persons {
		z := w.tg.Person(simulator.TelegramUser{ID: int64(800 + p), FirstName: fmt.Sprint("P", 800+p)})
		z.Say("hi")
		sees(t, z, "re: hi")
		ids = append(ids, w.conversation("tg", fmt.Sprint("P", 800+p), nil).ID)
	}
	met := len(w.sends(0))
	say := func(node, person int, text string) {
		t.Helper()
		if a := w.all[node].says(annKey, ids[person], text); a.status/100 != 2 {
			t.Fatalf("%d: %s", a.status, a.body)
		}
		met++
		eventually(t, text, func() error { return missing(w.sends(0), met) })
	}
	shown := func(text string, of int) {
		t.Helper()
		for p := range of {
			sees(t, w.tg.Person(simulator.TelegramUser{ID: int64(800 + p)}), text)
		}
		met = len(w.sends(0))
	}

	// Four faults, two on each node, and a success, twice: the channel goes on.
	for _, text := range []string{"one", "two"} {
		w.sim.Fault(simulator.Fault{Kind: "telegram", Method: "sendMessage", Mode: simulator.FaultError, Status: 500, Times: 4})
		for p := range 5 {
			say(p%2, p, text)
		}
		shown(text, 5)
	}

	// A row is ended beside the sends, after their answers are stored: the last answers must not end the next row.
	pause(2 * time.Second)

	// Five faults over both nodes, and it rests: nobody calls any more.
	lift := w.sim.Fault(simulator.Fault{Kind: "telegram", Method: "sendMessage", Mode: simulator.FaultError, Status: 500})
	defer lift()
	before := len(w.sends(0))
	for p := range 5 {
		if a := w.all[p%2].says(annKey, ids[p], "three"); a.status/100 != 2 {
			t.Fatalf("%d: %s", a.status, a.body)
		}
	}
	for _, one := range w.all {
		eventually(t, "the channel rests", func() error {
			a, err := one.do(http.MethodGet, "/metrics", nil)
			if err == nil && !bytes.Contains(a.body, []byte(`causeway_paused_lanes{channel="tg"}`)) {
				err = errors.New("it does not")
			}
			return err
		})
	}
	calls := w.sends(0)[before:]
	// The first is tried again after some four seconds; a machine that takes so long for the five may have that call too.
	if len(calls) < 5 || len(calls) > 5 && calls[4].Sub(calls[0]) < 3*time.Second {
		t.Errorf("it rests after %d faults, want 5", len(calls))
	}
	for p := 5; p < persons; p++ {
		if a := w.all[p%2].says(annKey, ids[p], "four"); a.status/100 != 2 {
			t.Fatalf("%d: %s", a.status, a.body)
		}
	}
	pause(7 * time.Second)
	if n := len(w.sends(0)) - before - len(calls); n != 0 {
		t.Errorf("the provider that fails was called %d times more", n)
	}
	w.accounted()
}
