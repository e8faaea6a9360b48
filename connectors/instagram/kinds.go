package instagram

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// The names of the kinds; user ids begin with them.
const (
	kindInstagram = "instagram"
	kindMessenger = "messenger"
)

// Instagram is the kind of Instagram professional accounts, reached by
// Instagram Login or through the Page that they belong to.
func Instagram(env kit.Env) core.Kind {
	f := instagramForm()
	return core.Kind{
		Name: kindInstagram, Title: "Instagram", Source: "INSTAGRAM", Users: "instagram:", Example: "6120000000000077",
		Capabilities: f.caps,
		Faults:       known(),
		Render:       f.render,
		Settings: func() any {
			return &InstagramSettings{Login: LoginInstagram, Common: defaults()}
		},
		Open: func(id core.ChannelID, settings any) (core.Connector, error) {
			s, ok := settings.(*InstagramSettings)
			if !ok {
				return nil, fmt.Errorf("open channel %s: settings are a %T", id, settings)
			}
			return open(env, id, s.gate()), nil
		},
	}
}

// Messenger is the kind of Facebook Pages.
func Messenger(env kit.Env) core.Kind {
	f := messengerForm()
	return core.Kind{
		Name: kindMessenger, Title: "Messenger", Source: "FACEBOOK", Users: "messenger:", Example: "7890000000000055",
		Capabilities: f.caps,
		Faults:       known(),
		Render:       f.render,
		Settings: func() any {
			return &MessengerSettings{Common: defaults()}
		},
		Open: func(id core.ChannelID, settings any) (core.Connector, error) {
			s, ok := settings.(*MessengerSettings)
			if !ok {
				return nil, fmt.Errorf("open channel %s: settings are a %T", id, settings)
			}
			return open(env, id, s.gate()), nil
		},
	}
}

func open(env kit.Env, id core.ChannelID, g gate) *account {
	a := &account{Opaque: kit.Opaque(g.kind + " " + string(id)), gate: g, env: env, client: env.HTTP}
	if g.api != facebookURL && g.api != instagramURL {
		a.client = env.HTTP.Trusting(g.api)
	}
	return a
}

func (s InstagramSettings) gate() gate {
	g := s.Common.gate(kindInstagram, s.AccountID, or(s.APIURL, instagramURL))
	g.at(s.AccountID, loginFields(), "id,user_id,username", s.ownsLogin)
	if s.Login == LoginPage {
		g.api = or(s.APIURL, facebookURL)
		g.at(s.PageID, pageFields(), "id,name,instagram_business_account", s.ownsPage)
		g.platform = "instagram"
	}
	return g
}

func (s MessengerSettings) gate() gate {
	g := s.Common.gate(kindMessenger, s.PageID, or(s.APIURL, facebookURL))
	g.at(s.PageID, pageFields(), "id,name", s.owns)
	return g
}

func (s Common) gate(kind, id, api string) gate {
	return gate{
		kind: kind, id: id, api: api, version: or(s.APIVersion, version),
		app:     kit.Sign(s.AppSecret, "", []byte("the app's name"))[:16],
		signing: append([]core.Secret{s.AppSecret}, s.AppSecrets...),
		verify:  s.VerifyToken,
		actions: s.actions(),
		human:   s.HumanAgent,
		once:    !s.Resends(),
		names:   s.Names,
		key:     http.Header{"Authorization": {"Bearer " + s.AccessToken.Reveal()}},
		secrets: append([]core.Secret{s.AccessToken, s.VerifyToken, s.AppSecret}, s.AppSecrets...),
	}
}

func (s Common) actions() []string {
	var all []string
	if s.ReadMarks {
		all = append(all, markSeen)
	}
	if s.Typing {
		all = append(all, typingOn)
	}
	return all
}

// at says whose messages are sent, and what proves that the token may.
func (g *gate) at(sender string, fields []string, self string, owns func(identity) string) {
	base := strings.TrimRight(g.api, "/") + "/" + g.version + "/"
	g.base = base
	g.messages = base + url.PathEscape(sender) + "/messages"
	g.attachments = base + url.PathEscape(sender) + "/message_attachments"
	g.subscribed, g.fields = base+url.PathEscape(sender)+"/subscribed_apps", fields
	g.self, g.owns = base+"me?fields="+self, owns
}

func or(first, second string) string {
	if first != "" {
		return first
	}
	return second
}
