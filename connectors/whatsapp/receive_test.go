package whatsapp

import (
	"fmt"
	"strings"
	"testing"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// opened is a number that calls api, with its calls let through.
func opened(t *testing.T, api string, change func(*CloudSettings)) *cloud {
	t.Helper()
	s := CloudSettings{PhoneNumberID: "400555666777888", AccessToken: "SECRETTOKEN", AppSecret: "SECRETAPP", VerifyToken: "SECRETWORD", APIURL: api}
	if change != nil {
		change(&s)
	}
	c, err := Cloud(kit.Env{HTTP: egress.New(egress.Options{})}).Open("wa", &s)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*cloud)
}

func signed(body string) core.Request {
	return core.Request{
		Method: "POST", Body: []byte(body),
		Header: map[string]string{"X-Hub-Signature-256": kit.Sign("SECRETAPP", "sha256=", []byte(body))},
	}
}

func TestReceiveOfAThousand(t *testing.T) {
	const each = 500
	var messages, reports []string
	for i := range each {
		messages = append(messages, fmt.Sprintf(`{"from":"49151%07d","id":"wamid.M%d","timestamp":"1791800000","type":"text","text":{"body":"%d"}}`, i, i, i))
		reports = append(reports, fmt.Sprintf(`{"id":"wamid.S%d","status":"read","timestamp":"1791800000"}`, i))
	}
	body := fmt.Sprintf(`{"entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":[%s]}},{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"statuses":[%s]}}]}]}`,
		strings.Join(messages, ","), strings.Join(reports, ","))
	d, err := opened(t, "", nil).Receive(signed(body))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Items) != 2*each {
		t.Fatalf("%d items, want %d", len(d.Items), 2*each)
	}
	for i, item := range d.Items[:each] {
		heard, ok := item.Event.(core.Heard)
		if !ok || heard.Content != (core.Text{Body: fmt.Sprint(i)}) || item.Account != "1" {
			t.Fatalf("item %d is %+v", i, item)
		}
	}
	for i, item := range d.Items[each:] {
		if r, ok := item.Event.(core.Reported); !ok || r.Provider != core.ProviderID(fmt.Sprintf("wamid.S%d", i)) || item.Account != "2" {
			t.Fatalf("status %d is %+v", i, item)
		}
	}
}

// Whatever stands in a call beside what is understood has a fate of its own.
func TestNothingBesideIsDropped(t *testing.T) {
	good := `{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":[{"from":"4915112345678","id":"wamid.A","timestamp":"1791800000","type":"text","text":{"body":"a"}}]}}]}`
	for beside, fate := range map[string]core.Fate{
		`{"id":"17","messaging":[{"message":{"mid":"m"}}]}`: core.FateQuarantined, `null`: core.FateQuarantined, `7`: core.FateQuarantined,
		`{"changes":[null]}`: core.FateQuarantined, `{"changes":[]}`: core.FateIgnored, `{"changes":{}}`: core.FateQuarantined,
	} {
		for _, body := range []string{`{"entry":[` + good + `,` + beside + `]}`, `{"entry":[` + beside + `,` + good + `]}`} {
			d, err := opened(t, "", nil).Receive(signed(body))
			heard, fates := 0, map[core.Fate]int{}
			for _, item := range d.Items {
				if _, ok := item.Event.(core.Heard); ok {
					heard++
				}
				fates[item.Fate]++
			}
			if err != nil || len(d.Items) != 2 || heard != 1 || fates[fate] != 1 {
				t.Errorf("%s: %+v (%v)", body, d.Items, err)
			}
		}
	}
	d, err := opened(t, "", nil).Receive(signed(`{"object":"instagram","entry":[` + good + `,{"messaging":[]}]}`))
	if err != nil || len(d.Items) != 2 || d.Items[0].Fate != core.FateQuarantined || d.Items[1].Fate != core.FateQuarantined {
		t.Errorf("a call of another product: %+v (%v)", d.Items, err)
	}
}

