package twilio_test

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"sync"
	"testing"

	"causeway/connectors/twilio"
	"causeway/core"
)

func TestSentParameters(t *testing.T) {
	k := twilio.SMS(env())
	hello := render(t, k, core.Text{Body: "héllo + &=?"})
	for name, c := range map[string]struct {
		changed map[string]any
		subscr  bool
		want    map[string]string
		user    string
		pass    string
	}{
		"a number": {
			nil, false,
			map[string]string{"From": "+15550000000", "Body": "héllo + &=?", "To": "whatsapp:+15551230000", "SmartEncoded": "true"},
			account, "SECRETTOKEN",
		},
		"a service": {
			map[string]any{"messaging_service_sid": "MG1"}, false,
			map[string]string{"MessagingServiceSid": "MG1", "Body": "héllo + &=?", "To": "whatsapp:+15551230000", "SmartEncoded": "true"},
			account, "SECRETTOKEN",
		},
		"reports": {
			nil, true,
			map[string]string{"From": "+15550000000", "Body": "héllo + &=?", "To": "whatsapp:+15551230000", "SmartEncoded": "true", "StatusCallback": hook + "?ref=abc.0"},
			account, "SECRETTOKEN",
		},
		"an API key whose secret has other letters": {
			map[string]any{"api_key": "SK_1", "api_secret": "a-b_c:d"}, false,
			map[string]string{"From": "+15550000000", "Body": "héllo + &=?", "To": "whatsapp:+15551230000", "SmartEncoded": "true"},
			"SK_1", "a-b_c:d",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.takes("SM7")
			f.on("GET "+accounts+"/IncomingPhoneNumbers.json", func(*http.Request) any { return nil })
			con := f.open(t, k, c.changed)
			if c.subscr {
				_ = con.(core.Subscriber).Subscribe(context.Background(), hook) // it says what to do by hand
			}
			id, err := con.Send(context.Background(), hello)
			if err != nil || id != "SM7" {
				t.Fatalf("sent as %q: %v", id, err)
			}
			calls := f.calls("POST", accounts+"/Messages.json")
			if len(calls) != 1 || calls[0].user != c.user || calls[0].pass != c.pass {
				t.Fatalf("calls: %+v", calls)
			}
			got := map[string]string{}
			for field, values := range calls[0].form {
				got[field] = values[0]
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("sent %v, want %v", got, c.want)
			}
		})
	}
}

// The library reads these from the environment.
func TestTheEnvironmentSendsNothingElsewhere(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "evil")
	t.Setenv("TWILIO_REGION", "au1")
	f := newFake(t)
	f.takes("SM7")
	k := twilio.WhatsApp(env())
	if _, err := f.open(t, k, nil).Send(context.Background(), render(t, k, core.Text{Body: "x"})); err != nil {
		t.Error(err)
	}
}

// contentsAt has f keep contents.
func contentsAt(f *fake) {
	var mu sync.Mutex
	var all []map[string]any
	f.on("GET /v1/Content", func(*http.Request) any {
		mu.Lock()
		defer mu.Unlock()
		return map[string]any{"contents": all, "meta": map[string]any{"next_page_url": nil}}
	})
	f.on("POST /v1/Content", func(r *http.Request) any {
		var want map[string]any
		_ = json.NewDecoder(r.Body).Decode(&want)
		mu.Lock()
		defer mu.Unlock()
		want["sid"] = "HX" + string(rune('a'+len(all)))
		all = append(all, want)
		return want
	})
}

