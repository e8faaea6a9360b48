// Package instagram joins Instagram accounts and Facebook Pages in the format of
// Meta's Messenger Platform: it reads that format's webhooks, writes its calls
// and sorts its errors. The format stands here once; what the two kinds differ
// in is data, a form for what goes out and a gate for how Meta is reached. The
// package knows no conversation, no bot and no store, keeps nothing between
// calls, and never tries twice.
//
// Facts are from Meta's documentation of the Messenger Platform and of the
// Instagram API; the page is named where a fact is used.
package instagram

import (
	"net/http"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// account is one Instagram account or one Page. It is safe for concurrent use.
type account struct {
	kit.Opaque
	gate
	env    kit.Env
	client *egress.Client
}

// gate is how one account is reached, and how its webhooks are proven.
type gate struct {
	// kind is the name of the channel's kind: "instagram" or "messenger".
	kind string
	// id is the account's name in webhooks: entry.id.
	id string
	// app tells accounts whose webhooks come together; it shows no secret.
	app string
	// signing are the secrets that webhooks may be signed with.
	signing []core.Secret
	verify  core.Secret
	once    bool // no message may be sent twice
	// base is where everything that has an id stands.
	base string
	// messages is where native calls go.
	messages string
	// attachments is where files are given to Meta, on the platform if it asks.
	attachments, platform string
	// self is what Check asks for, and owns says what is wrong with the answer.
	self string
	owns func(identity) string
	// subscribed is where the account's webhooks are switched on, for fields.
	subscribed string
	fields     []string
	// api is where Meta is; its host may serve files too, if the operator set it.
	api, version string
	// actions are what contacts are shown when they wrote.
	actions []string
	// names: contacts' names are asked for.
	names bool
	// human: the app may send what a person wrote after the reply window.
	human bool
	// key lets a call in.
	key http.Header
	// secrets are kept out of what is shown of answers.
	secrets []core.Secret
}

var (
	_ core.Connector   = (*account)(nil)
	_ core.Checker     = (*account)(nil)
	_ core.Subscriber  = (*account)(nil)
	_ core.MediaOpener = (*account)(nil)
	_ core.Account     = (*account)(nil)
	_ core.Sharer      = (*account)(nil)
	_ core.Namer       = (*account)(nil)
)

// Account implements core.Account.
func (a *account) Account() (app, account string) { return a.app, a.id }

// Shares implements core.Sharer: Meta counts an app's calls for all accounts.
func (a *account) Shares(of core.Scope) string {
	if of == core.OneApp {
		return a.app
	}
	return ""
}
