package telegram_test

import (
	"testing"

	"causeway/connectors/connectortest"
	"causeway/connectors/telegram"
	"causeway/core"
)

var subject = connectortest.Subject{
	Kind:     telegram.Kind,
	Settings: `{"token":"123456:SECRET-TOKEN","secret":"SECRET_webhook"}`,
	To:       "5512345678",
	Quote:    "5512345678:98",
	Secrets:  []string{"secret"},
	Prove: func(r *core.Request, settings map[string]any) {
		r.Header["X-Telegram-Bot-Api-Secret-Token"], _ = settings["secret"].(string)
	},
	Limits:    limits,
	Spec:      "telegram-bot-api.json",
	Validator: validator,
}

func TestConnector(t *testing.T) { connectortest.Run(t, subject) }

func FuzzReceive(f *testing.F) { connectortest.FuzzReceive(f, subject) }
