package kommunicate

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"causeway/core"
)

var at = time.UnixMilli(1552638706610)

func turn(content core.Content, meta core.Metadata) core.Turn {
	return core.Turn{
		ID: "turn-1", Bot: "helper", Try: 1, Source: "TELEGRAM",
		Conversation: core.Conversation{
			ID: 9007199254740991, Channel: "tg", Kind: "telegram", UpdatedAt: at,
			Contact:  core.Contact{UserID: "telegram:55", Language: "de"},
			Metadata: core.Metadata{"plan": "gold", keyContext: `{"page":"/buy","kind":"forged"}`},
			Terms: core.Terms{
				Context:         core.Metadata{"page": "/start", "cart": "full", "shop": "context"},
				MessageMetadata: core.Metadata{"cart": "empty", "k": "default", keyContext: map[string]any{"shop": "default"}},
			},
		},
		Message: &core.Message{Key: "m-1", Content: content, Metadata: meta, CreatedAt: at},
	}
}

func event(name string, data core.Metadata) core.Turn {
	t := turn(nil, nil)
	t.Message, t.Event = nil, &core.BotEvent{Name: name, Data: data}
	return t
}

func TestRequests(t *testing.T) {
	web := turn(core.Text{Body: "<b>hi</b>", Format: core.HTML}, core.Metadata{"mine": 1.0})
	web.Source, web.Conversation.Kind, web.Conversation.Channel = "WEB", "web", "site"
	for name, turn := range map[string]core.Turn{
		"text": turn(core.Text{Body: "hi"}, core.Metadata{keyContext: map[string]any{"page": "/now", "kmUserLanguageCode": "fr",
			"attachments": "forged", "selection": "forged", "content": "forged", "messageSource": "forged"}}),
		"web": web,
		"selection": turn(core.Selection{Token: "t", Title: "No", ID: "n", Message: "No thanks", Language: "fr",
			Metadata: core.Metadata{"k": "v", keyContext: map[string]any{"choice": "no"}}},
			core.Metadata{"k": "from outside", keyContext: map[string]any{"page": "/now", "choice": "forged"}}),
		"trigger":  turn(core.Selection{Token: "t", Title: "Buy", Metadata: core.Metadata{core.MetaTrigger: "BUY"}}, nil),
		"image":    turn(core.Media{Media: core.Image, URL: "https://chat.example.com/m/1", MIME: "image/png", Name: "a.png", Size: 7, Caption: "look"}, nil),
		"missing":  turn(core.Media{Media: core.File, Name: "a.zip", Missing: "the file is larger than 100 MB"}, nil),
		"voice":    turn(core.Media{Media: core.Voice, URL: "https://chat.example.com/m/2"}, nil),
		"album":    turn(core.Album{Items: []core.Media{{Media: core.Image, URL: "https://ex.com/1", MIME: "image/png", Caption: "one"}, {Media: core.Video, URL: "https://ex.com/2"}}}, nil),
		"location": turn(core.Location{Latitude: 52.5, Longitude: 0, Name: "Here"}, nil),
		"contacts": turn(core.Contacts{Contacts: []core.AddressCard{{Name: "Ann", Phones: []string{"+49"}}}}, nil),
		"welcome":  event(core.WelcomeEvent, nil),
		"event":    event("got_email", core.Metadata{"email": "a@b.c", keyContext: map[string]any{"step": 2.0}}),
	} {
		t.Run(name, func(t *testing.T) {
			body, err := Request(turn, "acme")
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			path := filepath.Join("testdata", "requests", name+".golden")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s is not as it was (-update writes it anew):\n%s", path, got.Bytes())
			}
		})
	}
}

// Every field is there with its type, whatever the turn.
func TestRequestIsWhole(t *testing.T) {
	types := map[string]any{
		"botId": "", "key": "", "from": "", "message": "", "groupId": 0.0, "metadata": map[string]any{}, "contentType": 0.0,
		"applicationKey": "", "applicationId": "", "source": 0.0, "eventName": "", "createdAt": 0.0,
	}
	turns := []core.Turn{{Event: &core.BotEvent{}}, {Message: &core.Message{}}, event("X", nil)}
	for _, c := range core.Sendable() {
		turns = append(turns, turn(c, nil))
	}
	for _, c := range []core.Content{core.Selection{}, core.Reaction{}, core.Order{}, core.Edited{}, core.Deleted{}, core.Unsupported{}} {
		turns = append(turns, turn(c, nil))
	}
	for _, turn := range turns {
		body, err := Request(turn, "")
		if err != nil {
			t.Fatalf("%+v: %v", turn, err)
		}
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(types) {
			t.Errorf("%s: %d fields", body, len(got))
		}
		for key, like := range types {
			if reflect.TypeOf(got[key]) != reflect.TypeOf(like) {
				t.Errorf("%s: %s is %T", body, key, got[key])
			}
		}
		if _, ok := got["metadata"].(map[string]any)[keyContext].(map[string]any); !ok {
			t.Errorf("%s: no context", body)
		}
	}
	if _, err := Request(core.Turn{}, ""); err == nil {
		t.Error("a turn with nothing in it was written")
	}
	if _, err := Request(turn(core.Text{}, core.Metadata{"f": func() {}}), ""); err == nil {
		t.Error("metadata that is no JSON was written")
	}
}

// Neither the turn nor what it points to is changed.
func TestRequestChangesNothing(t *testing.T) {
	turn := turn(core.Selection{Metadata: core.Metadata{"k": "v"}}, core.Metadata{keyContext: map[string]any{"a": "b"}})
	before, _ := json.Marshal([]any{turn.Message.Metadata, turn.Message.Content, turn.Conversation.Metadata})
	if _, err := Request(turn, "acme"); err != nil {
		t.Fatal(err)
	}
	after, _ := json.Marshal([]any{turn.Message.Metadata, turn.Message.Content, turn.Conversation.Metadata})
	if !bytes.Equal(before, after) {
		t.Errorf("%s became %s", before, after)
	}
}
