package bots

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"causeway/core"
	"causeway/egress"
)

const (
	submitTimeout = 30 * time.Second
	submitDrain   = 64 << 10 // bytes of an answer that are read for the connection's sake
)

// Submitter posts what submit buttons stand for. It is a core.Submitter.
type Submitter struct {
	http Doer
	now  func() time.Time
}

var _ core.Submitter = (*Submitter)(nil)

// NewSubmitter makes a Submitter that calls by d. now is the clock, time.Now if
// nil.
func NewSubmitter(d Doer, now func() time.Time) *Submitter {
	if now == nil {
		now = time.Now
	}
	return &Submitter{http: d, now: now}
}

// Submit makes one POST, as JSON or form-urlencoded, and waits at most 30 s. The
// answer's body is of no interest. A redirect to a page that is to be looked at
// (301, 302, 303) is a success, as in a browser.
//
// Its faults: Permanent for an address that is not allowed, and for 4xx;
// Temporary if no byte of the call left, for 5xx and for 429; Ambiguous if the
// call may have been carried out.
func (s *Submitter) Submit(ctx context.Context, sub core.Submission) error {
	limited, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	req, err := submission(limited, sub)
	if err != nil {
		return fault(core.Permanent, "submission", "the form cannot be sent: "+err.Error(), nil)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return notSubmitted(withoutURL(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, submitDrain))
	return s.refused(resp)
}

func submission(ctx context.Context, sub core.Submission) (*http.Request, error) {
	u, err := url.Parse(sub.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("its address is no http or https URL")
	}
	body, sort := []byte(nil), "application/x-www-form-urlencoded"
	if sub.JSON {
		data := map[string]any{}
		for key, value := range sub.Data {
			data[key] = value
		}
		for key, values := range sub.Lists {
			data[key] = values
		}
		sort = "application/json"
		if body, err = json.Marshal(data); err != nil {
			return nil, fmt.Errorf("write the form: %w", err)
		}
	} else {
		form := url.Values{}
		for key, value := range sub.Data {
			form.Set(key, value)
		}
		for key, values := range sub.Lists {
			form[key] = values
		}
		body = []byte(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, withoutURL(err)
	}
	req.Header.Set("Content-Type", sort)
	req.Header.Set("User-Agent", userAgent)
	return req, nil
}

func notSubmitted(err error) *core.Fault {
	switch {
	case errors.Is(err, egress.ErrForbidden):
		return fault(core.Permanent, "forbidden", "its address is neither public nor allowed by egress.allow_private", err)
	case egress.Sent(err):
		return fault(core.Ambiguous, "connection", "the form was sent, but no answer came", err)
	default:
		return fault(core.Temporary, "unreachable", "its address could not be reached", err)
	}
}

func (s *Submitter) refused(resp *http.Response) error {
	code := fmt.Sprintf("http_%d", resp.StatusCode)
	switch status := resp.StatusCode; {
	case status < 300, status == http.StatusMovedPermanently, status == http.StatusFound, status == http.StatusSeeOther:
		return nil
	case status == http.StatusTooManyRequests, status >= 500:
		f := fault(core.Temporary, code, fmt.Sprintf("its address failed with status %d", status), nil)
		f.After = retryAfter(resp.Header.Get("Retry-After"), s.now())
		return f
	default:
		return fault(core.Permanent, code, fmt.Sprintf("its address refused the form with status %d", status), nil)
	}
}
