package whatsapp

import (
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/core"
)

const settings = `{"phone_number_id":"400555666777888","access_token":"SECRETTOKEN","app_secret":"SECRETAPP","verify_token":"SECRETWORD"}`

func subject() connectortest.Subject {
	return connectortest.Subject{
		Kind: Cloud, Settings: settings, To: "+4915112345678", Quote: "wamid.QUOTED",
		Secrets: []string{"app_secret", "verify_token"}, Prove: prove, Covers: true,
		Spec: "whatsapp-business-messaging-v23-patched-strict.yaml", Validator: validator,
	}
}

// prove does as Meta does: it signs calls, and tells the word of the handshake.
func prove(r *core.Request, set map[string]any) {
	if r.Method == "GET" {
		r.Query["hub.verify_token"], _ = set["verify_token"].(string)
		return
	}
	secret, _ := set["app_secret"].(string)
	r.Header["X-Hub-Signature-256"] = kit.Sign(core.Secret(secret), "sha256=", r.Body)
}

func TestConnector(t *testing.T) { connectortest.Run(t, subject()) }

func FuzzReceive(f *testing.F) { connectortest.FuzzReceive(f, subject()) }
