// Package whatsapp joins WhatsApp numbers in the Cloud API's format: it reads
// that format's webhooks, writes its message bodies and sorts its errors. The
// format stands here once, for Meta itself and for firms that pass it on; how
// one of them is reached (address, key, proof that a call is genuine) is a
// gate, one file each. The package knows no conversation, no bot and no store,
// keeps nothing between calls, and never tries twice.
//
// Facts are from Meta's documentation of the WhatsApp Cloud API; the page is
// named where a fact is used.
package whatsapp

import (
	"net/http"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// number is one WhatsApp number behind one gate. It is safe for concurrent use.
type number struct {
	kit.Opaque
	gate
	env    kit.Env
	client *egress.Client
	groups bool // group chats are heard
}

// gate is all in which the providers of this format differ.
type gate struct {
	// account is the number's name in webhooks: metadata.phone_number_id.
	account string
	// app tells numbers whose webhooks come together; it shows no secret.
	app string
	// genuine reports whether a POST comes from the provider.
	genuine func(core.Request) bool
	// handshake answers a GET, if it comes from the provider.
	handshake func(core.Request) (core.ReplyBody, bool)
	// messages is where native calls go.
	messages string
	// self is what Check asks for.
	self string
	// file is the address that tells where a file is.
	file func(id string) string
	// mayCarryKey reports whether a file's address may be shown the key.
	mayCarryKey func(address string) bool
	// key lets a call in.
	key http.Header
	// secrets are kept out of what is shown of answers.
	secrets []core.Secret
}

var (
	_ core.Connector   = (*number)(nil)
	_ core.Checker     = (*number)(nil)
	_ core.MediaOpener = (*number)(nil)
	_ core.Account     = (*number)(nil)
)

// Account implements core.Account.
func (n *number) Account() (app, account string) { return n.app, n.account }
