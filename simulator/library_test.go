package simulator_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/simulator"
)

// The client library streams chunked multipart for every call.
func TestClientLibrary(t *testing.T) {
	b, _, zoe := telegram(t)
	zoe.Say("hi")
	client, err := bot.New(token, bot.WithSkipGetMe(), bot.WithServerURL(b.URL()+"/telegram"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := soon(t)
	if me, err := client.GetMe(ctx); err != nil || me.Username != "demo_bot" || me.ID != 7000000001 {
		t.Errorf("%v %+v", err, me)
	}
	const chat = int64(5512345678)
	m, err := client.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: chat, Text: `*b* _i_ [l](https://example.com)\.`, ParseMode: models.ParseModeMarkdown,
		ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "Yes", CallbackData: "y"}, {Text: "Site", URL: "https://example.com"}}}},
	})
	if err != nil || m.Text != "b i l." || len(m.Entities) != 3 || m.Entities[2].URL != "https://example.com" {
		t.Fatalf("%v %+v", err, m)
	}
	picture := []byte("\xff\xd8\xff\xe0 a picture")
	p, err := client.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: chat, Caption: "up", Photo: &models.InputFileUpload{Filename: "a.jpg", Data: bytes.NewReader(picture)}})
	if err != nil || len(p.Photo) != 2 {
		t.Fatalf("%v %+v", err, p)
	}
	if f, err := client.GetFile(ctx, &bot.GetFileParams{FileID: p.Photo[1].FileID}); err != nil || f.FileSize != int64(len(picture)) {
		t.Errorf("%v %+v", err, f)
	}
	group, err := client.SendMediaGroup(ctx, &bot.SendMediaGroupParams{ChatID: chat, Media: []models.InputMedia{
		&models.InputMediaPhoto{Media: p.Photo[1].FileID, Caption: "two"},
		&models.InputMediaPhoto{Media: "attach://b.jpg", MediaAttachment: bytes.NewReader(picture)},
	}})
	if err != nil || len(group) != 2 || group[0].MediaGroupID == "" {
		t.Errorf("%v %+v", err, group)
	}
	for name, send := range map[string]func() (*models.Message, error){
		"location": func() (*models.Message, error) {
			return client.SendLocation(ctx, &bot.SendLocationParams{ChatID: chat, Latitude: 52.5, Longitude: 13.4})
		},
		"venue": func() (*models.Message, error) {
			return client.SendVenue(ctx, &bot.SendVenueParams{ChatID: chat, Latitude: 52.5, Longitude: 13.4, Title: "T", Address: "A"})
		},
		"contact": func() (*models.Message, error) {
			return client.SendContact(ctx, &bot.SendContactParams{ChatID: chat, PhoneNumber: "+1", FirstName: "M"})
		},
		"document": func() (*models.Message, error) {
			return client.SendDocument(ctx, &bot.SendDocumentParams{ChatID: chat, Document: &models.InputFileUpload{Filename: "a.txt", Data: bytes.NewReader(picture)}})
		},
		"voice": func() (*models.Message, error) {
			return client.SendVoice(ctx, &bot.SendVoiceParams{ChatID: chat, Voice: &models.InputFileUpload{Filename: "a.ogg", Data: bytes.NewReader(picture)}})
		},
		"animation": func() (*models.Message, error) {
			return client.SendAnimation(ctx, &bot.SendAnimationParams{ChatID: chat, Animation: &models.InputFileUpload{Filename: "a.mp4", Data: bytes.NewReader(picture)}})
		},
		"video note": func() (*models.Message, error) {
			return client.SendVideoNote(ctx, &bot.SendVideoNoteParams{ChatID: chat, VideoNote: &models.InputFileUpload{Filename: "a.mp4", Data: bytes.NewReader(picture)}})
		},
		"sticker": func() (*models.Message, error) {
			return client.SendSticker(ctx, &bot.SendStickerParams{ChatID: chat, Sticker: &models.InputFileUpload{Filename: "a.webp", Data: bytes.NewReader(picture)}})
		},
	} {
		if m, err := send(); err != nil || m.ID == 0 {
			t.Errorf("%s: %v %+v", name, err, m)
		}
	}
	if ok, err := client.SendChatAction(ctx, &bot.SendChatActionParams{ChatID: chat, Action: models.ChatActionTyping}); err != nil || !ok || zoe.Typing() != "typing" {
		t.Errorf("%v %q", err, zoe.Typing())
	}
	if _, err := client.SendMessage(ctx, &bot.SendMessageParams{ChatID: int64(77), Text: "x"}); !errors.Is(err, bot.ErrorBadRequest) {
		t.Error(err)
	}
	b.Fault(simulator.Fault{Method: "sendMessage", Mode: simulator.FaultRateLimit, RetryAfter: 7, Times: 1})
	var many *bot.TooManyRequestsError
	if _, err := client.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: "x"}); !errors.As(err, &many) || many.RetryAfter != 7 {
		t.Error(err)
	}
	zoe.Block()
	if _, err := client.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: "x"}); !errors.Is(err, bot.ErrorForbidden) {
		t.Error(err)
	}
}

// Every update that a person makes is one that the library decodes.
func TestUpdatesDecode(t *testing.T) {
	b, _, zoe := telegram(t)
	b.tg("getUpdates", "allowed_updates", `["message","edited_message","callback_query","my_chat_member","message_reaction"]`)
	m := zoe.Say("👋 hi https://example.com #a a@b.de")
	zoe.Reply(m.ID, "and more")
	zoe.SendPhoto([]byte("x"), "c")
	zoe.SendAlbum("c", []byte("x"), []byte("y"))
	zoe.SendVideo([]byte("x"), "c")
	zoe.SendVoice([]byte("x"))
	zoe.SendDocument("a", "b/c", []byte("x"), "")
	zoe.SendSticker([]byte("x"))
	zoe.SendLocation(1.5, 2)
	zoe.SendVenue(simulator.Location{Latitude: 1, Longitude: 2, Name: "n", Address: "a"})
	zoe.SendContact("+1", "Max", true)
	b.tg("sendMessage", "chat_id", "5512345678", "text", "?", "reply_markup", `{"inline_keyboard":[[{"text":"Go","callback_data":"1"}]]}`)
	for _, err := range []error{zoe.Tap("Go"), zoe.Edit(m.ID, "new"), zoe.React(m.ID, "👍"), zoe.SendRaw([]byte(`{"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"dice":{"emoji":"🎲","value":4}}}`))} {
		if err != nil {
			t.Error(err)
		}
	}
	zoe.Block()
	client, err := bot.New(token, bot.WithSkipGetMe(), bot.WithServerURL(b.URL()+"/telegram"))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range b.Webhooks(simulator.Filter{}) {
		var u models.Update
		if err := decode(w.Body, &u); err != nil || u.ID == 0 {
			t.Errorf("%v: %s", err, w.Body)
		}
	}
	if n := len(b.Webhooks(simulator.Filter{})); n != 17 {
		t.Errorf("%d updates", n)
	}
	if ok, err := client.SetWebhook(soon(t), &bot.SetWebhookParams{URL: "http://127.0.0.1:9/", SecretToken: "a"}); err != nil || !ok {
		t.Error(err)
	}
	if info, err := client.GetWebhookInfo(soon(t)); err != nil || info.URL == "" {
		t.Error(err)
	}
}
