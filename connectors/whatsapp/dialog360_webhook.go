package whatsapp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// webhook is where 360dialog sends what a number hears, and with which headers:
// its page "Webhook configuration".
type webhook struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// carries reports whether our secret is sent along.
func (w webhook) carries(secret core.Secret) bool {
	for name, value := range w.Headers {
		if strings.EqualFold(name, secretHeader) && kit.Same(secret, value) {
			return true
		}
	}
	return false
}

// Check implements core.Checker: it asks for the number's webhook, which proves
// the key. A fault of kind ChannelBroken says that the number cannot send;
// Permanent, that it can and something is to be put right.
func (d *dialog) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	w, err := d.configured(ctx)
	switch {
	case err != nil:
		return err
	case w.URL == "":
		return &core.Fault{Kind: core.Permanent, Code: "no_webhook", Message: "360dialog sends this number's messages nowhere: causeway check -fix sets the webhook"}
	case d.ours != "" && w.URL != d.ours:
		return &core.Fault{Kind: core.Permanent, Code: "webhook_elsewhere", Message: "360dialog sends this number's messages to " + bare(w.URL) + " and not to this channel: causeway check -fix sets it, and takes it from who has it now"}
	case !w.carries(d.secret):
		return &core.Fault{Kind: core.Permanent, Code: "webhook_secret", Message: "360dialog does not send this channel's secret along, so that its calls are refused: causeway check -fix sets it"}
	}
	return nil
}

// Subscribe implements core.Subscriber.
func (d *dialog) Subscribe(ctx context.Context, address string) error {
	if problem := unsuited(address); problem != "" && d.own {
		return &core.Fault{Kind: core.Permanent, Code: "webhook_url", Message: "360dialog does not take the webhook's address, because " + problem + ": put another public_url into the config"}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	w, err := d.configured(ctx)
	if err != nil {
		return err
	}
	if w.URL == address && w.carries(d.secret) {
		return nil
	}
	set := webhook{URL: address, Headers: map[string]string{}}
	for name, value := range w.Headers {
		// What somebody else's address was to be told is no affair of ours.
		if w.URL == address && !strings.EqualFold(name, secretHeader) {
			set.Headers[name] = value
		}
	}
	set.Headers[secretHeader] = d.secret.Reveal()
	call := kit.Call{URL: d.webhook, Header: d.key, Body: set, Secrets: d.secrets}
	return kit.Harmless(d.env.JSON(ctx, d.client, call, nil, d.sort), unanswered)
}

const unanswered = "360dialog did not answer"

func (d *dialog) configured(ctx context.Context) (webhook, error) {
	var w webhook
	call := kit.Call{Method: http.MethodGet, URL: d.webhook, Header: d.key, Secrets: d.secrets}
	if err := d.env.JSON(ctx, d.client, call, &w, d.sort); err != nil {
		return webhook{}, kit.Harmless(err, unanswered)
	}
	return w, nil
}

// unsuited says why 360dialog refuses an address.
func unsuited(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return "it cannot be read"
	case u.Scheme != "https":
		return "it does not begin with https"
	case u.Port() != "":
		return "it has a port"
	case strings.Contains(u.Host, "_"):
		return "its host has an underscore"
	}
	return ""
}
