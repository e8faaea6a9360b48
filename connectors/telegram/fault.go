package telegram

import (
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// Our own codes, for what Send can do something about.
const (
	codeMarkup = "markup" // Telegram cannot read the markup
	codeFetch  = "fetch"  // Telegram cannot, or will not, fetch the file
)

// faults sorts what the Bot API answers. The texts are those of the server's
// own source, telegram-bot-api.
var faults = kit.Table{
	{Code: 400, Text: "chat not found", Kind: core.Permanent, Means: "Telegram knows no such chat; the contact must write to the bot first"},
	{Code: 400, Text: "user not found", Kind: core.Permanent, Means: "Telegram knows no such person"},
	{Code: 400, Text: "upgraded to a supergroup", Kind: core.Permanent, Means: "the group has a new address"},
	{Code: 400, Text: "failed to get http url content", Kind: core.Permanent, Means: "Telegram cannot fetch the file; its URL must be public"},
	{Code: 400, Text: "wrong file identifier/http url", Kind: core.Permanent, Means: "Telegram cannot fetch the file; its URL must be public"},
	{Code: 400, Text: "wrong type of the web page content", Kind: core.Permanent, Means: "Telegram takes no such file from a URL"},
	{Code: 400, Text: "button_url_invalid", Kind: core.Permanent, Means: "Telegram refuses the URL of a link button"},
	{Code: 400, Kind: core.Permanent},
	{Code: 401, Kind: core.ChannelBroken, Means: "Telegram refuses the token; set the one that @BotFather gave the bot"},
	{Code: 403, Text: "blocked by the user", Kind: core.Permanent, Means: "the contact blocked the bot"},
	{Code: 403, Text: "user is deactivated", Kind: core.Permanent, Means: "the contact's account is deleted"},
	{Code: 403, Text: "can't initiate conversation", Kind: core.Permanent, Means: "the contact must write to the bot first"},
	{Code: 403, Text: "kicked", Kind: core.Permanent, Means: "the bot was removed from the group"},
	{Code: 403, Kind: core.Permanent},
	{Code: 404, Kind: core.ChannelBroken, Means: "Telegram knows no such bot or method; check token and api_url"},
	{Code: 409, Kind: core.Temporary, Means: "another program uses the same bot"},
	{Code: 413, Kind: core.Permanent, Means: "the file is too large for Telegram"},
	{Code: 421, Kind: core.ChannelBroken, Means: "the Bot API server at api_url does not serve this bot"},
	{Code: 429, Kind: core.RateLimited, Means: "Telegram asks to send more slowly"},
	{Code: 500, To: 599, Kind: core.Temporary},
}

// done reports whether an error says that what was asked for is so already, or
// is of no use any more.
func done(code int, description string) bool {
	d := strings.ToLower(description)
	return code == 400 && (strings.Contains(d, "message is not modified") || strings.Contains(d, "query is too old"))
}

// refused names what Send can do something about; empty for nothing.
func refused(code int, description string) string {
	d := strings.ToLower(description)
	switch {
	case code != 400:
	case strings.Contains(d, "can't parse entities"):
		return codeMarkup
	case strings.Contains(d, "failed to get http url content"), strings.Contains(d, "wrong file identifier/http url"),
		strings.Contains(d, "wrong type of the web page content"), strings.Contains(d, "wrong file_id or the file is temporarily unavailable"):
		return codeFetch
	}
	return ""
}
