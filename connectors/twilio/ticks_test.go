package twilio

import (
	"testing"

	"causeway/core"
)

// TestTicks: each word of Twilio for what became of a message, and what it is here.
func TestTicks(t *testing.T) {
	const ignored = "ignored"
	for word, want := range map[string]core.Status{
		"accepted": ignored, "scheduled": ignored, "queued": ignored, "sending": ignored, "receiving": ignored, "received": ignored, "partially_delivered": ignored,
		"sent": core.Sent, "delivered": core.Delivered, "read": core.Read,
		"failed": core.Failed, "undelivered": core.Failed, "canceled": core.Failed,
	} {
		c := &Connector{}
		item := c.status(params{"MessageSid": "SM1", "MessageStatus": word, "From": "+15550000000"}, "r.0")
		got, _ := item.Event.(core.Reported)
		switch {
		case want == ignored && item.Fate == core.FateIgnored:
		case got.Status != want || got.Ref != "r.0" || (got.Fault != nil) != (want == core.Failed):
			t.Errorf("%s is %+v", word, item)
		}
	}
	c := &Connector{}
	if item := c.status(params{"MessageSid": "SM1", "MessageStatus": "delivered", "EventType": "READ"}, ""); item.Event.(core.Reported).Status != core.Read {
		t.Errorf("a read event is %+v", item)
	}
	if item := c.status(params{"MessageSid": "SM1", "MessageStatus": "tickled"}, ""); item.Fate != core.FateQuarantined {
		t.Errorf("a word that is not known is %+v", item)
	}
}
