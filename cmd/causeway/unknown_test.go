package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"causeway/simulator"
)

// history is every status that the event log tells of a message.
func (w *world) history(id int64) []string {
	w.t.Helper()
	var all []string
	for _, e := range w.events() {
		var data struct {
			Message struct {
				ID     int64
				Status string
			}
		}
		if err := json.Unmarshal(e.Data, &data); err != nil {
			w.t.Fatal(err)
		}
		if data.Message.ID == id && data.Message.Status != "" {
			all = append(all, data.Message.Status)
		}
	}
	return all
}

// timesShown counts how often a phone shows a text.
func timesShown(z phone, text string) int {
	n := 0
	for _, line := range screen(z) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// TestUnknownIsSettledByReports: Meta took the message, and its answer was lost.
// The report on it brings back our own name for the call (biz_opaque_callback_data):
// it was sent, and is not sent again.
func TestUnknownIsSettledByReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	z := w.lena()
	z.Say("hello")
	conv := w.conversation("wa", "Lena", nil)
	for i, mode := range []simulator.FaultMode{simulator.FaultCut, simulator.FaultTruncate, simulator.FaultGarbage} {
		text := fmt.Sprint("said once ", i)
		w.sim.Fault(simulator.Fault{Method: "messages", Mode: mode, Effect: true, Times: 1})
		if a := w.says(annKey, conv.ID, text); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		m := w.message(conv.ID, "it is known to be sent", func(m entry) bool {
			return m.Text == text && (m.Status == "sent" || m.Status == "delivered" || m.Status == "read")
		})
		if m.ProviderID == "" || timesShown(z, text) != 1 {
			t.Errorf("%s: the message is %+v, and shown %d times", mode, m, timesShown(z, text))
		}
	}
	calls := 0
	for _, c := range w.sim.Calls(simulator.Filter{Kind: "whatsapp", Method: "messages"}) {
		if strings.Contains(string(c.Body), "said once") {
			calls++
		}
	}
	if calls != 3 {
		t.Errorf("%d calls for 3 messages", calls)
	}
}

// TestUnknownByPolicy: Telegram tells nothing of what it sent. With resend: once
// the message is sent again, which the contact may see twice; with never it stays
// unknown, and people are told.
func TestUnknownByPolicy(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]struct {
		shown  int
		status string
	}{"once": {2, "sent"}, "never": {1, "unknown"}} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.config["channels"] = strings.TrimSuffix(w.telegram("tg", tgToken), "}") + ", resend: " + policy + "}"
			w.start()
			z := w.zoe()
			z.Say("hello")
			conv := w.conversation("tg", "Zoë", nil)
			w.sim.Fault(simulator.Fault{Method: "sendMessage", Mode: simulator.FaultCut, Effect: true, Times: 1})
			w.says(annKey, conv.ID, "an answer")
			w.message(conv.ID, "it is unknown", func(m entry) bool {
				return m.Text == "an answer" && m.Status == "unknown" && m.Fault != nil && m.Fault.Kind == "unknown"
			})
			m := w.message(conv.ID, "its end", func(m entry) bool { return m.Text == "an answer" && m.Status == want.status })
			w.says(annKey, conv.ID, "the next one")
			sees(t, z, "the next one") // so that the first is over
			if got := timesShown(z, "an answer"); got != want.shown {
				t.Errorf("the phone shows it %d times, want %d", got, want.shown)
			}
			if got := w.history(m.ID); got[0] != "queued" || got[1] != "unknown" || got[len(got)-1] != want.status {
				t.Errorf("the log tells %q", got)
			}
		})
	}
}

// TestUnknownAfterOurDeath: we die between the provider's taking a message and our
// knowing of it. On WhatsApp its report settles it; it is sent once.
func TestUnknownAfterOurDeath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.program = plain
	w.start()
	z := w.lena()
	z.Say("hello")
	conv := w.conversation("wa", "Lena", nil)
	lift := w.sim.Fault(simulator.Fault{Method: "messages", Mode: simulator.FaultHang, Effect: true})
	w.says(annKey, conv.ID, "an answer")
	sees(t, z, "an answer")
	w.bridge.kill()
	lift()
	w.start()
	w.message(conv.ID, "it is known to be sent", func(m entry) bool {
		return m.Text == "an answer" && (m.Status == "sent" || m.Status == "delivered" || m.Status == "read")
	})
	w.says(annKey, conv.ID, "the next one")
	sees(t, z, "the next one")
	if n := timesShown(z, "an answer"); n != 1 {
		t.Errorf("the phone shows it %d times", n)
	}
}
