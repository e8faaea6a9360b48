package instagram

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"causeway/connectors/kit"
	"causeway/core"
)

// FuzzReceive hands changed bodies, properly signed, to both kinds: nothing
// panics, whatever is JSON is kept with a fate, what is heard can be answered,
// and the same call says the same twice.
func FuzzReceive(f *testing.F) {
	for _, pattern := range []string{"testdata/receive/*.json", messengerFolder + "/testdata/receive/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range files {
			var in struct {
				Request struct {
					Body json.RawMessage
				}
			}
			data, err := os.ReadFile(path)
			if err != nil || json.Unmarshal(data, &in) != nil {
				f.Fatal(path, err)
			}
			f.Add([]byte(in.Request.Body))
		}
	}
	accounts := []*account{opened(f, Instagram, igSettings), opened(f, Messenger, fbSettings)}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, a := range accounts {
			r := signed(string(body))
			d, err := a.Receive(r)
			if err != nil {
				if !errors.Is(err, core.ErrUnreadable) {
					t.Fatalf("receive: %v", err)
				}
				continue
			}
			if len(d.Items) == 0 {
				t.Error("the call was dropped without a fate")
			}
			sound(t, d)
			if again, err := a.Receive(r); err != nil || !reflect.DeepEqual(d, again) {
				t.Errorf("Receive is not the same twice (%v)", err)
			}
		}
	})
}

// sound checks what holds of every delivery.
func sound(t testing.TB, d core.Delivery) {
	t.Helper()
	keys := map[string]bool{}
	for _, i := range d.Items {
		if i.Key == "" || keys[i.Key] {
			t.Errorf("the key %q is empty or there twice", i.Key)
		}
		keys[i.Key] = true
		switch e := i.Event.(type) {
		case nil:
			if i.Why == "" || i.Fate != core.FateIgnored && i.Fate != core.FateQuarantined {
				t.Errorf("item %s has no event, fate %q and why %q", i.Key, i.Fate, i.Why)
			}
		case core.Heard:
			written(t, e.Content)
			answerable(t, e.From)
			if e.Provider == "" {
				t.Errorf("item %s has no provider id", i.Key)
			}
			if _, err := json.Marshal(e); err != nil {
				t.Errorf("item %s cannot be written: %v", i.Key, err)
			}
		case core.Echo:
			written(t, e.Content)
			answerable(t, e.To)
			if e.Provider == "" {
				t.Errorf("item %s has no provider id", i.Key)
			}
		case core.Reported:
			if e.Provider == "" || e.Status != core.Read && e.Status != core.Delivered {
				t.Errorf("item %s reports %+v", i.Key, e)
			}
		case core.Reached:
			answerable(t, e.Who)
			if e.Until.IsZero() || e.Status != core.Read && e.Status != core.Delivered {
				t.Errorf("item %s reports %+v", i.Key, e)
			}
		case core.Opened:
			answerable(t, e.From)
		default:
			t.Errorf("item %s is a %T", i.Key, e)
		}
	}
}

func written(t testing.TB, c core.Content) {
	t.Helper()
	data, err := core.MarshalContent(c)
	if c == nil || err != nil {
		t.Fatalf("content %v (%v)", c, err)
	}
	if _, err := core.UnmarshalContent(data); err != nil {
		t.Errorf("content %s cannot be read back: %v", data, err)
	}
}

// What is heard can be answered: every address that Receive gives is one that
// Render takes.
func answerable(t testing.TB, p core.Person) {
	t.Helper()
	if _, err := messengerForm().render(core.Outgoing{To: p.Address, Content: core.Text{Body: "x"}}); err != nil || !strings.HasSuffix(p.UserID, ":"+string(p.Address)) {
		t.Errorf("%+v cannot be answered (%v)", p, err)
	}
}

func TestReceiveOfAThousand(t *testing.T) {
	const entries, each = 10, 100
	var all []string
	for e := range entries {
		var messages []string
		for i := range each {
			event := fmt.Sprintf(`{"sender":{"id":"5%d"},"recipient":{"id":"%d"},"timestamp":1791800000123,"message":{"mid":"m%d.%d","text":"%d"}}`, i, e+1, e, i, i)
			if i == 50 {
				event = `{"sender":[],"message":{"text":7}}`
			}
			messages = append(messages, event)
		}
		all = append(all, fmt.Sprintf(`{"id":"%d","messaging":[%s]}`, e+1, strings.Join(messages, ",")))
	}
	d, err := opened(t, Instagram, igSettings).Receive(signed(`{"object":"instagram","entry":[` + strings.Join(all, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Items) != entries*each {
		t.Fatalf("%d items, want %d", len(d.Items), entries*each)
	}
	sound(t, d)
	for n, item := range d.Items {
		e, i := n/each, n%each
		if item.Account != fmt.Sprint(e+1) {
			t.Fatalf("item %d is for %q", n, item.Account)
		}
		heard, ok := item.Event.(core.Heard)
		switch {
		case i == 50 && e == 0 && item.Fate != core.FateQuarantined:
			t.Errorf("the broken item is %+v", item)
		case i == 50:
		case !ok || heard.Content != (core.Text{Body: fmt.Sprint(i)}) || heard.Provider != core.ProviderID(fmt.Sprintf("m%d.%d", e, i)):
			t.Fatalf("item %d is %+v", n, item)
		}
	}
}

func TestHandshake(t *testing.T) {
	good := map[string]string{"hub.mode": "subscribe", "hub.verify_token": "SECRETWORD", "hub.challenge": "abc123"}
	a := opened(t, Messenger, fbSettings)
	d, err := a.Receive(core.Request{Method: "GET", Query: good})
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
			if d, err := a.Receive(core.Request{Method: "GET", Query: bad}); !errors.Is(err, core.ErrUnverified) || len(d.Reply.Body) > 0 {
				t.Errorf("%s %q: answered %q (%v)", key, v, d.Reply.Body, err)
			}
		}
	}
	r := signed(`{"entry":[]}`)
	r.Method = "GET"
	if _, err := a.Receive(r); !errors.Is(err, core.ErrUnverified) {
		t.Errorf("a signed GET was taken for a handshake (%v)", err)
	}
}

