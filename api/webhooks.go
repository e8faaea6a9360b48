package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"causeway/core"
)

// webhookTime is how long a webhook call may take once its body is here.
const webhookTime = 30 * time.Second

func (b *border) webhookRoutes() {
	anything := map[string]*huma.Schema{"*/*": {}}
	b.raw(huma.Operation{
		OperationID: "webhook-handshake", Method: http.MethodGet, Path: "/webhooks/{channel}", Tags: []string{"webhooks"},
		Summary:     "A provider proves that the address is ours",
		Description: "No key: the channel's connector checks the provider's own proof.",
		Responses:   answers(http.StatusOK, "Accepted; the body is what the provider wants to read", anything),
	}, byProvider, b.webhook)
	b.raw(huma.Operation{
		OperationID: "webhook", Method: http.MethodPost, Path: "/webhooks/{channel}", Tags: []string{"webhooks"},
		Summary:     "A provider reports what happened",
		Description: "No key: the channel's connector checks the provider's own proof. What is answered 200 is on disk.",
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{"*/*": {}}},
		Responses:   answers(http.StatusOK, "On disk; the body is what the provider wants to read", anything),
	}, byProvider, b.webhook)
}

// webhook hands a provider's call to the bridge and answers 200 only when all of
// it is on disk.
func (b *border) webhook(c *gin.Context) {
	began := b.Now()
	id := core.ChannelID(c.Param("channel"))
	if _, ok := b.Directory().channel(id); !ok {
		b.refuse(c, problem(CodeNotFound, "there is no such channel"))
		return
	}
	reply, err := b.receive(c, id)
	result := "ok"
	if err != nil {
		p := problemOf(err)
		result = webhookResult(p.Code)
		b.refuse(c, p)
	} else {
		writeReply(c.Writer, reply)
	}
	if b.Observer != nil {
		b.Observer.Webhook(id, result, b.Now().Sub(began))
	}
}

// receive takes a place among the channel's calls once the body is here: until
// then the caller may be anybody.
func (b *border) receive(c *gin.Context, id core.ChannelID) (core.ReplyBody, error) {
	r := c.Request
	if r.Method == http.MethodPost && b.Away != nil && b.Away() {
		return core.ReplyBody{}, core.ErrStore
	}
	arrived := b.readers.enter(id, func() {
		_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Unix(1, 0)) // long ago; not every writer has deadlines
	})
	body, free, err := b.room.read(r, b.MaxBody)
	arrived()
	defer free()
	if err != nil {
		return core.ReplyBody{}, bodyProblem(err)
	}
	leave, ok := b.share.enter(id)
	if !ok {
		return core.ReplyBody{}, core.ErrBusy
	}
	defer leave()
	// A provider that hangs up early calls again, and then finds it done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), webhookTime)
	defer cancel()
	return b.Bridge.Receive(ctx, id, b.request(r, body))
}

// request is the call as plain data. Its address is built on our public one: the
// Host and X-Forwarded-* that a caller sends are his to choose.
func (b *border) request(r *http.Request, body []byte) core.Request {
	url := b.PublicURL + r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		url += "?" + r.URL.RawQuery
	}
	return core.Request{Method: r.Method, URL: url, Query: firsts(r.URL.Query()), Header: firsts(r.Header), Body: body}
}

// firsts keeps the first value of each name.
func firsts(all map[string][]string) map[string]string {
	one := make(map[string]string, len(all))
	for name, values := range all {
		if len(values) > 0 {
			one[name] = values[0]
		}
	}
	return one
}

func writeReply(w http.ResponseWriter, reply core.ReplyBody) {
	if len(reply.Body) > 0 {
		contentType := reply.Type
		if contentType == "" {
			contentType = "text/plain; charset=utf-8"
		}
		w.Header().Set("Content-Type", contentType)
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(reply.Body) // it is on disk, whether or not the answer arrives
}

// bodyProblem sorts an error of reading a body; what is no fault of who sends it
// stays as it is. Connections to other places have time-outs too.
func bodyProblem(err error) error {
	var network net.Error
	switch {
	case errors.Is(err, errTooLarge):
		return problem(CodeTooLarge, "the body is too large")
	case errors.As(err, &network) && network.Timeout() && !errors.Is(err, context.DeadlineExceeded):
		return problem(CodeTimeout, "the body came too slowly")
	}
	return err
}

// webhookResult is the result that the observer counts.
func webhookResult(c Code) string {
	switch c {
	case CodeUnverified, CodeUnreadable, CodeTooLarge, CodeBusy:
		return string(c)
	default:
		return "error"
	}
}
