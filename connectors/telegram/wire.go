package telegram

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"causeway/connectors/kit"
	"causeway/egress"
)

// wire is the library's way out. It keeps what passes: the library says neither
// the status of an answer nor, if it cannot decode what was sent, that it was.
type wire struct {
	client *egress.Client
	now    func() time.Time
}

type recordKey struct{}

// record is what passed in one call.
type record struct {
	made   bool
	answer kit.Answer
	err    error
}

// replayable bounds, in bytes, what is held of a request so that it can be
// written again on a connection that turned out dead before anything was.
const replayable = 256 << 10

// Do implements the library's HttpClient.
func (w wire) Do(req *http.Request) (*http.Response, error) {
	seen, _ := req.Context().Value(recordKey{}).(*record)
	if seen == nil {
		return nil, errors.New("a call that nobody watches")
	}
	seen.made = true
	if seen.err = hold(req); seen.err != nil {
		return nil, seen.err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		seen.err = err
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		seen.err = err
		return nil, err
	}
	seen.answer = kit.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, At: w.now()}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// hold reads a request's body, which the library streams, so that it has a
// length and can be read again. A longer one stays a stream.
func hold(req *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(req.Body, replayable+1))
	if err != nil {
		return &egress.Error{Method: req.Method, Host: req.URL.Scheme + "://" + req.URL.Host, Err: err}
	}
	if len(body) > replayable {
		req.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), req.Body), req.Body}
		return nil
	}
	stream := req.Body
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
	req.ContentLength = int64(len(body))
	return stream.Close()
}
