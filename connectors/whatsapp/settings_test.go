package whatsapp

import (
	"reflect"
	"testing"

	"github.com/goccy/go-yaml"

	"causeway/connectors/kit"
	"causeway/core"
)

// Ids are digits, and people write them without quotes.
func TestSettingsAsYAML(t *testing.T) {
	s := Cloud(kit.Env{}).Settings()
	err := yaml.UnmarshalWithOptions([]byte("phone_number_id: 400555666777888\naccess_token: T\napp_secret: A\napp_secrets: [B, C]\nread_marks: true\ntyping: true\nverify_token: 12345\nwaba_id: 300\nresend: never\nreopen_template: {name: hello, language: de}\ngroups: true\n"), s, yaml.Strict())
	if err != nil {
		t.Fatal(err)
	}
	got := s.(*CloudSettings)
	want := CloudSettings{
		PhoneNumberID: "400555666777888", AccessToken: "T", AppSecret: "A", VerifyToken: "12345", WABAID: "300",
		APIURL: "https://graph.facebook.com", APIVersion: "v25.0", Resend: "never", Groups: true,
		AppSecrets: []core.Secret{"B", "C"}, ReadMarks: true, Typing: true,
	}
	if r := got.ReopenTemplate; r == nil || *r != (ReopenTemplate{Name: "hello", Language: "de"}) {
		t.Errorf("reopen_template is %v", r)
	}
	got.ReopenTemplate = nil
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	if p := got.Validate(); len(p) > 0 {
		t.Errorf("problems: %v", p)
	}
	if got.Resends() || !(&CloudSettings{}).Resends() || !(&CloudSettings{Resend: "once"}).Resends() {
		t.Error("resend is not heeded")
	}
}

func TestSettingsProblems(t *testing.T) {
	good := CloudSettings{PhoneNumberID: "1", AccessToken: "T", AppSecret: "A", VerifyToken: "V"}
	for key, spoil := range map[string]func(*CloudSettings){
		"phone_number_id":          func(s *CloudSettings) { s.PhoneNumberID = " " },
		"access_token":             func(s *CloudSettings) { s.AccessToken = "" },
		"app_secret":               func(s *CloudSettings) { s.AppSecret = "" },
		"app_secrets[1]":           func(s *CloudSettings) { s.AppSecrets = []core.Secret{"B", " "} },
		"verify_token":             func(s *CloudSettings) { s.VerifyToken = "" },
		"api_url":                  func(s *CloudSettings) { s.APIURL = "graph.facebook.com" },
		"api_version":              func(s *CloudSettings) { s.APIVersion = "25/../" },
		"resend":                   func(s *CloudSettings) { s.Resend = "twice" },
		"reopen_template.name":     func(s *CloudSettings) { s.ReopenTemplate = &ReopenTemplate{Language: "de"} },
		"reopen_template.language": func(s *CloudSettings) { s.ReopenTemplate = &ReopenTemplate{Name: "hello"} },
	} {
		s := good
		spoil(&s)
		if p := s.Validate(); len(p) != 1 || p[0].Key != key || p[0].Text == "" {
			t.Errorf("%s: %v", key, p)
		}
	}
	if p := good.Validate(); len(p) > 0 {
		t.Errorf("problems with what is well: %v", p)
	}
}

func TestOpenRefusesOtherSettings(t *testing.T) {
	if _, err := Cloud(kit.Env{}).Open("wa", core.Text{}); err == nil {
		t.Error("settings of another kind were taken")
	}
}

func TestDialog360SettingsAsYAML(t *testing.T) {
	s := Dialog360(kit.Env{}).Settings()
	err := yaml.UnmarshalWithOptions([]byte("phone_number: \"+4930123456\"\napi_key: K\nsecret: S\nresend: never\nreopen_template: {name: hello, language: de}\ngroups: true\nread_marks: true\ntyping: true\n"), s, yaml.Strict())
	if err != nil {
		t.Fatal(err)
	}
	got := s.(*Dialog360Settings)
	want := Dialog360Settings{
		PhoneNumber: "+4930123456", APIKey: "K", Secret: "S", APIURL: "https://waba-v2.360dialog.io", Resend: "never",
		ReopenTemplate: got.ReopenTemplate, Groups: true, ReadMarks: true, Typing: true,
	}
	if *got != want || got.ReopenTemplate == nil {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	if p := got.Validate(); len(p) > 0 {
		t.Errorf("problems: %v", p)
	}
	if got.Resends() || !(&Dialog360Settings{}).Resends() {
		t.Error("resend is not heeded")
	}
}

func TestDialog360SettingsProblems(t *testing.T) {
	good := Dialog360Settings{PhoneNumber: "+4930123456", APIKey: "K", Secret: "S"}
	for key, spoil := range map[string]func(*Dialog360Settings){
		"phone_number":         func(s *Dialog360Settings) { s.PhoneNumber = "" },
		"api_key":              func(s *Dialog360Settings) { s.APIKey = "" },
		"secret":               func(s *Dialog360Settings) { s.Secret = "" },
		"api_url":              func(s *Dialog360Settings) { s.APIURL = "360dialog.io" },
		"resend":               func(s *Dialog360Settings) { s.Resend = "twice" },
		"reopen_template.name": func(s *Dialog360Settings) { s.ReopenTemplate = &ReopenTemplate{Language: "de"} },
	} {
		s := good
		spoil(&s)
		if p := s.Validate(); len(p) != 1 || p[0].Key != key || p[0].Text == "" {
			t.Errorf("%s: %v", key, p)
		}
	}
	named := good
	named.PhoneNumber = "the shop"
	if p := named.Validate(); len(p) != 1 || p[0].Key != "phone_number" {
		t.Errorf("a name for a number: %v", p)
	}
	if p := good.Validate(); len(p) > 0 {
		t.Errorf("problems with what is well: %v", p)
	}
}
