package instagram

import (
	"encoding/json"
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/core"
)

const (
	igSettings = `{"account_id":"17841400000000042","access_token":"SECRETTOKEN","app_secret":"SECRETAPP","verify_token":"SECRETWORD"}`
	fbSettings = `{"page_id":"102030405060708","access_token":"SECRETTOKEN","app_secret":"SECRETAPP","verify_token":"SECRETWORD"}`
)

func igSubject() connectortest.Subject {
	return connectortest.Subject{
		Kind: Instagram, Settings: igSettings, To: "6120000000000077", Quote: "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQx01",
		Secrets: []string{"app_secret", "verify_token"}, Prove: prove, Covers: true, Limits: within(instagramForm()),
	}
}

func fbSubject() connectortest.Subject {
	return connectortest.Subject{
		Kind: Messenger, Settings: fbSettings, To: "7890000000000055", Quote: "m_abc01",
		Secrets: []string{"app_secret", "verify_token"}, Prove: prove, Covers: true, Limits: within(messengerForm()),
	}
}

// messengerFolder has the testdata of the second kind.
const messengerFolder = "testdata/messenger"

// prove does as Meta does: it signs calls, and tells the word of the handshake.
func prove(r *core.Request, set map[string]any) {
	if r.Method == "GET" {
		r.Query["hub.verify_token"], _ = set["verify_token"].(string)
		return
	}
	secret, _ := set["app_secret"].(string)
	r.Header["X-Hub-Signature-256"] = kit.Sign(core.Secret(secret), "sha256=", r.Body)
}

func TestInstagram(t *testing.T) { connectortest.Run(t, igSubject()) }

func TestMessenger(t *testing.T) {
	t.Chdir(messengerFolder)
	connectortest.Run(t, fbSubject())
}

// opened is an account that may call nobody.
func opened(t testing.TB, kind func(kit.Env) core.Kind, settings string) *account {
	t.Helper()
	return openedAt(t, kit.Offline(func(address string) { t.Errorf("a pure method called %s", address) }), kind, settings)
}

func openedAt(t testing.TB, env kit.Env, kind func(kit.Env) core.Kind, settings string) *account {
	t.Helper()
	k := kind(env)
	into := k.Settings()
	if err := json.Unmarshal([]byte(settings), into); err != nil {
		t.Fatal(err)
	}
	c, err := k.Open("test", into)
	if err != nil {
		t.Fatal(err)
	}
	return c.(*account)
}

func signed(body string) core.Request {
	return core.Request{
		Method: "POST", Body: []byte(body),
		Header: map[string]string{"X-Hub-Signature-256": kit.Sign("SECRETAPP", "sha256=", []byte(body))},
	}
}
