package twilio

import (
	"net/url"
	"strconv"

	"causeway/connectors/kit"
	"causeway/core"
)

// statuses are Twilio's words in ours. Twilio's page "Outbound Message Status in
// Status Callbacks". A message that was canceled was never sent.
var statuses = map[string]core.Status{
	"sent": core.Sent, "delivered": core.Delivered, "read": core.Read,
	"failed": core.Failed, "undelivered": core.Failed, "canceled": core.Failed,
}

// earlier are the words for what is on its way, and for what came in.
var earlier = map[string]bool{
	"accepted": true, "scheduled": true, "queued": true, "sending": true,
	"receiving": true, "received": true, "partially_delivered": true,
}

// refParam is our own name for a call, in the query of the address that its
// reports come to.
const refParam = "ref"

func refIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get(refParam)
}

// status reads a report. There is no time in it, and the order is not kept.
func (c *Connector) status(p params, ref string) core.Item {
	word := p.first("MessageStatus", "SmsStatus")
	if p["EventType"] == "READ" {
		word = "read"
	}
	w := wayOf(p)
	item := core.Item{Key: "s:" + p.sid() + ":" + word, Account: c.mine(w, p, p["From"])}
	status, known := statuses[word]
	switch {
	case earlier[word]:
		item.Fate, item.Why = core.FateIgnored, "status "+word
	case !known:
		item.Fate, item.Why = core.FateQuarantined, "the status is not known: "+kit.Excerpt([]byte(word))
	default:
		item.Event = core.Reported{
			Provider: core.ProviderID(p.sid()), Ref: ref, Status: status,
			Fault: p.fault(status, word), Details: p.details(),
		}
	}
	return item
}

// late is told of a failure that another try might mend: Twilio had taken the
// message, and nobody sends it again by itself.
const late = "; it is not sent again by itself"

func (p params) fault(s core.Status, word string) *core.Fault {
	if s != core.Failed {
		return nil
	}
	text := kit.Excerpt([]byte(p.first("ChannelStatusMessage", "ErrorMessage")))
	code, err := strconv.Atoi(p["ErrorCode"])
	if err != nil || code == 0 {
		if text == "" {
			text = "Twilio reports the message as " + word + " and gives no reason"
		}
		return &core.Fault{Kind: core.Permanent, Code: word, Message: text}
	}
	f := faults.Fault(code, text)
	if f == nil {
		f = &core.Fault{Kind: core.Permanent, Code: strconv.Itoa(code), Message: text, Link: pageOf(code)}
	}
	if f.Message == "" {
		f.Message = "Twilio reports error " + strconv.Itoa(code)
	}
	if f.Kind == core.Temporary || f.Kind == core.RateLimited {
		f.Message += late
	}
	return f
}

func (p params) details() core.Metadata {
	all := core.Metadata{}
	for field, name := range map[string]string{
		"ChannelStatusMessage": "channel_status", "RawDlrDoneDate": "carrier_time", "ErrorCode": "error_code",
	} {
		if p[field] != "" {
			all[name] = p[field]
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
