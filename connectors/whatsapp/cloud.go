package whatsapp

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/markup"
)

const (
	cloudURL     = "https://graph.facebook.com"
	cloudVersion = "v25.0" // Meta's page "Graph API changelog": served until 29 July 2028
)

// Cloud is the kind of numbers that are reached at Meta itself.
func Cloud(env kit.Env) core.Kind {
	return core.Kind{
		Name: "whatsapp-cloud", Title: "WhatsApp", Source: "WHATSAPPCLOUDAPI", Users: users, Example: "+4915112345678",
		Capabilities: capabilities(),
		Faults:       faults.Known(),
		Render:       render,
		Unmarked:     markup.UnmarkedWhatsApp[core.Format],
		Settings: func() any {
			return &CloudSettings{APIURL: cloudURL, APIVersion: cloudVersion, Resend: kit.ResendOnce}
		},
		Open: func(id core.ChannelID, settings any) (core.Connector, error) {
			s, ok := settings.(*CloudSettings)
			if !ok {
				return nil, fmt.Errorf("open channel %s: settings are a %T", id, settings)
			}
			return openCloud(env, id, *s), nil
		},
	}
}

// CloudSettings are those of a number at Meta. Meta's pages "Get started" and
// "Create a webhook endpoint" say where the values are found.
type CloudSettings struct {
	PhoneNumberID string      `json:"phone_number_id"`
	AccessToken   core.Secret `json:"access_token"`
	AppSecret     core.Secret `json:"app_secret"`
	// AppSecrets are taken too: another is set here while one is exchanged.
	AppSecrets  []core.Secret `json:"app_secrets,omitempty"`
	VerifyToken core.Secret   `json:"verify_token"`
	WABAID      string        `json:"waba_id,omitempty"`
	APIURL      string        `json:"api_url,omitempty"`
	APIVersion  string        `json:"api_version,omitempty"`
	Resend      string        `json:"resend,omitempty"`
	// ReopenTemplate is sent when the reply window has closed.
	ReopenTemplate *ReopenTemplate `json:"reopen_template,omitempty"`
	Groups         bool            `json:"groups,omitempty"`
	// ReadMarks tells contacts that we read what they wrote; Typing shows them
	// too that an answer is being written.
	ReadMarks bool `json:"read_marks,omitempty"`
	Typing    bool `json:"typing,omitempty"`
	kit.Pace
}

// ReopenTemplate names an approved template without parameters.
type ReopenTemplate struct {
	Name     string `json:"name"`
	Language string `json:"language"`
}

