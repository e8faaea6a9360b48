package kit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"causeway/core"
	"causeway/egress"
)

// Call is a call with JSON in it, or a form, if it has a body.
type Call struct {
	Method string // POST if empty
	URL    string
	Header http.Header
	Body   any // nil for none, url.Values for a form
	// Secrets are taken out of what is shown of the answer.
	Secrets []core.Secret
	// Once: the call must not be carried out twice; see Lost.
	Once bool
}

// Answer is what a provider answered, whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time
}

// OK reports whether the status is a success.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// JSON makes a call and decodes a successful answer into out, unless that is
// nil. Its error is a Fault. An answer that is no success is sorted by sort,
// and by Sort where sort is nil or returns nil. A success that cannot be read
// is Ambiguous.
func (e Env) JSON(ctx context.Context, client *egress.Client, c Call, out any, sort func(Answer) *core.Fault) error {
	a, err := e.Exchange(ctx, client, c)
	if err != nil {
		return err
	}
	if !a.OK() {
		var f *core.Fault
		if sort != nil {
			f = sort(a)
		}
		if f == nil {
			f = Sort(a, c.Secrets...)
		}
		if c.Once {
			f = Lost(f)
		}
		return f
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return &core.Fault{Kind: core.Ambiguous, Code: "unreadable_answer", Message: "the provider took the call, but its answer cannot be read"}
	}
	return nil
}

// Exchange makes a call and returns the whole answer, whatever its status. Its
// error is a Fault: see NoAnswer.
func (e Env) Exchange(ctx context.Context, client *egress.Client, c Call) (Answer, error) {
	req, err := c.request(ctx)
	if err != nil {
		return Answer{}, &core.Fault{Kind: core.Permanent, Code: "request", Message: "the call cannot be written", Err: err}
	}
	return e.Do(client, req, nil)
}

func (c Call) request(ctx context.Context) (*http.Request, error) {
	method, body, sort := c.Method, io.Reader(nil), "application/json"
	if method == "" {
		method = http.MethodPost
	}
	switch b := c.Body.(type) {
	case nil:
	case url.Values:
		body, sort = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("write the body: %w", err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL, body)
	if err != nil {
		return nil, errors.New("the URL cannot be read") // the error would show it
	}
	if c.Header != nil {
		req.Header = c.Header.Clone()
	}
	if c.Body != nil {
		req.Header.Set("Content-Type", sort)
	}
	return req, nil
}

// NoAnswer sorts the error of a call that brought no whole answer: Permanent if
// the guard refused the address, Temporary if nothing left, else Ambiguous.
func NoAnswer(err error) *core.Fault {
	f := &core.Fault{Kind: core.Ambiguous, Code: "no_answer", Message: "the call left and no whole answer came", Err: err}
	switch {
	case errors.Is(err, egress.ErrForbidden):
		f.Kind, f.Code, f.Message = core.Permanent, "address_forbidden", "the address is not public; egress.allow_private lets it through"
	case egress.Sent(err):
	case errors.Is(err, context.Canceled):
		f.Kind, f.Code, f.Message = core.Temporary, "shutdown", "the call was given up before it left"
	default:
		f.Kind, f.Code, f.Message = core.Temporary, "not_sent", "the provider cannot be reached"
	}
	return f
}

// Sort sorts an answer that is no success by its HTTP status alone.
func Sort(a Answer, secrets ...core.Secret) *core.Fault {
	f := &core.Fault{Code: "http_" + strconv.Itoa(a.Status), Message: Excerpt(a.Body, secrets...)}
	switch s := a.Status; {
	case s == http.StatusTooManyRequests:
		f.Kind, f.After = core.RateLimited, RetryAfter(a.Header, a.At)
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		f.Kind = core.ChannelBroken
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s >= 500:
		f.Kind, f.After = core.Temporary, RetryAfter(a.Header, a.At)
	default:
		f.Kind = core.Permanent
	}
	return f
}

// Lost is f, but Ambiguous for a bare status by which a server says that it
// failed midway, or a gateway that it lost the call: it may have been carried out.
func Lost(f *core.Fault) *core.Fault {
	switch f.Code {
	case "http_500", "http_502", "http_504":
		if f.Kind == core.Temporary {
			unsure := *f
			unsure.Kind = core.Ambiguous
			return &unsure
		}
	}
	return f
}

// mostAfter bounds what a provider may have us wait.
const mostAfter = time.Hour

// RetryAfter reads the header of that name, seconds or a date, as of now: from
// 0 to one hour. It is 0 if there is none.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if secs, err := strconv.ParseFloat(text, 64); err == nil {
		return Wait(secs)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), mostAfter)
	}
	return 0
}

// Wait is a number of seconds as a provider wrote it: from 0 to one hour.
func Wait(seconds float64) time.Duration {
	if !(seconds > 0) { // NaN too
		return 0
	}
	return time.Duration(min(seconds, mostAfter.Seconds()) * float64(time.Second))
}

const excerptRunes = 200

// withoutSecrets takes all of them out at once, of two that begin alike the longer
// first, so that nothing of it is left.
func withoutSecrets(text string, secrets []core.Secret) string {
	longest := slices.SortedFunc(slices.Values(secrets), func(a, b core.Secret) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range longest {
		if s != "" {
			pairs = append(pairs, s.Reveal(), s.String())
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Excerpt is the beginning of a body on one line, without the secrets.
func Excerpt(body []byte, secrets ...core.Secret) string {
	text := withoutSecrets(string(body), secrets)
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if r := []rune(text); len(r) > excerptRunes {
		return string(r[:excerptRunes]) + "…"
	}
	return text
}
