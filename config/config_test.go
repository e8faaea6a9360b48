package config_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/config"
	"causeway/core"
	"causeway/routing"
)

// telegram and whatsapp are settings such as connectors have.
type telegram struct {
	Token  core.Secret `yaml:"token"`
	Secret core.Secret `yaml:"secret"`
	Mode   string      `yaml:"mode"`
	common `yaml:",inline"`
}

type whatsapp struct {
	PhoneNumberID string      `json:"phone_number_id"`
	AccessToken   core.Secret `json:"access_token"`
	AppSecret     core.Secret `json:"app_secret"`
	VerifyToken   core.Secret `json:"verify_token"`
	APIVersion    string      `json:"api_version,omitempty"`
	Reopen        *template   `json:"reopen_template,omitempty"`
	common
}

type common struct {
	APIURL string        `yaml:"api_url"`
	Resend string        `yaml:"resend"`
	Groups bool          `yaml:"groups"`
	Pause  time.Duration `yaml:"pause"`
	Rate   float64       `yaml:"rate"`
	Burst  uint8         `yaml:"per_second"`
	Origin []string      `yaml:"allowed_origins"`
	Extra  map[string]any
}

type template struct {
	Name     string `json:"name"`
	Language string `json:"language"`
}

func (s *telegram) Validate() []core.Problem {
	var p []core.Problem
	if s.Token == "" {
		p = append(p, core.Problem{Key: "token", Text: "is missing: @BotFather gives it"})
	}
	if s.Mode != "webhook" && s.Mode != "polling" {
		p = append(p, core.Problem{Key: "mode", Text: "must be webhook or polling, not " + s.Mode})
	}
	if strings.HasPrefix(s.Token.Reveal(), "bad") {
		p = append(p, core.Problem{Text: "cannot use " + s.Token.Reveal()})
	}
	return p
}

func (s *whatsapp) Validate() []core.Problem {
	var p []core.Problem
	for key, value := range map[string]core.Secret{"access_token": s.AccessToken, "app_secret": s.AppSecret, "verify_token": s.VerifyToken} {
		if value == "" {
			p = append(p, core.Problem{Key: key, Text: "is missing"})
		}
	}
	if s.Reopen != nil && s.Reopen.Name == "" {
		p = append(p, core.Problem{Key: "reopen_template.name", Text: "is missing"})
	}
	return p
}

func kinds() []core.Kind {
	return []core.Kind{
		{Name: "telegram", Settings: func() any { return &telegram{Mode: "webhook", common: common{Resend: "once"}} }},
		{Name: "whatsapp-cloud", Settings: func() any { return &whatsapp{common: common{Resend: "once"}} }},
	}
}

func none(string) (string, bool) { return "", false }

func env(pairs ...string) func(string) (string, bool) {
	set := map[string]string{}
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		set[k] = v
	}
	return func(name string) (string, bool) { v, ok := set[name]; return v, ok }
}

func load(t *testing.T, text string, env func(string) (string, bool)) *config.Config {
	t.Helper()
	c, err := config.Load([]byte(text), env, kinds())
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	return c
}

func TestExampleIsTaken(t *testing.T) {
	c := load(t, string(config.Example), func(name string) (string, bool) {
		if name == "HELPER_SECRET" {
			return "whsec_c2VjcmV0", true
		}
		return "value of " + name, true
	})
	if len(c.Channels) != 2 || c.Channels[0].Settings.(*telegram).Token != "value of TG_TOKEN" ||
		c.Channels[1].Settings.(*whatsapp).PhoneNumberID != "106540352242922" {
		t.Errorf("channels: %+v", c.Channels)
	}
	if c.Bots[0].Header.Value != "value of HELPER_TOKEN" || c.Bots[0].Timeout != 30*time.Second {
		t.Errorf("bot: %+v", c.Bots[0])
	}
	if got := c.Egress.AllowPrivate; len(got) != 1 || got[0] != netip.MustParsePrefix("127.0.0.0/8") {
		t.Errorf("egress: %v", got)
	}
	if c.Routing.Agents[0].Name != "Ann" || c.Routing.Bots[0].ID != "helper" || c.Routing.Teams[0].Hours.Mon != "0900-1700" {
		t.Errorf("routing: %+v", c.Routing)
	}
}

