package main_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"causeway/simulator"
)

// phone is a person with a phone, on either channel.
type phone interface {
	Say(text string) simulator.Shown
	Tap(title string) error
	Wait(ctx context.Context, match func(simulator.Shown) bool) (simulator.Shown, error)
	Screen() []simulator.Shown
}

// someone is a person on a channel.
type someone struct {
	phone
	channel, name string
}

// both is a person on each channel.
func (w *world) both() []someone {
	return []someone{{w.zoe(), "tg", "Zoë"}, {w.lena(), "wa", "Lena"}}
}

// sees waits until the phone shows a new message with this text in it.
func sees(t *testing.T, z phone, text string) simulator.Shown {
	t.Helper()
	shown, err := z.Wait(soon(t), func(s simulator.Shown) bool { return strings.Contains(onPhone(s), text) })
	if err != nil {
		t.Fatalf("the phone never showed %q: %v\n%s", text, err, strings.Join(screen(z), "\n"))
	}
	return shown
}

// screen is what the other side wrote, a line for each message.
func screen(z phone) []string {
	var all []string
	for _, s := range z.Screen() {
		if s.From == simulator.Business {
			all = append(all, onPhone(s))
		}
	}
	return all
}

// onPhone is a message as the phone shows it, in one line.
func onPhone(s simulator.Shown) string {
	var parts []string
	if s.Media != nil {
		parts = append(parts, "("+s.Media.Kind+")")
	}
	if s.Location != nil {
		parts = append(parts, fmt.Sprintf("(at %v, %v)", s.Location.Latitude, s.Location.Longitude))
	}
	for _, text := range []string{s.Header, s.Text, s.Caption, s.Footer} {
		if text != "" {
			lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return line == "" })
			parts = append(parts, strings.Join(lines, " / "))
		}
	}
	for _, row := range s.Buttons {
		for _, b := range row {
			label := b.Text
			if b.URL != "" {
				label += " → " + b.URL
			}
			parts = append(parts, "["+label+"]")
		}
	}
	return strings.Join(parts, " ")
}

// postTelegram posts a body to a channel as Telegram does.
func (w *world) postTelegram(channel string, body []byte) (answer, error) {
	return w.do("POST", "/webhooks/"+channel, body, "Content-Type", "application/json", "X-Telegram-Bot-Api-Secret-Token", tgSecret)
}

// postWhatsApp posts a body to a channel as Meta does.
func (w *world) postWhatsApp(channel string, body []byte) (answer, error) {
	mac := hmac.New(sha256.New, []byte(waSecret))
	mac.Write(body)
	return w.do("POST", "/webhooks/"+channel, body, "Content-Type", "application/json", "X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
}

// telegramText is an update with a text from a new person.
func telegramText(update, person int, text string) []byte {
	return fmt.Appendf(nil, `{"update_id":%d,"message":{"message_id":%d,"date":1790000000,"from":{"id":%d,"is_bot":false,"first_name":"P%d"},
		"chat":{"id":%d,"type":"private","first_name":"P%d"},"text":%q}}`, update, update, person, person, person, person, text)
}

// whatsappValue is the webhook of a number with messages of one person, each
// given as JSON without from and timestamp.
func whatsappValue(number, person string, messages ...string) []byte {
	for i, m := range messages {
		if body, ok := strings.CutPrefix(m, "{"); ok {
			messages[i] = fmt.Sprintf(`{"from":%q,"timestamp":"1790000000",%s`, person, body)
		}
	}
	return fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"waba-1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
		"metadata":{"display_phone_number":"1555","phone_number_id":%q},"contacts":[{"profile":{"name":"P%s"},"wa_id":%q}],"messages":[%s]}}]}]}`,
		number, person, person, strings.Join(messages, ","))
}

func whatsappText(id, text string) string {
	return fmt.Sprintf(`{"id":%q,"type":"text","text":{"body":%q}}`, id, text)
}
