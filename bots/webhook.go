// Package bots reaches bots: a customer's bot at a URL, the calls that submit
// buttons stand for, and a demo bot to talk to. It knows the wire and sorts what
// can go wrong on it; it does not know conversations, rules or retries.
package bots

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"causeway/core"
	"causeway/egress"
	"causeway/kommunicate"
)

// Doer makes one HTTP call and follows no redirect; *egress.Client does.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options are what is configured of a bot.
type Options struct {
	ID   string
	Name string // what people call it
	URL  string // http or https
	// HeaderName and HeaderValue are sent with each call, if there is a name.
	HeaderName  string
	HeaderValue core.Secret
	Timeout     time.Duration // of one call, 30 s if zero
	Secret      core.Secret   // "whsec_…": calls are signed if it is set
	AppID       string
	HTTP        Doer
	Now         func() time.Time // time.Now if nil
}

const (
	userAgent      = "Causeway/1"
	defaultTimeout = 30 * time.Second
	longestWait    = 24 * time.Hour // that a Retry-After is believed
)

// Webhook is the bot at a URL. It fails for options with which no call could
// ever succeed; it makes no call.
func Webhook(o Options) (core.Bot, error) {
	w := &webhook{Options: o}
	if w.Timeout <= 0 {
		w.Timeout = defaultTimeout
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("bot %s (%s): %w", o.ID, o.Name, err)
	}
	if c, ok := w.HTTP.(*egress.Client); ok {
		// The time is kept here, and one byte more shows that it is too large.
		w.HTTP = c.Limited(w.Timeout+time.Second, kommunicate.MaxBody+1)
	}
	return w, nil
}

type webhook struct {
	Options
	signer *standardwebhooks.Webhook
}

func (w *webhook) check() error {
	u, err := url.Parse(w.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("its url is no http or https URL")
	}
	if w.HTTP == nil {
		return errors.New("it has no HTTP client")
	}
	if strings.ContainsFunc(w.HeaderName, noToken) {
		return fmt.Errorf("%q is no header name", w.HeaderName)
	}
	if strings.ContainsFunc(w.HeaderValue.Reveal(), func(r rune) bool { return (r < ' ' && r != '\t') || r == 0x7f }) {
		return errors.New("its header value has control characters")
	}
	if w.Secret == "" {
		return nil
	}
	w.signer, err = standardwebhooks.NewWebhook(w.Secret.Reveal())
	if err != nil {
		return errors.New("its secret must be whsec_ followed by base64")
	}
	return nil
}

// noToken finds what cannot stand in a header name (RFC 9110, "Tokens").
func noToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
}

// Reply implements core.Bot. It makes one call; the time-out covers all of it.
func (w *webhook) Reply(ctx context.Context, t core.Turn) (core.Answer, error) {
	body, err := kommunicate.Request(t, w.AppID)
	if err != nil {
		return core.Answer{}, fault(core.Permanent, "request", "it could not be called with this turn", err)
	}
	limited, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	req, err := w.request(limited, t.ID, body)
	if err != nil {
		return core.Answer{}, fault(core.Permanent, "request", "it could not be called with this turn", err)
	}
	resp, err := w.HTTP.Do(req)
	if err != nil {
		return core.Answer{}, w.broken(ctx, limited, err)
	}
	defer resp.Body.Close()
	if f := w.refused(resp); f != nil {
		return core.Answer{}, f
	}
	return w.read(ctx, limited, resp)
}

// request is the call: the headers of Standard Webhooks around the body.
func (w *webhook) request(ctx context.Context, id string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return nil, withoutURL(err)
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "application/json")
	if w.HeaderName != "" {
		req.Header.Set(w.HeaderName, w.HeaderValue.Reveal())
	}
	now := w.Now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	if w.signer != nil {
		signature, err := w.signer.Sign(id, now, body)
		if err != nil {
			return nil, err
		}
		req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	}
	return req, nil
}

// read reads the answer to a call that went well.
func (w *webhook) read(ctx, limited context.Context, resp *http.Response) (core.Answer, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, kommunicate.MaxBody+1))
	if err != nil {
		return core.Answer{}, w.broken(ctx, limited, err)
	}
	answer, err := kommunicate.ReadAnswer(body)
	switch {
	case errors.Is(err, kommunicate.ErrTooLarge):
		return core.Answer{}, fault(core.Permanent, "too_large",
			fmt.Sprintf("it answered with more than %d KB", kommunicate.MaxBody>>10), nil)
	case err != nil:
		return core.Answer{}, fault(core.Permanent, "unreadable", unreadable(resp), err)
	}
	return answer, nil
}

// unreadable says what came instead of an array of messages.
func unreadable(resp *http.Response) string {
	sort, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if sort == "" || sort == "application/json" || len(sort) > 50 {
		return "it answered with something that is no JSON array of messages"
	}
	return fmt.Sprintf("it answered with %s that is no JSON array of messages", sort)
}

// withoutURL leaves out the URL, which may hold a secret.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
