// Package connectors lists the kinds of channel that this build has. A new one
// is a folder and a line here. It knows nothing of what the kinds do.
package connectors

import (
	"causeway/connectors/instagram"
	"causeway/connectors/kit"
	"causeway/connectors/telegram"
	"causeway/connectors/twilio"
	"causeway/connectors/whatsapp"
	"causeway/core"
)

// Kinds are all kinds, each with what env gives it.
func Kinds(env kit.Env) []core.Kind {
	return []core.Kind{
		telegram.Kind(env),
		whatsapp.Cloud(env),
		instagram.Instagram(env), instagram.Messenger(env),
		whatsapp.Dialog360(env),
		twilio.WhatsApp(env), twilio.SMS(env),
	}
}
