package twilio_test

import (
	"reflect"
	"testing"

	"github.com/goccy/go-yaml"

	"causeway/connectors/twilio"
	"causeway/core"
)

func TestSettingsAsYAML(t *testing.T) {
	s := twilio.WhatsApp(env()).Settings()
	text := "account_sid: AC1\nauth_token: 12345\nfrom: \"whatsapp:+14155550100\"\nresend: never\nreopen_template: {name: hello, language: de, params: [a]}\ngroups: false\napi_url: http://127.0.0.1:1\ncontent_url: http://127.0.0.1:2\n"
	if err := yaml.UnmarshalWithOptions([]byte(text), s, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	got := s.(*twilio.Settings)
	if got.AuthToken != "12345" || got.From != "whatsapp:+14155550100" || !got.ReadBack || got.Resends() || len(got.Validate()) > 0 {
		t.Errorf("got %+v, problems %v", got, got.Validate())
	}
	if want := (&core.Template{Name: "hello", Language: "de", Params: []string{"a"}}); !reflect.DeepEqual(got.Reopens(), want) {
		t.Errorf("reopens with %+v", got.Reopens())
	}
	if fresh := (&twilio.Settings{}); fresh.Reopens() != nil || !fresh.Resends() {
		t.Error("nothing set reopens, or is not repeated")
	}
}

func TestSettingsProblems(t *testing.T) {
	good := twilio.Settings{AccountSID: "AC1", AuthToken: "T", From: "+1"}
	if p := good.Validate(); len(p) > 0 {
		t.Errorf("problems with what is well: %v", p)
	}
	for key, spoil := range map[string]func(*twilio.Settings){
		"account_sid":           func(s *twilio.Settings) { s.AccountSID = " " },
		"auth_token":            func(s *twilio.Settings) { s.AuthToken = "" },
		"auth_tokens":           func(s *twilio.Settings) { s.AuthTokens = []core.Secret{""} },
		"api_secret":            func(s *twilio.Settings) { s.APIKey = "SK1" },
		"from":                  func(s *twilio.Settings) { s.From = "" },
		"messaging_service_sid": func(s *twilio.Settings) { s.MessagingServiceSID = "MG1" },
		"api_url":               func(s *twilio.Settings) { s.APIURL = "api.twilio.com" },
		"content_url":           func(s *twilio.Settings) { s.ContentURL = "ftp://x" },
		"messaging_url":         func(s *twilio.Settings) { s.MessagingURL = "x" },
		"typing":                func(s *twilio.Settings) { s.Typing = true },
		"resend":                func(s *twilio.Settings) { s.Resend = "twice" },
		"reopen_template.name":  func(s *twilio.Settings) { s.ReopenTemplate = &twilio.ReopenTemplate{Language: "de"} },
	} {
		s := good
		spoil(&s)
		if p := s.Validate(); len(p) != 1 || p[0].Key != key || p[0].Text == "" {
			t.Errorf("%s: %v", key, p)
		}
	}
}

func TestWhatsAppHasNoMMS(t *testing.T) {
	s, _ := twilio.WhatsApp(env()).Settings().(*twilio.Settings)
	s.AccountSID, s.AuthToken, s.From, s.Typing, s.MMS = "AC1", "T", "+1", true, true
	if p := s.Validate(); len(p) != 1 || p[0].Key != "mms" {
		t.Errorf("problems: %v", p)
	}
}

func TestOpenRefuses(t *testing.T) {
	k := twilio.SMS(env())
	for _, s := range []any{core.Text{}, &twilio.Settings{AccountSID: "AC1"}, &twilio.Settings{AuthToken: "T"}} {
		if _, err := k.Open("x", s); err == nil {
			t.Errorf("%T %+v was taken", s, s)
		}
	}
}
