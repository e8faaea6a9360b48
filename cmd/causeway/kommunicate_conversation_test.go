package main_test

import (
	"fmt"
	"slices"
	"testing"
)

// TestConversationPage: "Conversation", on how conversations are started.
func TestConversationPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", scripted(map[string]string{"WELCOME": `[{"message":"I am the helper."}]`}))
	w.hire("second", nil)
	ruled := w.branch("ruled")
	w.config["teams"] = fmt.Sprintf("[{id: %q, name: Sales, members: [%s], default_agent: %s}, {id: front, name: Front, members: [%s]}]", "42", ben, ben, ann)
	w.config["routing"] = fmt.Sprintf("{default_agent: %s, default_team: front, channels: [{channel: ruled, agent: %s}], welcome_message: Welcome to Acme.}", ann, ben)
	w.start()
	w.hold([]sentence{
		{"nothing is passed, and the rules choose", func(w *world) {
			z := stranger(w.tg)
			if c := w.begin("tg", z, `{}`); c.Owner.ID != ann || c.Team != "front" {
				w.t.Errorf("%+v", c)
			}
			shows(w.t, z, "Welcome to Acme.")
		}},
		{"empty values bring the rules back", func(w *world) {
			settings := `{"defaultAgentIds":[],"defaultBotIds":[],"defaultAssignee":"","skipBotEvent":"","skipRouting":false,"teamId":""}`
			if c := w.begin("tg", stranger(w.tg), settings); c.Owner.ID != ann || c.Team != "front" || len(c.Terms.Participants) != 0 {
				w.t.Errorf("%+v", c)
			}
		}},
		{"the default assignee gets it, an agent or a bot", func(w *world) {
			for settings, want := range map[string]string{
				`{"defaultAssignee":"helper"}`: "helper", `{"assignee":"helper","skipRouting":"true"}`: "helper",
				`{"defaultAssignee":"` + ben + `","skipRouting":true}`: ben,
			} {
				if c := w.begin("tg", stranger(w.tg), settings); c.Owner.ID != want {
					w.t.Errorf("%s: %+v", settings, c)
				}
			}
		}},
		{"no assignee is the default agent, also without the rules", func(w *world) {
			for channel, bot := range map[string]string{"tg": `{"botIds":["helper"]}`, "ruled": `{"skipRouting":true}`} {
				z := stranger(w.tg)
				if channel == "ruled" {
					z = stranger(ruled)
				}
				if c := w.begin(channel, z, bot); c.Owner.ID != ann {
					w.t.Errorf("%s: %+v", bot, c)
				}
			}
		}},
		{"an assignee needs skipRouting where a rule names one", func(w *world) {
			for settings, want := range map[string]string{
				`{"assignee":"` + ann + `"}`: ben, `{"assignee":"` + ann + `","skipRouting":true}`: ann, `{"assignee":"` + ann + `","skipRouting":"true"}`: ann,
			} {
				if c := w.begin("ruled", stranger(ruled), settings); c.Owner.ID != want {
					w.t.Errorf("%s: %+v", settings, c)
				}
			}
		}},
		{"the default agents and bots are present", func(w *world) {
			settings := `{"defaultAgentIds":["` + ann + `","` + ben + `"],"defaultBotIds":["helper"],"agentId":"` + ben + `"}`
			c := w.begin("tg", stranger(w.tg), settings)
			slices.Sort(c.Terms.Participants)
			if fmt.Sprint(c.Terms.Participants) != fmt.Sprint([]string{ann, ben, "helper"}) {
				w.t.Errorf("%+v", c)
			}
			for _, unknown := range []string{`{"agentIds":["carl@example.com"]}`, `{"assignee":"nobody"}`, `{"teamId":7}`} {
				if a := w.tryBegin("tg", "70001", unknown); a.status != 422 {
					w.t.Errorf("%s: %d %s", unknown, a.status, a.body)
				}
			}
		}},
		{"WELCOME_MESSAGE is said instead of the configured one", func(w *world) {
			z := stranger(w.tg)
			w.begin("tg", z, `{"WELCOME_MESSAGE":"Hello from the shop"}`)
			shows(w.t, z, "Hello from the shop")
		}},
		{"it does not override the welcome of a bot", func(w *world) {
			z := stranger(w.tg)
			w.begin("tg", z, `{"WELCOME_MESSAGE":"Hello from the shop","assignee":"helper"}`)
			shows(w.t, z, "I am the helper.")
		}},
		{"bots do not hear the events that are skipped", func(w *world) {
			for _, skip := range []string{`["WELCOME_EVENT"]`, `["WELCOME"]`, `"[\"WELCOME_EVENT\"]"`, `"[\"WELCOME\",\"OTHER\"]"`} {
				z := stranger(w.tg)
				c := w.begin("tg", z, `{"assignee":"helper","skipBotEvent":`+skip+`}`)
				z.Say("hi")
				shows(w.t, z, "re: hi")
				if all := helper.of(c.ID); len(all) != 1 || all[0].EventName != "" {
					w.t.Errorf("%s: it heard %+v", skip, all)
				}
			}
		}},
		{"another event may be the welcome", func(w *world) {
			c := w.begin("tg", stranger(w.tg), `{"assignee":"helper","customWelcomeEvent":"GREET"}`)
			helper.hearsOf(w.t, c.ID, "GREET", named("GREET"))
			if all := helper.of(c.ID); len(all) != 1 {
				w.t.Errorf("it heard %+v", all)
			}
		}},
		{"a team's own rules hold for a conversation with teamId", func(w *world) {
			for _, id := range []string{`42`, `"42"`} {
				if c := w.begin("tg", stranger(w.tg), `{"teamId":`+id+`}`); c.Team != "42" || c.Owner.ID != ben {
					w.t.Errorf("%s: %+v", id, c)
				}
			}
		}},
		{"the title is given, or the assignee's name", func(w *world) {
			for settings, want := range map[string][2]string{
				`{"defaultGroupName":"Order 42"}`: {"Order 42", "Order 42"}, `{}`: {"Ann", "Ben"}, `{"title":"Order 7"}`: {"Order 7", "Order 7"},
				`{"conversationTitle":"Order 8","assignee":"helper"}`: {"Order 8", "Ben"}, // the page “Authentication”: until a person of the team has it
			} {
				c := w.begin("tg", stranger(w.tg), settings)
				if then := w.patch(c.ID, map[string]string{"owner": ben}); c.Title != want[0] || then.Title != want[1] {
					w.t.Errorf("%s: %q, then %q", settings, c.Title, then.Title)
				}
			}
		}},
		{"conversationMetadata is shown to agents, and told to bots", func(w *world) {
			z := stranger(w.tg)
			c := w.begin("tg", z, `{"assignee":"helper","conversationMetadata":{"key1":"value1","key2":"value2"}}`)
			if got := w.patch(c.ID, map[string]any{"metadata": map[string]any{"key2": "new", "key3": 3, "key1": nil}}).Metadata; fmt.Sprint(got) != "map[key2:new key3:3]" {
				w.t.Errorf("%v", got)
			}
			z.Say("hi")
			if _, context := helper.hearsOf(w.t, c.ID, "hi", named("")).context(w.t); context["key2"] != "new" || context["key1"] != nil {
				w.t.Errorf("%v", context)
			}
		}},
		{"the examples of the pages are accepted as they are", func(w *world) {
			for settings, want := range map[string]string{
				`{"defaultAgentIds":["` + ann + `"],"defaultBotIds":["helper"],"defaultAssignee":"helper","skipBotEvent":"[\"WELCOME\"]","skipRouting":true,"teamId":42}`: "helper",
				`{"defaultAgentIds":["` + ben + `"],"defaultBotIds":["helper"],"defaultAssignee":"` + ben + `","skipRouting":true}`:                                       ben,
				`{"defaultBotIds":["helper"],"defaultAssignee":"helper","skipRouting":true}`:                                                                              "helper", `{"teamId":"42"}`: ben,
				`{"defaultGroupName":"Order","agentIds":["` + ann + `"],"botIds":["helper"],"skipRouting":"true","assignee":"helper",
					"conversationMetadata":{"key1":"value1","key2":"value2"}}`: "helper",
				`{"agentId":"` + ann + `","botIds":["helper"],"assignee":"` + ben + `"}`: ben,
			} {
				if c := w.begin("tg", stranger(w.tg), settings); c.Owner.ID != want {
					w.t.Errorf("%s: %+v", settings, c)
				}
			}
		}},
		{"the same clientGroupId is the same conversation", func(w *world) {
			z := stranger(w.tg)
			first := w.begin("tg", z, `{"clientGroupId":123456}`)
			if again := w.begin("tg", z, `{"clientGroupId":"123456"}`); again.ID != first.ID {
				w.t.Errorf("%+v, then %+v", first, again)
			}
			if other := w.begin("tg", z, `{"clientGroupId":"7"}`); other.ID == first.ID {
				w.t.Errorf("%+v", other)
			}
			w.begin("tg", z, `{"assignee":"helper"}`)
			z.Say("hi")
			shows(w.t, z, "Welcome to Acme.", "Welcome to Acme.", "I am the helper.", "re: hi")
		}},
		{"settings are for the next conversation alone", func(w *world) {
			z := stranger(w.tg)
			first, second := w.begin("tg", z, `{"assignee":"helper"}`), w.begin("tg", z, `{"assignee":"second"}`)
			if c := w.thread(first.ID); c.Owner.ID != "helper" || second.Owner.ID != "second" || first.Contact.ID != second.Contact.ID {
				w.t.Errorf("%+v, %+v", c, second)
			}
			z.Say("here I am")
			sees(w.t, z, "re: here I am")
			w.message(second.ID, "the answer", func(m entry) bool { return m.Text == "here I am" })
		}},
		{"a conversation is opened by its groupId", func(w *world) {
			z := stranger(w.tg)
			z.Say("hello")
			name := z.User().FirstName
			c := w.conversation("tg", name, nil)
			w.patch(c.ID, map[string]string{"owner": "helper"})
			z.Say("once more")
			if heard := helper.hearsOf(w.t, c.ID, "it", named("")); w.thread(heard.GroupID).Contact.Name != name {
				w.t.Errorf("%+v", heard)
			}
		}},
	})
}
