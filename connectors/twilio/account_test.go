package twilio_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"causeway/connectors/twilio"
	"causeway/core"
)

func TestCheck(t *testing.T) {
	active := map[string]any{"status": "active"}
	yes := map[string]any{"incoming_phone_numbers": []any{map[string]any{"sid": "PN1", "capabilities": map[string]any{"sms": true}}}}
	no := map[string]any{"incoming_phone_numbers": []any{map[string]any{"sid": "PN1", "capabilities": map[string]any{"sms": false}}}}
	none := map[string]any{"incoming_phone_numbers": []any{}}
	for name, c := range map[string]struct {
		changed         map[string]any
		account, number any
		code            string
	}{
		"all is well":            {nil, active, yes, ""},
		"the token is wrong":     {nil, failed{401, 20003}, yes, "20003"},
		"suspended":              {nil, map[string]any{"status": "suspended"}, yes, "account_suspended"},
		"another's number":       {nil, active, none, "no_number"},
		"a number without SMS":   {nil, active, no, "no_sms"},
		"a service":              {map[string]any{"messaging_service_sid": "MG1"}, active, none, ""},
		"a short code":           {map[string]any{"from": "24273"}, active, none, ""},
		"a key that sees less":   {map[string]any{"api_key": "SK1", "api_secret": "S"}, failed{403, 20403}, yes, ""},
		"a fault of Twilio":      {nil, failed{500, 20500}, yes, "20500"},
		"numbers cannot be read": {nil, active, failed{401, 20003}, "20003"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.on("GET "+accounts+".json", func(*http.Request) any { return c.account })
			f.on("GET "+accounts+"/Messages.json", func(*http.Request) any { return map[string]any{"messages": []any{}} })
			f.on("GET "+accounts+"/IncomingPhoneNumbers.json", func(r *http.Request) any {
				if n := r.URL.Query().Get("PhoneNumber"); n != "+15550000000" {
					t.Errorf("asked for %q", n)
				}
				return c.number
			})
			err := f.open(t, twilio.SMS(env()), c.changed).(core.Checker).Check(context.Background())
			if c.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if fault := core.FaultOf(err); fault == nil || fault.Code != c.code || fault.Message == "" || fault.Kind == core.Ambiguous {
				t.Errorf("the fault is %v, want %s", err, c.code)
			}
		})
	}
}

func TestSubscribeSetsTheNumber(t *testing.T) {
	set := hook + "#rc=5&rp=all"
	for name, c := range map[string]struct {
		now  map[string]any
		sets bool
	}{
		"nothing is set":      {map[string]any{"sms_url": "", "sms_method": "POST"}, true},
		"another address":     {map[string]any{"sms_url": "https://other.example", "sms_method": "POST"}, true},
		"another method":      {map[string]any{"sms_url": set, "sms_method": "GET"}, true},
		"an application":      {map[string]any{"sms_url": set, "sms_method": "POST", "sms_application_sid": "AP1"}, true},
		"all is as it should": {map[string]any{"sms_url": set, "sms_method": "POST", "sms_application_sid": ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			c.now["sid"] = "PN1"
			f.on("GET "+accounts+"/IncomingPhoneNumbers.json", func(*http.Request) any { return map[string]any{"incoming_phone_numbers": []any{c.now}} })
			f.on("POST "+accounts+"/IncomingPhoneNumbers/PN1.json", func(*http.Request) any { return c.now })
			if err := f.open(t, twilio.SMS(env()), nil).(core.Subscriber).Subscribe(context.Background(), hook); err != nil {
				t.Fatal(err)
			}
			calls := f.calls("POST", accounts+"/IncomingPhoneNumbers/PN1.json")
			if (len(calls) == 1) != c.sets {
				t.Fatalf("%d calls", len(calls))
			}
			if !c.sets {
				return
			}
			form := calls[0].form
			if form.Get("SmsUrl") != set || form.Get("SmsMethod") != "POST" || !form.Has("SmsApplicationSid") || form.Get("SmsApplicationSid") != "" {
				t.Errorf("set %v", form)
			}
		})
	}
}

func TestSubscribeThatIsRefused(t *testing.T) {
	f := newFake(t)
	f.on("GET "+accounts+"/IncomingPhoneNumbers.json", func(*http.Request) any {
		return map[string]any{"incoming_phone_numbers": []any{map[string]any{"sid": "PN1"}}}
	})
	f.on("POST "+accounts+"/IncomingPhoneNumbers/PN1.json", func(*http.Request) any { return failed{400, 21402} })
	err := f.open(t, twilio.SMS(env()), nil).(core.Subscriber).Subscribe(context.Background(), hook)
	if fault := core.FaultOf(err); fault == nil || fault.Code != "21402" || fault.Kind != core.Permanent {
		t.Errorf("%v", err)
	}
}

// Where the API cannot, it is said in words, without a change.
func TestSubscribeByHand(t *testing.T) {
	for name, c := range map[string]struct {
		kind    core.Kind
		changed map[string]any
		says    string
	}{
		"the sandbox":              {twilio.WhatsApp(env()), map[string]any{"from": "whatsapp:+14155238886"}, "Sandbox settings"},
		"a key that sees less":     {twilio.WhatsApp(env()), nil, "whatsapp:+15550000000"},
		"a service that is hidden": {twilio.SMS(env()), map[string]any{"messaging_service_sid": "MG1"}, "MG1"},
		"a short code":             {twilio.SMS(env()), map[string]any{"from": "24273"}, "A message comes in"},
	} {
		f := newFake(t)
		for _, path := range []string{"/v2/Channels/Senders", "/v1/Services/MG1"} {
			f.on("GET "+path, func(*http.Request) any { return failed{403, 20403} })
		}
		err := f.open(t, c.kind, c.changed).(core.Subscriber).Subscribe(context.Background(), hook)
		fault := core.FaultOf(err)
		if fault == nil || fault.Code != "by_hand" || !strings.Contains(fault.Message, c.says) || !strings.Contains(fault.Message, hook+"#rc=5&rp=all") {
			t.Errorf("%s: %v", name, err)
		}
		for _, call := range f.seen {
			if call.method != http.MethodGet {
				t.Errorf("%s: called %+v", name, call)
			}
		}
	}
}
