package whatsapp

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/markup"
)

const dialogURL = "https://waba-v2.360dialog.io"

// secretHeader carries the channel's secret on each webhook call: 360dialog
// sends what headers it was asked to, and Meta's own signature it does not.
const secretHeader = "X-Causeway-Secret"

// Dialog360 is the kind of numbers that are reached through 360dialog, which
// passes on what the Cloud API takes and says.
func Dialog360(env kit.Env) core.Kind {
	return core.Kind{
		Name: "whatsapp-360dialog", Title: "WhatsApp (360dialog)", Source: "WHATSAPPDIALOG360", Users: users, Example: "+4915112345678",
		Capabilities: capabilities(),
		Faults:       slices.Concat(dialogTexts.Known(), dialogCodes.Known()),
		Render:       render,
		Unmarked:     markup.UnmarkedWhatsApp[core.Format],
		Settings:     func() any { return &Dialog360Settings{APIURL: dialogURL, Resend: kit.ResendOnce} },
		Open: func(id core.ChannelID, settings any) (core.Connector, error) {
			s, ok := settings.(*Dialog360Settings)
			if !ok {
				return nil, fmt.Errorf("open channel %s: settings are a %T", id, settings)
			}
			return openDialog(env, id, *s), nil
		},
	}
}

// Dialog360Settings are those of a number at 360dialog.
type Dialog360Settings struct {
	PhoneNumber string      `json:"phone_number"`
	APIKey      core.Secret `json:"api_key"`
	// Secret is any word of ours: 360dialog is told to send it along.
	Secret core.Secret `json:"secret"`
	APIURL string      `json:"api_url,omitempty"`
	Resend string      `json:"resend,omitempty"`
	// ReopenTemplate is sent when the reply window has closed.
	ReopenTemplate *ReopenTemplate `json:"reopen_template,omitempty"`
	Groups         bool            `json:"groups,omitempty"`
	// ReadMarks tells contacts that we read what they wrote; Typing shows them
	// too that an answer is being written.
	ReadMarks bool `json:"read_marks,omitempty"`
	Typing    bool `json:"typing,omitempty"`
	kit.Pace
}

// Validate says what is missing. Credentials are not checked for their shape.
func (s *Dialog360Settings) Validate() []core.Problem {
	var p kit.Problems
	p.Need("phone_number", s.PhoneNumber, "the number with its country code, such as +4930123456")
	p.If(strings.TrimSpace(s.PhoneNumber) != "" && onePhone(s.PhoneNumber) == "", "phone_number", "must be a number with its country code, such as +4930123456")
	p.Need("api_key", s.APIKey.Reveal(), "the number's key, from the 360dialog Hub > Numbers > API keys")
	p.Need("secret", s.Secret.Reveal(), "any long word of yours: 360dialog is told to send it with each webhook")
	p.URL("api_url", s.APIURL)
	p.OneOf("resend", s.Resend, "", kit.ResendOnce, kit.ResendNever)
	s.ReopenTemplate.validate(&p)
	s.CheckPace(&p)
	return p
}

// Resends implements core.Resender.
func (s *Dialog360Settings) Resends() bool { return s.Resend != kit.ResendNever }

// Reopens implements core.Reopener.
func (s *Dialog360Settings) Reopens() *core.Template { return s.ReopenTemplate.content() }

// Hurries implements core.Hurrier.
func (s *Dialog360Settings) Hurries() bool { return s.HurriesAt(s.APIURL, dialogURL) }

var _ core.Resender = (*Dialog360Settings)(nil)

// dialog is a number at 360dialog.
type dialog struct {
	*number
	secret  core.Secret
	webhook string // where the webhook is read and set
	ours    string // where it is to lead, if that is known
	own     bool   // it is 360dialog itself, and not what stands in for it
}

var (
	_ core.Connector  = (*dialog)(nil)
	_ core.Checker    = (*dialog)(nil)
	_ core.Subscriber = (*dialog)(nil)
)

func openDialog(env kit.Env, id core.ChannelID, s Dialog360Settings) *dialog {
	if s.APIURL == "" {
		s.APIURL = dialogURL
	}
	s.APIURL = strings.TrimRight(s.APIURL, "/")
	n := &number{
		Opaque: kit.Opaque("whatsapp-360dialog " + string(id)), gate: s.gate(), env: env, client: env.HTTP, once: !s.Resends(),
		habits: habits{groups: s.Groups, marks: s.ReadMarks, typing: s.Typing},
	}
	if s.APIURL != dialogURL {
		n.client = env.HTTP.Trusting(s.APIURL)
	}
	return &dialog{number: n, secret: s.Secret, webhook: s.root() + "/v1/configs/webhook", ours: env.Webhook(id), own: s.APIURL == dialogURL}
}

// root is the address without the version that the sandbox's has at its end.
func (s Dialog360Settings) root() string { return strings.TrimSuffix(s.APIURL, "/v1") }

// gate: 360dialog's pages "Messaging API" and "Webhook".
func (s Dialog360Settings) gate() gate {
	return gate{
		account:   onePhone(s.PhoneNumber),
		named:     func(m metadata) string { return onePhone(string(m.DisplayPhoneNumber)) },
		app:       kit.Sign(s.Secret, "", []byte("the name of 360dialog's account"))[:16],
		shares:    map[core.Scope]string{core.OneApp: "360dialog"}, // the app is 360dialog's
		genuine:   func(r core.Request) bool { return kit.Same(s.Secret, r.Header[secretHeader]) },
		handshake: func(core.Request) (core.ReplyBody, bool) { return core.ReplyBody{}, false },
		messages:  s.APIURL + "/messages",
		media:     s.APIURL + "/media",
		file:      func(id string) string { return s.APIURL + "/" + url.PathEscape(id) },
		place:     s.place,
		key:       http.Header{"D360-Api-Key": {s.APIKey.Reveal()}},
		secrets:   []core.Secret{s.APIKey, s.Secret},
		codes:     dialogCodes,
		uncoded:   uncoded,
	}
}

// place puts 360dialog's own host in the place of Meta's, which does not know
// the key (360dialog's page "Upload, retrieve or delete media"). It blocks the
// number for half an hour after twenty answers that are errors, so that a file's
// address is not asked for anew.
func (s Dialog360Settings) place(address string) (string, bool) {
	if sameHost(address, s.APIURL) {
		return address, true
	}
	u, err := url.Parse(address)
	if err != nil || !metaHost(address) {
		return "", false
	}
	return s.root() + u.EscapedPath() + query(u), true
}

func query(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}
