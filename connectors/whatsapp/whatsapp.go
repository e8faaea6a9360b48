// Package whatsapp joins WhatsApp numbers in the Cloud API's format: it reads
// that format's webhooks, writes its message bodies and sorts its errors. The
// format stands here once, for Meta itself and for firms that pass it on; how
// one of them is reached (address, key, proof that a call is genuine) is a
// gate, one file each. The package knows no conversation, no bot and no store,
// keeps nothing between calls, and never tries twice.
//
// Facts are from Meta's documentation of the WhatsApp Cloud API, and from
// 360dialog's of its own; the page is named where a fact is used.
package whatsapp

import (
	"net/http"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// number is one WhatsApp number behind one gate. It is safe for concurrent use.
// What a gate alone can do (check, subscribe) is in the type around it.
type number struct {
	kit.Opaque
	gate
	habits
	env    kit.Env
	client *egress.Client
	once   bool // no message may be sent twice
}

// habits are what an operator may want of a number, whatever its gate.
type habits struct {
	groups bool // group chats are heard
	// marks and typing tell the contact at once that a message was read, or
	// that we write. Typing marks as read too.
	marks, typing bool
}

// gate is all in which the providers of this format differ.
type gate struct {
	// account is the number's name in webhooks, as named gives it.
	account string
	named   func(metadata) string
	// app tells numbers whose webhooks come together; it shows no secret.
	app string
	// shares is what numbers of one limit have in common.
	shares map[core.Scope]string
	// genuine reports whether a POST comes from the provider.
	genuine func(core.Request) bool
	// handshake answers a GET, if it comes from the provider.
	handshake func(core.Request) (core.ReplyBody, bool)
	// messages is where native calls go, and media where files go.
	messages, media string
	// file is the address that tells where a file is.
	file func(id string) string
	// place is where a file that is said to be at address is read with the key;
	// false if that is not the provider's.
	place func(address string) (string, bool)
	// again: a file's address that has died may be asked for anew.
	again bool
	// key lets a call in.
	key http.Header
	// secrets are kept out of what is shown of answers.
	secrets []core.Secret
	// codes sorts the errors that have a code, and uncoded those that have none;
	// uncoded may be nil and may return nil.
	codes   kit.Table
	uncoded func(kit.Answer) *core.Fault
}

var (
	_ core.Connector   = (*number)(nil)
	_ core.MediaOpener = (*number)(nil)
	_ core.Account     = (*number)(nil)
	_ core.Sharer      = (*number)(nil)
	_ core.Remarker    = (*number)(nil)
)

// Account implements core.Account.
func (n *number) Account() (app, account string) { return n.app, n.account }

// Shares implements core.Sharer.
func (n *number) Shares(of core.Scope) string { return n.shares[of] }
