package whatsapp

import (
	"context"

	"causeway/connectors/kit"
	"causeway/core"
)

// longestWebhook is Meta's limit: its page "Webhook overrides".
const longestWebhook = 200

// Subscribe implements core.Subscriber: it subscribes the app of the token to the
// WhatsApp account (Meta's page "Subscribe to a WhatsApp Business Account"), and
// has what this number hears sent to webhook, unless it comes to an address of
// ours already. Which fields the app hears of, an app's own token may set alone:
// the fault, of code "by_hand", says what is to be seen to.
func (c *cloud) Subscribe(ctx context.Context, webhook string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	now, err := c.standing(ctx)
	if err != nil {
		return err
	}
	if c.waba != "" {
		if err := c.does(ctx, c.waba+"/subscribed_apps", nil, "Meta did not subscribe the app to the WhatsApp account"); err != nil {
			return err
		}
	}
	if at := now.webhook(); at == "" || !besides(at, webhook) {
		if err := c.override(ctx, webhook); err != nil {
			return err
		}
	}
	todo := "what people write is sent here; which of it, the Meta app says: see that it is subscribed to the field messages, in the App Dashboard > WhatsApp > Configuration"
	if c.waba == "" {
		todo += "; and put waba_id, the WhatsApp account's id, into the config, so that check can see to it that the app is subscribed to the account"
	}
	return &core.Fault{Kind: core.Permanent, Code: "by_hand", Message: todo}
}

// override has Meta send what the number hears to an address of its own. Meta
// calls that address at once, with the verify token.
func (c *cloud) override(ctx context.Context, webhook string) error {
	if len(webhook) > longestWebhook {
		return &core.Fault{Kind: core.Permanent, Code: "webhook_url", Message: "the webhook's address is longer than the 200 characters that Meta takes: choose a shorter public_url or channel id"}
	}
	body := object{"webhook_configuration": object{"override_callback_uri": webhook, "verify_token": c.verify.Reveal()}}
	return c.does(ctx, c.self, body, "Meta did not take the webhook's address. It calls the address at once: start causeway serve first, reachable at public_url by https with a certificate of a public authority")
}

// does makes a call that may be made twice, and that is answered by success.
func (c *cloud) does(ctx context.Context, address string, body any, failed string) error {
	var done struct {
		Success bool `json:"success"`
	}
	call := kit.Call{URL: address, Header: c.key, Body: body, Secrets: c.secrets}
	err := c.env.JSON(ctx, c.client, call, &done, func(a kit.Answer) *core.Fault {
		f := c.sort(a)
		if f != nil && f.Kind == core.Permanent {
			f.Message = failed + " (" + f.Message + ")"
		}
		return f
	})
	switch {
	case err != nil:
		return kit.Harmless(err, "the provider did not answer")
	case !done.Success:
		return &core.Fault{Kind: core.Permanent, Code: "not_done", Message: failed}
	}
	return nil
}
