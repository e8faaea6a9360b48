// Package telegram is a Telegram bot as a channel: the Bot API, heard by webhook
// or by long polling. It uses models and methods of go-telegram/bot and nothing
// else of it: neither its webhook handler, which answers before anything is
// stored, nor its polling, which one odd update stops for ever. It keeps
// nothing: not the offset of its polls, not who blocked the bot, not which
// buttons were tapped.
//
// A chat is a contact: a person in a private chat, and, with groups on, each
// group as a whole, whose speaker is in the message's metadata. What a call was
// refused for and can be done without, such as broken markup or a message to
// quote that is gone, is left out and the call made again, because a refused
// call sent nothing.
package telegram

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-telegram/bot"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
	"causeway/markup"
)

// Settings of one bot.
type Settings struct {
	Token core.Secret `json:"token"`
	// Secret is given to setWebhook and comes back in a header of each call. It
	// is the only proof of who calls. Polling needs none.
	Secret core.Secret `json:"secret"`
	APIURL string      `json:"api_url"`
	Mode   string      `json:"mode"`
	Resend string      `json:"resend"`
	Groups bool        `json:"groups"` // false: messages in groups are ignored
	// ClearUsed takes the reply buttons off a message once one was tapped. What
	// was offered can still be typed.
	ClearUsed bool `json:"clear_used"`
	// Typing shows that the bot types, for 5 s, after each message of the contact.
	Typing bool `json:"typing"`
	// LinkPreviews lets Telegram show a preview of the first link in a text.
	LinkPreviews bool `json:"link_previews"`
	kit.Pace
}

// The modes of hearing from Telegram.
const (
	modeWebhook = "webhook"
	modePolling = "polling"
)

const defaultAPI = "https://api.telegram.org"

// Validate implements what config asks of settings.
func (s *Settings) Validate() []core.Problem {
	var p kit.Problems
	p.Need("token", s.Token.Reveal(), "the token that @BotFather gave the bot")
	if s.Mode != modePolling {
		p.Need("secret", s.Secret.Reveal(), "1 to 256 letters, digits, _ and - of your own; Telegram sends them with each call")
	}
	p.URL("api_url", s.APIURL)
	p.OneOf("resend", s.Resend, kit.ResendOnce, kit.ResendNever)
	p.OneOf("mode", s.Mode, modeWebhook, modePolling)
	s.CheckPace(&p)
	return p
}

// Resends implements core.Resender.
func (s *Settings) Resends() bool { return s.Resend != kit.ResendNever }

// Hurries implements core.Hurrier.
func (s *Settings) Hurries() bool { return s.HurriesAt(s.APIURL, defaultAPI) }

// Kind is Telegram.
func Kind(env kit.Env) core.Kind {
	return core.Kind{
		Name:         "telegram",
		Title:        "Telegram",
		Source:       "TELEGRAM",
		Users:        "telegram:",
		Subscribes:   true,
		Example:      "5512345678",
		Capabilities: capabilities(),
		Faults:       faults.Known(),
		Group:        func(to core.Address) bool { return strings.HasPrefix(string(to), "-") }, // Bot API, "Chat"
		Render:       render,
		Unmarked:     markup.UnmarkedTelegram[core.Format],
		Settings: func() any {
			return &Settings{Mode: modeWebhook, Resend: kit.ResendOnce, LinkPreviews: true}
		},
		Open: func(id core.ChannelID, settings any) (core.Connector, error) {
			s, ok := settings.(*Settings)
			if !ok {
				return nil, fmt.Errorf("open channel %s: the settings are a %T", id, settings)
			}
			return open(env, id, *s)
		},
	}
}

// Connector is one bot.
type Connector struct {
	kit.Opaque
	id    core.ChannelID
	set   Settings
	api   string
	env   kit.Env
	calls *egress.Client // to the Bot API
	bot   *bot.Bot
}

var (
	_ core.Resender    = (*Settings)(nil)
	_ core.Hurrier     = (*Settings)(nil)
	_ core.Connector   = (*Connector)(nil)
	_ core.Account     = (*Connector)(nil)
	_ core.Checker     = (*Connector)(nil)
	_ core.Subscriber  = (*Connector)(nil)
	_ core.Poller      = (*Connector)(nil)
	_ core.MediaOpener = (*Connector)(nil)
)

// callTimeout bounds a call; Telegram fetches media by URL meanwhile.
const callTimeout = time.Minute

func open(env kit.Env, id core.ChannelID, s Settings) (*Connector, error) {
	if s.Token == "" || s.Secret == "" && s.Mode != modePolling {
		return nil, fmt.Errorf("open channel %s: token and secret must be set", id)
	}
	c := &Connector{Opaque: kit.Opaque("telegram channel " + id), id: id, set: s, env: env, api: strings.TrimRight(s.APIURL, "/")}
	c.calls = env.HTTP.Limited(callTimeout, 0)
	if c.api == "" {
		c.api = defaultAPI
	} else {
		c.calls = c.calls.Trusting(c.api)
	}
	b, err := bot.New(s.Token.Reveal(), bot.WithSkipGetMe(), bot.WithServerURL(c.api),
		bot.WithHTTPClient(callTimeout, wire{c.calls, env.Time}),
		bot.WithErrorsHandler(func(error) {})) // it would log on its own
	if err != nil {
		return nil, fmt.Errorf("open channel %s: %w", id, err)
	}
	c.bot = b
	return c, nil
}

// Account implements core.Account: a token begins with the bot's number.
func (c *Connector) Account() (app, account string) {
	account, _, _ = strings.Cut(c.set.Token.Reveal(), ":")
	return c.api, account
}
