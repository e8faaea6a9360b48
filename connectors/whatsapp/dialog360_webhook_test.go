package whatsapp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

func openedDialog(t *testing.T, api string) *dialog {
	t.Helper()
	s := Dialog360Settings{PhoneNumber: "+15550102030", APIKey: "SECRETKEY", Secret: "SECRETHEADER", APIURL: api}
	c, err := Dialog360(kit.Env{HTTP: egress.New(egress.Options{}), PublicURL: "https://chat.example.com"}).Open("wa", &s)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*dialog)
}

// hub is 360dialog as far as its webhook goes: what was set is read back.
type hub struct {
	server *httptest.Server
	set    string
	status int
	calls  []string
}

func newHub(t *testing.T, set string) *hub {
	h := &hub{set: set, status: http.StatusOK}
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.calls = append(h.calls, r.Method+" "+r.URL.Path)
		if r.Header.Get("D360-API-KEY") != "SECRETKEY" || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPost {
			data, _ := io.ReadAll(r.Body)
			h.set = string(data)
		}
		w.WriteHeader(h.status)
		_, _ = io.WriteString(w, h.set)
	}))
	t.Cleanup(h.server.Close)
	return h
}

const ours = "https://chat.example.com/webhooks/wa"

func TestSubscribe(t *testing.T) {
	for name, c := range map[string]struct {
		set     string
		changes bool
		headers map[string]string
	}{
		"as it should be":     {`{"url":"` + ours + `","headers":{"x-causeway-secret":"SECRETHEADER"}}`, false, nil},
		"nothing is set":      {`{}`, true, map[string]string{secretHeader: "SECRETHEADER"}},
		"null":                {`null`, true, map[string]string{secretHeader: "SECRETHEADER"}},
		"another secret":      {`{"url":"` + ours + `","headers":{"x-causeway-secret":"old","X-Proxy":"p"}}`, true, map[string]string{secretHeader: "SECRETHEADER", "X-Proxy": "p"}},
		"somebody else's URL": {`{"url":"https://other.example.com/","headers":{"Authorization":"theirs"}}`, true, map[string]string{secretHeader: "SECRETHEADER"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, c.set)
			if err := openedDialog(t, h.server.URL).Subscribe(context.Background(), ours); err != nil {
				t.Fatal(err)
			}
			want := []string{"GET /v1/configs/webhook"}
			if c.changes {
				want = append(want, "POST /v1/configs/webhook")
			}
			if !slices.Equal(h.calls, want) {
				t.Fatalf("the calls were %q, want %q", h.calls, want)
			}
			if !c.changes {
				return
			}
			var got webhook
			if err := json.Unmarshal([]byte(h.set), &got); err != nil || got.URL != ours || len(got.Headers) != len(c.headers) {
				t.Fatalf("set %s (%v)", h.set, err)
			}
			for k, v := range c.headers {
				if got.Headers[k] != v {
					t.Errorf("header %s is %q, want %q", k, got.Headers[k], v)
				}
			}
		})
	}
}

func TestSubscribeInTheSandbox(t *testing.T) {
	h := newHub(t, `{}`)
	if err := openedDialog(t, h.server.URL+"/v1/").Subscribe(context.Background(), ours); err != nil || h.calls[1] != "POST /v1/configs/webhook" {
		t.Errorf("the calls were %q (%v)", h.calls, err)
	}
}

func TestSubscribeRefusesWhat360dialogRefuses(t *testing.T) {
	for _, address := range []string{"http://chat.example.com/x", "https://chat.example.com:8443/x", "https://my_chat.example.com/x", "/webhooks/wa", "%"} {
		err := openedDialog(t, "").Subscribe(context.Background(), address)
		if f := core.FaultOf(err); f == nil || f.Code != "webhook_url" || f.Kind != core.Permanent {
			t.Errorf("%s: %v", address, err)
		}
	}
	if why := unsuited(ours); why != "" {
		t.Errorf("a good address is refused: %s", why)
	}
}

func TestSubscribeFails(t *testing.T) {
	h := newHub(t, `{"meta":{"developer_message":"Invalid api_key SECRETKEY"}}`)
	h.status = http.StatusUnauthorized
	err := openedDialog(t, h.server.URL).Subscribe(context.Background(), ours)
	if f := core.FaultOf(err); f == nil || f.Kind != core.ChannelBroken || strings.Contains(err.Error(), "SECRET") || len(h.calls) != 1 {
		t.Errorf("%v after %q", err, h.calls)
	}
}

func TestDialog360Check(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		set    string
		kind   core.FaultKind
		code   string
	}{
		"well":            {200, `{"url":"` + ours + `","headers":{"X-Causeway-Secret":"SECRETHEADER"}}`, "", ""},
		"no webhook":      {200, `{}`, core.Permanent, "no_webhook"},
		"no secret":       {200, `{"url":"` + ours + `"}`, core.Permanent, "webhook_secret"},
		"another program": {200, `{"url":"https://other.example/hook?key=SECRET"}`, core.Permanent, "webhook_elsewhere"},
		"another secret":  {200, `{"url":"` + ours + `","headers":{"X-Causeway-Secret":"SECRETHEADE"}}`, core.Permanent, "webhook_secret"},
		"a wrong key":     {401, `{"error":"Invalid api_key"}`, core.ChannelBroken, "http_401"},
		"out of order":    {502, `<html>`, core.Temporary, "http_502"},
		"no JSON":         {200, `<html>`, core.Temporary, "unreadable_answer"},
		"too many checks": {429, ``, core.RateLimited, "http_429"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t, c.set)
			h.status = c.status
			err := openedDialog(t, h.server.URL).Check(context.Background())
			f := core.FaultOf(err)
			switch {
			case c.kind == "" && err != nil:
				t.Errorf("the fault is %v", err)
			case c.kind != "" && (f == nil || f.Kind != c.kind || f.Code != c.code || f.Message == "" && c.status != 429):
				t.Errorf("the fault is %v, want %s %s", err, c.kind, c.code)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the fault shows a secret: %v", err)
			}
		})
	}
}