func TestContentsAreMadeOnce(t *testing.T) {
	f := newFake(t)
	f.takes("SM7")
	contentsAt(f)
	k := twilio.WhatsApp(env())
	c := f.open(t, k, nil)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			for _, name := range []string{"choices-2", "choices-3", "choices-5"} {
				if _, err := c.Send(context.Background(), payload(t, k, name)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	wait.Wait()
	if n := len(f.calls("POST", "/v1/Content")); n != 3 {
		t.Errorf("%d contents were made, want 3", n)
	}
	if n := len(f.calls("GET", "/v1/Content")); n != 3 {
		t.Errorf("contents were listed %d times, want once for each shape", n)
	}
	same := payload(t, k, "choices-2")
	other := render(t, k, core.Choices{Body: "Another?", Buttons: []core.Button{{Type: core.Reply, Title: "A"}, {Type: core.Reply, Title: "B"}}})
	if a, b := same.Body.(*twilio.Message), other.Body.(*twilio.Message); a.Content.FriendlyName != b.Content.FriendlyName || *a.Message.ContentVariables == *b.Message.ContentVariables {
		t.Error("other words are another shape")
	}
	before := len(f.calls("GET", "/v1/Content"))
	again := f.open(t, k, nil) // after a restart
	for range 2 {
		if _, err := again.Send(context.Background(), other); err != nil {
			t.Error(err)
		}
	}
	if n := len(f.calls("POST", "/v1/Content")); n != 3 {
		t.Errorf("%d contents were made after a restart", n-3)
	}
	if n := len(f.calls("GET", "/v1/Content")) - before; n != 1 {
		t.Errorf("contents were listed %d times after a restart, want once", n)
	}
	sent := f.calls("POST", accounts+"/Messages.json")
	last := sent[len(sent)-1].form
	if last.Get("ContentSid") == "" || last.Has("Body") || last.Get("ContentVariables") == "" {
		t.Errorf("sent %v", last)
	}
}

// A content that was deleted is made anew, once.
func TestContentThatIsGone(t *testing.T) {
	for _, code := range []int{20404, 21655, 92006} {
		f := newFake(t)
		contentsAt(f)
		k := twilio.WhatsApp(env())
		tries := 0
		f.on("POST "+accounts+"/Messages.json", func(*http.Request) any {
			if tries++; tries == 2 || tries > 3 {
				return failed{400, code}
			}
			return map[string]any{"sid": "SM7"}
		})
		c := f.open(t, k, nil)
		for i, want := range []bool{true, true, false} {
			_, err := c.Send(context.Background(), payload(t, k, "choices-2"))
			if (err == nil) != want {
				t.Errorf("%d: message %d: %v", code, i, err)
			}
		}
		if tries != 5 {
			t.Errorf("%d: %d calls", code, tries)
		}
	}
}

// Both addresses are let through, wherever they are.
func TestContentsElsewhere(t *testing.T) {
	f, g := newFake(t), newFake(t)
	f.takes("SM7")
	contentsAt(g)
	k := twilio.WhatsApp(env())
	if _, err := f.open(t, k, map[string]any{"content_url": g.URL}).Send(context.Background(), payload(t, k, "choices-2")); err != nil {
		t.Error(err)
	}
	if len(f.seen) != 1 || len(g.seen) != 2 {
		t.Errorf("called %+v and %+v", f.seen, g.seen)
	}
}

func TestTemplates(t *testing.T) {
	f := newFake(t)
	f.takes("SM7")
	k := twilio.SMS(env())
	c := f.open(t, k, nil)
	sid := "HX" + "0123456789abcdef0123456789abcdef"
	for name, tt := range map[string]struct {
		template core.Template
		want     string
	}{
		"none":                {core.Template{Name: sid}, ""},
		"in order":            {core.Template{Name: sid, Params: []string{"Zoë", "4\n2"}}, `{"1":"Zoë","2":"4 2"}`},
		"by name":             {core.Template{Name: sid, Components: []byte(`{"who":"Zoë & <co>","n":2}`)}, `{"n":"2","who":"Zoë & <co>"}`},
		"WhatsApp's own form": {core.Template{Name: sid, Components: []byte(`[{"type":"header","parameters":[{"type":"image","image":{"link":"https://x/y"}}]},{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1"}},{"type":"text","text":"a"}]},{"type":"button","parameters":[{"type":"payload","payload":"p"}]}]`)}, `{"1":"https://x/y","2":"$1","3":"a","4":"p"}`},
	} {
		if _, err := c.Send(context.Background(), render(t, k, tt.template)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sent := f.calls("POST", accounts+"/Messages.json")
		if last := sent[len(sent)-1].form; last.Get("ContentSid") != sid || last.Get("ContentVariables") != tt.want {
			t.Errorf("%s: sent %v", name, last)
		}
	}
}

func TestSendOfWhatIsNoCall(t *testing.T) {
	c := opened(t, twilio.SMS(env()), nil)
	for _, p := range []core.Payload{{}, {Op: "messages"}, {Op: "messages", Body: &twilio.Message{}}, {Op: "other", Body: &twilio.Message{}}} {
		if _, err := c.Send(context.Background(), p); core.FaultOf(err) == nil || core.FaultOf(err).Kind != core.Permanent {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
