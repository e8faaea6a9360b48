package whatsapp

import (
	"context"
	"encoding/json"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// The native calls: Meta's page "Messages API". opUpload is one with a file in
// it that Meta cannot fetch, so that Send gives the file to Meta first.
const (
	opMessages = "messages"
	opUpload   = "media+messages"
)

// callTimeout bounds a call whose caller is more patient.
const callTimeout = 30 * time.Second

// Send implements core.Connector. An answer that names no message leaves open
// whether one was sent, unless it is that of a call which sends none.
func (n *number) Send(ctx context.Context, p core.Payload) (core.ProviderID, error) {
	id, _, err := n.SendRemarked(ctx, p)
	return id, err
}

// SendRemarked implements core.Remarker: Meta may take a template and hold it back.
func (n *number) SendRemarked(ctx context.Context, p core.Payload) (core.ProviderID, core.Metadata, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	switch p.Op {
	case opMessages:
		return n.message(ctx, p.Body)
	case opUpload:
		m, ok := p.Body.(message)
		if !ok {
			return "", nil, &core.Fault{Kind: core.Permanent, Code: "body", Message: "the native call has no message in it"}
		}
		m, err := n.uploaded(ctx, m)
		if err != nil {
			return "", nil, err
		}
		return n.message(ctx, m)
	case opMark:
		call := kit.Call{URL: n.messages, Header: n.key, Body: p.Body, Secrets: n.secrets}
		return "", nil, n.env.JSON(ctx, n.client, call, nil, n.sort)
	}
	return "", nil, &core.Fault{Kind: core.Permanent, Code: "unknown_op", Message: "there is no native call " + p.Op}
}

func (n *number) message(ctx context.Context, body any) (core.ProviderID, core.Metadata, error) {
	var answer struct {
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"`
		} `json:"messages"`
		Error json.RawMessage `json:"error"`
	}
	call := kit.Call{URL: n.messages, Header: n.key, Body: body, Secrets: n.secrets, Once: n.once}
	if err := n.env.JSON(ctx, n.client, call, &answer, n.sort); err != nil {
		return "", nil, err
	}
	if len(answer.Messages) > 0 && answer.Messages[0].ID != "" {
		one := answer.Messages[0]
		return core.ProviderID(one.ID), remark(one.Status), nil
	}
	if f := readFailure(answer.Error).without(n.secrets).sorted(n.codes); f != nil && f.Kind != core.Temporary {
		return "", nil, f // a refusal, whatever its status says
	}
	return "", nil, &core.Fault{Kind: core.Ambiguous, Code: "no_id", Message: "the provider took the call, but its answer names no message"}
}

// remark is what Meta says of a template that it took: its page "Messages API",
// message_status. That it was accepted needs no word.
func remark(status string) core.Metadata {
	switch status {
	case "", "accepted":
		return nil
	case "held_for_quality_assessment":
		return core.Metadata{"message_status": status, "remark": "Meta holds the message back until it has looked at how people take the template; it is sent or dropped then"}
	case "paused":
		return core.Metadata{"message_status": status, "remark": "the template is paused for low quality, and the message with it: see WhatsApp Manager > Message templates"}
	}
	return core.Metadata{"message_status": kit.Excerpt([]byte(status))}
}

// sort sorts an answer that is no success by the code in its JSON. The HTTP
// status counts only where the code is not known: throttling is 400, and an
// unregistered number is 500 (Meta's page "Error codes").
func (n *number) sort(a kit.Answer) *core.Fault {
	failed := readAnswer(a.Body).without(n.secrets)
	if failed.Code == "" {
		if n.uncoded == nil {
			return nil
		}
		return n.uncoded(a)
	}
	f := failed.sorted(n.codes)
	if f == nil {
		f = kit.Sort(a)
		f.Code, f.Message, f.Link = string(failed.Code), failed.text(), codesPage
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
