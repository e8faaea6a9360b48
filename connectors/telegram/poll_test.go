package telegram_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/core"
)

// polled is a Bot API on loopback that answers polls in turn, and any other
// method with true.
type polled struct {
	*telegram.Connector
	mu    sync.Mutex
	asked []string         // methods
	polls []map[string]any // parameters of getUpdates
}

func poller(t *testing.T, answers ...string) *polled {
	t.Helper()
	p := &polled{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		_, method, _ := strings.Cut(r.URL.Path, token+"/")
		p.asked = append(p.asked, method)
		if method != "getUpdates" {
			p.asked[len(p.asked)-1] += " " + form(r)["drop_pending_updates"]
			_, _ = io.WriteString(w, `{"ok":true,"result":true}`)
			return
		}
		var asked map[string]any
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		p.polls = append(p.polls, asked)
		if len(p.polls) > len(answers) {
			t.Error("a poll too many")
			return
		}
		_, _ = io.WriteString(w, answers[len(p.polls)-1])
	}))
	t.Cleanup(s.Close)
	c, err := telegram.Kind(kit.Default()).Open("tg", &telegram.Settings{Token: token, Mode: "polling", APIURL: s.URL, Resend: "once"})
	if err != nil {
		t.Fatal(err)
	}
	p.Connector, _ = c.(*telegram.Connector)
	return p
}

func updates(each ...string) string {
	return `{"ok":true,"result":[` + strings.Join(each, ",") + `]}`
}

func said(id int, text string) string {
	return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"from":{"id":5,"is_bot":false,"first_name":"Zoë"},"chat":{"id":5,"type":"private"},"date":1795180000,"text":%q}}`, id, id, text)
}

const (
	hookedAnswer = `{"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}`
	otherPoller  = `{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}`
)

// What a poll brings is, item by item, what a webhook brings.
func TestPollIsAsTheWebhook(t *testing.T) {
	each := []string{
		said(900, "one"),
		`{"update_id":901,"message":{"message_id":2,"from":{"id":5,"first_name":"Z"},"chat":{"id":5,"type":"private"},"date":1,"forward_origin":{"type":"from_the_future","date":1},"text":"odd"}}`,
		`{"update_id":902,"message":"no object"}`,
		`{"update_id":903,"new_kind":{}}`,
		`{"message":{}}`,
		`"no update"`,
		`{"update_id":904,"deep":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`,
		said(905, "two"),
	}
	p := poller(t, updates(each...))
	got, err := p.Poll(t.Context(), "")
	if err != nil || got.Next != "906" || got.Pause != 0 || string(got.Raw) != updates(each...) || len(got.Items) != len(each) {
		t.Fatalf("%+v %v", got, err)
	}
	k := telegram.Kind(kit.Default())
	hook, err := k.Open("tg", &telegram.Settings{Token: token, Secret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for i, raw := range each {
		item := got.Items[i]
		if keys[item.Key] || item.Key == "" {
			t.Errorf("item %d has the key %q, which is empty or another's", i, item.Key)
		}
		keys[item.Key] = true
		d, err := hook.Receive(core.Request{Body: []byte(raw), Header: map[string]string{"X-Telegram-Bot-Api-Secret-Token": "s"}})
		if errors.Is(err, core.ErrUnreadable) {
			if item.Key != "u904" || item.Fate != core.FateQuarantined || item.Why == "" {
				t.Errorf("%.40s: %+v", raw, item)
			}
		} else if err != nil || !reflect.DeepEqual(item, d.Items[0]) {
			t.Errorf("%.40s: polled %+v, by webhook %+v (%v)", raw, item, d.Items, err)
		}
	}
	for i, heard := range map[int]bool{0: true, 1: true, 2: false, 3: false, 4: false, 5: false, 7: true} {
		if (got.Items[i].Event != nil) != heard {
			t.Errorf("item %d: %+v", i, got.Items[i])
		}
	}
}

func TestOffset(t *testing.T) {
	for _, c := range []struct {
		name, offset, answer string
		asks                 any // the offset on the wire; nil for none
		next                 string
		pauses               bool
	}{
		{"the first time", "", updates(said(7, "x")), nil, "8", false},
		{"nothing new", "8", updates(), 8.0, "8", false},
		{"ids began anew, lower", "900", updates(said(17, "x"), said(18, "y")), 900.0, "19", false},
		{"the largest id", "1", updates(said(2147483647, "x")), 1.0, "2147483648", false},
		{"what is no offset", "x", updates(), nil, "x", false},
		{"nothing has an id", "8", updates(`{}`, `5`), 8.0, "8", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := poller(t, c.answer)
			got, err := p.Poll(t.Context(), c.offset)
			if err != nil || got.Next != c.next || (got.Pause > 0) != c.pauses {
				t.Errorf("%+v %v", got, err)
			}
			asked := p.polls[0]
			allowed, _ := asked["allowed_updates"].([]any)
			if asked["offset"] != c.asks || asked["limit"] != 100.0 || !slices.Contains(allowed, any("callback_query")) {
				t.Errorf("asked %v", asked)
			}
		})
	}
}

func TestPollWaitsAsLongAsItMay(t *testing.T) {
	for left, want := range map[time.Duration]float64{0: 25, time.Hour: 25, 90 * time.Second: 25, 3 * time.Second: 0, 15*time.Second + 500*time.Millisecond: 10} {
		p, ctx := poller(t, updates()), t.Context()
		if left > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, left)
			defer cancel()
		}
		if _, err := p.Poll(ctx, ""); err != nil || p.polls[0]["timeout"] != want {
			t.Errorf("with %s left it asks %v, %v", left, p.polls[0], err)
		}
	}
}

