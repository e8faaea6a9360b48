package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"causeway/core"
)

func TestPost(t *testing.T) {
	r := newRig(t)
	answers := func(to core.MessageID) string { return fmt.Sprintf(`{"text":"hi","reply_to":%d}`, to) }
	ann := core.Sender{Type: core.FromAgent, ID: "ann", Name: "Ann"}
	for _, c := range []struct {
		name, key, body string
		sender          core.Sender
		status          int
		code            Code
	}{
		{"an agent", annKey, `{"text":"hi"}`, ann, 201, ""},
		{"an agent, named", annKey, `{"text":"hi","as":"ann"}`, ann, 201, ""},
		{"an agent as another", annKey, `{"text":"hi","as":"bob"}`, core.Sender{}, 403, CodeForbidden},
		{"a bot", botKey, `{"text":"hi"}`, core.Sender{Type: core.FromBot, ID: "helper", Name: "Helper"}, 201, ""},
		{"a bot as an agent", botKey, `{"text":"hi","as":"ann"}`, core.Sender{}, 403, CodeForbidden},
		{"an admin as an agent", opsKey, `{"text":"hi","as":"ann"}`, ann, 201, ""},
		{"an admin as nobody", opsKey, `{"text":"hi"}`, core.Sender{}, 422, CodeAsRequired},
		{"an admin as a stranger", opsKey, `{"text":"hi","as":"x"}`, core.Sender{}, 422, CodeUnknownAgent},
		{"an admin as a bot", opsKey, `{"text":"hi","as":"helper"}`, core.Sender{}, 422, CodeUnknownAgent},
		{"an answer", annKey, answers(r.hi), ann, 201, ""},
		{"an answer to another conversation", annKey, answers(r.ho), core.Sender{}, 422, CodeInvalid},
		{"an answer to nothing", annKey, answers(99), core.Sender{}, 422, CodeInvalid},
		{"a broken body", annKey, `{"text":`, core.Sender{}, 400, CodeUnreadable},
		{"an unknown field", annKey, `{"text":"hi","x":1}`, core.Sender{}, 422, CodeInvalid},
	} {
		r.give(r.bots, "helper")
		before := r.messages(r.bots)
		w := r.call("POST", at(r.bots, "/messages"), c.key, c.body)
		var sender core.Sender
		if said := r.messages(r.bots)[len(before):]; len(said) == 1 && said[0].Text == "hi" {
			sender = said[0].Sender
		} else if len(said) > 0 {
			t.Errorf("%s: %+v is stored", c.name, said)
		}
		if w.Code != c.status || sender != c.sender {
			t.Errorf("%s: %d by %+v: %s", c.name, w.Code, sender, w.Body)
		}
		if c.code != "" {
			expect(t, w, c.status, c.code)
		}
	}
}

func TestPostGivesTheMessageBack(t *testing.T) {
	r := newRig(t)
	path := at(r.bots, "/messages")
	w := r.call("POST", path, annKey, `{"text":"hi","keep_owner":true,"private":true}`)
	expect(t, w, 201, "")
	all := r.messages(r.bots)
	said := all[len(all)-1]
	if got := w.Body.String(); !strings.Contains(got, fmt.Sprintf(`"id":%d,`, said.ID)) || !strings.Contains(got, `"content":{"type":"text","body":"hi"}`) || strings.Contains(got, "notices") {
		t.Errorf("answer %s", got)
	}
	if c := r.conversation(r.bots); !said.Private || said.Text != "hi" || c.Owner.ID != "helper" {
		t.Errorf("said %+v, owner %+v", said, c.Owner)
	}
	w = r.call("POST", path, annKey, `{"message":"hi","metadata":{"KM_ASSIGN_TO":"bob"}}`)
	expect(t, w, 201, "")
	if !strings.Contains(w.Body.String(), `"notices":["`) {
		t.Errorf("what was not heeded is not told: %s", w.Body)
	}
	expect(t, r.call("POST", path, botKey, `{"text":"hi"}`), 409, CodeNotOwner) // Ann has taken over
	all = r.messages(r.bots)
	expect(t, r.call("POST", path, annKey, `text=hi`, "Content-Type", "application/x-www-form-urlencoded"), 415, CodeUnsupported)
	expect(t, r.call("POST", path, annKey, ""), 400, CodeUnreadable)
	expect(t, r.call("POST", path, annKey, strings.Repeat(" ", 1<<20)), 413, CodeTooLarge)
	if n := len(r.messages(r.bots)); n != len(all) {
		t.Errorf("%d messages more are stored of what was refused", n-len(all))
	}
	one := *r.dir
	one.Agents = one.Agents[:1]
	r.dir = &one
	expect(t, r.call("POST", path, opsKey, `{"text":"hi"}`), 201, "")
	all = r.messages(r.bots)
	if s := all[len(all)-1].Sender; s.ID != "ann" {
		t.Errorf("with one agent %+v speaks", s)
	}
}

func TestAnAgentWhoSpeaksTakesOver(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ body, owner string }{
		{`{"text":"a","private":true}`, "helper"}, {`{"text":"a","keep_owner":true}`, "helper"}, {`{"text":"a"}`, "ann"},
	} {
		expect(t, r.call("POST", at(r.bots, "/messages"), annKey, c.body), 201, "")
		if o := r.conversation(r.bots).Owner; o.ID != c.owner {
			t.Errorf("%s: %+v owns", c.body, o)
		}
	}
}

// The same idempotency key says nothing twice, and is each caller's own in each
// conversation.
func TestPostOnce(t *testing.T) {
	r := newRig(t)
	post := func(id core.ConversationID, key, once string) (answer string, more int) {
		t.Helper()
		before := len(r.messages(id))
		w := r.call("POST", at(id, "/messages"), key, `{"text":"hi"}`, "Idempotency-Key", once)
		expect(t, w, 201, "")
		return w.Body.String(), len(r.messages(id)) - before
	}
	first, more := post(r.bots, annKey, "k1")
	if more != 1 {
		t.Fatalf("%d messages are stored", more)
	}
	if again, more := post(r.bots, annKey, "k1"); again != first || more != 0 {
		t.Errorf("again stores %d and answers %s", more, again)
	}
	seen := []string{first}
	for _, c := range []struct {
		id        core.ConversationID
		key, once string
	}{{r.bots, annKey, "k2"}, {r.bots, bobKey, "k1"}, {r.anns, annKey, "k1"}} {
		got, more := post(c.id, c.key, c.once)
		if more != 1 || slices.Contains(seen, got) {
			t.Errorf("%v stores %d and answers %s", c, more, got)
		}
		seen = append(seen, got)
	}
}
