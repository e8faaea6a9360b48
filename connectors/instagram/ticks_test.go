package instagram

import (
	"fmt"
	"testing"

	"causeway/core"
)

// TestTicks: each way in which Meta tells what became of a message, and what it is
// here. Instagram tells of no delivery, Messenger names moments besides messages.
func TestTicks(t *testing.T) {
	for told, want := range map[string]string{
		`"read":{"mid":"m1"}`:                                       "m1 read",
		`"read":{"watermark":1791800000000}`:                        "until 1791800000000 read",
		`"delivery":{"mids":["m1"]}`:                                "m1 delivered",
		`"delivery":{"mids":["m1","m2"],"watermark":1791800000000}`: "m1 delivered, m2 delivered, until 1791800000000 delivered",
		`"delivery":{"watermark":1791800000000}`:                    "until 1791800000000 delivered",
		`"delivery":{}`:                                             "quarantined",
		`"read":{}`:                                                 "quarantined",
	} {
		body := `{"object":"page","entry":[{"id":"102030405060708","time":1791800000456,"messaging":[{"sender":{"id":"77"},"recipient":{"id":"102030405060708"},"timestamp":1791800000123,` + told + `}]}]}`
		d, err := opened(t, Messenger, fbSettings).Receive(signed(body))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i, item := range d.Items {
			if i > 0 {
				got += ", "
			}
			switch e := item.Event.(type) {
			case core.Reported:
				got += fmt.Sprint(e.Provider, " ", e.Status)
			case core.Reached:
				got += fmt.Sprint("until ", e.Until.UnixMilli(), " ", e.Status)
			default:
				got += string(item.Fate)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", told, got, want)
		}
	}
}
