package routing

import (
	"testing"
	"time"
)

// Hours go by the clock on the wall: on the nights when it is changed too. In
// Berlin 02:00 to 03:00 is twice on 25 October 2026, and never on 28 March 2027.
func TestOpeningHoursWhenClocksChange(t *testing.T) {
	h, problems := Hours{Zone: "Europe/Berlin", Sun: "0230-0900"}.read("hours")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for utc, open := range map[string]bool{
		"2026-10-25T00:29:00Z": false, "2026-10-25T00:30:00Z": true, // the first 02:30
		"2026-10-25T01:15:00Z": false, "2026-10-25T01:30:00Z": true, // and the second
		"2026-10-25T07:59:00Z": true, "2026-10-25T08:00:00Z": false, // winter time
		"2027-03-28T00:59:00Z": false, "2027-03-28T01:00:00Z": true, // 01:59, then 03:00
		"2027-03-28T06:59:00Z": true, "2027-03-28T07:00:00Z": false, // summer time
	} {
		now, err := time.Parse(time.RFC3339, utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.open(now); got != open {
			t.Errorf("%s: open %v", utc, got)
		}
	}
}
