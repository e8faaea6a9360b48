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
	err := yaml.UnmarshalWithOptions([]byte("phone_number_id: 400555666777888\naccess_token: T\napp_secret: A\nverify_token: 12345\nwaba_id: 300\nresend: never\nreopen_template: {name: hello, language: de}\ngroups: true\n"), s, yaml.Strict())
	if err != nil {
		t.Fatal(err)
	}
	got := s.(*CloudSettings)
	want := CloudSettings{
		PhoneNumberID: "400555666777888", AccessToken: "T", AppSecret: "A", VerifyToken: "12345", WABAID: "300",
		APIURL: "https://graph.facebook.com", APIVersion: "v25.0", Resend: "never", Groups: true,
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
