package main_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"causeway/simulator"
)

// TestAuthenticationPage: "Authentication", on what users are called and what is
// known of them, as far as no browser is needed.
func TestAuthenticationPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	helper := w.hire("helper", nil)
	w.start()
	w.hold([]sentence{
		{"a visitor without a name goes by an adjective and a sea creature", func(w *world) {
			z := w.wa.Person(simulator.WhatsAppUser{Phone: "4915100000001"})
			nameless := bytes.ReplaceAll(whatsappValue("1065", "4915100000001", whatsappText("wamid.1", "hello")), []byte(`{"name":"P4915100000001"}`), []byte(`{}`))
			if a, err := w.postWhatsApp("wa", nameless); err != nil || a.status != 200 {
				w.t.Fatalf("%+v %v", a, err)
			}
			z.OpenWindow()
			sees(w.t, z, "re: hello")
			var c thread
			for _, one := range w.conversations("wa") {
				c = w.thread(one.ID)
			}
			adjective, creature, ok := strings.Cut(c.Contact.Name, " ")
			if !ok || adjective == "" || creature == "" || !c.Contact.Pseudonym {
				w.t.Errorf("%+v", c.Contact)
			}
			if m := w.messages(c.ID)[0]; m.Sender.Name != c.Contact.Name {
				w.t.Errorf("%+v", m.Sender)
			}
			var p person
			w.must(adminKey, "PATCH", fmt.Sprintf("contacts/%d", c.Contact.ID), map[string]string{"displayName": "Zoë"}, &p)
			if p.Name != "Zoë" || p.Pseudonym {
				w.t.Errorf("%+v", p)
			}
		}},
		{"a userId may be anything but spaces and ^!$%&*()", func(w *world) {
			for i, id := range []string{"zoe@example.com", "+4915112345678", "2f1c4a1e-0a55-4d2b-9c0e-1c1f6c1d2e3f"} {
				address := fmt.Sprint(90000 + i)
				a := w.tryBegin("tg", address, fmt.Sprintf(`{"userId":%q,"userName":"Zoë"}`, id))
				if a.status != 201 || !strings.Contains(string(a.body), `"user_id":"`+id+`","name":"Zoë"`) {
					w.t.Errorf("%s: %d %s", id, a.status, a.body)
				}
				if a := w.tryBegin("tg", address, `{"userId":"another"}`); a.status != 422 {
					w.t.Errorf("%s has another userId: %d %s", address, a.status, a.body)
				}
			}
			for _, id := range []string{"zoe smith", "^", "!", "$", "%", "&", "*", "(", ")"} {
				if a := w.tryBegin("tg", "90010", fmt.Sprintf(`{"userId":%q}`, id)); a.status != 422 || a.code() != "invalid" {
					w.t.Errorf("%s: %d %s", id, a.status, a.body)
				}
			}
		}},
		{"user details are updated, and metadata is shown", func(w *world) {
			c := w.begin("tg", stranger(w.tg), `{}`)
			path := fmt.Sprintf("contacts/%d", c.Contact.ID)
			var p person
			w.must(annKey, "PATCH", path, map[string]any{
				"email": "zoe@example.com", "displayName": "Zoë", "imageLink": "https://ex.com/z.png", "phoneNumber": "+100",
				"metadata": map[string]string{"companyName": "Acme", "designation": "CEO"},
			}, nil)
			w.must(annKey, "PATCH", path, map[string]any{"metadata": map[string]any{"designation": nil, "linkedInProfile": "z"}}, &p)
			if p.Email != "zoe@example.com" || p.Name != "Zoë" || p.ImageLink == "" || p.Phone != "+100" || fmt.Sprint(p.Metadata) != "map[companyName:Acme linkedInProfile:z]" {
				w.t.Errorf("%+v", p)
			}
			if got := w.thread(c.ID).Contact; got.Name != "Zoë" || got.UserID != c.Contact.UserID {
				w.t.Errorf("%+v", got)
			}
		}},
		{"chatContext and defaultMessageMetaData go to the bot with every message", func(w *world) {
			z := stranger(w.tg)
			c := w.begin("tg", z, `{"assignee":"helper","chat_context":{"userId":"U-1","page":"start","plan":"context"},"default_message_metadata":{"plan":"gold","cart":"full"},
				"conversationMetadata":{"order":"17","plan":"conversation"}}`)
			for _, says := range []string{"one", "two"} {
				z.Say(says)
				heard := helper.hearsOf(w.t, c.ID, says, func(c call) bool { return c.Message == says })
				metadata, context := heard.context(w.t)
				for key, want := range map[string]string{"userId": "U-1", "page": "start", "plan": "gold", "cart": "full", "order": "17", "messageSource": "TELEGRAM", "channel": "tg", "kind": "telegram"} {
					if context[key] != want {
						w.t.Errorf("%s: %s is %v, want %s", says, key, context[key], want)
					}
				}
				if metadata["plan"] != "gold" || metadata["cart"] != "full" {
					w.t.Errorf("%s: metadata is %v", says, metadata)
				}
			}
			aliases := w.begin("tg", stranger(w.tg), `{"assignee":"helper","KM_CHAT_CONTEXT":{"a":"1","b":"1"},"defaultMessageMetaData":{"b":"2"}}`)
			if _, context := helper.hearsOf(w.t, aliases.ID, "WELCOME", named("WELCOME")).context(w.t); context["a"] != "1" || context["b"] != "2" {
				w.t.Errorf("%v", context)
			}
		}},
		{"two contacts that are one person become one", func(w *world) {
			one, two := w.begin("tg", stranger(w.tg), `{}`), w.begin("tg", stranger(w.tg), `{}`)
			w.must(adminKey, "PATCH", fmt.Sprintf("contacts/%d", two.Contact.ID), map[string]any{"email": "two@example.com", "metadata": map[string]string{"plan": "gold", "city": "Bonn"}}, nil)
			w.must(adminKey, "PATCH", fmt.Sprintf("contacts/%d", one.Contact.ID), map[string]any{"metadata": map[string]string{"plan": "free"}}, nil)
			var p person
			w.must(adminKey, "POST", fmt.Sprintf("contacts/%d/merge", one.Contact.ID), map[string]int64{"from": two.Contact.ID}, &p)
			if p.UserID != one.Contact.UserID || p.Email != "two@example.com" || fmt.Sprint(p.Metadata) != "map[city:Bonn plan:free]" || w.thread(two.ID).Contact.ID != one.Contact.ID {
				w.t.Errorf("%+v", p)
			}
		}},
	})
}
