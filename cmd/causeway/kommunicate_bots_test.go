package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"causeway/simulator"
)

// ofBotSetup is what the bot of "Bot setup" answers: the page's own JSON where it
// has some.
var ofBotSetup = map[string]string{
	"menu": `[{"message":"How can I assist you today?","platform":"kommunicate","metadata":{"contentType":"300","templateId":"6",
		"payload":[{"title":"Talk to Human","message":"Talk to Human"}]}}]`,
	"Talk to Human": `[{"metadata":{"KM_ASSIGN_TO":""},"platform":"kommunicate","message":"Please stay connected while we connect you to an agent..."}]`,
	"ben please":    `[{"metadata":{"KM_ASSIGN_TO":"ben@example.com"},"message":"Ben it is."}]`,
	"replies": `[{"platform":"kommunicate","metadata":{"contentType":"300","templateId":"6","payload":[
		{"title":"Yes","message":"Cool! send me more."},{"title":"No ","message":"Don't send it to me again","replyMetadata":{"KM_CHAT_CONTEXT":{"choice":"no"}}}]}}]`,
	"BUY": `[{"message":"Thank you for buying."}]`,
	"bye": `[{"platform":"kommunicate","message":"We are resolving this conversation. Please reach out to us in case of any more queries.",
		"metadata":{"actionRequest":"resolveConversation"}}]`,
	"bye silently": `[{"metadata":{"actionRequest":"resolveConversation"}}]`,
	"details": `[{"message":"Thanks for the detail. Let me update it in the database","platform":"kommunicate","metadata":{"actionRequest":"updateUserDetail",
		"payload":{"email":"zoe@example.com","displayName":"Zoë","imageLink":"https://ex.com/z.png","metadata":{"customParameter-age":"33"}}}}]`,
	"phone":   `[{"metadata":{"actionRequest":"updateUserDetail","payload":{"phoneNumber":"+100"}}}]`,
	"address": `[{"metadata":{"actionRequest":"updateUserDetail","payload":{"metadata":{"address":"Main St 1"}}}}]`,
	"tags":    `[{"platform":"kommunicate","metadata":{"actionRequest":"addTags","payload":{"tags":["Marketing","sales","tech"]}}}]`,
	"anybody?": `[{"message":"Need a person?","metadata":{"contentType":"300","templateId":"6","payload":[
		{"title":"Agent","message":"I want a person","replyMetadata":{"actionRequest":"fetchAgentAvailability"}},
		{"title":"Never mind","message":"No","replyMetadata":{"skipBot":true}},
		{"title":"Buy","message":"I buy","replyMetadata":{"KM_TRIGGER_EVENT":"BUY"}}]}}]`,
	"rate": `[{"message":"Before you go","metadata":{"actionRequest":"askCSAT"}}]`,
	"all at once": `[{"message":"Somebody will be with you."},{"message":"Meanwhile, read this.","metadata":{"contentType":"300","templateId":"3",
		"payload":[{"type":"link","url":"https://ex.com/faq","name":"FAQ"}]}},{"metadata":{"actionRequest":"addTags","payload":{"tags":["hard"]}}},
		{"metadata":{"actionRequest":"updateUserDetail","payload":{"email":"all@example.com"},"KM_ASSIGN_TO":""}}]`,
	"dance": `[{"message":"I dance.","metadata":{"actionRequest":"danceNow"}}]`,
}

