package instagram

import (
	"encoding/json"
	"slices"
	"testing"

	"causeway/connectors/kit"
	"causeway/core"
)

func TestSettingsProblems(t *testing.T) {
	const good = `"access_token":"t","app_secret":"s","verify_token":"v"`
	for given, keys := range map[string][]string{
		`{"account_id":"1",` + good + `}`:                                                    nil,
		`{"account_id":"1","login":"page","page_id":"2",` + good + `}`:                       nil,
		`{"account_id":"1","app_secrets":["x"],"resend":"never",` + good + `}`:               nil,
		`{"account_id":"1","read_marks":true,"typing":true,"human_agent":true,` + good + `}`: nil,
		`{}`:                              {"account_id", "access_token", "app_secret", "verify_token"},
		`{"account_id":" ",` + good + `}`: {"account_id"},
		`{"account_id":"1","login":"page",` + good + `}`:                       {"page_id"},
		`{"account_id":"1","page_id":"2",` + good + `}`:                        {"page_id"},
		`{"account_id":"1","login":"facebook",` + good + `}`:                   {"login"},
		`{"account_id":"1","app_secrets":["x",""],` + good + `}`:               {"app_secrets[1]"},
		`{"account_id":"1","api_url":"graph","api_version":"25",` + good + `}`: {"api_url", "api_version"},
		`{"account_id":"1","resend":"twice",` + good + `}`:                     {"resend"},
	} {
		check(t, Instagram, given, keys)
	}
	check(t, Messenger, `{"page_id":"1",`+good+`}`, nil)
	check(t, Messenger, `{}`, []string{"page_id", "access_token", "app_secret", "verify_token"})
}

func check(t *testing.T, kind func(kit.Env) core.Kind, given string, want []string) {
	t.Helper()
	set := kind(kit.Env{}).Settings()
	if err := json.Unmarshal([]byte(given), set); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, p := range set.(interface{ Validate() []core.Problem }).Validate() {
		keys = append(keys, p.Key)
	}
	slices.Sort(keys)
	slices.Sort(want)
	if !slices.Equal(keys, want) {
		t.Errorf("%s: problems with %v, want %v", given, keys, want)
	}
}

func TestResends(t *testing.T) {
	for resend, want := range map[string]bool{"": true, "once": true, "never": false} {
		ig, fb := InstagramSettings{}, MessengerSettings{}
		ig.Resend, fb.Resend = resend, resend
		for _, s := range []core.Resender{&ig, &fb} {
			if s.Resends() != want {
				t.Errorf("%T %q: want %v", s, resend, want)
			}
		}
	}
}

// Where the calls of each way of login go.
func TestAddresses(t *testing.T) {
	for settings, want := range map[string][2]string{
		igSettings: {"https://graph.instagram.com/v25.0/17841400000000042/messages", "https://graph.instagram.com/v25.0/me?fields=id,user_id,username"},
		`{"account_id":"17","login":"page","page_id":"10","api_version":"v26.0"}`:           {"https://graph.facebook.com/v26.0/10/messages", "https://graph.facebook.com/v26.0/me?fields=id,name,instagram_business_account"},
		`{"account_id":"17","login":"page","page_id":"10","api_url":"http://127.0.0.1:9/"}`: {"http://127.0.0.1:9/v25.0/10/messages", "http://127.0.0.1:9/v25.0/me?fields=id,name,instagram_business_account"},
		`{"account_id":"1/../7"}`: {"https://graph.instagram.com/v25.0/1%2F..%2F7/messages", "https://graph.instagram.com/v25.0/me?fields=id,user_id,username"},
	} {
		if a := opened(t, Instagram, settings); a.messages != want[0] || a.self != want[1] {
			t.Errorf("%s: %s and %s", settings, a.messages, a.self)
		}
	}
	if a := opened(t, Messenger, fbSettings); a.messages != "https://graph.facebook.com/v25.0/102030405060708/messages" || a.self != "https://graph.facebook.com/v25.0/me?fields=id,name" {
		t.Errorf("%s and %s", a.messages, a.self)
	}
}
