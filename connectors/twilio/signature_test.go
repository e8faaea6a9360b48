package twilio_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"causeway/connectors/kit"
	"causeway/connectors/twilio"
	"causeway/core"
)

// Made with Twilio's library for another language.
const vectorToken = "0123456789abcdef0123456789abcdef"

var vectors = map[string]core.Request{
	"a form": {
		URL:    "https://bridge.example.test/hooks/twilio/ch_1",
		Body:   []byte("AccountSid=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&ApiVersion=2010-04-01&Body=Hello%2C+w%C3%B6rld+%F0%9F%91%8B+1%2B1%3D2&From=whatsapp%3A%2B15551230000&MessageSid=SM00000000000000000000000000000001&NumMedia=0&ProfileName=Zo%C3%AB&To=whatsapp%3A%2B15550000000&WaId=15551230000"),
		Header: signedAs("xWjkjQCHhjswu2ti4UW+uXyUDTg="),
	},
	"a query": {
		URL:    "https://bridge.example.test/hooks/twilio/ch_1?tenant=acme&x=a%20b",
		Body:   []byte("MessageSid=SM1&MessageStatus=delivered"),
		Header: signedAs("I1D+gLtoqzgJOUOuejYAC01EqZY="),
	},
	"a port": {
		URL:    "https://bridge.example.test:8443/hooks/twilio/ch_1",
		Body:   []byte("MessageSid=SM1&Body="),
		Header: signedAs("ENx+QlPcScgeDL8lnrFMd8PNkDo="),
	},
	"JSON": {
		URL:    "https://bridge.example.test/hooks/json?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
		Body:   []byte(`{"a":1}`),
		Header: signedAs("ipOigiPV6rMCm4qHOEnwXeYZe+A="),
	},
}

func signedAs(s string) map[string]string { return map[string]string{"X-Twilio-Signature": s} }

func TestSignatureVectors(t *testing.T) {
	c := opened(t, twilio.WhatsApp(kit.Offline(func(string) {})), map[string]any{"auth_token": vectorToken})
	for name, r := range vectors {
		r.Method = "POST"
		if d, err := c.Receive(r); err != nil || len(d.Items) == 0 || d.Reply.Type != "text/xml; charset=utf-8" ||
			string(d.Reply.Body) != `<?xml version="1.0" encoding="UTF-8"?><Response/>` {
			t.Errorf("%s: %v, %+v", name, err, d)
		}
		for what, spoil := range map[string]func(*core.Request){
			"another path":      func(r *core.Request) { r.URL = "https://bridge.example.test/other" },
			"another host":      func(r *core.Request) { r.URL = "https://evil.example/hooks/twilio/ch_1" },
			"http":              func(r *core.Request) { r.URL = "http" + r.URL[len("https"):] },
			"a slash more":      func(r *core.Request) { r.URL += "/" },
			"another body":      func(r *core.Request) { r.Body = append([]byte("A=1&"), r.Body...) },
			"another signature": func(r *core.Request) { r.Header = signedAs("xWjkjQCHhjswu2ti4UW+uXyUDTh=") },
			"no signature":      func(r *core.Request) { r.Header = nil },
		} {
			forged := r
			forged.Header = maps.Clone(r.Header)
			spoil(&forged)
			if _, err := c.Receive(forged); !errors.Is(err, core.ErrUnverified) {
				t.Errorf("%s with %s: %v", name, what, err)
			}
		}
	}
}

// A proxy or an operator may write the scheme's own port, or leave it out.
func TestSignatureWithTheOtherPort(t *testing.T) {
	c := opened(t, twilio.WhatsApp(env()), map[string]any{"auth_token": vectorToken})
	r := vectors["a form"]
	r.Method, r.URL = "POST", "https://bridge.example.test:443/hooks/twilio/ch_1"
	if _, err := c.Receive(r); err != nil {
		t.Error(err)
	}
	r.URL = "https://bridge.example.test:444/hooks/twilio/ch_1"
	if _, err := c.Receive(r); !errors.Is(err, core.ErrUnverified) {
		t.Errorf("another port: %v", err)
	}
}

func TestSignatureWhileTokensAreExchanged(t *testing.T) {
	r := vectors["a form"]
	r.Method = "POST"
	c := opened(t, twilio.WhatsApp(env()), map[string]any{"auth_token": "NEW", "auth_tokens": []string{vectorToken}})
	if _, err := c.Receive(r); err != nil {
		t.Errorf("the other token: %v", err)
	}
	c = opened(t, twilio.WhatsApp(env()), map[string]any{"auth_token": "NEW", "auth_tokens": []string{""}})
	r.Header = map[string]string{}
	prove(&r, map[string]any{"auth_token": ""})
	if _, err := c.Receive(r); !errors.Is(err, core.ErrUnverified) {
		t.Errorf("an empty token: %v", err)
	}
}

// A hash in the address that is not the body's, over a signature that is right.
func TestSignedAddressWithAnotherBody(t *testing.T) {
	c := opened(t, twilio.WhatsApp(env()), map[string]any{"auth_token": vectorToken})
	r := vectors["JSON"]
	r.Method, r.Body = "POST", []byte(`{"a":2}`)
	if _, err := c.Receive(r); !errors.Is(err, core.ErrUnverified) {
		t.Error(err)
	}
}

// The fields are signed, not the way they are written; a field that is changed,
// added, or moved to another name or another channel's address is a forgery.
func TestSignatureCoversTheFieldsAndTheirPlace(t *testing.T) {
	c := opened(t, twilio.SMS(env()), nil)
	rest := "&MessageSid=SM1&From=%2B15551230000&To=%2B15550000000"
	plain := core.Request{Method: "POST", URL: hook, Header: map[string]string{}, Body: []byte("Body=caf%C3%A9+au+lait" + rest)}
	prove(&plain, map[string]any{"auth_token": "SECRETTOKEN"})
	for _, body := range []string{"Body=caf%c3%a9%20au%20lait" + rest, "Body=café+au%20lait" + rest, rest[1:] + "&Body=caf%C3%A9+au+lait"} {
		r := plain
		r.Body = []byte(body)
		d, err := c.Receive(r)
		if err != nil || len(d.Items) != 1 || d.Items[0].Event.(core.Heard).Content != (core.Text{Body: "café au lait"}) {
			t.Errorf("%s: %+v (%v)", body, d.Items, err)
		}
	}
	refused := func(what string, r core.Request) {
		t.Helper()
		if _, err := c.Receive(r); !errors.Is(err, core.ErrUnverified) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, body := range []string{
		"Body=caf%E9+au+lait" + rest, "Body=caf%C3%A9%2Bau%2Blait" + rest, "Body=Caf%C3%A9+au+lait" + rest, rest[1:], "",
		"Body=evil&Body=caf%C3%A9+au+lait" + rest, "Body=caf%C3%A9+au+lait" + rest + "&NumMedia=1", "body=caf%C3%A9+au+lait" + rest,
	} {
		r := plain
		r.Body = []byte(body)
		refused(body, r)
	}
	for _, address := range []string{hook + "2", hook + "?ref=1", strings.Replace(hook, "https", "http", 1), strings.Replace(hook, "chat.", "chat2.", 1)} {
		r := plain
		r.URL = address
		refused(address, r)
	}
	r := plain
	r.Method = "GET"
	refused("the same as a GET", r)
}
