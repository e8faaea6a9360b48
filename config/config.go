// Package config reads the one YAML file that an operator writes. It is typed
// and strict: a file is taken whole or not at all, and everything that is wrong
// with it is told at once, each with its line, its key and what to write
// instead, and never with a value. It opens nothing and calls nobody: files,
// environment and kinds of channel are handed in.
package config

import (
	_ "embed"
	"net/netip"
	"reflect"
	"time"

	"causeway/core"
	"causeway/routing"
)

// Example is a config with every key, explained for a newcomer. It names the
// environment variables that it needs, so it does not start as it is.
//
//go:embed example.yaml
var Example []byte

// Config is a config file, understood, with its defaults filled in. Every
// reference in it leads somewhere.
type Config struct {
	AppID       string          `yaml:"app_id"` // bots see it as applicationKey and applicationId
	Server      Server          `yaml:"server"`
	Store       Store           `yaml:"store"`
	Media       Media           `yaml:"media"`
	Log         Log             `yaml:"log"`
	Retention   Retention       `yaml:"retention"`
	APIKeys     []APIKey        `yaml:"api_keys"`
	Channels    []Channel       `yaml:"-"`
	Agents      []routing.Agent `yaml:"agents"`
	Teams       []routing.Team  `yaml:"teams"`
	Bots        []Bot           `yaml:"bots"`
	Routing     routing.Config  `yaml:"routing"` // with agents, teams and bots filled in
	OutboundTTL time.Duration   `yaml:"outbound_ttl"`
	Texts       Texts           `yaml:"texts"`
	Egress      Egress          `yaml:"egress"`
}

// Server is where we listen, and how we are reached from outside.
type Server struct {
	Listen    string `yaml:"listen"`     // host:port
	PublicURL string `yaml:"public_url"` // without a slash at the end; http://listen if not given
}

// Store is where conversations are kept.
type Store struct {
	URL     string `yaml:"url"`     // sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE
	Writers int    `yaml:"writers"` // connections that write to PostgreSQL at the same time; half of the processors, 1 to 4, if 0
}

// Media is where files are kept, and for how long their addresses hold.
type Media struct {
	URL     string        `yaml:"url"` // file:PATH
	MaxSize Size          `yaml:"max_size"`
	URLTTL  time.Duration `yaml:"url_ttl"`
}

// Log is what is logged, and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // text, json
}

// Retention is how long is kept what is kept for looking back.
type Retention struct {
	Deliveries time.Duration `yaml:"deliveries"`
}

// Role is what the holder of an API key may do.
type Role string

// The roles. An agent's key acts as that agent, a bot's as that bot.
const (
	RoleAdmin Role = "admin"
	RoleAgent Role = "agent"
	RoleBot   Role = "bot"
)

// APIKey lets somebody use the API.
type APIKey struct {
	Name  string      `yaml:"name"`
	Key   core.Secret `yaml:"key"`
	Role  Role        `yaml:"role"`
	Agent string      `yaml:"agent"` // of RoleAgent
	Bot   string      `yaml:"bot"`   // of RoleBot
}

// Channel is one account of a kind. Settings is what Kind.Settings gave, filled
// in and valid: Kind.Open takes it.
type Channel struct {
	ID       core.ChannelID
	Kind     core.Kind
	Settings any
	Line     int // in the file
}

// Bot is where a bot is reached.
type Bot struct {
	ID      string        `yaml:"id"`
	Name    string        `yaml:"name"` // the id if not given
	URL     string        `yaml:"url"`
	Header  Header        `yaml:"header"` // sent along with every call, if it has a name
	Timeout time.Duration `yaml:"timeout"`
	Secret  core.Secret   `yaml:"secret"` // signs the calls, if given (Standard Webhooks)
	Burst   time.Duration `yaml:"burst"`  // so long is waited for more messages, to hand them over together
}

// Header is a line of an HTTP request.
type Header struct {
	Name  string      `yaml:"name"`
	Value core.Secret `yaml:"value"`
}

// Texts is what we say to contacts by ourselves.
type Texts struct {
	Choose   string `yaml:"choose"`   // above choices that have no text of their own
	Resolved string `yaml:"resolved"` // when a conversation is closed
	Invalid  string `yaml:"invalid"`  // to an answer that does not fit
	Cancel   string `yaml:"cancel"`   // the word that ends a form
	Rate     string `yaml:"rate"`     // asks how it was
	Queue    string `yaml:"queue"`    // to who waits for an agent, {position} in it is their place; nothing if empty
	Back     string `yaml:"back"`     // the word that asks a form's last question again
}

// Egress says whom we may call besides public addresses.
type Egress struct {
	AllowPrivate []netip.Prefix `yaml:"allow_private"`
}

// Load reads a config. env looks up an environment variable; kinds are the
// kinds of channel that there are. It gives a whole config or, as *Errors,
// everything that is wrong; it does no I/O.
func Load(data []byte, env func(string) (string, bool), kinds []core.Kind) (*Config, error) {
	r := newReport()
	root := parse(data, r)
	if root == nil {
		return nil, r.errors()
	}
	(&environment{report: r, lookup: env, unset: map[string]*node{}}).fill(root, "")

	c := defaults()
	l := &loader{report: r, root: root, config: c, kinds: kinds}
	decoder{r}.structure(root, reflect.ValueOf(c).Elem(), "", "channels")
	l.channels()
	l.check()
	if err := r.errors(); err != nil {
		return nil, err
	}
	return c, nil
}

func defaults() *Config {
	return &Config{
		AppID:       "causeway",
		Server:      Server{Listen: "127.0.0.1:8080"},
		Store:       Store{URL: "sqlite:causeway.db"},
		Media:       Media{URL: "file:media", MaxSize: 100 << 20, URLTTL: 24 * time.Hour},
		Log:         Log{Level: "info", Format: "text"},
		Retention:   Retention{Deliveries: 30 * 24 * time.Hour},
		Routing:     routing.Config{Assignment: routing.Automatic, OfflineAfter: time.Minute},
		OutboundTTL: 24 * time.Hour,
		Texts: Texts{
			Choose:   "Please choose",
			Resolved: "This conversation is closed. Write again whenever you like.",
			Invalid:  "That does not fit. Please try again.",
			Cancel:   "cancel",
			Back:     "back",
			Rate:     "How was it?",
		},
	}
}
