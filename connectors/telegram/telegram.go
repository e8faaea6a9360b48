// Package telegram is a Telegram bot as a channel: the Bot API by webhook. It
// uses models and methods of go-telegram/bot and nothing else of it: neither
// its webhook handler, which answers before anything is stored, nor its
// polling. It keeps nothing.
package telegram

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-telegram/bot"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// Settings of one bot.
type Settings struct {
	Token core.Secret `json:"token"`
	// Secret is given to setWebhook and comes back in a header of each call. It
	// is the only proof of who calls.
	Secret core.Secret `json:"secret"`
	APIURL string      `json:"api_url"`
	Mode   string      `json:"mode"`
	Resend string      `json:"resend"`
	Groups bool        `json:"groups"` // false: messages in groups are ignored
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
	p.Need("secret", s.Secret.Reveal(), "1 to 256 letters, digits, _ and - of your own; Telegram sends them with each call")
	p.URL("api_url", s.APIURL)
	p.OneOf("resend", s.Resend, kit.ResendOnce, kit.ResendNever)
	if s.Mode == modePolling {
		p.If(true, "mode", "polling comes later; use webhook")
	} else {
		p.OneOf("mode", s.Mode, modeWebhook)
	}
	return p
}

// Resends implements core.Resender.
func (s *Settings) Resends() bool { return s.Resend != kit.ResendNever }

// Kind is Telegram.
func Kind(env kit.Env) core.Kind {
	return core.Kind{
		Name:         "telegram",
		Title:        "Telegram",
		Source:       "TELEGRAM",
		Capabilities: capabilities(),
		Render:       render,
		Settings:     func() any { return &Settings{Mode: modeWebhook, Resend: kit.ResendOnce} },
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
	set   Settings
	api   string
	env   kit.Env
	calls *egress.Client // to the Bot API
	bot   *bot.Bot
}

var (
	_ core.Resender    = (*Settings)(nil)
	_ core.Connector   = (*Connector)(nil)
	_ core.Checker     = (*Connector)(nil)
	_ core.Subscriber  = (*Connector)(nil)
	_ core.MediaOpener = (*Connector)(nil)
)

// callTimeout bounds a call; Telegram fetches media by URL meanwhile.
const callTimeout = time.Minute

func open(env kit.Env, id core.ChannelID, s Settings) (*Connector, error) {
	if s.Token == "" || s.Secret == "" {
		return nil, fmt.Errorf("open channel %s: token and secret must be set", id)
	}
	c := &Connector{Opaque: kit.Opaque("telegram channel " + id), set: s, env: env, api: strings.TrimRight(s.APIURL, "/")}
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
