package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// candidate is an agent among whom a rule looked.
type candidate struct {
	ID       string
	Open     int
	Capacity int
	Skipped  string
}

// TestWhy: every assignment says which rules were looked at, who was a candidate
// with what load, and why this one; also what went wrong with a bot.
func TestWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["agents"] = fmt.Sprintf("[{id: %s, name: Ann, capacity: 2}, {id: %s, name: Ben}, {id: cem, name: Cem}]", ann, ben)
	w.hire("helper", fails(404))
	w.start()
	w.available(ann, "online")
	w.available(ben, "online")
	for range 4 { // two each
		w.firstWord()
	}
	eventually(t, "the bot has failed", func() error {
		if a, b := w.colleague(ann), w.colleague(ben); a.Open != 2 || b.Open != 2 {
			return fmt.Errorf("%+v %+v", a, b)
		}
		return nil
	})
	_, c := w.firstWord()
	w.stands(c.ID, "open "+ben)
	type told struct {
		ID    int64
		Cause string
		Why   []struct {
			Rule, Text string
			Chosen     bool
			Candidates []candidate
		}
	}
	all := list[told](w, fmt.Sprintf("conversations/%d/why", c.ID), url.Values{})
	if len(all) != 2 || all[0].Cause != "bot_fails" || all[1].Cause != "new" || all[1].Why[1].Text != "New conversations go to bot helper." {
		t.Fatalf("why is %+v", all)
	}
	failed, chosen := all[0].Why[0], all[0].Why[1]
	if failed.Rule != "bot_fails" || !strings.Contains(failed.Text, "404") || !strings.HasSuffix(failed.Text, " So a person is looked for.") {
		t.Errorf("the cause is %q", failed.Text)
	}
	if !chosen.Chosen || chosen.Rule != "automatic" || fmt.Sprint(chosen.Candidates) != fmt.Sprintf("[{%s 2 0 } {%s 2 2 full (2 of 2 open)} {cem 0 0 offline}]", ben, ann) {
		t.Errorf("why Ben: %+v", chosen)
	}
	if !strings.HasPrefix(chosen.Text, "Of all agents it is the turn of Ben (2 open)") {
		t.Errorf("why Ben: %q", chosen.Text)
	}
	var page struct {
		Items []told
		Next  string
	}
	path := fmt.Sprintf("conversations/%d/why?limit=1", c.ID)
	w.must(adminKey, "GET", path, nil, &page)
	if len(page.Items) != 1 || page.Items[0].ID != all[0].ID || page.Next == "" {
		t.Errorf("the first page is %+v", page)
	}
	w.must(adminKey, "GET", path+"&cursor="+page.Next, nil, &page)
	if len(page.Items) != 1 || page.Items[0].ID != all[1].ID {
		t.Errorf("the second page is %+v", page)
	}
}

// TestDryRun: a made-up conversation is answered for by the rules in force, with
// the agents' true turns, and by rules that somebody thinks of; nothing changes.
func TestDryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config["teams"] = fmt.Sprintf("[{id: sales, name: Sales, members: [%s]}]", ben)
	w.start()
	w.available(ann, "online")
	w.available(ben, "online")
	w.firstGoesTo(ann)
	for _, c := range []struct{ body, owner, rules string }{
		{``, ben, "channel new_conversations_to_bot automatic*"}, // it is Ben's turn
		{`,"team":"sales"`, ben, "team automatic*"},
		{`,"to":"ann@example.com","skip_routing":true`, ann, "skip_routing*"},
		{`,"agents":[{"id":"ben@example.com","availability":"away"}]`, ann, "channel new_conversations_to_bot automatic*"},
		{`,"rules":{"channels":[{"channel":"tg","team":"sales"}]}`, ben, "channel automatic*"},
		{`,"rules":{"assignment":"notify_everybody"}`, ann, "channel new_conversations_to_bot notify_everybody*"},
		{`,"rules":{"queue":true},"agents":[{"id":"ann@example.com","availability":"online","open":1,"capacity":1},{"id":"ben@example.com","availability":"offline"}]`, "", "channel new_conversations_to_bot automatic queue*"},
		{`,"cause":"away","owner":{"type":"agent","id":"ben@example.com"},"agents":[{"id":"ben@example.com","availability":"away"}]`, ann, "agent_away automatic*"},
	} {
		a, err := w.do("POST", "/api/v1/routing/dry-run", []byte(`{"channel":"tg"`+c.body+`}`), "Api-Key", annKey, "Content-Type", "application/json")
		var d decision
		if err = errors.Join(err, json.Unmarshal(a.body, &d)); err != nil || a.status != 200 || d.Owner.ID != c.owner || d.rules() != c.rules {
			t.Errorf("%s: %d %s %q", c.body, a.status, a.body, d.rules())
		}
	}
	w.firstGoesTo(ben) // it is still his turn
}