// The body as it came is what is signed: written anew, it is another.
func TestSignatureCoversTheBytes(t *testing.T) {
	a := opened(t, Instagram, igSettings)
	body := `{"object":"instagram", "entry": [{"id":"1","messaging":[{"text":"\u00e4"}]}]}`
	if _, err := a.Receive(signed(body)); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*core.Request){
		"other bytes of the same JSON": func(r *core.Request) { r.Body = []byte(strings.ReplaceAll(body, `\u00e4`, "ä")) },
		"a signature in capitals": func(r *core.Request) {
			r.Header["X-Hub-Signature-256"] = strings.ToUpper(r.Header["X-Hub-Signature-256"])
		},
		"the old header": func(r *core.Request) {
			r.Header = map[string]string{"X-Hub-Signature": r.Header["X-Hub-Signature-256"]}
		},
		"a longer signature": func(r *core.Request) { r.Header["X-Hub-Signature-256"] += "0" },
	} {
		r := signed(body)
		change(&r)
		if _, err := a.Receive(r); !errors.Is(err, core.ErrUnverified) {
			t.Errorf("%s was taken (%v)", what, err)
		}
	}
}

// An app of Instagram Login has a secret of its own, and its Meta app another.
func TestSeveralSecrets(t *testing.T) {
	a := opened(t, Instagram, strings.Replace(igSettings, `{`, `{"app_secrets":["SECRETOTHER"],`, 1))
	body := `{"object":"instagram","entry":[]}`
	for secret, good := range map[core.Secret]bool{"SECRETAPP": true, "SECRETOTHER": true, "SECRETTOKEN": false, "": false} {
		r := signed(body)
		r.Header["X-Hub-Signature-256"] = kit.Sign(secret, "sha256=", []byte(body))
		if _, err := a.Receive(r); (err == nil) != good {
			t.Errorf("signed with %q: %v", secret.Reveal(), err)
		}
	}
}

func TestAccount(t *testing.T) {
	ig, fb := opened(t, Instagram, igSettings), opened(t, Messenger, fbSettings)
	app, id := ig.Account()
	if app == "" || id != "17841400000000042" {
		t.Errorf("app %q, account %q", app, id)
	}
	if same, page := fb.Account(); same != app || page != "102030405060708" {
		t.Errorf("the Page of the same app has app %q, account %q", same, page)
	}
	other := opened(t, Messenger, strings.Replace(fbSettings, "SECRETAPP", "another", 1))
	if a, _ := other.Account(); a == app {
		t.Error("accounts of different apps have the same app")
	}
}

func TestFetchable(t *testing.T) {
	for address, want := range map[string]bool{
		"https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1": true,
		"https://SCONTENT.xx.FBCDN.net/x.png":                      true,
		"https://scontent.cdninstagram.com:443/x":                  true,
		"https://proxy.example.com:8443/file":                      true,
		"http://lookaside.fbsbx.com/x":                             false,
		"https://lookaside.fbsbx.com:8080/x":                       false,
		"https://fbsbx.com.evil.example/x":                         false,
		"https://evilfbsbx.com/x":                                  false,
		"https://evil.example/.fbsbx.com":                          false,
		"https://lookaside.fbsbx.com@evil.example/x":               false,
		"https://user:pw@lookaside.fbsbx.com/x":                    false,
		"https://proxy.example.com/file":                           false,
		"http://proxy.example.com:8443/file":                       false,
		"//lookaside.fbsbx.com/x":                                  false,
		"https://graph.facebook.com/v25.0/me?fields=id":            false,
		"https://www.instagram.com/p/x":                            false,
		"":                                                         false,
		"%":                                                        false,
	} {
		if got := fetchable(address, "https://proxy.example.com:8443/meta"); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	if fetchable("https://graph.facebook.com/v25.0/me", facebookURL) || fetchable("https://graph.instagram.com/me", instagramURL) {
		t.Error("Meta's API is taken for a file")
	}
}
