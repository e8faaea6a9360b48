package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio signs with it
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/connectors/twilio"
	"causeway/core"
)

const account = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func whatsApp() connectortest.Subject {
	return connectortest.Subject{
		Kind:     twilio.WhatsApp,
		Settings: `{"account_sid":"` + account + `","auth_token":"SECRETTOKEN","from":"whatsapp:+15550000000"}`,
		To:       "whatsapp:+15551230000", Quote: "SM00000000000000000000000000000009",
		Secrets: []string{"auth_token"}, Prove: prove, Covers: true,
		URLs: []string{"api_url", "content_url"}, Limits: limits,
	}
}

func sms() connectortest.Subject {
	s := whatsApp()
	s.Kind, s.To = twilio.SMS, "+15551230000"
	s.Settings = `{"account_sid":"` + account + `","auth_token":"SECRETTOKEN","from":"+15550000000"}`
	return s
}

func TestWhatsApp(t *testing.T) {
	s := whatsApp()
	s.Limits = withSpecs(t, s.Limits)
	connectortest.Run(t, s)
}

// The suite looks for its data in testdata of the folder that it runs in.
func TestSMS(t *testing.T) {
	s := sms()
	s.Limits = withSpecs(t, s.Limits)
	t.Chdir("testdata/sms")
	connectortest.Run(t, s)
}

func FuzzReceive(f *testing.F) { connectortest.FuzzReceive(f, whatsApp()) }

// prove signs as Twilio's page "Webhooks Security" says: a form by its fields,
// JSON by its hash in the address.
func prove(r *core.Request, set map[string]any) {
	token, _ := set["auth_token"].(string)
	text := r.URL
	switch {
	case r.Method == "GET":
	case json.Valid(r.Body):
		sum := sha256.Sum256(r.Body)
		r.URL += "?bodySHA256=" + hex.EncodeToString(sum[:])
		text = r.URL
	default:
		form, _ := url.ParseQuery(string(r.Body))
		var names []string
		for name := range form {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			values := slices.Compact(slices.Sorted(slices.Values(form[name])))
			text += name + strings.Join(values, name)
		}
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(text))
	r.Header["X-Twilio-Signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// opened is a connector with some settings changed.
func opened(t *testing.T, k core.Kind, changed map[string]any) core.Connector {
	t.Helper()
	all := map[string]any{"account_sid": account, "auth_token": "SECRETTOKEN"}
	if _, service := changed["messaging_service_sid"]; !service {
		all["from"] = "+15550000000"
	}
	for name, v := range changed {
		all[name] = v
	}
	data, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	set := k.Settings()
	if err := json.Unmarshal(data, set); err != nil {
		t.Fatal(err)
	}
	c, err := k.Open("test", set)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func env() kit.Env { return kit.Default() }

// heard is what a form makes of a connector.
func heard(t *testing.T, c core.Connector, address string, form url.Values) core.Delivery {
	t.Helper()
	r := core.Request{Method: "POST", URL: address, Header: map[string]string{}, Body: []byte(form.Encode())}
	prove(&r, map[string]any{"auth_token": "SECRETTOKEN"})
	d, err := c.Receive(r)
	if err != nil {
		t.Fatalf("receive: %v", err)
	}
	return d
}