var versionForm = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]{1,2}$`)

// Validate says what is missing. Credentials are not checked for their shape.
func (s *CloudSettings) Validate() []core.Problem {
	var p kit.Problems
	p.Need("phone_number_id", s.PhoneNumberID, "the number's id, not the number, from WhatsApp > API Setup of your Meta app")
	p.Need("access_token", s.AccessToken.Reveal(), "a system user's token with whatsapp_business_messaging, from Business settings > System users")
	p.Need("app_secret", s.AppSecret.Reveal(), "from App settings > Basic of your Meta app; webhooks are signed with it")
	p.Need("verify_token", s.VerifyToken.Reveal(), "any word of yours, the same as in WhatsApp > Configuration of your Meta app")
	for i, secret := range s.AppSecrets {
		p.Need(fmt.Sprintf("app_secrets[%d]", i), secret.Reveal(), "another secret of the same Meta app, or leave it out")
	}
	p.URL("api_url", s.APIURL)
	p.If(s.APIVersion != "" && !versionForm.MatchString(s.APIVersion), "api_version", "must be a version such as "+cloudVersion)
	p.OneOf("resend", s.Resend, "", kit.ResendOnce, kit.ResendNever)
	s.ReopenTemplate.validate(&p)
	s.CheckPace(&p)
	return p
}

func (t *ReopenTemplate) validate(p *kit.Problems) {
	if t == nil {
		return
	}
	p.Need("reopen_template.name", t.Name, "the template's name in WhatsApp Manager")
	p.Need("reopen_template.language", t.Language, "the template's language code, such as en_US")
}

// Resends implements core.Resender.
func (s *CloudSettings) Resends() bool { return s.Resend != kit.ResendNever }

// Reopens implements core.Reopener.
func (s *CloudSettings) Reopens() *core.Template { return s.ReopenTemplate.content() }

// Hurries implements core.Hurrier.
func (s *CloudSettings) Hurries() bool { return s.HurriesAt(s.APIURL, cloudURL) }

var (
	_ core.Resender = (*CloudSettings)(nil)
	_ core.Reopener = (*CloudSettings)(nil)
	_ core.Hurrier  = (*CloudSettings)(nil)
)

// users is what the user ids of contacts begin with.
const users = "whatsapp:"

func (t *ReopenTemplate) content() *core.Template {
	if t == nil {
		return nil
	}
	return &core.Template{Name: t.Name, Language: t.Language}
}

// cloud is a number at Meta itself.
type cloud struct {
	*number
	self, waba string      // addresses
	verify     core.Secret // the word of the handshake
	ours       string      // where webhooks are to come, if that is known
}

var (
	_ core.Connector  = (*cloud)(nil)
	_ core.Checker    = (*cloud)(nil)
	_ core.Subscriber = (*cloud)(nil)
)

func openCloud(env kit.Env, id core.ChannelID, s CloudSettings) *cloud {
	if s.APIURL == "" {
		s.APIURL = cloudURL
	}
	if s.APIVersion == "" {
		s.APIVersion = cloudVersion
	}
	n := &number{
		Opaque: kit.Opaque("whatsapp-cloud " + string(id)), gate: s.gate(), env: env, client: env.HTTP, once: !s.Resends(),
		habits: habits{groups: s.Groups, marks: s.ReadMarks, typing: s.Typing},
	}
	if s.APIURL != cloudURL {
		n.client = env.HTTP.Trusting(s.APIURL)
	}
	c := &cloud{number: n, self: s.at(s.PhoneNumberID), verify: s.VerifyToken, ours: env.Webhook(id)}
	if s.WABAID != "" {
		c.waba = s.at(s.WABAID)
	}
	return c
}

// at is the address of something that has an id.
func (s CloudSettings) at(id string) string {
	return strings.TrimRight(s.APIURL, "/") + "/" + s.APIVersion + "/" + url.PathEscape(id)
}

// appName tells numbers of one Meta app, and shows no secret.
func (s CloudSettings) appName() string {
	return kit.Sign(s.AppSecret, "", []byte("the app's name"))[:16]
}

// shares: Meta's pages "Error codes" and "Rate limits". Numbers of an app whose
// waba_id is not told are taken to be of one account.
func (s CloudSettings) shares() map[core.Scope]string {
	return map[core.Scope]string{core.OneApp: s.appName(), core.OneAccount: s.appName() + " " + s.WABAID}
}

func (s CloudSettings) gate() gate {
	self := s.at(s.PhoneNumberID)
	query := "?" + url.Values{"phone_number_id": {s.PhoneNumberID}}.Encode()
	return gate{
		account:   s.PhoneNumberID,
		named:     func(m metadata) string { return string(m.PhoneNumberID) },
		app:       s.appName(),
		shares:    s.shares(),
		genuine:   s.genuine,
		handshake: s.handshake,
		messages:  self + "/messages",
		media:     self + "/media",
		file:      func(id string) string { return s.at(id) + query },
		place: func(address string) (string, bool) {
			return address, metaHost(address) || sameHost(address, s.APIURL)
		},
		again:   true,
		key:     http.Header{"Authorization": {"Bearer " + s.AccessToken.Reveal()}},
		secrets: append([]core.Secret{s.AccessToken, s.AppSecret, s.VerifyToken}, s.AppSecrets...),
		codes:   faults,
	}
}

// genuine: Meta's page "Create a webhook endpoint", "Validating payloads".
func (s CloudSettings) genuine(r core.Request) bool {
	signed := kit.Signed(s.AppSecret, "sha256=", r.Header["X-Hub-Signature-256"], r.Body)
	for _, secret := range s.AppSecrets {
		signed = kit.Signed(secret, "sha256=", r.Header["X-Hub-Signature-256"], r.Body) || signed
	}
	return signed
}

// challengeForm is what is echoed, and nothing else: the answer must not be
// made to carry a page.
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// handshake: Meta's page "Create a webhook endpoint".
func (s CloudSettings) handshake(r core.Request) (core.ReplyBody, bool) {
	challenge := r.Query["hub.challenge"]
	known := kit.Same(s.VerifyToken, r.Query["hub.verify_token"])
	if !known || r.Query["hub.mode"] != "subscribe" || !challengeForm.MatchString(challenge) {
		return core.ReplyBody{}, false
	}
	return core.ReplyBody{Type: "text/plain; charset=utf-8", Body: []byte(challenge)}, true
}

// metaHost reports whether an address is at a host that Meta keeps files on
// (page "Media"), over TLS.
func metaHost(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || (u.Port() != "" && u.Port() != "443") {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, of := range []string{".fbsbx.com", ".facebook.com", ".whatsapp.net"} {
		if strings.HasSuffix(host, of) {
			return true
		}
	}
	return false
}

// sameHost reports whether two addresses have scheme, host and port in common.
func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil || u.User != nil {
		return false
	}
	v, err := url.Parse(b)
	return err == nil && u.Scheme == v.Scheme && strings.EqualFold(u.Host, v.Host) && u.Host != ""
}
