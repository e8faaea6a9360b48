package main_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"causeway/simulator"
)

// sentence is one of Kommunicate's pages that states a behaviour, in our words,
// with its proof.
type sentence struct {
	says  string
	holds func(w *world)
}

// hold proves each sentence in the same world.
func (w *world) hold(all []sentence) {
	for _, s := range all {
		w.t.Run(s.says, func(t *testing.T) { s.holds(w.in(t)) })
	}
}

// thread is a conversation with all that the pages speak of.
type thread struct {
	ID         int64
	Title      string
	Status     string
	StatusCode int `json:"status_code"`
	Team       string
	Owner      owner
	OwnerEpoch int64 `json:"owner_epoch"`
	Tags       []string
	Metadata   map[string]any
	Terms      struct{ Participants []string }
	Contact    person
}

type person struct {
	ID        int64
	UserID    string `json:"user_id"`
	Name      string
	Pseudonym bool
	Email     string
	Phone     string
	ImageLink string `json:"image_link"`
	Metadata  map[string]any
}

func (w *world) thread(id int64) (c thread) {
	w.t.Helper()
	w.must(adminKey, "GET", fmt.Sprintf("conversations/%d", id), nil, &c)
	return c
}

func (w *world) patch(id int64, body any) (c thread) {
	w.t.Helper()
	w.must(adminKey, "PATCH", fmt.Sprintf("conversations/%d", id), body, &c)
	return c
}

// becomes waits for a conversation to be as it should be.
func (w *world) becomes(id int64, what string, is func(thread) bool) thread {
	w.t.Helper()
	var c thread
	eventually(w.t, what, func() error {
		if c = w.thread(id); !is(c) {
			return fmt.Errorf("it is %+v", c)
		}
		return nil
	})
	return c
}

// strangers are numbered, so that each is another person.
var strangers atomic.Int64

// stranger is somebody new on Telegram, who has allowed the bot to write.
func stranger(b *simulator.Bot) *simulator.TelegramPerson {
	n := strangers.Add(1)
	z := b.Person(simulator.TelegramUser{ID: 70000 + n, FirstName: fmt.Sprint("Stranger ", n)})
	z.StartQuietly()
	return z
}

// branch is the Telegram bot of a channel that is added to the config.
func (w *world) branch(channel string) *simulator.Bot {
	token := fmt.Sprintf("82%08d:token", strangers.Add(1))
	w.config["channels"] += w.telegram(channel, token)
	return w.sim.Telegram(simulator.TelegramBot{Token: token, Username: channel})
}

// begin starts a conversation with somebody by the API; settings are JSON, as on
// Kommunicate's pages.
func (w *world) begin(channel string, z *simulator.TelegramPerson, settings string) thread {
	w.t.Helper()
	a := w.tryBegin(channel, fmt.Sprint(z.User().ID), settings)
	var c thread
	if a.status != 201 || json.Unmarshal(a.body, &c) != nil {
		w.t.Fatalf("%s: %d %s", settings, a.status, a.body)
	}
	return c
}

func (w *world) tryBegin(channel, address, settings string) answer {
	w.t.Helper()
	body := map[string]any{}
	if err := json.Unmarshal([]byte(settings), &body); err != nil {
		w.t.Fatalf("%s: %v", settings, err)
	}
	body["channel"], body["address"] = channel, address
	return w.ask(adminKey, "POST", "conversations", body)
}

// context is what a call carries in its metadata, and in KM_CHAT_CONTEXT there.
func (c call) context(t *testing.T) (metadata, context map[string]any) {
	t.Helper()
	if err := json.Unmarshal(c.Metadata, &metadata); err != nil {
		t.Fatal(err)
	}
	context, ok := metadata["KM_CHAT_CONTEXT"].(map[string]any)
	if !ok {
		t.Fatalf("KM_CHAT_CONTEXT is no object: %s", c.Metadata)
	}
	return metadata, context
}

// of are the calls about one conversation.
func (b *bot) of(id int64) []call {
	return slices.DeleteFunc(b.heard(), func(c call) bool { return c.GroupID != id })
}

// hearsOf waits for a call about a conversation.
func (b *bot) hearsOf(t *testing.T, id int64, what string, is func(call) bool) call {
	t.Helper()
	var found call
	eventually(t, "the bot hears "+what, func() error {
		all := b.of(id)
		i := slices.IndexFunc(all, is)
		if i < 0 {
			return fmt.Errorf("it heard %+v", all)
		}
		found = all[i]
		return nil
	})
	return found
}

func named(event string) func(call) bool { return func(c call) bool { return c.EventName == event } }

// scripted is a bot that answers what it hears, an event by its name, as written
// here, and anything else with itself.
func scripted(answers map[string]string) func(*call) {
	return func(c *call) {
		said := c.Message
		if c.EventName != "" {
			said = c.EventName
		}
		answer, ok := answers[said]
		switch {
		case ok:
			c.w.Header().Set("Content-Type", "application/json")
			_, _ = c.w.Write([]byte(answer)) // the bridge may be gone
		case c.EventName != "":
			c.says()
		default:
			repeat(c)
		}
	}
}

// notices are what people on our side were told in a conversation.
func (w *world) notices(id int64) []string {
	w.t.Helper()
	var all []string
	for _, m := range w.messages(id) {
		if m.Sender.Type == "system" && m.Private {
			all = append(all, m.Text)
		}
	}
	return all
}

func shows(t *testing.T, z phone, want ...string) {
	t.Helper()
	sees(t, z, want[len(want)-1])
	if got := screen(z); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the phone shows %q, want %q", got, want)
	}
}
