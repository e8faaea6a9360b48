package instagram

import (
	"strconv"
	"time"

	"causeway/core"
)

// code says what a code with its subcode stands for.
type code struct {
	code  int // any if 0
	sub   int // any if 0
	kind  core.FaultKind
	means string // a sentence that a person can act on
	after time.Duration
}

// page is Meta's page about all of them.
const page = "https://developers.facebook.com/docs/messenger-platform/error-codes"

// scope is what a rate limit binds.
func (c code) scope() core.Scope {
	if c.code == 4 {
		return core.OneApp
	}
	return core.OneChannel
}

// stands reports whether the row is for an error. Some of Meta's subcodes come
// as the code itself.
func (c code) stands(number, sub int) bool {
	if c.code == 0 {
		return sub == c.sub || number == c.sub
	}
	return number == c.code && (c.sub == 0 || sub == c.sub)
}

const (
	windowClosed = "the contact's last message is more than 24 hours old: wait for the contact to write, or set human_agent if Meta gave the app that permission and a person answers"
	notReviewed  = "the Meta app lacks a permission: give it pages_messaging or instagram_manage_messages (with Instagram Login: instagram_business_manage_messages) and have the app reviewed; before that it reaches only people with a role in it"
	otherApp     = "another app has the conversation: take it over in the Page's or account's settings for conversation routing, or wait until it is handed back"
	unreachable  = "the contact cannot be reached: they have blocked the account, left, or do not take messages"
	nobody       = "there is no such person for this account: an id is good only for the account, and the way of login, that it came through"
)

// faults are Meta's codes (pages "Error codes" of the Messenger Platform and of
// the Instagram API) sorted by what is to be done. The first that fits is taken.
var faults = []code{
	// The reply window.
	{10, 2534022, core.WindowClosed, windowClosed, 0},
	{10, 2018278, core.WindowClosed, windowClosed, 0},
	{10, 2018065, core.WindowClosed, windowClosed, 0},
	// Another app, or something that is gone.
	{0, 2534037, core.Permanent, otherApp, 0},
	{0, 2018300, core.Permanent, otherApp, 0},
	{0, 2018321, core.Permanent, otherApp, 0},
	{0, 2534122, core.Permanent, otherApp, 0},
	{0, 2534001, core.Permanent, "the conversation was deleted or archived", 0},
	{0, 9000001, core.Permanent, "the message that is answered was deleted", 0},
	{0, 36103, core.ChannelBroken, "the account may not use messages by API: make it a professional account and switch on its access to messages", 0},
	// This contact.
	{551, 0, core.Permanent, unreachable, 0},
	{0, 1545041, core.Permanent, unreachable, 0},
	{10, 2018108, core.Permanent, unreachable, 0},
	{100, 2018001, core.Permanent, nobody, 0},
	{100, 2534014, core.Permanent, nobody, 0},
	{100, 33, core.Permanent, nobody, 0},
	// The account or its token.
	{190, 0, core.ChannelBroken, "the access_token has expired or was withdrawn: make a new one and put it into the config", 0},
	{102, 0, core.ChannelBroken, "the access_token has expired or was withdrawn: make a new one and put it into the config", 0},
	{10, 2534077, core.ChannelBroken, "the Instagram account is not linked to the Page any more: link it in the Page's settings", 0},
	{100, 2534013, core.ChannelBroken, "the account lacks what Meta asks for: link it to its Page, and switch on two-factor authentication", 0},
	{200, 2534041, core.ChannelBroken, "the account does not let apps see its messages: switch on Settings > Messages > Connected tools > Allow access to messages", 0},
	{100, 2534029, core.ChannelBroken, "Meta has restricted the account: see its status in the app", 0},
	{10, 1893063, core.ChannelBroken, "Meta has restricted the account: see its status in the app", 0},
	{368, 0, core.ChannelBroken, "Meta has blocked the account for a policy violation for a while: see its status", 0},
	{2022, 0, core.ChannelBroken, "Meta keeps the account from sending messages for a while: see its status", 0},
	{200, 0, core.ChannelBroken, notReviewed, 0},
	{230, 0, core.ChannelBroken, notReviewed, 0},
	{10, 0, core.ChannelBroken, notReviewed, 0},
	{3, 0, core.ChannelBroken, notReviewed, 0},
	// Slow down.
	{613, 2018338, core.RateLimited, "Meta finds the account's messages abusive: it must send far fewer", 15 * time.Minute},
	{613, 0, core.RateLimited, "the account makes too many calls", time.Minute},
	{4, 0, core.RateLimited, "the Meta app makes too many calls; see App Dashboard > Application rate limit", time.Minute},
	{17, 0, core.RateLimited, "the account makes too many calls", time.Minute},
	{32, 0, core.RateLimited, "the Page makes too many calls", time.Minute},
	{80002, 0, core.RateLimited, "the Instagram account makes too many calls", time.Minute},
	{80006, 0, core.RateLimited, "the Page sends too many messages for the people who wrote to it", time.Minute},
	// Try again.
	{1, 1357046, core.Ambiguous, "Meta lost its own answer: the message may have been sent", 0},
	{1, 99, core.Temporary, "Meta has a fault that it does not name; if it stays, a permission is missing", 0},
	{1, 0, core.Temporary, "Meta has a passing fault", 0},
	{2, 0, core.Temporary, "Meta has a passing fault", 0},
	{1200, 0, core.Temporary, "Meta has a passing fault", 0},
	{100, 2018008, core.Temporary, "Meta could not load the file: its address must be open to everyone, and fast", 0},
	{100, 2018294, core.Temporary, "Meta could not load the film within 75 seconds", 0},
	// This content.
	{100, 2018047, core.Permanent, "Meta does not take the file: check its type and Content-Type", 0},
	{100, 2018109, core.Permanent, "the file is too large", 0},
	{100, 2018074, core.Permanent, "the uploaded file belongs to another account", 0},
	{100, 2534025, core.Permanent, "the comment is gone, or was answered in private before", 0},
	{100, 0, core.Permanent, "Meta refused a parameter of the message", 0},
}

// known lists what the codes stand for, for people to read.
func known() []core.Fault {
	all := make([]core.Fault, len(faults))
	for i, c := range faults {
		f := failure{Code: loose(strconv.Itoa(c.code)), Subcode: loose(strconv.Itoa(c.sub))}
		if c.code == 0 {
			f.Code = "any"
		}
		all[i] = core.Fault{Kind: c.kind, Code: f.name(), Message: c.means, After: c.after, Scope: c.scope(), Link: page}
	}
	return all
}
