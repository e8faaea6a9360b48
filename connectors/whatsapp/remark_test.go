package whatsapp

import (
	"context"
	"testing"

	"causeway/core"
)

// What Meta holds back is told with the message, and is taken all the same.
func TestWhatMetaHoldsBackIsTold(t *testing.T) {
	for status, remarked := range map[string]bool{
		"": false, "accepted": false, "held_for_quality_assessment": true, "paused": true, "a word of tomorrow": true,
	} {
		api, _, _ := answering(t, 200, `{"messages":[{"id":"wamid.X","message_status":"`+status+`"}]}`)
		n := opened(t, api, nil)
		id, told, err := n.SendRemarked(context.Background(), hello(t, "+4915112345678"))
		if err != nil || id != "wamid.X" || (told["message_status"] == status && status != "") != remarked {
			t.Errorf("%q: %q %v %v", status, id, told, err)
		}
		if id, err := n.Send(context.Background(), hello(t, "+4915112345678")); err != nil || id != "wamid.X" {
			t.Errorf("%q: Send says %q %v", status, id, err)
		}
	}
}

// TestTicks: each word of Meta for what became of a message, and what it is here.
func TestTicks(t *testing.T) {
	for word, want := range map[string]struct {
		fate   core.Fate
		status core.Status
	}{
		"sent": {status: core.Sent}, "delivered": {status: core.Delivered}, "read": {status: core.Read}, "played": {status: core.Read},
		"failed": {status: core.Failed}, "deleted": {fate: core.FateIgnored}, "warning": {fate: core.FateIgnored}, "tickled": {fate: core.FateQuarantined},
	} {
		item := reader{codes: faults}.status([]byte(`{"id":"wamid.X","status":"`+word+`","timestamp":"1791800010"}`), "")
		got, _ := item.Event.(core.Reported)
		if item.Fate != want.fate || got.Status != want.status || (got.Fault != nil) != (want.status == core.Failed) {
			t.Errorf("%s is %+v %+v", word, item, got)
		}
	}
}
