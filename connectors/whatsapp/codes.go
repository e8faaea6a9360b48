package whatsapp

import (
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// codesPage is Meta's page about its codes.
const codesPage = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"

// faults are Meta's codes (page "Error codes") sorted by what is to be done.
// The first row that fits is taken.
var faults = kit.Table{
	// Try again.
	{Code: 1, To: 2, Kind: core.Temporary, Means: "WhatsApp has a passing fault"},
	{Code: 131000, Kind: core.Temporary, Means: "WhatsApp could not take the message for a reason it does not know"},
	{Code: 131016, Kind: core.Temporary, Means: "a service of WhatsApp is overloaded"},
	{Code: 131057, Kind: core.Temporary, After: time.Minute, Means: "the number is in maintenance, perhaps while its throughput is raised"},
	{Code: 2494100, Kind: core.Temporary, After: time.Minute, Means: "the number is in maintenance"},
	{Code: 133004, Kind: core.Temporary, After: time.Minute, Means: "WhatsApp's server is not available"},
	{Code: 132069, Kind: core.Temporary, After: time.Minute, Means: "the flow is throttled by Meta: see its health in WhatsApp Manager > Flows"},
	{Code: 134101, Kind: core.Temporary, After: 10 * time.Minute, Means: "the template is still being copied for the Marketing Messages API"},

	// Slow down.
	{Code: 4, Kind: core.RateLimited, After: time.Minute, Scope: core.OneApp, Means: "the Meta app makes too many calls; see App Dashboard > Application rate limit"},
	{Code: 80007, Kind: core.RateLimited, After: time.Minute, Scope: core.OneAccount, Means: "the WhatsApp Business account makes too many calls"},
	{Code: 130429, Kind: core.RateLimited, After: 5 * time.Second, Means: "the number sends faster than its throughput allows"},
	{Code: 131056, Kind: core.RateLimited, After: 6 * time.Second, Scope: core.OneContact, Means: "too many messages to this contact in a short time"},
	{Code: 131208, Kind: core.RateLimited, After: time.Minute, Means: "too many calls about groups"},

	// The reply window.
	{Code: 131047, Kind: core.WindowClosed, Means: "the contact's last message is more than 24 hours old: send a template, or wait for the contact to write"},
	{Code: 470, Kind: core.WindowClosed, Means: "the contact's last message is more than 24 hours old: send a template, or wait for the contact to write"},

	// The account or its key.
	{Code: 0, Kind: core.ChannelBroken, Means: "Meta does not accept the access_token: make a new system user token and put it into the config"},
	{Code: 190, Kind: core.ChannelBroken, Means: "the access_token has expired or was withdrawn: make a new system user token and put it into the config"},
	{Code: 3, Kind: core.ChannelBroken, Means: "the Meta app may not make this call: give it the permission whatsapp_business_messaging"},
	{Code: 10, Kind: core.ChannelBroken, Means: "a permission is missing or was withdrawn: give the token's system user whatsapp_business_messaging"},
	{Code: 131005, Kind: core.ChannelBroken, Means: "access was denied: give the token's system user full control of the WhatsApp account"},
	{Code: 200, To: 299, Kind: core.ChannelBroken, Means: "a permission is missing: make a token with whatsapp_business_messaging for the app that owns the number"},
	{Code: 33, Kind: core.ChannelBroken, Means: "the number was deleted: put another phone_number_id into the config"},
	{Code: 368, Kind: core.ChannelBroken, Means: "Meta has blocked the account for a policy violation: see WhatsApp Manager > Account quality"},
	{Code: 131031, Kind: core.ChannelBroken, Means: "Meta has locked the account: see WhatsApp Manager > Account quality"},
	{Code: 131037, Kind: core.ChannelBroken, Means: "the number's display name is not approved yet: see WhatsApp Manager > Phone numbers"},
	{Code: 131042, Kind: core.ChannelBroken, Means: "there is a problem with payment: see the payment method in WhatsApp Manager > Payment settings"},
	{Code: 131045, Kind: core.ChannelBroken, Means: "the number is not registered: register it in WhatsApp > API Setup"},
	{Code: 133000, To: 133015, Kind: core.ChannelBroken, Means: "the number is not registered, or its two-step PIN is wrong: register it anew"},
	{Code: 133016, Kind: core.ChannelBroken, Means: "the number was registered too often: wait 72 hours and register it anew"},
	{Code: 100, Text: "object with id", Kind: core.ChannelBroken, Means: "the access_token does not reach the phone_number_id: check both in WhatsApp > API Setup"},

	// This contact.
	{Code: 131026, Kind: core.Permanent, Means: "the message cannot be delivered: the contact is not on WhatsApp, has an old app, or has not accepted the terms"},
	{Code: 130403, Kind: core.Permanent, Means: "this business has blocked the contact: unblock the contact first"},
	{Code: 131062, Kind: core.Permanent, Means: "this message cannot go to a user id: it needs the contact's phone number"},
	{Code: 131021, Kind: core.Permanent, Means: "sender and recipient are the same number"},
	{Code: 131050, Kind: core.Permanent, Means: "the contact has opted out of marketing messages"},
	{Code: 131049, Kind: core.Permanent, Means: "WhatsApp keeps back marketing to this contact for now: wait at least 24 hours"},
	{Code: 130472, Kind: core.Permanent, Means: "the contact is part of an experiment of Meta and gets no marketing messages"},
	{Code: 130497, Kind: core.Permanent, Means: "this account may not write to the contact's country"},
	{Code: 131048, Kind: core.Permanent, Means: "Meta restricts the number because contacts reported or blocked it: stop bulk messages and see its quality"},
	{Code: 131064, Kind: core.Permanent, Means: "the limit for templates of the wrong category is reached: see WhatsApp Manager > Message templates"},

	// This content.
	{Code: 100, Kind: core.Permanent, Means: "Meta found a parameter of the message wrong or too long"},
	{Code: 131008, Kind: core.Permanent, Means: "Meta misses a parameter of the message"},
	{Code: 131009, Kind: core.Permanent, Means: "Meta refused the value of a parameter of the message"},
	{Code: 131051, Kind: core.Permanent, Means: "WhatsApp does not support this type of message"},
	{Code: 131052, Kind: core.Permanent, Means: "the contact's file could not be loaded by WhatsApp: ask for it again"},
	{Code: 131053, Text: "http code 4", Kind: core.Permanent, Means: "the file's address refused WhatsApp: it must be open to everyone"},
	{Code: 131053, Text: "timeout", Kind: core.Temporary, Means: "WhatsApp could not load the file in time"},
	{Code: 131053, Text: "timed out", Kind: core.Temporary, Means: "WhatsApp could not load the file in time"},
	{Code: 131053, Text: "download", Kind: core.Temporary, Means: "WhatsApp could not load the file"},
	{Code: 131053, Kind: core.Permanent, Means: "WhatsApp does not take the file: check its type, size and Content-Type"},
	{Code: 135000, Kind: core.Permanent, Means: "WhatsApp refused the message for a reason it does not name"},
	{Code: 131202, To: 131215, Kind: core.Permanent},

	// Templates, flows, payments and marketing.
	{Code: 132000, Kind: core.Permanent, Means: "the template takes another number of parameters"},
	{Code: 132001, Kind: core.Permanent, Means: "there is no approved template of this name in this language"},
	{Code: 132005, Kind: core.Permanent, Means: "the template's text is too long with these parameters"},
	{Code: 132007, Kind: core.Permanent, Means: "the template violates a policy of WhatsApp"},
	{Code: 132012, Kind: core.Permanent, Means: "a parameter has another form than the template wants"},
	{Code: 132015, Kind: core.Permanent, Means: "the template is paused for low quality: see WhatsApp Manager > Message templates"},
	{Code: 132016, Kind: core.Permanent, Means: "the template was disabled for low quality: make a new one"},
	{Code: 132018, Kind: core.Permanent, Means: "the template's parameters are not as the template wants them"},
	{Code: 132068, Kind: core.Permanent, Means: "the flow is blocked by Meta: see WhatsApp Manager > Flows"},
	{Code: 134011, Kind: core.Permanent, Means: "the terms of WhatsApp payments are not accepted: accept them in WhatsApp Manager"},
	{Code: 131063, Kind: core.Permanent, Means: "marketing templates through the Cloud API are switched off for this account"},
	{Code: 131055, Kind: core.Permanent, Means: "the Marketing Messages API does not take this message"},
	{Code: 134100, To: 134102, Kind: core.Permanent, Means: "the Marketing Messages API does not take this template"},
}.At(codesPage)
