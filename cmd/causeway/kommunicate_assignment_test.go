package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"causeway/simulator"
)

const (
	carl = "carl@example.com"
	dora = "dora@example.com"
)

// ofAssignment is what the bot of "Conversation Assignment" answers.
var ofAssignment = map[string]string{
	"WELCOME": `[{"message":"I am the helper."}]`,
	"human":   `[{"platform":"kommunicate","message":"our agents will get back to you","metadata":{"KM_ASSIGN_TO":""}}]`,
	"carl":    `[{"message":"Carl it is.","metadata":{"KM_ASSIGN_TO":"carl@example.com"}}]`,
	"team":    `[{"platform":"kommunicate","message":"One of our teammate will get back to you","metadata":{"KM_ASSIGN_TEAM":"54515931"}}]`,
	"expert": `[{"platform":"kommunicate","message":"Forwarding your request to a teammate who is expert in this",
		"metadata":{"KM_ASSIGN_TO":"expert","event":{"name":"CONTEXT","data":{"topic":"shoes"}}}}]`,
	"greeter": `[{"message":"Forwarding","metadata":{"KM_ASSIGN_TO":"expert","event":{"name":"WELCOME","data":{}}}}]`,
}

// TestAssignmentPage: "Conversation Assignment", on rules and hand-offs.
func TestAssignmentPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := scripted(ofAssignment)
	w.hire("helper", func(c *call) {
		if c.Message == "something odd" {
			http.Error(c.w, "I cannot answer", http.StatusNotFound)
			return
		}
		answer(c)
	})
	expert := w.hire("expert", scripted(map[string]string{"WELCOME": `[{"message":"I am the expert."}]`, "CONTEXT": `[{"message":"So it is about shoes."}]`}))
	rules := map[string]*simulator.Bot{}
	for _, channel := range []string{"for-a-bot", "for-an-agent", "for-a-team"} {
		rules[channel] = w.branch(channel)
	}
	w.config["agents"] = fmt.Sprintf("[{id: %s, name: Ann}, {id: %s, name: Ben}, {id: %s, name: Carl}, {id: %s, name: Dora}]", ann, ben, carl, dora)
	w.config["teams"] = fmt.Sprintf("[{id: circle, name: Circle, members: [%s, %s, %s]}, {id: %q, name: Everybody, members: [%s, %s], assignment: notify_everybody, default_agent: %s}]",
		ben, carl, dora, "54515931", ben, carl, ben)
	w.config["routing"] = fmt.Sprintf(`{default_agent: %s, new_conversations_to_bot: helper, welcome_message: Welcome to Acme., away_message: Nobody is here.,
  channels: [{channel: for-a-bot, bot: expert}, {channel: for-an-agent, agent: %s}, {channel: for-a-team, team: circle}]}`, ann, ben)
	w.start()
	w.hold([]sentence{
		{"automatic: in turn, who is offline or away is skipped", func(w *world) {
			w.are(map[string]string{ben: "away", carl: "online", dora: "online", ann: "online"})
			got := map[string]int{}
			for range 6 {
				got[w.begin("tg", stranger(w.tg), `{"teamId":"circle"}`).Owner.ID]++
			}
			if fmt.Sprint(got) != fmt.Sprintf("map[%s:3 %s:3]", carl, dora) {
				w.t.Errorf("%v", got)
			}
		}},
		{"all are offline: the default agent, and the away message", func(w *world) {
			w.are(map[string]string{ben: "away", carl: "offline", dora: "offline", ann: "offline"})
			z := stranger(w.tg)
			if c := w.begin("tg", z, `{"teamId":"circle"}`); c.Owner.ID != ann || c.Team != "circle" {
				w.t.Errorf("%+v", c)
			}
			shows(w.t, z, "Welcome to Acme. / Nobody is here.")
		}},
		{"notify everybody: the default agent, all are told, anybody may take it", func(w *world) {
			w.are(map[string]string{ben: "online", carl: "online"})
			c := w.begin("tg", stranger(w.tg), `{"teamId":"54515931"}`)
			if c.Owner.ID != ben || !w.offered(c.ID) {
				w.t.Errorf("%+v", c)
			}
			path, epoch := fmt.Sprintf("conversations/%d", c.ID), fmt.Sprint(c.OwnerEpoch)
			if a := w.ask(adminKey, "PATCH", path, map[string]string{"owner": carl}, "If-Match", epoch); a.status != 200 {
				w.t.Errorf("%d %s", a.status, a.body)
			}
			if a := w.ask(adminKey, "PATCH", path, map[string]string{"owner": dora}, "If-Match", epoch); a.status != 409 || a.code() != "stale_owner" {
				w.t.Errorf("the second one: %d %s", a.status, a.body)
			}
		}},
		{"of all who take it one wins, also if that is the default agent", func(w *world) {
			for _, first := range []string{ben, carl} {
				c := w.begin("tg", stranger(w.tg), `{"teamId":"54515931"}`)
				path, epoch := fmt.Sprintf("conversations/%d", c.ID), fmt.Sprint(c.OwnerEpoch)
				for i, agent := range []string{first, ben, carl, dora} {
					a := w.ask(adminKey, "PATCH", path, map[string]string{"owner": agent}, "If-Match", epoch)
					if won := a.status == 200; won != (i == 0) || !won && a.code() != "stale_owner" {
						w.t.Errorf("%s, then %s: %d %s", first, agent, a.status, a.body)
					}
				}
				if got := w.thread(c.ID); got.Owner.ID != first {
					w.t.Errorf("%s took it: %+v", first, got)
				}
			}
		}},
		{"new conversations go to the bot, whatever the rules for people; its welcome alone is said", func(w *world) {
			z := stranger(w.tg)
			z.Say("hello")
			shows(w.t, z, "I am the helper.", "re: hello")
			w.conversation("tg", z.User().FirstName, ownedBy("helper"))
		}},
		{"a channel's rule is a bot, an agent or a team", func(w *world) {
			w.are(map[string]string{ben: "away", carl: "offline", dora: "online"})
			for channel, want := range map[string]string{"for-a-bot": "expert", "for-an-agent": ben, "for-a-team": dora} {
				z := stranger(rules[channel])
				z.Say("hello")
				w.conversation(channel, z.User().FirstName, ownedBy(want))
			}
		}},
		{"the bot cannot answer, under notify everybody: the default agent", func(w *world) {
			z := stranger(w.tg)
			c := w.begin("tg", z, `{"teamId":"54515931"}`)
			w.patch(c.ID, map[string]string{"owner": "helper"})
			z.Say("something odd")
			w.becomes(c.ID, "the default agent's", func(c thread) bool { return c.Owner.ID == ben })
			if n := w.notices(c.ID); len(n) != 1 || !strings.Contains(n[0], "could not answer") {
				w.t.Errorf("%q", n)
			}
		}},
		{"the bot cannot answer, under automatic: the agent who is present", func(w *world) {
			w.are(map[string]string{ben: "online", carl: "online", dora: "online"})
			for _, present := range []string{carl, dora, ben} {
				z := stranger(w.tg)
				c := w.begin("tg", z, `{"assignee":"helper","agentIds":["`+present+`"]}`)
				z.Say("something odd")
				w.becomes(c.ID, "given to "+present, func(c thread) bool { return c.Owner.ID == present })
			}
		}},
		{"who takes over from the bot is the owner", func(w *world) {
			z := stranger(w.tg)
			z.Say("hello")
			sees(w.t, z, "re: hello")
			c := w.conversation("tg", z.User().FirstName, nil)
			if a := w.says(annKey, c.ID, "This is Ann."); a.status != 201 {
				w.t.Fatalf("%d %s", a.status, a.body)
			}
			if got := w.thread(c.ID); got.Owner.ID != ann || got.Title != "Ann" {
				w.t.Errorf("%+v", got)
			}
		}},
		{"an empty KM_ASSIGN_TO is the rules", func(w *world) {
			w.are(map[string]string{ben: "offline", carl: "offline", dora: "online", ann: "offline"})
			w.handsOver("human", "our agents will get back to you", dora, "")
		}},
		{"KM_ASSIGN_TO is an agent, whether there or not", func(w *world) {
			w.handsOver("carl", "Carl it is.", carl, "")
		}},
		{"KM_ASSIGN_TEAM is a team", func(w *world) {
			w.handsOver("team", "One of our teammate will get back to you", ben, "54515931")
		}},
		{"KM_ASSIGN_TO is another bot, which hears the event with its data", func(w *world) {
			z, c := w.handsOver("expert", "Forwarding your request to a teammate who is expert in this", "expert", "")
			sees(w.t, z, "So it is about shoes.")
			if metadata, context := expert.hearsOf(w.t, c.ID, "CONTEXT", named("CONTEXT")).context(w.t); metadata["topic"] != "shoes" || context["topic"] != "shoes" {
				w.t.Errorf("%v", metadata)
			}
			z, _ = w.handsOver("greeter", "Forwarding", "expert", "")
			sees(w.t, z, "I am the expert.")
		}},
	})
}

// are sets who is there.
func (w *world) are(statuses map[string]string) {
	w.t.Helper()
	for agent, status := range statuses {
		w.must(adminKey, "PUT", "agents/"+agent+"/availability", map[string]string{"status": status}, nil)
	}
}

// offered reports whether all were told of a conversation.
func (w *world) offered(id int64) bool {
	w.t.Helper()
	for _, e := range w.events() {
		if e.Type == "conversation.offered" && e.Conversation == id && json.Valid(e.Data) {
			return true
		}
	}
	return false
}

// handsOver has somebody say what makes the bot hand over.
func (w *world) handsOver(says, tells, owner, team string) (*simulator.TelegramPerson, thread) {
	w.t.Helper()
	z := stranger(w.tg)
	z.Say(says)
	sees(w.t, z, tells)
	c := w.conversation("tg", z.User().FirstName, ownedBy(owner))
	got := w.thread(c.ID)
	if got.Team != team {
		w.t.Errorf("%s: %+v", says, got)
	}
	return z, got
}
