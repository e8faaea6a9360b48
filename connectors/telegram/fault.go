package telegram

import (
	"slices"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// faults sorts what the Bot API answers, https://core.telegram.org/bots/api#making-requests.
// Telegram lists no errors; the texts are those of its own server,
// https://github.com/tdlib/telegram-bot-api, and of Telegram's API behind it,
// https://core.telegram.org/api/errors. What cures and done name is dealt with
// before anybody sees the fault.
var faults = slices.Concat(
	// The chat.
	kit.Table{
		{Code: 400, Text: "chat not found", Kind: core.Permanent, Means: "Telegram knows no such chat; the contact must write to the bot first"},
		{Code: 400, Text: "user not found", Kind: core.Permanent, Means: "Telegram knows no such person"},
		{Code: 400, Text: "chat_id is empty", Kind: core.Permanent, Means: "the conversation has no address on Telegram"},
		{Code: 400, Text: "upgraded to a supergroup", Kind: core.Permanent, Means: "the group has a new address"},
		{Code: 400, Text: "group chat was deactivated", Kind: core.Permanent, Means: "the group is closed"},
		{Code: 400, Text: "not enough rights", Kind: core.Permanent, Means: "the bot may not write in the group: give it the right there"},
		{Code: 400, Text: "have no rights to send", Kind: core.Permanent, Means: "the bot may not write in the group: give it the right there"},
		{Code: 400, Text: "chat_write_forbidden", Kind: core.Permanent, Means: "the bot may not write in the group: give it the right there"},
		{Code: 400, Text: "message thread not found", Kind: core.Permanent, Means: "the topic is gone"},
		{Code: 400, Text: "topic_", Kind: core.Permanent, Means: "the topic is closed or gone"},
		{Code: 400, Text: "message to be replied not found", Kind: core.Permanent, Means: "the message that is answered is gone"},
		{Code: 400, Text: "voice_messages_forbidden", Kind: core.Permanent, Means: "the contact takes no voice messages; send an audio file or text"},
	}.At("https://core.telegram.org/bots/api#sendmessage"),
	// The text and the keyboard; its buttons are at #inlinekeyboardbutton.
	kit.Table{
		{Code: 400, Text: "message text is empty", Kind: core.Permanent, Means: "Telegram sees no text in it"},
		{Code: 400, Text: "is too long", Kind: core.Permanent, Means: "text, caption or keyboard is longer than Telegram takes; make it shorter"},
		{Code: 400, Text: "can't parse entities", Kind: core.Permanent, Means: "Telegram cannot read the markup"},
		{Code: 400, Text: "button_data_invalid", Kind: core.Permanent, Means: "Telegram refuses a reply button"},
		{Code: 400, Text: "button_url_invalid", Kind: core.Permanent, Means: "Telegram refuses the URL of a link button"},
		{Code: 400, Text: "can't parse reply keyboard markup", Kind: core.Permanent, Means: "Telegram cannot read the keyboard"},
	}.At("https://core.telegram.org/bots/api#formatting-options"),
	// Files.
	kit.Table{
		{Code: 400, Text: "failed to get http url content", Kind: core.Permanent, Means: "Telegram cannot fetch the file; its URL must be public"},
		{Code: 400, Text: "wrong file identifier/http url", Kind: core.Permanent, Means: "Telegram cannot fetch the file; its URL must be public"},
		{Code: 400, Text: "wrong type of the web page content", Kind: core.Permanent, Means: "Telegram takes no such file from a URL"},
		{Code: 400, Text: "webpage_", Kind: core.Permanent, Means: "Telegram cannot fetch a file; its URL must be public"},
		{Code: 400, Text: "wrong file_id or the file is temporarily unavailable", Kind: core.Permanent, Means: "Telegram does not have the file any more"},
		{Code: 400, Text: "file is too big", Kind: core.Permanent, Means: "the file is too large: bots send 50 MB, 10 MB as a photo, and read 20 MB"},
		{Code: 400, Text: "file must be non-empty", Kind: core.Permanent, Means: "the file is empty"},
		{Code: 400, Text: "photo_invalid_dimensions", Kind: core.Permanent, Means: "the picture is too large or too narrow; send it as a file"},
		{Code: 400, Text: "image_process_failed", Kind: core.Permanent, Means: "Telegram cannot read the picture; send it as a file"},
		{Code: 400, Kind: core.Permanent, Link: "https://core.telegram.org/bots/api#making-requests"},
	}.At("https://core.telegram.org/bots/api#sending-files"),
	// The bot.
	kit.Table{
		{Code: 401, Kind: core.ChannelBroken, Means: "Telegram refuses the token; set the one that @BotFather gave the bot"},
		{Code: 403, Text: "blocked by the user", Kind: core.Permanent, Means: "the contact blocked the bot"},
		{Code: 403, Text: "user is deactivated", Kind: core.Permanent, Means: "the contact's account is deleted"},
		{Code: 403, Text: "can't initiate conversation", Kind: core.Permanent, Means: "the contact must write to the bot first"},
		{Code: 403, Text: "can't send messages to bots", Kind: core.Permanent, Means: "Telegram lets no bot write to another"},
		{Code: 403, Text: "kicked", Kind: core.Permanent, Means: "the bot was removed from the group"},
		{Code: 403, Text: "not a member", Kind: core.Permanent, Means: "the bot is no member of the group; add it again"},
		{Code: 403, Text: "group chat was deleted", Kind: core.Permanent, Means: "the group is deleted"},
		{Code: 403, Kind: core.Permanent},
		{Code: 404, Kind: core.ChannelBroken, Means: "Telegram knows no such bot or method; check token and api_url"},
	}.At("https://core.telegram.org/bots/api#authorizing-your-bot"),
	// Others who use the bot.
	kit.Table{
		{Code: 409, Text: "webhook is active", Kind: core.Temporary, Means: "a webhook is set, and Telegram answers no polls beside it"},
		{Code: 409, Text: "other getupdates", Kind: core.Temporary, Means: "another program polls with the same token: stop it, or give it a bot of its own"},
		{Code: 409, Text: "setwebhook", Kind: core.Temporary, Means: "another program set a webhook for the same bot: stop it, or give it a bot of its own"},
		{Code: 409, Kind: core.Temporary, Means: "another program uses the same bot"},
		{Code: 413, Kind: core.Permanent, Means: "the file is too large for Telegram"},
		{Code: 421, Kind: core.ChannelBroken, Means: "the Bot API server at api_url does not serve this bot"},
	}.At("https://core.telegram.org/bots/api#getupdates"),
	// Telegram itself.
	kit.Table{
		{Code: 429, Kind: core.RateLimited, Means: "Telegram asks to send more slowly"},
		{Code: 500, To: 599, Kind: core.Temporary},
	}.At("https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"),
)

// codeHooked is our code for polls that a webhook stands in the way of.
const codeHooked = "webhook_set"

// done reports whether an error says that what was asked for is so already, or
// is of no use any more.
func done(code int, description string) bool {
	return code == 400 && has(description, "message is not modified", "query is too old",
		"message to edit not found", "message can't be edited", "message to delete not found", "message can't be deleted")
}

func has(description string, any ...string) bool {
	d := strings.ToLower(description)
	for _, text := range any {
		if strings.Contains(d, text) {
			return true
		}
	}
	return false
}

// cure names what Send can do about a refusal.
type cure string

const (
	noCure      cure = ""
	cureMarkup  cure = "markup"   // send the words without markup
	cureFetch   cure = "fetch"    // fetch the file, and upload it
	cureLarge   cure = "large"    // send a link to the file
	curePicture cure = "picture"  // send the picture as a file
	cureQuote   cure = "quote"    // quote nothing
	cureTopic   cure = "topic"    // send outside the topic
	cureLinks   cure = "links"    // write link buttons as text
	cureMoved   cure = "migrated" // send to the chat's new id
)

// cureOf is what can be done about a refusal.
func cureOf(r reply) cure {
	d := r.Description
	switch {
	case r.Code != 400:
	case r.Parameters.MigrateTo != 0:
		return cureMoved
	case has(d, "can't parse entities"):
		return cureMarkup
	case has(d, "failed to get http url content", "wrong file identifier/http url", "wrong type of the web page content",
		"wrong file_id or the file is temporarily unavailable", "webpage_curl_failed", "webpage_media_empty"):
		return cureFetch
	case has(d, "photo_invalid_dimensions", "image_process_failed", "file is too big"):
		return curePicture
	case has(d, "message to be replied not found"):
		return cureQuote
	case has(d, "message thread not found", "topic_closed", "topic_deleted"):
		return cureTopic
	case has(d, "button_url_invalid"):
		return cureLinks
	}
	return noCure
}
