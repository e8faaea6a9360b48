package whatsapp

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"causeway/core"
)

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		kind   core.FaultKind // empty for none
		says   string
	}{
		"well":            {200, `{"id":"400555666777888","verified_name":"Tea","quality_rating":"GREEN"}`, "", ""},
		"another number":  {200, `{"id":"1"}`, core.ChannelBroken, "phone_number_id"},
		"unknown number":  {400, `{"error":{"code":100,"message":"Unsupported get request. Object with ID '1' does not exist"}}`, core.ChannelBroken, "phone_number_id"},
		"expired token":   {401, `{"error":{"code":190,"message":"expired"}}`, core.ChannelBroken, "access_token"},
		"no permission":   {403, `{"error":{"code":200,"message":"no"}}`, core.ChannelBroken, "whatsapp_business_messaging"},
		"out of order":    {503, `<html>`, core.Temporary, ""},
		"no JSON":         {200, `<html>`, core.Temporary, ""},
		"connected":       {200, `{"id":"400555666777888","status":"CONNECTED","code_verification_status":"EXPIRED","name_status":"APPROVED","quality_rating":"YELLOW","webhook_configuration":{"application":"https://x"}}`, "", ""},
		"low quality":     {200, `{"id":"400555666777888","status":"CONNECTED","quality_rating":"RED"}`, core.Permanent, "RED"},
		"not verified":    {200, `{"id":"400555666777888","code_verification_status":"NOT_VERIFIED"}`, core.Permanent, "verify it"},
		"flagged":         {200, `{"id":"400555666777888","status":"FLAGGED"}`, core.Permanent, "FLAGGED"},
		"banned":          {200, `{"id":"400555666777888","status":"BANNED","quality_rating":"RED"}`, core.ChannelBroken, "banned"},
		"disconnected":    {200, `{"id":"400555666777888","status":"DISCONNECTED"}`, core.ChannelBroken, "register"},
		"name declined":   {200, `{"id":"400555666777888","name_status":"DECLINED"}`, core.Permanent, "display name"},
		"no webhook":      {200, `{"id":"400555666777888","webhook_configuration":{"application":""}}`, core.Permanent, "no webhook address"},
		"two things":      {200, `{"id":"400555666777888","name_status":"DECLINED","quality_rating":"RED"}`, core.Permanent, "; "},
		"too many checks": {400, `{"error":{"code":80007,"message":"slow"}}`, core.RateLimited, ""},
	} {
		t.Run(name, func(t *testing.T) {
			api, got, _ := answering(t, c.status, c.body)
			err := opened(t, api, nil).Check(context.Background())
			if got.Method != "GET" || got.URL.Path != "/v25.0/400555666777888" {
				t.Errorf("the call was %s %s", got.Method, got.URL)
			}
			f := core.FaultOf(err)
			switch {
			case c.kind == "" && err != nil:
				t.Errorf("the fault is %v", err)
			case c.kind != "" && (f == nil || f.Kind != c.kind || !strings.Contains(f.Message, c.says)):
				t.Errorf("the fault is %v, want %s and %q", err, c.kind, c.says)
			}
		})
	}
}

func TestCheckLooksForASubscription(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
		well   bool
	}{
		"an app":                {200, `{"data":[{"whatsapp_business_api_data":{"id":"1"}}]}`, true},
		"none":                  {200, `{"data":[]}`, false},
		"the token may not ask": {403, `{"error":{"code":200}}`, true},
		"another shape":         {200, `{}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v25.0/300111/subscribed_apps" {
					w.WriteHeader(c.status)
					_, _ = io.WriteString(w, c.answer)
					return
				}
				_, _ = io.WriteString(w, `{"id":"400555666777888"}`)
			}))
			defer server.Close()
			err := opened(t, server.URL, func(s *CloudSettings) { s.WABAID = "300111" }).Check(context.Background())
			if (err == nil) != c.well || err != nil && !strings.Contains(err.Error(), "subscribed_apps") {
				t.Errorf("the fault is %v", err)
			}
		})
	}
}