func TestExampleDoesNotStartAsItIs(t *testing.T) {
	_, err := config.Load(config.Example, none, kinds())
	if err == nil {
		t.Fatal("the example was taken without any secret")
	}
	for _, name := range []string{"OPS_KEY", "TG_TOKEN", "WA_APP_SECRET", "HELPER_SECRET"} {
		if strings.Count(err.Error(), name) != 1 {
			t.Errorf("%s should be named once:\n%v", name, err)
		}
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 10 {
		t.Errorf("%d problems, want one for each of 10 variables:\n%v", lines, err)
	}
}

// TestExampleHasEveryKey: a key that is added to the config must be explained.
func TestExampleHasEveryKey(t *testing.T) {
	lacking := []string{"sat", "sun"} // one weekday is like another
	var look func(reflect.Type)
	look = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct {
			return
		}
		for i := range typ.NumField() {
			key := typ.Field(i).Tag.Get("yaml")
			if key == "" || key == "-" {
				continue
			}
			if !strings.Contains(string(config.Example), key+":") && !slices.Contains(lacking, key) {
				t.Errorf("the example lacks %s", key)
			}
			look(typ.Field(i).Type)
		}
	}
	look(reflect.TypeFor[config.Config]())
}

func TestDefaults(t *testing.T) {
	c := load(t, "app_id: acme", none)
	want := &config.Config{
		AppID:       "acme",
		Server:      config.Server{Listen: "127.0.0.1:8080", PublicURL: "http://127.0.0.1:8080"},
		Store:       config.Store{URL: "sqlite:causeway.db"},
		Media:       config.Media{URL: "file:media", MaxSize: 100 << 20, URLTTL: 24 * time.Hour},
		Log:         config.Log{Level: "info", Format: "text"},
		Retention:   config.Retention{Deliveries: 30 * 24 * time.Hour},
		Routing:     routing.Config{Assignment: routing.Automatic, OfflineAfter: time.Minute},
		OutboundTTL: 24 * time.Hour,
		Texts:       c.Texts,
	}
	if got, want := fmt.Sprintf("%+v", *c), fmt.Sprintf("%+v", *want); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c.Texts.Choose != "Please choose" || c.Texts.Cancel != "cancel" {
		t.Errorf("texts: %+v", c.Texts)
	}
}

func TestEnvironment(t *testing.T) {
	c := load(t, `
app_id: "${A}-$$-$b-${A}"
media: {max_size: "${SIZE}"}
agents:
  - {id: ann, capacity: "${CAP}"}
channels:
  - {id: "${A}", kind: telegram, token: "12:${T}", groups: "${YES}", rate: "${RATE}", per_second: 7, allowed_origins: ["https://${A}"]}
texts:
  choose: |
    first ${A}
    second
`, env("A=x", "SIZE=2GB", "CAP=7", "T=a${A}$$: {b}\n#c", "YES=true", "RATE=1.5"))
	tg := c.Channels[0].Settings.(*telegram)
	switch {
	case c.AppID != "x-$-$b-x", c.Media.MaxSize != 2<<30, c.Agents[0].Capacity != 7, c.Channels[0].ID != "x",
		c.Texts.Choose != "first x\nsecond\n":
		t.Errorf("got %+v", c)
	case tg.Token != "12:a${A}$$: {b}\n#c", !tg.Groups, tg.Rate != 1.5, tg.Burst != 7, tg.Origin[0] != "https://x":
		t.Errorf("got %+v, token %q", tg, tg.Token.Reveal())
	}
}

func TestNumbersAreTakenAsText(t *testing.T) {
	c := load(t, `channels: [{id: 7, kind: whatsapp-cloud, phone_number_id: 00106, access_token: 1e5, app_secret: 0x1F, verify_token: 1_000}]`, none)
	wa := c.Channels[0].Settings.(*whatsapp)
	if got := []string{string(c.Channels[0].ID), wa.PhoneNumberID, wa.AccessToken.Reveal(), wa.AppSecret.Reveal(), wa.VerifyToken.Reveal()}; !reflect.DeepEqual(got, []string{"7", "00106", "1e5", "0x1F", "1_000"}) {
		t.Errorf("got %q", got)
	}
}

func TestWritings(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "1500ms": 1500 * time.Millisecond,
	} {
		if got := load(t, "outbound_ttl: "+text, none).OutboundTTL; got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
	for text, want := range map[string]config.Size{
		"2048": 2048, "100MB": 100 << 20, "100 MiB": 100 << 20, "1GB": 1 << 30, "64k": 64 << 10, "4096B": 4096,
	} {
		if got := load(t, "media: {max_size: "+text+"}", none).Media.MaxSize; got != want {
			t.Errorf("%s: got %d", text, got)
		}
	}
	for listen, want := range map[string]string{
		":8080": "http://localhost:8080", "0.0.0.0:80": "http://localhost:80", "[::1]:9": "http://[::1]:9", "chat.lan:8080": "http://chat.lan:8080",
	} {
		if got := load(t, `server: {listen: "`+listen+`"}`, none).Server.PublicURL; got != want {
			t.Errorf("%s: got %s", listen, got)
		}
	}
}
