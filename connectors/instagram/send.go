package instagram

import (
	"context"
	"encoding/json"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// callTimeout bounds a call whose caller is more patient.
const callTimeout = 30 * time.Second

// Send implements core.Connector. An answer to a message that names none leaves
// open whether one was sent: Meta's page "Send API". A sender action has no id.
func (a *account) Send(ctx context.Context, p core.Payload) (core.ProviderID, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	switch p.Op {
	case opMessages, opAction:
	case opUpload:
		o, ok := p.Body.(outgoing)
		if !ok || !o.Message.hasUpload() {
			return "", &core.Fault{Kind: core.Permanent, Code: "body", Message: "the native call has no file in it"}
		}
		o, err := a.uploaded(ctx, o)
		if err != nil {
			return "", err
		}
		p = core.Payload{Op: opMessages, Body: o}
	default:
		return "", &core.Fault{Kind: core.Permanent, Code: "unknown_op", Message: "there is no native call " + p.Op}
	}
	var answer struct {
		MessageID loose           `json:"message_id"`
		Error     json.RawMessage `json:"error"`
	}
	call := kit.Call{URL: a.messages, Header: a.key, Body: a.permitted(p.Body), Secrets: a.secrets, Once: a.once && p.Op == opMessages}
	if err := a.env.JSON(ctx, a.client, call, &answer, a.sort); err != nil {
		return "", err
	}
	if answer.MessageID == "" && p.Op == opMessages {
		if f := failureOf(answer.Error, a.secrets).sorted(); f != nil && f.Kind != core.Temporary {
			return "", f // a refusal, whatever its status says
		}
		return "", &core.Fault{Kind: core.Ambiguous, Code: "no_id", Message: "Meta took the call, but its answer names no message"}
	}
	return core.ProviderID(answer.MessageID), nil
}

// permitted is body without the tag that the app was not given: with it, Meta
// would answer as if the whole account were broken; without it, that the reply
// window has closed.
func (a *account) permitted(body any) any {
	switch o := body.(type) {
	case outgoing:
		return a.untagged(o)
	case native:
		o.outgoing = a.untagged(o.outgoing)
		return o
	}
	return body
}

func (a *account) untagged(o outgoing) outgoing {
	if o.Tag == "" || a.human {
		return o
	}
	o.Tag, o.Type = "", ""
	if a.kind == kindMessenger {
		o.Type = typeResponse
	}
	return o
}
