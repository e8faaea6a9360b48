package twilio_test

import (
	"strings"
	"testing"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	content "github.com/twilio/twilio-go/rest/content/v1"

	"causeway/connectors/twilio"
	"causeway/core"
)

// The checks themselves must be able to fail.
func TestChecksRefuse(t *testing.T) {
	good := func() *twilio.Message {
		m, ok := payload(t, twilio.WhatsApp(env()), "choices-3").Body.(*twilio.Message)
		if !ok {
			t.Fatal("no message")
		}
		return m
	}
	if err := withSpecs(t, limits)(core.Payload{Body: good()}); err != nil {
		t.Errorf("a good message is refused: %v", err)
	}
	for name, spoil := range map[string]func(*twilio.Message){
		"nobody":          func(m *twilio.Message) { m.Message.To = nil },
		"two at once":     func(m *twilio.Message) { m.Message.SetBody("x") },
		"nothing":         func(m *twilio.Message) { m.Content = nil },
		"a long text":     func(m *twilio.Message) { m.Content = nil; m.Message.SetBody(strings.Repeat("x", 1601)) },
		"a variable less": func(m *twilio.Message) { m.Message.SetContentVariables(`{"1":"x"}`) },
		"no variables":    func(m *twilio.Message) { m.Message.ContentVariables = nil },
		"a long title": func(m *twilio.Message) {
			m.Content.Types.TwilioQuickReply.Actions[0].Title = strings.Repeat("x", 21)
		},
		"four buttons": func(m *twilio.Message) {
			q := m.Content.Types.TwilioQuickReply
			q.Actions = append(q.Actions, q.Actions[0])
		},
		"two files": func(m *twilio.Message) { m.Content = nil; m.Message.SetMediaUrl([]string{"a", "b"}) },
	} {
		m := good()
		spoil(m)
		if limits(core.Payload{Body: m}) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	if _, err := readSpec("twilio-content-v1.json"); err != nil {
		t.Skipf("there is no published schema here: %v", err)
	}
	check := withSpecs(t, func(core.Payload) error { return nil })
	message := func() *api.CreateMessageParams { return (&api.CreateMessageParams{}).SetTo("+1") }
	for name, m := range map[string]*twilio.Message{
		"a sid that is none":    {Message: message().SetContentSid("HX1")},
		"a service that's none": {Message: message().SetMessagingServiceSid("MG")},
		"an unknown field":      {Message: message().SetPathAccountSid("AC1")},
		"no type of a card's button": {Message: message(), Content: &content.ContentCreateRequest{
			Language: "en", Types: &content.Types{TwilioCard: &content.TwilioCard{Actions: []content.CardAction{{Title: "x"}}}},
		}},
		"no buttons": {Message: message(), Content: &content.ContentCreateRequest{
			Language: "en", Types: &content.Types{TwilioQuickReply: &content.TwilioQuickReply{Body: "x"}},
		}},
		"no types": {Message: message(), Content: &content.ContentCreateRequest{Language: "en"}},
	} {
		if check(core.Payload{Body: m}) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
