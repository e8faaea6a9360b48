package twilio

import (
	"net/http"

	"causeway/connectors/kit"
	"causeway/core"
)

const (
	defaultAPI     = "https://api.twilio.com"
	defaultContent = "https://content.twilio.com"
)

// Settings of one sender, the same for both kinds.
type Settings struct {
	AccountSID string `json:"account_sid"`
	// AuthToken signs Twilio's webhooks, and lets calls in where no APIKey does.
	AuthToken core.Secret `json:"auth_token"`
	// AuthTokens sign webhooks too: another is set here while one is exchanged.
	AuthTokens []core.Secret `json:"auth_tokens,omitempty"`
	APIKey     string        `json:"api_key,omitempty"`
	APISecret  core.Secret   `json:"api_secret,omitempty"`
	// From is the sender; MessagingServiceSID stands for several. One is set.
	From                string `json:"from,omitempty"`
	MessagingServiceSID string `json:"messaging_service_sid,omitempty"`
	APIURL              string `json:"api_url,omitempty"`
	ContentURL          string `json:"content_url,omitempty"`
	// MessagingURL is where senders and services are set up; api_url where that is
	// another than Twilio's own.
	MessagingURL string `json:"messaging_url,omitempty"`
	Resend       string `json:"resend,omitempty"`
	// ReopenTemplate is sent when the reply window has closed.
	ReopenTemplate *ReopenTemplate `json:"reopen_template,omitempty"`
	// Groups is taken as on every channel; Twilio brings no group chats.
	Groups bool `json:"groups,omitempty"`
	// Typing shows contacts on WhatsApp that an answer is being written, and that
	// what they wrote was read.
	Typing bool `json:"typing,omitempty"`
	// MMS sends files as MMS, where the sender and the contact's country have it.
	MMS bool `json:"mms,omitempty"`
	// ReadBack reads the list of messages every five minutes, so that what the
	// webhook missed is recorded.
	ReadBack bool `json:"read_back"`
	kit.Pace
	way way // of the kind
}

// ReopenTemplate names an approved content: its sid, or its friendly name with
// its language.
type ReopenTemplate struct {
	Name     string   `json:"name"`
	Language string   `json:"language,omitempty"`
	Params   []string `json:"params,omitempty"`
}

// Validate says what is missing. Credentials are not checked for their shape.
func (s *Settings) Validate() []core.Problem {
	var p kit.Problems
	p.Need("account_sid", s.AccountSID, "the Account SID from the Twilio console, AC and 32 characters")
	p.Need("auth_token", s.AuthToken.Reveal(), "the account's primary Auth Token from the Twilio console; webhooks are signed with it")
	for _, t := range s.AuthTokens {
		p.Need("auth_tokens", t.Reveal(), "another token of the same account, or leave it out")
	}
	p.If((s.APIKey == "") != (s.APISecret == ""), "api_secret", "api_key and api_secret go together: set both, or neither")
	p.If(s.From == "" && s.MessagingServiceSID == "", "from", "is missing: the sender such as +14155550100, or set messaging_service_sid")
	p.If(s.From != "" && s.MessagingServiceSID != "", "messaging_service_sid", "is set beside from: leave one of them out")
	p.URL("api_url", s.APIURL)
	p.URL("content_url", s.ContentURL)
	p.URL("messaging_url", s.MessagingURL)
	p.OneOf("resend", s.Resend, "", kit.ResendOnce, kit.ResendNever)
	p.If(s.Typing && s.way == smsWay, "typing", "is for whatsapp-twilio; leave it out")
	p.If(s.MMS && s.way == whatsAppWay, "mms", "is for sms-twilio; leave it out")
	s.CheckPace(&p)
	if s.ReopenTemplate != nil {
		p.Need("reopen_template.name", s.ReopenTemplate.Name, "the content's sid (HX…) or its friendly name")
	}
	return p
}

// Resends implements core.Resender.
func (s *Settings) Resends() bool { return s.Resend != kit.ResendNever }

// Hurries implements core.Hurrier.
func (s *Settings) Hurries() bool { return s.HurriesAt(s.APIURL, defaultAPI) }

// Shows implements core.Shower.
func (s *Settings) Shows(c core.Capabilities) core.Capabilities {
	if s.MMS {
		c.Caption, c.Album, c.Media = maxText, maxMMSFiles, mmsMedia()
	}
	return c
}

// Reopens implements core.Reopener.
func (s *Settings) Reopens() *core.Template {
	t := s.ReopenTemplate
	if t == nil {
		return nil
	}
	return &core.Template{Name: t.Name, Language: t.Language, Params: t.Params}
}

// user and password let a call in. Twilio's page "Twilio API requests".
func (s *Settings) credentials() (user string, password core.Secret) {
	if s.APIKey != "" {
		return s.APIKey, s.APISecret
	}
	return s.AccountSID, s.AuthToken
}

func (s *Settings) header() http.Header {
	user, password := s.credentials()
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(user, password.Reveal())
	return req.Header
}

// tokens are all that a webhook may be signed with.
func (s *Settings) tokens() []core.Secret {
	return append([]core.Secret{s.AuthToken}, s.AuthTokens...)
}

// secrets are kept out of what is shown of answers.
func (s *Settings) secrets() []core.Secret { return append(s.tokens(), s.APISecret) }
