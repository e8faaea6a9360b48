package twilio

import (
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// codePage is Twilio's page about a code.
const codePage = "https://www.twilio.com/docs/api/errors/%d"

func pageOf(code int) string { return kit.Table{{Code: code}}.At(codePage)[0].Link }

// sentences that several codes share.
const (
	badTo      = "Twilio cannot send to the contact's number: it is not a number that takes such messages"
	badFrom    = "the sender does not belong to the account or cannot send this way: check from, or the service's sender pool"
	badContent = "Twilio does not take the content or its variables"
	badService = "the Messaging Service is wrong or has no sender: check messaging_service_sid and its sender pool"
	badMedia   = "the file could not be fetched or shown: its URL must be public, with the right Content-Type, and within WhatsApp's size"
	trouble    = "Twilio or WhatsApp has a passing fault"
)

// faults are Twilio's codes ("Error and Warning Dictionary") sorted by what is
// to be done. They stand in answers to calls and in reports.
var faults = kit.Table{
	// The credentials or the account.
	{Code: 20003, Kind: core.ChannelBroken, Means: "Twilio does not accept the credentials: check account_sid and auth_token, or api_key and api_secret"},
	{Code: 20005, Kind: core.ChannelBroken, Means: "the Twilio account is not active: see the Twilio console"},
	{Code: 20403, Kind: core.ChannelBroken, Means: "the Twilio account may not make this call: see the Twilio console"},
	{Code: 30002, Kind: core.ChannelBroken, Means: "the Twilio account is suspended: see the Twilio console"},
	{Code: 63051, Kind: core.ChannelBroken, Means: "Meta has locked the WhatsApp Business account: see WhatsApp Manager > Account quality"},

	// The sender and its set-up.
	{Code: 21212, Kind: core.ChannelBroken, Means: badFrom},
	{Code: 21606, Kind: core.ChannelBroken, Means: badFrom},
	{Code: 21659, To: 21660, Kind: core.ChannelBroken, Means: badFrom},
	{Code: 63002, Kind: core.ChannelBroken, Means: badFrom},
	{Code: 63007, Kind: core.ChannelBroken, Means: "the account has no such WhatsApp sender: check from against Messaging > Senders > WhatsApp senders"},
	{Code: 63001, Kind: core.ChannelBroken, Means: "WhatsApp does not accept the sender's authentication: see the sender in the Twilio console"},
	{Code: 63020, Kind: core.ChannelBroken, Means: "Twilio's invitation in Meta Business Manager was not accepted"},
	{Code: 63008, Kind: core.ChannelBroken, Means: "the WhatsApp sender is not set up rightly: see the sender in the Twilio console"},
	{Code: 21701, To: 21709, Kind: core.ChannelBroken, Means: badService},
	{Code: 21603, Kind: core.ChannelBroken, Means: "no sender was given: set from or messaging_service_sid"},
	{Code: 21408, Kind: core.Permanent, Means: "the account may not send to the contact's country: see Messaging > Settings > Geo permissions"},
	{Code: 21609, Kind: core.Permanent, Means: "Twilio does not take the address for reports: server.public_url must be public and its host without underscores"},
	{Code: 30032, Kind: core.Permanent, Means: "the toll-free number is not verified: see the number in the Twilio console"},
	{Code: 30034, Kind: core.Permanent, Means: "the number is not registered for A2P 10DLC: see the Twilio console"},

	// Slow down.
	{Code: 20429, Kind: core.RateLimited, After: time.Second, Scope: core.OneAccount, Means: "too many calls to Twilio at once"},
	{Code: 21611, Kind: core.RateLimited, After: 10 * time.Minute, Means: "more waits for the sender than it can send in ten hours"},
	{Code: 63017, Kind: core.RateLimited, After: 5 * time.Second, Scope: core.OneAccount, Means: "the account sends faster to WhatsApp than it may"},
	{Code: 63018, Kind: core.RateLimited, After: 6 * time.Second, Scope: core.OneContact, Means: "too many messages to this contact in a short time"},
	{Code: 63038, Kind: core.RateLimited, After: time.Hour, Scope: core.OneAccount, Means: "the account's messages of the day are used up"},

	// The reply window.
	{Code: 63016, Kind: core.WindowClosed, Means: "the contact's last message is more than 24 hours old: send a template, or wait for the contact to write"},

	// Try again.
	{Code: 20500, To: 20504, Kind: core.Temporary, Means: trouble},
	{Code: 30001, Kind: core.Temporary, After: time.Minute, Means: "the sender's queue was full"},
	{Code: 30003, Kind: core.Temporary, After: time.Minute, Means: "the contact's phone is off or out of reach"},
	{Code: 30008, Kind: core.Temporary, Means: "the carrier gave no reason"},
	{Code: 30017, Kind: core.Temporary, After: time.Minute, Means: "the carrier's network is congested"},
	{Code: 30022, To: 30023, Kind: core.Temporary, After: time.Minute, Means: "the carrier's limit for the sender is reached"},
	{Code: 30027, Kind: core.Temporary, After: time.Minute, Means: "the carrier's limit of the day for the sender is reached"},
	{Code: 63009, To: 63010, Kind: core.Temporary, Means: trouble},
	{Code: 63012, Kind: core.Temporary, Means: trouble},
	{Code: 63022, To: 63023, Kind: core.Temporary, Means: trouble},
	{Code: 63025, Kind: core.Temporary, Means: "WhatsApp has the file already"},

	// This contact.
	{Code: 21211, Kind: core.Permanent, Means: badTo},
	{Code: 21214, Kind: core.Permanent, Means: badTo},
	{Code: 21217, Kind: core.Permanent, Means: badTo},
	{Code: 21614, Kind: core.Permanent, Means: badTo},
	{Code: 21604, Kind: core.Permanent, Means: badTo},
	{Code: 21610, Kind: core.Permanent, Means: "the contact sent STOP: nothing may be sent until they send START"},
	{Code: 21612, Kind: core.Permanent, Means: "the contact cannot be reached from this sender"},
	{Code: 30004, Kind: core.Permanent, Means: "the contact or the carrier blocks the message"},
	{Code: 30005, Kind: core.Permanent, Means: "the contact's number is not known or not in service"},
	{Code: 30006, Kind: core.Permanent, Means: "the contact's number is a landline, or its carrier takes no messages"},
	{Code: 30007, Kind: core.Permanent, Means: "the carrier filtered the message as spam"},
	{Code: 30036, Kind: core.Permanent, Means: "the message waited longer than it was valid"},
	{Code: 63003, Kind: core.Permanent, Means: "the contact's number is not on WhatsApp"},
	{Code: 63024, Kind: core.Permanent, Means: "the contact's number is not on WhatsApp"},
	{Code: 63013, Kind: core.Permanent, Means: "the message is against WhatsApp's policy"},
	{Code: 63026, Kind: core.Permanent, Means: "WhatsApp takes the message for spam"},
	{Code: 63014, Kind: core.Permanent, Means: "the contact blocked the sender"},
	{Code: 63033, Kind: core.Permanent, Means: "the contact blocked the sender"},
	{Code: 63015, Kind: core.Permanent, Means: "the contact has not joined the WhatsApp sandbox: they must send its join code first"},
	{Code: 63031, Kind: core.Permanent, Means: "sender and recipient are the same number"},
	{Code: 63032, Kind: core.Permanent, Means: "the contact is part of an experiment of Meta and gets no such messages"},
	{Code: 63049, Kind: core.Permanent, Means: "WhatsApp keeps back marketing to this contact for now: wait at least 24 hours"},

	// This message.
	{Code: 21602, Kind: core.Permanent, Means: "there is nothing in the message"},
	{Code: 21619, Kind: core.Permanent, Means: "there is nothing in the message"},
	{Code: 21617, Kind: core.Permanent, Means: "the text is longer than 1600 characters"},
	{Code: 21620, Kind: core.Permanent, Means: badMedia},
	{Code: 21623, Kind: core.Permanent, Means: "there are too many files in the message"},
	{Code: 63019, Kind: core.Permanent, Means: badMedia},
	{Code: 63029, Kind: core.Permanent, Means: badMedia},
	{Code: 63034, Kind: core.Permanent, Means: badMedia},
	{Code: 63037, Kind: core.Permanent, Means: badMedia},
	{Code: 20404, Kind: core.Permanent, Means: "Twilio knows no such content or resource"},
	{Code: 21654, To: 21656, Kind: core.Permanent, Means: badContent},
	{Code: 92005, To: 92008, Kind: core.Permanent, Means: badContent},
	{Code: 63005, To: 63006, Kind: core.Permanent, Means: "WhatsApp does not take such content"},
	{Code: 63021, Kind: core.Permanent, Means: "WhatsApp does not take such content"},
	{Code: 63030, Kind: core.Permanent, Means: "Twilio takes no such combination of parameters"},
	{Code: 63027, Kind: core.Permanent, Means: "WhatsApp has no such template in this language"},
	{Code: 63028, Kind: core.Permanent, Means: "the template has another number of variables"},
	{Code: 63040, Kind: core.Permanent, Means: "Meta rejected the template: see it in the Twilio console"},
	{Code: 63041, Kind: core.Permanent, Means: "Meta paused the template: see it in the Twilio console"},
	{Code: 63042, Kind: core.Permanent, Means: "Meta disabled the template: see it in the Twilio console"},
}.At(codePage)

// stale are the codes of a content that is not there any more.
var stale = map[string]bool{"20404": true, "21655": true, "92006": true}