func TestHandshake(t *testing.T) {
	good := map[string]string{"hub.mode": "subscribe", "hub.verify_token": "SECRETWORD", "hub.challenge": "abc123"}
	n := opened(t, "", nil)
	d, err := n.Receive(core.Request{Method: "GET", Query: good})
	if err != nil || string(d.Reply.Body) != "abc123" || !strings.HasPrefix(d.Reply.Type, "text/plain") {
		t.Errorf("the handshake is answered %+v (%v)", d.Reply, err)
	}
	for key, values := range map[string][]string{
		"hub.mode":         {"", "unsubscribe"},
		"hub.verify_token": {"", "SECRETWOR", "secretword", "SECRETWORD "},
		"hub.challenge":    {"", "<script>", "12 34", "12\n", "ä"},
	} {
		for _, v := range values {
			bad := map[string]string{}
			for k := range good {
				bad[k] = good[k]
			}
			bad[key] = v
			if d, err := n.Receive(core.Request{Method: "GET", Query: bad}); err != core.ErrUnverified || len(d.Reply.Body) > 0 {
				t.Errorf("%s %q: answered %q (%v)", key, v, d.Reply.Body, err)
			}
		}
	}
	r := signed(`{"entry":[]}`)
	r.Method = "GET"
	if _, err := n.Receive(r); err != core.ErrUnverified {
		t.Errorf("a signed GET was taken for a handshake (%v)", err)
	}
}

// The body as it came is what is signed: written anew, it is another.
func TestSignatureCoversTheBytes(t *testing.T) {
	body := `{"entry": [{"changes":[{"field":"x","value":{"text":"\u00e4"}}]}]}`
	r := signed(body)
	if _, err := opened(t, "", nil).Receive(r); err != nil {
		t.Fatal(err)
	}
	r.Body = []byte(strings.ReplaceAll(body, `\u00e4`, "ä"))
	if _, err := opened(t, "", nil).Receive(r); err != core.ErrUnverified {
		t.Errorf("the same JSON in other bytes was taken (%v)", err)
	}
	r = signed(body)
	r.Header["X-Hub-Signature-256"] = strings.ToUpper(r.Header["X-Hub-Signature-256"])
	if _, err := opened(t, "", nil).Receive(r); err != core.ErrUnverified {
		t.Errorf("a signature in capitals was taken (%v)", err)
	}
	r = signed(body)
	r.Header = map[string]string{"X-Hub-Signature": r.Header["X-Hub-Signature-256"]}
	if _, err := opened(t, "", nil).Receive(r); err != core.ErrUnverified {
		t.Errorf("the old header was taken (%v)", err)
	}
}

// While the app's secret is exchanged, both are taken.
func TestSeveralSecrets(t *testing.T) {
	n := opened(t, "", func(s *CloudSettings) { s.AppSecrets = []core.Secret{"SECRETNEXT", ""} })
	body := `{"entry":[]}`
	for secret, want := range map[core.Secret]bool{"SECRETAPP": true, "SECRETNEXT": true, "another": false, "": false} {
		r := signed(body)
		r.Header["X-Hub-Signature-256"] = kit.Sign(secret, "sha256=", []byte(body))
		if _, err := n.Receive(r); (err == nil) != want {
			t.Errorf("signed with %q: %v", secret.Reveal(), err)
		}
	}
}

func TestAccount(t *testing.T) {
	app, account := opened(t, "", nil).Account()
	if app == "" || account != "400555666777888" {
		t.Errorf("app %q, account %q", app, account)
	}
	sibling, other := opened(t, "", func(s *CloudSettings) { s.PhoneNumberID = "2" }), opened(t, "", func(s *CloudSettings) { s.AppSecret = "another" })
	if a, _ := sibling.Account(); a != app {
		t.Error("two numbers of one app have different apps")
	}
	if a, _ := other.Account(); a == app {
		t.Error("numbers of different apps have the same app")
	}
}
