package twilio_test

import (
	"errors"
	"net/url"
	"testing"

	"causeway/connectors/kit"
	"causeway/connectors/twilio"
	"causeway/core"
)

const hook = "https://chat.example.com/webhooks/test"

func text(body string, more ...string) url.Values {
	form := url.Values{"MessageSid": {"SM1"}, "From": {"+15551230000"}, "To": {"+15550000000"}, "Body": {body}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestOptOut(t *testing.T) {
	whatsApp := []string{"From", "whatsapp:+15551230000", "To", "whatsapp:+15550000000"}
	for name, c := range map[string]struct {
		form    url.Values
		told    bool
		blocked bool
	}{
		"the word":                   {text(" Stop "), true, true},
		"another word":               {text("UNSUBSCRIBE"), true, true},
		"a word that opts in":        {text("start"), true, false},
		"a word among others":        {text("please stop"), false, false},
		"yes is an answer":           {text("Yes"), false, false},
		"told by the service":        {text("Basta", "OptOutType", "STOP"), true, true},
		"told to be in again":        {text("Ja", "OptOutType", "START"), true, false},
		"a call for help":            {text("STOP", "OptOutType", "HELP"), false, false},
		"WhatsApp filters no words":  {text("STOP", whatsApp...), false, false},
		"WhatsApp, told by Twilio":   {text("STOP", append(whatsApp, "OptOutType", "STOP")...), true, true},
		"a word that is told anyway": {text("quit", "OptOutType", "STOP"), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := heard(t, opened(t, twilio.SMS(env()), nil), hook, c.form)
			if h, ok := d.Items[0].Event.(core.Heard); !ok || core.PlainText(h.Content) != c.form.Get("Body") {
				t.Errorf("the message is %+v", d.Items[0])
			}
			if !c.told {
				if len(d.Items) != 1 {
					t.Errorf("reported %+v", d.Items[1:])
				}
				return
			}
			if len(d.Items) != 2 || d.Items[1].Key != "o:SM1" || d.Items[1].Account != d.Items[0].Account {
				t.Fatalf("reported %+v", d.Items)
			}
			b, ok := d.Items[1].Event.(core.Blocked)
			if !ok || b.Blocked != c.blocked || b.From.Address != core.Address(c.form.Get("From")) {
				t.Errorf("reported %+v", d.Items[1])
			}
		})
	}
}

// Both kinds of one account hear each other's items.
func TestAccount(t *testing.T) {
	const ownAccount = account
	account := func(k core.Kind, changed map[string]any) (string, string) {
		t.Helper()
		a, ok := opened(t, k, changed).(core.Account)
		if !ok {
			t.Fatal("it has no account")
		}
		return a.Account()
	}
	app, number := account(twilio.SMS(env()), map[string]any{"from": "+1 (555) 000-0000"})
	if number != ownAccount+" +15550000000" {
		t.Errorf("the account is %s", number)
	}
	for name, c := range map[string]struct {
		kind    core.Kind
		changed map[string]any
		same    bool
		account string
	}{
		"the same number on WhatsApp": {twilio.WhatsApp(env()), map[string]any{"from": "+15550000000"}, true, "whatsapp:+15550000000"},
		"written in full":             {twilio.WhatsApp(env()), map[string]any{"from": "whatsapp:+1 555 000 0000"}, true, "whatsapp:+15550000000"},
		"a service":                   {twilio.SMS(env()), map[string]any{"messaging_service_sid": "MG1"}, true, "MG1"},
		"a service on WhatsApp":       {twilio.WhatsApp(env()), map[string]any{"messaging_service_sid": "MG1"}, true, "whatsapp:MG1"},
		"a word as sender":            {twilio.SMS(env()), map[string]any{"from": "ACME"}, true, "ACME"},
		"another account":             {twilio.SMS(env()), map[string]any{"account_sid": "ACb"}, true, "+15550000000"},
		"another token":               {twilio.SMS(env()), map[string]any{"auth_token": "OTHER"}, false, "+15550000000"},
	} {
		of := ownAccount
		if c.changed["account_sid"] != nil {
			of = "ACb"
		}
		if a, got := account(c.kind, c.changed); (a == app) != c.same || got != of+" "+c.account {
			t.Errorf("%s: app %s, account %s", name, a, got)
		}
	}
}

// One address of a service hears SMS and WhatsApp.
func TestServiceHearsBoth(t *testing.T) {
	c := opened(t, twilio.SMS(env()), map[string]any{"messaging_service_sid": "MG1"})
	for want, form := range map[string]url.Values{
		"MG1":                   text("x", "MessagingServiceSid", "MG1"),
		"whatsapp:MG1":          text("x", "MessagingServiceSid", "MG1", "From", "whatsapp:+15551230000", "To", "whatsapp:+15550000000"),
		"+15550000000":          text("x", "MessagingServiceSid", "MG2"),
		"messenger:15550000000": text("x", "From", "messenger:1", "To", "messenger:15550000000"),
	} {
		if got := heard(t, c, hook, form).Items[0].Account; got != account+" "+want {
			t.Errorf("it is for %s, want %s", got, want)
		}
	}
}

func TestNumbersThatAreWrittenInTwoWays(t *testing.T) {
	c := opened(t, twilio.WhatsApp(env()), nil)
	for number, other := range map[string]string{
		"+5511987654321": "+551187654321", "+551187654321": "+5511987654321", "+551132654321": "",
		"+5491123456789": "+541123456789", "+541123456789": "+5491123456789",
		"+5215512345678": "+525512345678", "+525512345678": "+5215512345678", "+4915112345678": "",
	} {
		d := heard(t, c, hook, text("x", "From", "whatsapp:"+number, "To", "whatsapp:+15550000000"))
		h, _ := d.Items[0].Event.(core.Heard)
		want := []string{"whatsapp:" + number}
		if other != "" {
			want = append(want, "whatsapp:"+other)
		}
		if len(h.From.Keys) != len(want) || h.From.Keys[0] != want[0] || h.From.Keys[len(want)-1] != want[len(want)-1] {
			t.Errorf("%s is known as %v", number, h.From.Keys)
		}
	}
}

func TestFormsThatCannotBeRead(t *testing.T) {
	c := opened(t, twilio.SMS(env()), nil)
	for _, body := range []string{"Body=%zz&MessageSid=SM1", "a;b=1"} {
		r := core.Request{Method: "POST", URL: hook, Header: map[string]string{}, Body: []byte(body)}
		prove(&r, map[string]any{"auth_token": "SECRETTOKEN"})
		if _, err := c.Receive(r); !errors.Is(err, core.ErrUnreadable) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestWordsThatOnlyLookLikeBase64(t *testing.T) {
	c := opened(t, twilio.SMS(env()), nil)
	for _, body := range []string{
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"VGhpc2lzYWxvbmdtZXNzYWdldGhhdGhhc25vc3BhY2VzaW5pdGF0YWxsYW5kc3RheXM=",
		"dGhpcyBpcyBzaG9ydA==",
	} {
		h, _ := heard(t, c, hook, text(body)).Items[0].Event.(core.Heard)
		if core.PlainText(h.Content) != body {
			t.Errorf("%s became %+v", body, h.Content)
		}
	}
}

func TestReceiveIsOffline(t *testing.T) {
	k := twilio.WhatsApp(kit.Offline(func(address string) { t.Errorf("called %s", address) }))
	heard(t, opened(t, k, nil), hook, text("x"))
}
