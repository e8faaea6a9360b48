package twilio

import (
	"maps"
	"slices"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// pick is what was tapped. Buttons are documented; what a list brings is not,
// so that it is looked for in every place where it has been seen. A tap without
// an id is its title, and is resolved as if it had been typed.
func (p params) pick() (core.Content, bool) {
	if id := p["ButtonPayload"]; id != "" {
		return core.Selection{Token: id, Title: p.first("ButtonText", "Body")}, true
	}
	if id := p["ListId"]; id != "" {
		return core.Selection{Token: id, Title: p.first("ListTitle", "Body")}, true
	}
	if kind := p["MessageType"]; kind == "interactive" || kind == "button" {
		for _, name := range []string{"InteractiveData", "ChannelMetadata"} {
			if id, title := pickIn(decoded(p[name]), 0); id != "" {
				if title == "" {
					title = p["Body"]
				}
				return core.Selection{Token: id, Title: title}, true
			}
		}
	}
	if title := p.first("ButtonText", "ListTitle"); title != "" {
		return core.Text{Body: title}, true
	}
	return nil, false
}

// decoded is JSON in a string, nil if it is none.
func decoded(text string) any {
	var v any
	if text == "" || kit.Decode([]byte(text), &v) != nil {
		return nil
	}
	return v
}

// deepestPick bounds how deep a pick is looked for.
const deepestPick = 6

// pickIn finds an object that has an id and a title, under any of their names.
func pickIn(v any, depth int) (id, title string) {
	o, ok := v.(map[string]any)
	if !ok || depth > deepestPick {
		return "", ""
	}
	for _, names := range [][2]string{{"ButtonPayload", "ButtonText"}, {"ListId", "ListTitle"}, {"id", "title"}, {"payload", "text"}} {
		id, _ := o[names[0]].(string)
		title, told := o[names[1]].(string)
		if id != "" && told {
			return id, title
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if id, title := pickIn(o[name], depth+1); id != "" {
			return id, title
		}
	}
	return "", ""
}

// flow is the answer to a WhatsApp Flow, nil if there is none. Twilio's page
// "WhatsApp Flows".
func (p params) flow() any {
	if v := decoded(p["FlowData"]); v != nil {
		return v
	}
	o, _ := decoded(p["InteractiveData"]).(map[string]any)
	return o["flowResponse"]
}

// referrals are the fields of an advertisement that led here, and their names in
// the metadata. ReferralNumMedia comes with ordinary messages too.
var referrals = map[string]string{
	"ReferralBody": "body", "ReferralHeadline": "headline", "ReferralSourceId": "source_id",
	"ReferralSourceType": "source_type", "ReferralSourceUrl": "source_url", "ReferralMediaId": "media_id",
	"ReferralMediaContentType": "media_type", "ReferralMediaUrl": "media_url", "ReferralCtwaClid": "ctwa_clid",
}

// metadata is nil if there is nothing to tell.
func (p params) metadata(extra core.Metadata) core.Metadata {
	all := core.Metadata{}
	maps.Copy(all, extra)
	if p["ReferralCtwaClid"] != "" || p["ReferralSourceId"] != "" {
		referral := map[string]any{}
		for field, name := range referrals {
			if p[field] != "" {
				referral[name] = p[field]
			}
		}
		all[core.MetaReferral] = referral
	}
	if p["Forwarded"] == "true" || p["FrequentlyForwarded"] == "true" {
		all[core.MetaForwarded] = true
	}
	if p["FrequentlyForwarded"] == "true" {
		all["frequently_forwarded"] = true
	}
	if rest := p.rest(); len(rest) > 0 {
		all["twilio"] = rest
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// understood are the fields that stand elsewhere, or say nothing of the message.
// Others are kept: Twilio adds some without notice.
var understood = []string{
	"MessageSid", "SmsMessageSid", "SmsSid", "AccountSid", "MessagingServiceSid", "From", "To", "Body",
	"NumMedia", "NumSegments", "SmsStatus", "ApiVersion", "MessageType", "ProfileName", "WaId", "ExternalUserId",
	"Forwarded", "FrequentlyForwarded", "ButtonText", "ButtonPayload", "ListId", "ListTitle", "FlowData",
	"InteractiveData", "ChannelMetadata", "Latitude", "Longitude", "Address", "Label", "OriginalRepliedMessageSid",
	"OriginalRepliedMessageSender", "ReferralNumMedia", "bodySHA256",
}

// rest is what else was told.
func (p params) rest() map[string]any {
	rest := map[string]any{}
	for name, value := range p {
		_, referral := referrals[name]
		if value != "" && !referral && !slices.Contains(understood, name) &&
			!strings.HasPrefix(name, "MediaUrl") && !strings.HasPrefix(name, "MediaContentType") {
			rest[name] = value
		}
	}
	return rest
}
