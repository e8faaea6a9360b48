package twilio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"

	"causeway/connectors/kit"
	"causeway/egress"
)

// wire is the library's way out for one call, and remembers what passed: the
// library takes no context, has fixed addresses, drops headers, and in places
// makes a call twice.
type wire struct {
	ctx    context.Context //nolint:containedctx // it lives as long as the call
	client *egress.Client
	base   string
	header http.Header
	now    func() time.Time

	made   bool
	answer kit.Answer
	err    error
}

// handler is a request handler of the library that goes this way. The library's
// own check of the credentials' letters is passed by: wire puts the true ones in.
func (w *wire) handler(account string) *client.RequestHandler {
	c := &client.Client{
		Credentials: client.NewCredentials("unused", "unused"),
		HTTPClient: &http.Client{Transport: w, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
	}
	c.SetAccountSid(url.PathEscape(account))
	return client.NewRequestHandler(c)
}

// RoundTrip implements http.RoundTripper: once, within ctx, at base.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if w.made {
		return nil, errors.New("the call was made already")
	}
	w.made = true
	out := req.Clone(w.ctx)
	to, err := url.Parse(w.base)
	if err != nil {
		w.err = &egress.Error{Method: req.Method, Err: errors.New("the address cannot be read")}
		return nil, w.err
	}
	out.URL.Scheme, out.URL.Host, out.Host = to.Scheme, to.Host, ""
	out.URL.Path = strings.TrimRight(to.Path, "/") + out.URL.Path
	for name, values := range w.header {
		out.Header[name] = values
	}
	resp, err := w.client.Do(out)
	if err != nil {
		w.err = err
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.err = err
		return nil, err
	}
	w.answer = kit.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, At: w.now()}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