// TestBotSetupPage: "Integrate your bot", on rules for bots, events and actions.
func TestBotSetupPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", scripted(ofBotSetup))
	w.config["texts"] = `{resolved: "This conversation is closed.", rate: "How was it?"}`
	w.start()
	ask := func(w *world, says string) (*simulator.TelegramPerson, thread) {
		w.t.Helper()
		z := stranger(w.tg)
		z.Say(says)
		return z, w.thread(w.conversation("tg", fmt.Sprint(z.User().ID), nil).ID)
	}
	w.hold([]sentence{
		{"all new conversations go to the selected bot", func(w *world) {
			for _, who := range w.both() {
				who.Say("hello")
				sees(w.t, who, "re: hello")
				w.conversation(who.channel, who.name, ownedBy("helper"))
			}
		}},
		{"“Talk to Human” hands over by the rules, with the text", func(w *world) {
			for _, who := range w.both() {
				who.Say("menu")
				sees(w.t, who, "[Talk to Human]")
				if err := who.Tap("Talk to Human"); err != nil {
					w.t.Fatal(err)
				}
				sees(w.t, who, "Please stay connected while we connect you to an agent...")
				w.conversation(who.channel, who.name, ownedBy(ann))
			}
		}},
		{"KM_ASSIGN_TO names an agent", func(w *world) {
			z, c := ask(w, "ben please")
			shows(w.t, z, "Ben it is.")
			w.becomes(c.ID, "Ben's", func(c thread) bool { return c.Owner.ID == ben })
		}},
		{"a suggested reply says its message", func(w *world) {
			z, c := ask(w, "replies")
			sees(w.t, z, "[Yes]")
			for title, says := range map[string]string{"Yes": "Cool! send me more.", "No": "Don't send it to me again"} {
				if err := z.Tap(title); err != nil {
					w.t.Fatal(err)
				}
				heard := helper.hearsOf(w.t, c.ID, says, func(c call) bool { return c.Message == says })
				if _, context := heard.context(w.t); (context["choice"] == "no") != (title == "No") {
					w.t.Errorf("%s: %v", title, context)
				}
			}
		}},
		{"a hidden message triggers an event at the bot", func(w *world) {
			z, c := ask(w, "hello")
			sees(w.t, z, "re: hello")
			path := fmt.Sprintf("conversations/%d", c.ID)
			var hidden map[string]any
			if err := json.Unmarshal(fmt.Appendf(nil, `{"type":5,"contentType":10,"message":"Event: BUY","groupId":%d,
				"metadata":{"category":"HIDDEN","KM_TRIGGER_EVENT":"BUY"},"source":1}`, c.ID), &hidden); err != nil {
				w.t.Fatal(err)
			}
			if a := w.ask(annKey, "POST", path+"/messages", hidden); a.status != 202 || !strings.Contains(string(a.body), `"event":"BUY"`) {
				w.t.Fatalf("%d %s", a.status, a.body)
			}
			shows(w.t, z, "re: hello", "Thank you for buying.")
			w.must(annKey, "POST", path+"/trigger", map[string]any{"event": "PAID", "data": map[string]any{"order": 17}}, nil)
			metadata, context := helper.hearsOf(w.t, c.ID, "PAID", named("PAID")).context(w.t)
			if metadata["order"] != 17.0 || context["order"] != 17.0 {
				w.t.Errorf("%v", metadata)
			}
			w.patch(c.ID, map[string]string{"owner": ann})
			if a := w.ask(annKey, "POST", path+"/messages", hidden); a.status != 409 || a.code() != "not_owner" {
				w.t.Errorf("without a bot: %d %s", a.status, a.body)
			}
		}},
		{"resolveConversation closes it and tells the user", func(w *world) {
			for says, tells := range map[string]string{
				"bye": "We are resolving this conversation. Please reach out to us in case of any more queries.", "bye silently": "This conversation is closed.",
			} {
				z, c := ask(w, says)
				shows(w.t, z, tells)
				if c := w.becomes(c.ID, "resolved", func(c thread) bool { return c.Status == "resolved" }); c.StatusCode != 2 {
					w.t.Errorf("%+v", c)
				}
			}
			for _, status := range []string{"resolved", "2"} {
				var page struct{ Items []thread }
				if w.must(annKey, "GET", "conversations?status="+status, nil, &page); len(page.Items) != 2 {
					w.t.Errorf("%s: %+v", status, page.Items)
				}
			}
		}},
		{"updateUserDetail updates what is there", func(w *world) {
			z, c := ask(w, "details")
			shows(w.t, z, "Thanks for the detail. Let me update it in the database")
			z.Say("phone")
			z.Say("address")
			got := w.becomes(c.ID, "updated", func(c thread) bool { return len(c.Contact.Metadata) == 2 }).Contact
			if got.Email != "zoe@example.com" || got.Name != "Zoë" || got.ImageLink != "https://ex.com/z.png" || got.Phone != "+100" ||
				fmt.Sprint(got.Metadata) != "map[address:Main St 1 customParameter-age:33]" {
				w.t.Errorf("%+v", got)
			}
		}},
		{"addTags tags the conversation", func(w *world) {
			z, c := ask(w, "tags")
			w.becomes(c.ID, "tagged", func(c thread) bool { return fmt.Sprint(c.Tags) == "[Marketing sales tech]" })
			z.Say("tags") // the same ones are there once
			z.Say("hi")
			shows(w.t, z, "re: hi")
			if got := w.thread(c.ID).Tags; len(got) != 3 {
				w.t.Errorf("%q", got)
			}
		}},
		{"fetchAgentAvailability comes back with the tap", func(w *world) {
			z, c := ask(w, "anybody?")
			sees(w.t, z, "[Agent]")
			for i, status := range []string{"offline", "away", "online"} {
				w.must(annKey, "PUT", "agents/"+ann+"/availability", map[string]string{"status": status}, nil)
				if err := z.Tap("Agent"); err != nil {
					w.t.Fatal(err)
				}
				var heard []call
				eventually(w.t, "the bot hears of it", func() error {
					if heard = helper.of(c.ID); len(heard) != i+3 { // WELCOME and the question before
						return fmt.Errorf("%+v", heard)
					}
					return nil
				})
				metadata, context := heard[i+2].context(w.t)
				want := fmt.Sprintf("[map[name:fetchAgentAvailability payload:map[availabilityStatus:%s]]]", status)
				if fmt.Sprint(metadata["actionResponse"]) != want || fmt.Sprint(context["actionResponse"]) != want || heard[i+2].Message != "I want a person" {
					w.t.Errorf("%s: %v", status, metadata)
				}
			}
		}},
		{"a button may keep the bot silent, or name an event", func(w *world) {
			z, c := ask(w, "anybody?")
			sees(w.t, z, "[Never mind]")
			for _, title := range []string{"Never mind", "Buy"} {
				if err := z.Tap(title); err != nil {
					w.t.Fatal(err)
				}
			}
			if bought := helper.hearsOf(w.t, c.ID, "BUY", named("BUY")); bought.Message != "I buy" {
				w.t.Errorf("%+v", bought)
			}
			sees(w.t, z, "Thank you for buying.")
			if all := helper.of(c.ID); len(all) != 3 {
				w.t.Errorf("it heard %+v", all)
			}
		}},
		{"askCSAT asks on any channel, and the rating is kept", func(w *world) {
			for channel, z := range map[string]phone{
				"tg": stranger(w.tg), "wa": w.wa.Person(simulator.WhatsAppUser{Phone: "4915100000002", Name: "Rita"}),
			} {
				z.Say("rate")
				sees(w.t, z, "How was it?")
				if err := z.Tap("😀"); err != nil {
					w.t.Fatal(err)
				}
				eventually(w.t, "the rating is kept", func() error {
					for _, c := range w.conversations(channel) {
						var page struct{ Items []struct{ Rating int } }
						if w.must(annKey, "GET", fmt.Sprintf("conversations/%d/feedback", c.ID), nil, &page); len(page.Items) == 1 && page.Items[0].Rating == 10 {
							return nil
						}
					}
					return fmt.Errorf("not on %s", channel)
				})
			}
		}},
		{"text, hand-off and actions come in one answer", func(w *world) {
			z, c := ask(w, "all at once")
			shows(w.t, z, "Somebody will be with you.", "Meanwhile, read this. [FAQ → https://ex.com/faq]")
			got := w.becomes(c.ID, "Ann's", func(c thread) bool { return c.Owner.ID == ann })
			if fmt.Sprint(got.Tags) != "[hard]" || got.Contact.Email != "all@example.com" || len(w.notices(c.ID)) != 0 {
				w.t.Errorf("%+v, %q", got, w.notices(c.ID))
			}
		}},
		{"what is not known is told to people", func(w *world) {
			z, c := ask(w, "dance")
			shows(w.t, z, "I dance.")
			if got := w.notices(c.ID); len(got) != 1 || !strings.Contains(got[0], "danceNow") {
				w.t.Errorf("%q", got)
			}
		}},
	})
}
