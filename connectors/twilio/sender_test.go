package twilio_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"causeway/connectors/kit"
	"causeway/connectors/twilio"
	"causeway/core"
)

// public is an env that knows where we are reached.
func public() kit.Env {
	e := kit.Default()
	e.PublicURL = "https://chat.example.com"
	return e
}

type object = map[string]any

func senders(list ...any) object {
	return object{"senders": list, "meta": object{"next_page_url": nil}}
}

func senderAt(webhook string, more object) object {
	s := object{"sid": "XE1", "sender_id": "whatsapp:+15550000000", "status": "ONLINE", "webhook": object{"callback_url": webhook, "callback_method": "POST"}}
	for k, v := range more {
		s[k] = v
	}
	return s
}

func TestCheckOfASender(t *testing.T) {
	set := hook + "#rc=5&rp=all"
	stranger := object{"sid": "XE2", "sender_id": "whatsapp:+15559999999", "status": "ONLINE"}
	for name, c := range map[string]struct {
		answer     any
		code, says string
	}{
		"all is well":          {senders(stranger, senderAt(set, nil)), "", ""},
		"without overrides":    {senders(senderAt(hook, nil)), "", ""},
		"a key that sees less": {failed{403, 20403}, "", ""},
		"another's sender":     {senders(stranger), "no_sender", "Messaging > Senders"},
		"nowhere":              {senders(senderAt("", nil)), "check", "check -fix"},
		"elsewhere":            {senders(senderAt("https://other.example/x?token=SECRET", nil)), "check", "https://other.example/x and not"},
		"of low quality":       {senders(senderAt(set, object{"properties": object{"quality_rating": "LOW"}})), "check", "quality is LOW"},
		"offline":              {senders(senderAt(set, object{"status": "OFFLINE", "offline_reasons": []any{object{"message": "the number was removed"}}})), "sender_down", "the number was removed"},
		"being changed":        {senders(senderAt(set, object{"status": "ONLINE:UPDATING"})), "check", "ONLINE:UPDATING"},
		"trouble":              {failed{500, 20500}, "20500", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.on("GET "+accounts+".json", func(*http.Request) any { return object{"status": "active"} })
			f.on("GET /v2/Channels/Senders", func(r *http.Request) any {
				if r.URL.Query().Get("Channel") != "whatsapp" {
					t.Errorf("asked for %s", r.URL)
				}
				return c.answer
			})
			err := f.open(t, twilio.WhatsApp(public()), nil).(core.Checker).Check(context.Background())
			fault := core.FaultOf(err)
			switch {
			case c.code == "" && err != nil:
				t.Error(err)
			case c.code != "" && (fault == nil || fault.Code != c.code || !strings.Contains(fault.Message, c.says) || strings.Contains(err.Error(), "SECRET")):
				t.Errorf("the fault is %v, want %s and %q", err, c.code, c.says)
			}
		})
	}
}

func TestCheckOfAService(t *testing.T) {
	for name, c := range map[string]struct {
		answer     any
		code, says string
	}{
		"all is well":          {object{"sid": "MG1", "inbound_request_url": hook + "#rc=5&rp=all", "inbound_method": "POST"}, "", ""},
		"each number its own":  {object{"sid": "MG1", "inbound_request_url": hook, "use_inbound_webhook_on_number": true}, "check", "nobody"},
		"elsewhere":            {object{"sid": "MG1", "inbound_request_url": "https://other.example/"}, "check", "check -fix"},
		"not there":            {failed{404, 20404}, "no_service", "messaging_service_sid"},
		"a key that sees less": {failed{401, 20003}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.on("GET "+accounts+".json", func(*http.Request) any { return object{"status": "active"} })
			f.on("GET /v1/Services/MG1", func(*http.Request) any { return c.answer })
			err := f.open(t, twilio.SMS(public()), object{"messaging_service_sid": "MG1"}).(core.Checker).Check(context.Background())
			if fault := core.FaultOf(err); c.code == "" && err != nil || c.code != "" && (fault == nil || fault.Code != c.code || !strings.Contains(fault.Message, c.says)) {
				t.Errorf("the fault is %v, want %q and %q", err, c.code, c.says)
			}
		})
	}
}