func TestPollFaults(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []string
		asked   string
		kind    core.FaultKind
		says    string
	}{
		{"a webhook is set", []string{hookedAnswer, updates(said(1, "x"))}, "getUpdates|deleteWebhook |getUpdates", "", ""},
		{"it comes back", []string{hookedAnswer, hookedAnswer}, "getUpdates|deleteWebhook |getUpdates", core.Temporary, "a webhook is set"},
		{"another poller", []string{otherPoller}, "getUpdates", core.Temporary, "another program polls with the same token"},
		{"a bad token", []string{`{"ok":false,"error_code":401,"description":"Unauthorized"}`}, "getUpdates", core.ChannelBroken, "@BotFather"},
		{"too fast", []string{`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`}, "getUpdates", core.RateLimited, "slowly"},
		{"no JSON", []string{`<html>`}, "getUpdates", core.Temporary, "cannot be read"},
		{"another shape", []string{`{"ok":true,"result":{}}`}, "getUpdates", core.Temporary, "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := poller(t, c.answers...)
			got, err := p.Poll(t.Context(), "5")
			if strings.Join(p.asked, "|") != c.asked {
				t.Errorf("asked %q", p.asked)
			}
			f := core.FaultOf(err)
			if c.kind == "" {
				if err != nil || got.Next != "2" {
					t.Errorf("%+v %v", got, err)
				}
				return
			}
			if f == nil || f.Kind != c.kind || !strings.Contains(f.Message, c.says) || len(got.Items) > 0 || strings.Contains(fmt.Sprintf("%v %+v", err, f), "SECRET") {
				t.Errorf("%+v %v", got, err)
			}
			if c.kind == core.RateLimited && f.After != 7*time.Second {
				t.Errorf("it is to wait %s", f.After)
			}
		})
	}
}

func TestModes(t *testing.T) {
	p := poller(t)
	if !p.Polls() {
		t.Error("polling mode does not poll")
	}
	for _, header := range []map[string]string{nil, {"X-Telegram-Bot-Api-Secret-Token": ""}, {"X-Telegram-Bot-Api-Secret-Token": "[secret]"}} {
		if _, err := p.Receive(core.Request{Body: []byte(said(1, "x")), Header: header}); !errors.Is(err, core.ErrUnverified) {
			t.Errorf("without a secret a webhook call is taken: %v", err)
		}
	}
	a, c := fake(t, map[string]string{"getWebhookInfo": `{"ok":true,"result":{"url":""}}`, "deleteWebhook": `{"ok":true,"result":true}`})
	if c.Polls() {
		t.Error("webhook mode polls")
	}
	k := telegram.Kind(kit.Default())
	tg, err := k.Open("tg", &telegram.Settings{Token: token, Mode: "polling", APIURL: a.URL})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := tg.(core.Subscriber)
	if err := s.Subscribe(t.Context(), "https://chat.example.com/webhooks/tg"); err != nil || slices.Contains(a.order, "deleteWebhook") {
		t.Errorf("%v after %v", err, a.order)
	}
	a.answers["getWebhookInfo"] = `{"ok":true,"result":{"url":"https://chat.example.com/webhooks/tg"}}`
	if err := s.Subscribe(t.Context(), "https://chat.example.com/webhooks/tg"); err != nil || a.order[len(a.order)-1] != "deleteWebhook" {
		t.Errorf("%v after %v", err, a.order)
	}
	if drop := a.asked["deleteWebhook"]["drop_pending_updates"]; drop != "" {
		t.Errorf("what waits is dropped: %q", drop)
	}
}
