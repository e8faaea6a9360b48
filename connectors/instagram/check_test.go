package instagram

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/connectors/kit"
	"causeway/core"
)

// seen is a Meta that answers whose the token is, and which webhooks are on.
func seen(t *testing.T, status int, who, on string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.Header.Get("Authorization") != "Bearer SECRETTOKEN" {
			t.Errorf("the call was %s %s", r.Method, r.URL)
		}
		switch {
		case r.URL.Path == "/v25.0/me":
			w.WriteHeader(status)
			_, _ = io.WriteString(w, who)
		case strings.HasSuffix(r.URL.Path, "/subscribed_apps"):
			if strings.Contains(on, `"error"`) {
				w.WriteHeader(http.StatusForbidden)
			}
			_, _ = io.WriteString(w, on)
		default:
			t.Errorf("%s was called", r.URL)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// allOn are the webhooks of every kind, on.
func allOn() string {
	return `{"data":[{"subscribed_fields":["` + strings.Join(append(pageFields(), loginFields()...), `","`) + `"]}]}`
}

func TestCheck(t *testing.T) {
	page := strings.Replace(igSettings, `{`, `{"login":"page","page_id":"10",`, 1)
	for name, c := range map[string]struct {
		kind     func(kit.Env) core.Kind
		settings string
		status   int
		body     string
		want     core.FaultKind // empty for none
		says     string
	}{
		"well":              {Instagram, igSettings, 200, `{"id":"99","user_id":17841400000000042,"username":"tea"}`, "", ""},
		"one id":            {Instagram, igSettings, 200, `{"id":"17841400000000042"}`, "", ""},
		"the other id":      {Instagram, igSettings, 200, `{"id":"17841400000000042","user_id":"5"}`, core.ChannelBroken, "name the account 5"},
		"another account":   {Instagram, igSettings, 200, `{"id":"1","user_id":"2"}`, core.ChannelBroken, "of the account 2"},
		"by the Page":       {Instagram, page, 200, `{"id":"10","instagram_business_account":{"id":"17841400000000042"}}`, "", ""},
		"another Page":      {Instagram, page, 200, `{"id":"11","instagram_business_account":{"id":"17841400000000042"}}`, core.ChannelBroken, "not of the Page 10"},
		"not linked":        {Instagram, page, 200, `{"id":"10"}`, core.ChannelBroken, "no Instagram account"},
		"linked to another": {Instagram, page, 200, `{"id":"10","instagram_business_account":{"id":"5"}}`, core.ChannelBroken, "is 5"},
		"a Page":            {Messenger, fbSettings, 200, `{"id":"102030405060708","name":"Tea"}`, "", ""},
		"a person's token":  {Messenger, fbSettings, 200, `{"id":"5","name":"Ann"}`, core.ChannelBroken, "a token of the Page"},
		"expired":           {Messenger, fbSettings, 400, `{"error":{"code":190,"message":"expired"}}`, core.ChannelBroken, "access_token"},
		"out of order":      {Messenger, fbSettings, 503, `<html>`, core.Temporary, ""},
		"no JSON":           {Messenger, fbSettings, 200, `<html>`, core.Temporary, ""},
		"too many checks":   {Messenger, fbSettings, 400, `{"error":{"code":32,"message":"slow"}}`, core.RateLimited, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := at(t, seen(t, c.status, c.body, allOn()), c.kind, c.settings).Check(context.Background())
			f := core.FaultOf(err)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("the fault is %v", err)
			case c.want != "" && (f == nil || f.Kind != c.want || !strings.Contains(f.Message, c.says)):
				t.Errorf("the fault is %v, want %s and %q", err, c.want, c.says)
			}
		})
	}
}

func TestCheckLooksForWebhooks(t *testing.T) {
	for name, c := range map[string]struct{ on, says string }{
		"all are on":            {allOn(), ""},
		"none":                  {`{"data":[]}`, "check -fix"},
		"reads are off":         {`{"data":[{"subscribed_fields":["messages"]},{"subscribed_fields":["message_deliveries","message_echoes","message_edits","message_reactions","messaging_postbacks","messaging_referrals"]}]}`, "this account's message_reads to"},
		"the token may not ask": {`{"error":{"code":200}}`, ""},
	} {
		err := at(t, seen(t, 200, `{"id":"102030405060708"}`, c.on), Messenger, fbSettings).Check(context.Background())
		if f := core.FaultOf(err); (f == nil) != (c.says == "") || f != nil && (f.Kind != core.Permanent || !strings.Contains(f.Message, c.says)) {
			t.Errorf("%s: the fault is %v", name, err)
		}
	}
}

func TestSubscribe(t *testing.T) {
	all := `"` + strings.Join(pageFields(), `","`) + `"`
	for name, c := range map[string]struct {
		now, done string
		posted    string // the fields, empty for no call
		want      core.FaultKind
	}{
		"not at all":        {`{"data":[]}`, `{"success":true}`, strings.Join(pageFields(), ","), ""},
		"as it should be":   {`{"data":[{"subscribed_fields":[` + all + `]}]}`, ``, "", ""},
		"more besides":      {`{"data":[{"subscribed_fields":["feed",` + all + `]}]}`, ``, "", ""},
		"less, and another": {`{"data":[{"subscribed_fields":["feed","messages"]}]}`, `{"success":true}`, "feed," + strings.Join(pageFields(), ","), ""},
		"several apps":      {`{"data":[{"subscribed_fields":["feed"]},{"subscribed_fields":[` + all + `]}]}`, `{"success":true}`, strings.Join(pageFields(), ","), ""},
		"refused":           {`{"data":[]}`, `{"success":false}`, strings.Join(pageFields(), ","), core.Permanent},
		"no permission":     {`{"error":{"code":200}}`, ``, "", core.ChannelBroken},
	} {
		t.Run(name, func(t *testing.T) {
			var posted []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/v25.0/102030405060708/subscribed_apps" || r.Header.Get("Authorization") != "Bearer SECRETTOKEN" {
					t.Errorf("%s was called", r.URL)
				}
				body := c.now
				if r.Method == "POST" {
					posted = append(posted, r.URL.Query().Get("subscribed_fields"))
					body = c.done
				}
				if strings.Contains(body, `"error"`) {
					w.WriteHeader(http.StatusForbidden)
				}
				_, _ = io.WriteString(w, body)
			}))
			defer server.Close()
			err := at(t, server.URL, Messenger, fbSettings).Subscribe(context.Background(), "https://chat.example.com/webhooks/fb")
			switch f := core.FaultOf(err); {
			case f == nil || c.want != "" && (f.Kind != c.want || f.Code == "by_hand"):
				t.Errorf("the fault is %v, want %s", err, c.want)
			case c.want == "" && (f.Code != "by_hand" || !strings.Contains(f.Message, "callback URL https://chat.example.com/webhooks/fb ") || !strings.Contains(f.Message, "message_reads")):
				t.Errorf("by hand is %v", err)
			}
			if got := strings.Join(posted, " "); got != c.posted {
				t.Errorf("asked for %q, want %q", got, c.posted)
			}
		})
	}
}

func TestSubscribeByLogin(t *testing.T) {
	api, got, _ := answering(t, 200, `{"success":true}`)
	if f := core.FaultOf(at(t, api, Instagram, igSettings).Subscribe(context.Background(), "https://x.example/")); f == nil || f.Code != "by_hand" {
		t.Fatal(f)
	}
	if got.URL.Path != "/v25.0/17841400000000042/subscribed_apps" || got.URL.Query().Get("subscribed_fields") != strings.Join(loginFields(), ",") {
		t.Errorf("the call was %s", got.URL)
	}
}
