package telegram_test

import (
	"reflect"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
)

// What changes a contact and is no message.
func TestContactChanges(t *testing.T) {
	const (
		zoe  = `"chat":{"id":5512345678,"type":"private","first_name":"Zoë","last_name":"Okafor","username":"zoe_ok"}`
		from = `"from":{"id":5512345678,"is_bot":false,"first_name":"Zoë","last_name":"Okafor","username":"zoe_ok","language_code":"en"}`
		old  = `"chat":{"id":-4012345678,"type":"group","title":"Old group"}`
	)
	member := func(status, rest string) string {
		return `{"update_id":9,"my_chat_member":{"date":1795180100,"old_chat_member":{"status":"x"},"new_chat_member":{"status":"` + status + `"},` + rest + `}}`
	}
	person := core.Person{Address: "5512345678", UserID: "telegram:5512345678", Name: "Zoë Okafor", Username: "zoe_ok", Language: "en"}
	nameless := person
	nameless.Language = ""
	then := time.Unix(1795180100, 0).UTC()
	moved := core.Moved{Keys: []string{"-4012345678"}, To: core.Person{Address: "-1009876543211", UserID: "telegram:-1009876543211", Name: "Old group"}, At: then}
	for _, c := range []struct {
		name, body string
		groups     bool
		want       core.Event
		why        string
	}{
		{"blocked", member("kicked", zoe+","+from), false, core.Blocked{From: person, Blocked: true, At: then}, ""},
		{"unblocked", member("member", zoe+","+from), false, core.Blocked{From: person, At: then}, ""},
		{"nobody is named", member("kicked", zoe), false, core.Blocked{From: nameless, Blocked: true, At: then}, ""},
		{"something else in a private chat", member("restricted", zoe+","+from), false, nil, "the bot's place in the chat changed: restricted"},
		{"removed from a group", member("kicked", old), true, nil, "the bot's place in a group changed: kicked"},
		{"a supergroup", `{"update_id":9,"message":{"message_id":901,` + from + `,` + old + `,"date":1795180100,"migrate_to_chat_id":-1009876543211}}`, true, moved, ""},
		{"a supergroup, by nobody", `{"update_id":9,"message":{"message_id":901,` + old + `,"date":1795180100,"migrate_to_chat_id":-1009876543211}}`, true, moved, ""},
		{"groups are off", `{"update_id":9,"message":{"message_id":901,` + old + `,"date":1,"migrate_to_chat_id":-100}}`, false, nil, "group chats are off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tg, err := telegram.Kind(kit.Default()).Open("tg", &telegram.Settings{Token: token, Secret: "s", Groups: c.groups, Typing: true, ClearUsed: true})
			if err != nil {
				t.Fatal(err)
			}
			d, err := tg.Receive(core.Request{Body: []byte(c.body), Header: map[string]string{"X-Telegram-Bot-Api-Secret-Token": "s"}})
			if err != nil || len(d.Items) != 1 {
				t.Fatalf("%+v %v", d, err)
			}
			item := d.Items[0]
			if !reflect.DeepEqual(item.Event, c.want) || item.Why != c.why || item.Key != "u9" || len(item.Acks) > 0 {
				t.Errorf("%+v\nwant %+v %s", item, c.want, c.why)
			}
		})
	}
}
