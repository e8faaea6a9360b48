package instagram

import (
	"fmt"
	"regexp"

	"causeway/connectors/kit"
	"causeway/core"
)

const (
	facebookURL  = "https://graph.facebook.com"
	instagramURL = "https://graph.instagram.com"
	version      = "v25.0" // Meta's page "Graph API changelog": served until 29 July 2028
)

// The ways to reach an Instagram account. User ids of the two differ.
const (
	// LoginInstagram: "Instagram API with Instagram Login", a token of the account.
	LoginInstagram = "instagram"
	// LoginPage: "Messenger API for Instagram", a token of the account's Page.
	LoginPage = "page"
)

// InstagramSettings are those of one Instagram professional account. Meta's
// pages "Instagram API with Instagram Login: Get started" and "Messenger API
// for Instagram: Get started" say where the values are found.
type InstagramSettings struct {
	AccountID string `json:"account_id"`
	Login     string `json:"login,omitempty"`
	PageID    string `json:"page_id,omitempty"` // for LoginPage
	Common
}

// MessengerSettings are those of one Facebook Page. Meta's page "Messenger
// Platform: Get started" says where the values are found.
type MessengerSettings struct {
	PageID string `json:"page_id"`
	Common
}

// Common are the settings that both kinds have.
type Common struct {
	AccessToken core.Secret `json:"access_token"`
	AppSecret   core.Secret `json:"app_secret"`
	// AppSecrets are taken too: another is set here while one is exchanged, or
	// where an app of Instagram Login and its Meta app both sign.
	AppSecrets  []core.Secret `json:"app_secrets,omitempty"`
	VerifyToken core.Secret   `json:"verify_token"`
	APIURL      string        `json:"api_url,omitempty"`
	APIVersion  string        `json:"api_version,omitempty"`
	Resend      string        `json:"resend,omitempty"`
	// ReadMarks tells contacts that we read what they wrote; Typing shows them
	// that an answer is being written.
	ReadMarks bool `json:"read_marks,omitempty"`
	Typing    bool `json:"typing,omitempty"`
	// Names has Meta asked what contacts are called, which webhooks do not tell.
	Names bool `json:"names"`
	// HumanAgent says that the Meta app has the Human Agent permission: what a
	// person writes goes out for 7 days after the contact's last message.
	HumanAgent bool `json:"human_agent,omitempty"`
	kit.Pace
}

func defaults() Common { return Common{APIVersion: version, Resend: kit.ResendOnce, Names: true} }

// Resends implements core.Resender.
func (s *Common) Resends() bool { return s.Resend != kit.ResendNever }

// Hurries implements core.Hurrier. Meta is reached at two addresses.
func (s *Common) Hurries() bool {
	return s.HurriesAt(s.APIURL, facebookURL) && s.HurriesAt(s.APIURL, instagramURL)
}

var (
	_ core.Hurrier  = (*InstagramSettings)(nil)
	_ core.Hurrier  = (*MessengerSettings)(nil)
	_ core.Resender = (*InstagramSettings)(nil)
	_ core.Resender = (*MessengerSettings)(nil)
)

const metaSecret = "from App settings > Basic of your Meta app; webhooks are signed with it"

// Validate says what is missing. Credentials are not checked for their shape.
func (s *InstagramSettings) Validate() []core.Problem {
	var p kit.Problems
	p.Need("account_id", s.AccountID, "the professional account's id, the user_id of GET /me, not its name")
	p.OneOf("login", s.Login, "", LoginInstagram, LoginPage)
	if s.Login == LoginPage {
		p.Need("page_id", s.PageID, "the id of the Page that the account belongs to")
		s.validate(&p, "a token of the Page with instagram_manage_messages, from Messenger > Instagram settings of your Meta app", metaSecret)
		return p
	}
	p.If(s.PageID != "", "page_id", "is for login: page; leave it out")
	s.validate(&p, "a token of the account with instagram_business_manage_messages, from Instagram > API setup of your Meta app",
		"the Instagram app secret from Instagram > API setup of your Meta app; webhooks are signed with it")
	return p
}

// Validate says what is missing. Credentials are not checked for their shape.
func (s *MessengerSettings) Validate() []core.Problem {
	var p kit.Problems
	p.Need("page_id", s.PageID, "the Page's id, from About > Page transparency")
	s.validate(&p, "a token of the Page with pages_messaging, from Messenger > API settings of your Meta app", metaSecret)
	return p
}

var versionForm = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]{1,2}$`)

// validate is told where the token and the secret are found.
func (s *Common) validate(p *kit.Problems, token, secret string) {
	p.Need("access_token", s.AccessToken.Reveal(), token)
	p.Need("app_secret", s.AppSecret.Reveal(), secret)
	p.Need("verify_token", s.VerifyToken.Reveal(), "any word of yours, the same as in the webhooks of your Meta app")
	for i, other := range s.AppSecrets {
		p.Need(fmt.Sprintf("app_secrets[%d]", i), other.Reveal(), "another secret that webhooks are signed with, or leave it out")
	}
	p.URL("api_url", s.APIURL)
	p.If(s.APIVersion != "" && !versionForm.MatchString(s.APIVersion), "api_version", "must be a version such as "+version)
	p.OneOf("resend", s.Resend, "", kit.ResendOnce, kit.ResendNever)
	s.CheckPace(p)
}
