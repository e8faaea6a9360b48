package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// opMessages is the one native call: Meta's page "Messages API".
const opMessages = "messages"

// callTimeout bounds a call whose caller is more patient.
const callTimeout = 30 * time.Second

// Send implements core.Connector. An answer that names no message leaves open
// whether one was sent, unless it is that of a call which sends none.
func (n *number) Send(ctx context.Context, p core.Payload) (core.ProviderID, error) {
	if p.Op != opMessages {
		return "", &core.Fault{Kind: core.Permanent, Code: "unknown_op", Message: "there is no native call " + p.Op}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var answer struct {
		Messages []struct {
			ID string `json:"id"`
		} `json:"messages"`
		Success bool `json:"success"`
	}
	call := kit.Call{URL: n.messages, Header: n.key, Body: p.Body, Secrets: n.secrets}
	if err := n.env.JSON(ctx, n.client, call, &answer, n.sort); err != nil {
		return "", err
	}
	switch {
	case len(answer.Messages) > 0 && answer.Messages[0].ID != "":
		return core.ProviderID(answer.Messages[0].ID), nil
	case answer.Success:
		return "", nil
	}
	return "", &core.Fault{Kind: core.Ambiguous, Code: "no_id", Message: "the provider took the call, but its answer names no message"}
}

// Check implements core.Checker: it asks for the number itself.
func (n *number) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var answer struct {
		ID loose `json:"id"`
	}
	call := kit.Call{Method: http.MethodGet, URL: n.self, Header: n.key, Secrets: n.secrets}
	wrong := &core.Fault{
		Kind: core.ChannelBroken, Code: "100",
		Message: "the access_token does not reach the number " + n.account +
			": put the \"Phone number ID\" of WhatsApp > API Setup into phone_number_id, and give the token's system user access to the WhatsApp account",
	}
	err := n.env.JSON(ctx, n.client, call, &answer, func(a kit.Answer) *core.Fault {
		if readAnswer(a.Body).Code == "100" {
			return wrong
		}
		return n.sort(a)
	})
	if err != nil {
		return err
	}
	if string(answer.ID) != n.account {
		return wrong
	}
	return nil
}

// sort sorts an answer that is no success by the code in its JSON. The HTTP
// status counts only where the code is not known: throttling is 400, and an
// unregistered number is 500 (Meta's page "Error codes").
func (n *number) sort(a kit.Answer) *core.Fault {
	failed := readAnswer(a.Body).without(n.secrets)
	if failed.Code == "" {
		return nil
	}
	f := failed.sorted()
	if f == nil {
		f = kit.Sort(a)
		f.Code, f.Message = string(failed.Code), failed.text()
		if f.Kind == core.ChannelBroken {
			f.Kind = core.Permanent
		}
	}
	if f.Kind == core.RateLimited {
		f.After = max(f.After, kit.RetryAfter(a.Header, a.At))
	}
	return f
}

// readAnswer finds the error in an answer, if there is one.
func readAnswer(body []byte) failure {
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	_ = json.Unmarshal(body, &answer)
	return readFailure(answer.Error)
}
