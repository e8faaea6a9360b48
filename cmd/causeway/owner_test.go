package main_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
)

// TestAgentWhileBotThinks: an agent who writes while the bot is thinking takes
// over, and what the bot says after that is kept and never sent.
func TestAgentWhileBotThinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thinking := newGate()
	helper := w.hire("helper", unwelcome(func(c *call) {
		thinking.wait(c)
		repeat(c)
	}))
	w.start()
	convs := map[string]int64{}
	for i, who := range w.both() {
		who.Say("hello")
		helper.hears(t, i+1)
		who.Say("still there?") // waits for the bot too
		conv := w.conversation(who.channel, who.name, ownedBy("helper"))
		convs[who.channel] = conv.ID
		if a := w.says(annKey, conv.ID, "This is Ann."); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		sees(t, who, "This is Ann.")
		taken := w.conversation(who.channel, who.name, ownedBy(ann))
		if taken.OwnerEpoch != conv.OwnerEpoch+1 {
			t.Errorf("owner_epoch %d, then %d", conv.OwnerEpoch, taken.OwnerEpoch)
		}
	}
	close(thinking.open)
	for _, who := range w.both() {
		id := convs[who.channel]
		late := w.message(id, "the late answer", func(m entry) bool { return m.Sender.Type == "bot" })
		if late.Status != "suppressed" || late.Text != "re: hello" || late.Fault == nil || late.Fault.Code != "owner_changed" {
			t.Errorf("the late answer is %+v", late)
		}
		if a := w.says(annKey, id, "Anything else?"); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		sees(t, who, "Anything else?")
		sameTexts(t, who.name, screen(who), []string{"This is Ann.", "Anything else?"})
	}
	if n := len(helper.messages()); n != 2 {
		t.Errorf("the bot heard %d messages, and the second of each person was Ann's", n)
	}
}

// TestStaleChange: who changes what changed since it was read changes nothing.
func TestStaleChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	z := w.zoe()
	z.Say("hello")
	sees(t, z, "re: hello")
	conv := w.conversation("tg", "Zoë", ownedBy("helper"))
	path := fmt.Sprintf("conversations/%d", conv.ID)
	to := func(owner string) map[string]string { return map[string]string{"owner": owner} }
	for _, c := range []struct {
		match  string
		owner  string
		status int
		code   string
	}{
		{fmt.Sprint(conv.OwnerEpoch), ann, 200, ""},
		{fmt.Sprint(conv.OwnerEpoch), ben, 409, "stale_owner"},
		{fmt.Sprintf("%q", fmt.Sprint(conv.OwnerEpoch+1)), ben, 200, ""},
		{fmt.Sprint(conv.OwnerEpoch + 100), ann, 409, "stale_owner"},
		{"yesterday", ann, 422, "invalid"},
		{"*", "helper", 200, ""},
		{"*", "nobody@example.com", 422, "unknown_owner"},
	} {
		before := w.conversation("tg", "Zoë", nil)
		a := w.ask(annKey, "PATCH", path, to(c.owner), "If-Match", c.match)
		if a.status != c.status || a.code() != c.code {
			t.Errorf("If-Match %s: %d %s", c.match, a.status, a.body)
		}
		after := w.conversation("tg", "Zoë", nil)
		switch {
		case c.status != 200 && after != before:
			t.Errorf("If-Match %s: refused, and changed %+v to %+v", c.match, before, after)
		case c.status == 200 && (after.Owner.ID != c.owner || after.OwnerEpoch != before.OwnerEpoch+1):
			t.Errorf("If-Match %s: %+v", c.match, after)
		}
	}
	z.Say("again")
	sees(t, z, "re: again")
}

// TestRacingChanges: of many who change the owner at once on the same epoch, one
// does.
func TestRacingChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	w.zoe().Say("hello")
	conv := w.conversation("tg", "Zoë", ownedBy("helper"))
	var mu sync.Mutex
	statuses := map[int]int{}
	atOnce(20, func(i int) {
		body := fmt.Appendf(nil, `{"owner":%q}`, []string{ann, ben}[i%2])
		a, err := w.do("PATCH", fmt.Sprintf("/api/v1/conversations/%d", conv.ID), body,
			"Api-Key", adminKey, "Content-Type", "application/json", "If-Match", fmt.Sprint(conv.OwnerEpoch))
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		statuses[a.status]++
	})
	if got := fmt.Sprint(statuses); got != "map[200:1 409:19]" {
		t.Errorf("statuses %s", got)
	}
}

// TestBotKey: a bot's key speaks where its bot owns, and sees nothing else.
func TestBotKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	z := w.zoe()
	z.Say("hello")
	sees(t, z, "re: hello")
	conv := w.conversation("tg", "Zoë", ownedBy("helper"))
	if a := w.says(helperKey, conv.ID, "by the way"); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	sees(t, z, "by the way")
	w.must(annKey, "PATCH", fmt.Sprintf("conversations/%d", conv.ID), map[string]string{"owner": ann}, nil)
	if a := w.says(helperKey, conv.ID, "and another thing"); a.status != 409 || a.code() != "not_owner" {
		t.Errorf("%d %s", a.status, a.body)
	}
	for path, want := range map[string]int{
		fmt.Sprintf("conversations/%d", conv.ID): 404, fmt.Sprintf("conversations/%d/messages", conv.ID): 404, "deliveries": 403, "events": 403,
	} {
		if a := w.ask(helperKey, "GET", path, nil); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	if a := w.ask("no-such-key", "GET", "conversations", nil); a.status != 401 {
		t.Errorf("without a key: %d", a.status)
	}
	if a := w.says(annKey, conv.ID, "I am here"); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	sees(t, z, "I am here")
	sameTexts(t, "the phone", screen(z), []string{"re: hello", "by the way", "I am here"})
}

// TestIdempotencyKey: the same key again gives the same message, and says nothing
// twice, also at once.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	for _, who := range w.both() {
		who.Say("hello")
		conv := w.conversation(who.channel, who.name, nil)
		var mu sync.Mutex
		ids := map[int64]int{}
		path := fmt.Sprintf("/api/v1/conversations/%d/messages", conv.ID)
		atOnce(20, func(i int) {
			a, err := w.do("POST", path, fmt.Appendf(nil, `{"text":"once %d"}`, i), "Api-Key", annKey, "Content-Type", "application/json", "Idempotency-Key", "k-1")
			var m entry
			if err != nil || a.status != 201 || json.Unmarshal(a.body, &m) != nil {
				t.Errorf("%d %s %v", a.status, a.body, err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[m.ID]++
		})
		if len(ids) != 1 {
			t.Errorf("messages %v", ids)
		}
		if a := w.says(annKey, conv.ID, "last", "Idempotency-Key", "k-2"); a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		sees(t, who, "last")
		if got := screen(who); len(got) != 2 {
			t.Errorf("%s sees %q", who.name, got)
		}
	}
}