func TestSubscribeSetsSenderAndService(t *testing.T) {
	set := hook + "#rc=5&rp=all"
	f := newFake(t)
	now := ""
	f.on("GET /v2/Channels/Senders", func(*http.Request) any { return senders(senderAt(now, nil)) })
	f.on("POST /v2/Channels/Senders/XE1", func(r *http.Request) any {
		var body struct {
			Webhook struct {
				URL    string `json:"callback_url"`
				Method string `json:"callback_method"`
			} `json:"webhook"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Webhook.Method != "POST" {
			t.Errorf("set %+v (%v)", body, err)
		}
		now = body.Webhook.URL
		return object{"sid": "XE1"}
	})
	c := f.open(t, twilio.WhatsApp(env()), nil).(core.Subscriber)
	for range 2 { // the second time, all is as it should be
		if err := c.Subscribe(context.Background(), hook); err != nil || now != set {
			t.Fatalf("set %q (%v)", now, err)
		}
	}
	if n := len(f.calls("POST", "/v2/Channels/Senders/XE1")); n != 1 {
		t.Errorf("set %d times", n)
	}
	f.on("GET /v1/Services/MG1", func(*http.Request) any { return object{"sid": "MG1"} })
	f.on("POST /v1/Services/MG1", func(*http.Request) any { return object{"sid": "MG1"} })
	if err := f.open(t, twilio.SMS(env()), object{"messaging_service_sid": "MG1"}).(core.Subscriber).Subscribe(context.Background(), hook); err != nil {
		t.Fatal(err)
	}
	calls := f.calls("POST", "/v1/Services/MG1")
	if len(calls) != 1 || calls[0].form.Get("InboundRequestUrl") != set || calls[0].form.Get("InboundMethod") != "POST" || calls[0].form.Get("UseInboundWebhookOnNumber") != "false" {
		t.Errorf("set %+v", calls)
	}
}

func TestTyping(t *testing.T) {
	f := newFake(t)
	var body string
	f.on("POST /v3/Indicators/Typing.json", func(r *http.Request) any {
		var v any
		_ = json.NewDecoder(r.Body).Decode(&v)
		data, _ := json.Marshal(v)
		body = string(data)
		return object{"success": true}
	})
	c := f.open(t, twilio.WhatsApp(env()), object{"typing": true, "from": "+15550000000"})
	form := text("hi", "From", "whatsapp:+15551230000", "To", "whatsapp:+15550000000")
	acks := heard(t, c, hook, form).Items[0].Acks
	if len(acks) != 1 {
		t.Fatalf("acks are %v", acks)
	}
	if id, err := c.Send(context.Background(), acks[0]); err != nil || id != "" || body != `{"channel":"WHATSAPP","messageId":"SM1"}` {
		t.Errorf("sent %s as %q (%v)", body, id, err)
	}
	for name, form := range map[string]map[string]string{
		"another's":          {"To": "whatsapp:+15550000001"},
		"a reaction":         {"MessageType": "reaction", "OriginalRepliedMessageSid": "SM0"},
		"of SMS":             {"From": "+15551230000", "To": "+15550000000"},
		"of another account": {"AccountSid": "ACother"},
	} {
		other := text("hi", "From", "whatsapp:+15551230000", "To", "whatsapp:+15550000000")
		for k, v := range form {
			other.Set(k, v)
		}
		if acks := heard(t, c, hook, other).Items[0].Acks; len(acks) > 0 {
			t.Errorf("%s is acknowledged by %v", name, acks)
		}
	}
	quiet := f.open(t, twilio.WhatsApp(env()), nil)
	if acks := heard(t, quiet, hook, form).Items[0].Acks; len(acks) > 0 {
		t.Errorf("typing is off, and the acks are %v", acks)
	}
}

// What another account of Twilio's is called for is none of this channel's, even
// though the address is the same.
func TestAnotherAccountIsNoneOfOurs(t *testing.T) {
	ours := opened(t, twilio.SMS(env()), nil)
	app, own := ours.(core.Account).Account()
	other := opened(t, twilio.SMS(env()), object{"account_sid": "ACother"})
	if otherApp, account := other.(core.Account).Account(); otherApp != app || account == own {
		t.Errorf("accounts are %s %q and %s %q", app, own, otherApp, account)
	}
	if stranger, _ := opened(t, twilio.SMS(env()), object{"auth_token": "SECRETOTHER"}).(core.Account).Account(); stranger == app {
		t.Error("what another token signs would be taken")
	}
	for sid, want := range map[string]string{"": own, account: own, "ACother": "ACother +15550000000"} {
		for _, form := range []map[string]string{{}, {"MessageStatus": "delivered", "From": "+15550000000", "To": "+15551230000"}} {
			f := text("hi", "AccountSid", sid)
			for k, v := range form {
				f.Set(k, v)
			}
			for _, item := range heard(t, ours, hook, f).Items {
				if item.Account != want {
					t.Errorf("AccountSid %q: the account is %q, want %q", sid, item.Account, want)
				}
			}
		}
	}
}
