package telegram

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// freshTrouble is how long a call that failed at our webhook is of interest.
const freshTrouble = time.Hour

// Check implements core.Checker: it asks whose the token is, and how webhooks
// fare. A fault of kind ChannelBroken says that the bot cannot send; Permanent,
// that it can and something is to be put right. That no webhook is set yet is
// fine: it is set at the start. Bot API, "WebhookInfo".
func (c *Connector) Check(ctx context.Context) error {
	if _, err := ask(ctx, c, c.bot.GetMe); err != nil {
		return err
	}
	now, err := ask(ctx, c, c.bot.GetWebhookInfo)
	if err != nil {
		return err
	}
	var wrong []string
	ours := c.env.Webhook(c.id)
	switch {
	case now.URL == "" || c.Polls():
		return nil
	case ours != "" && now.URL != ours:
		wrong = append(wrong, "Telegram sends what people write to "+bare(now.URL)+" and not here: causeway serve sets it at its start, as does causeway check -fix; if that is another program's, give it a bot of its own")
	}
	if lacking := without(now.AllowedUpdates); len(lacking) > 0 {
		wrong = append(wrong, "Telegram is set not to report "+strings.Join(lacking, ", ")+": causeway serve asks for it at its start, as does causeway check -fix")
	}
	if now.LastErrorMessage != "" && c.env.Time().Sub(at(now.LastErrorDate)) < freshTrouble {
		wrong = append(wrong, fmt.Sprintf("Telegram's last call that failed was answered %q; %d updates wait: %s",
			kit.Excerpt([]byte(now.LastErrorMessage), c.set.Token, c.set.Secret), now.PendingUpdateCount, remedy(now.LastErrorMessage)))
	}
	if len(wrong) == 0 {
		return nil
	}
	return &core.Fault{Kind: core.Permanent, Code: "check", Message: strings.Join(wrong, "; ")}
}

// without is what Telegram is to report and does not: a list that is empty is
// Telegram's own choice, of all but reactions, and serve changes it.
func without(allowed []string) []string {
	if len(allowed) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(wanted), func(kind string) bool { return slices.Contains(allowed, kind) })
}

// remedy is what to do about a call to our webhook that failed.
func remedy(message string) string {
	if unauthorized(message) {
		return "it has another secret; causeway serve tells it ours at its start, as does causeway check -fix"
	}
	return "see that causeway serve runs and that public_url leads to it from outside, by https"
}

// unauthorized reports whether our webhook did not take Telegram's secret.
func unauthorized(message string) bool { return strings.Contains(message, "401") }

// bare is an address without what may be a secret in it.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "another address"
	}
	return u.Scheme + "://" + u.Host
}

// wanted is what Telegram is to report. Bot API, "setWebhook", "getUpdates".
var wanted = []string{"message", "edited_message", "callback_query", "message_reaction", "my_chat_member"}

// Subscribe implements core.Subscriber. Telegram never tells the secret that it
// has; that it is another shows in the error of its last call. In polling mode a
// webhook that is set is deleted: Telegram answers no polls beside one.
func (c *Connector) Subscribe(ctx context.Context, webhook string) error {
	now, err := ask(ctx, c, c.bot.GetWebhookInfo)
	if err != nil {
		return err
	}
	if c.Polls() {
		if now.URL == "" {
			return nil
		}
		return c.unhook(ctx)
	}
	allowed := slices.Sorted(slices.Values(now.AllowedUpdates))
	if now.URL == webhook && slices.Equal(allowed, slices.Sorted(slices.Values(wanted))) && !unauthorized(now.LastErrorMessage) {
		return nil
	}
	_, err = ask(ctx, c, func(ctx context.Context) (bool, error) {
		return c.bot.SetWebhook(ctx, &bot.SetWebhookParams{URL: webhook, AllowedUpdates: wanted, SecretToken: c.set.Secret.Reveal()})
	})
	return err
}

// ask makes a call that changes nothing if made twice, and whose result matters.
// Its error is a Fault, never an Ambiguous one.
func ask[T any](ctx context.Context, c *Connector, call func(context.Context) (T, error)) (T, error) {
	seen := &record{}
	result, err := call(context.WithValue(ctx, recordKey{}, seen))
	if err == nil {
		return result, nil
	}
	f := unreadable()
	if seen.err != nil {
		f = kit.NoAnswer(seen.err)
	} else if _, refused := c.read(seen.answer); refused != nil {
		f = refused
	}
	return result, harmless(f)
}

// unreadable is the fault of an answer that makes no sense, to a call that can
// be made again.
func unreadable() *core.Fault {
	return &core.Fault{Kind: core.Temporary, Code: "unreadable_answer", Message: "Telegram's answer cannot be read"}
}

// harmless is the fault of a call that can be made twice.
func harmless(f *core.Fault) *core.Fault {
	if f.Kind == core.Ambiguous {
		f.Kind = core.Temporary
	}
	return f
}

// mediaTimeout bounds the whole reading of a file.
const mediaTimeout = 10 * time.Minute

// OpenMedia implements core.MediaOpener. The address of a file holds the token:
// it is made here, used once, and never shown.
func (c *Connector) OpenMedia(ctx context.Context, ref string) (core.OpenFile, error) {
	f, err := ask(ctx, c, func(ctx context.Context) (*models.File, error) {
		return c.bot.GetFile(ctx, &bot.GetFileParams{FileID: ref})
	})
	if err != nil {
		return core.OpenFile{}, err
	}
	if f.FilePath == "" {
		return core.OpenFile{}, &core.Fault{Kind: core.Temporary, Code: "no_file", Message: "Telegram gives no address of the file"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.bot.FileDownloadLink(f), nil)
	if err != nil {
		return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "no_file", Message: "the address of the file cannot be read"}
	}
	resp, err := c.calls.Limited(mediaTimeout, egress.NoCap).Do(req)
	if err != nil {
		return core.OpenFile{}, harmless(kit.NoAnswer(err))
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		fault := kit.Sort(kit.Answer{Status: resp.StatusCode, Header: resp.Header}, c.set.Token)
		fault.Message = fmt.Sprintf("Telegram answers %d for the file", resp.StatusCode)
		return core.OpenFile{}, fault
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	return core.OpenFile{Body: resp.Body, MIME: kind, Name: path.Base(f.FilePath), Size: resp.ContentLength}, nil
}
