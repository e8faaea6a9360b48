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

const ourWebhook = "https://chat.example.com/webhooks/wa"

// graph is Meta as far as the webhook of a number goes.
type graph struct {
	server *httptest.Server
	number string // what is told of it
	status int    // of what is posted
	answer string
	posted []string
}

func newGraph(t *testing.T, number string) *graph {
	g := &graph{number: number, status: http.StatusOK, answer: `{"success":true}`}
	g.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer SECRETTOKEN" {
			t.Errorf("%s without the token", r.URL)
		}
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, g.number)
			return
		}
		body, _ := io.ReadAll(r.Body)
		g.posted = append(g.posted, strings.TrimSpace(r.URL.Path+" "+string(body)))
		w.WriteHeader(g.status)
		_, _ = io.WriteString(w, g.answer)
	}))
	t.Cleanup(g.server.Close)
	return g
}

func TestCloudSubscribe(t *testing.T) {
	const (
		none      = `{"id":"400555666777888"}`
		elsewhere = `{"id":"400555666777888","webhook_configuration":{"application":"https://chat.example.com/webhooks/wa","phone_number":"https://other.example/hook"}}`
		here      = `{"id":"400555666777888","webhook_configuration":{"application":"https://other.example/hook","whatsapp_business_account":"https://chat.example.com/webhooks/wa2"}}`
		override  = `/v25.0/400555666777888 {"webhook_configuration":{"override_callback_uri":"https://chat.example.com/webhooks/wa","verify_token":"SECRETWORD"}}`
		attach    = "/v25.0/300111/subscribed_apps"
	)
	for name, c := range map[string]struct {
		number, waba string
		status       int
		answer       string
		posted       []string
		code, says   string
	}{
		"nothing is set":             {none, "300111", 200, `{"success":true}`, []string{attach, override}, "by_hand", "field messages"},
		"another address":            {elsewhere, "300111", 200, `{"success":true}`, []string{attach, override}, "by_hand", "field messages"},
		"another of ours will do":    {here, "300111", 200, `{"success":true}`, []string{attach}, "by_hand", "field messages"},
		"without the account's id":   {none, "", 200, `{"success":true}`, []string{override}, "by_hand", "waba_id"},
		"Meta cannot call us":        {none, "", 400, `{"error":{"code":100,"message":"callback verification failed for SECRETWORD"}}`, []string{override}, "100", "start causeway serve first"},
		"no permission":              {none, "300111", 403, `{"error":{"code":200,"message":"no"}}`, []string{attach}, "200", "whatsapp_business_messaging"},
		"no success":                 {none, "300111", 200, `{}`, []string{attach}, "not_done", "did not subscribe"},
		"another's number":           {`{"id":"1"}`, "300111", 200, ``, nil, "100", "phone_number_id"},
		"out of order in the middle": {none, "", 200, `<html>`, []string{override}, "unreadable_answer", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGraph(t, c.number)
			g.status, g.answer = c.status, c.answer
			err := opened(t, g.server.URL, func(s *CloudSettings) { s.WABAID, s.VerifyToken = c.waba, "SECRETWORD" }).Subscribe(context.Background(), ourWebhook)
			f := core.FaultOf(err)
			if f == nil || f.Code != c.code || !strings.Contains(f.Message, c.says) || f.Kind == core.Ambiguous || strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the fault is %v, want %s and %q", err, c.code, c.says)
			}
			if got := strings.Join(g.posted, "\n"); got != strings.Join(c.posted, "\n") {
				t.Errorf("posted\n%s\nwant\n%s", got, strings.Join(c.posted, "\n"))
			}
		})
	}
	g := newGraph(t, none)
	long := "https://chat.example.com/webhooks/" + strings.Repeat("x", 200)
	if f := core.FaultOf(opened(t, g.server.URL, nil).Subscribe(context.Background(), long)); f == nil || f.Code != "webhook_url" || len(g.posted) > 0 {
		t.Errorf("a long address: %v, %v", f, g.posted)
	}
}

func TestCheckKnowsWhereMessagesGo(t *testing.T) {
	for at, well := range map[string]bool{
		ourWebhook: true, "https://chat.example.com/webhooks/another": true, "https://other.example/hook?key=SECRET": false, "https://chat.example.com.evil.example/webhooks/wa": false,
	} {
		g := newGraph(t, `{"id":"400555666777888","webhook_configuration":{"phone_number":"`+at+`"}}`)
		c := opened(t, g.server.URL, nil)
		c.ours = ourWebhook
		if err := c.Check(context.Background()); (err == nil) != well || err != nil && (strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "check -fix")) {
			t.Errorf("%s: %v", at, err)
		}
	}
}
