package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"causeway/core"
	"causeway/db/dbtest"
)

// Whatever is done to our clock, and whatever a provider takes the time to be,
// messages stand and are answered in the order in which they were stored.
func TestOrderIsBySequenceNotByClock(t *testing.T) {
	var set atomic.Int64
	b := openBy(t, toHelper, dbtest.URL(t), func() time.Time { return time.Now().Add(time.Duration(set.Load())) })
	b.works(b.echo)
	const hour = time.Hour
	jumps := []time.Duration{0, -hour, hour, -365 * 24 * hour, 10 * 365 * 24 * hour, 0}
	said := []time.Time{
		{}, time.Unix(-1<<40, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Unix(1<<60, 0),
		time.Date(2026, 10, 25, 2, 30, 0, 0, time.FixedZone("CEST", 7200)), time.Date(2026, 10, 25, 2, 15, 0, 0, time.FixedZone("CET", 3600)),
	}
	var id core.ConversationID
	for i, jump := range jumps {
		set.Store(int64(jump))
		item := heard("1", fmt.Sprint(i), fmt.Sprint("text ", i))
		event, _ := item.Event.(core.Heard)
		event.At = said[i]
		item.Event = event
		id = b.hear(item)[0].Conversation
		b.quiet(id, 2*i+3) // each is heard and answered before the clock is set again
	}
	var top core.MessageID
	var texts, want []string
	for i, m := range b.messages(id) {
		texts = append(texts, m.Text)
		if m.Seq != int64(i+1) || m.ID <= top && m.Direction == core.In {
			t.Errorf("place %d has message %d with the id %d, after %d", i+1, m.Seq, m.ID, top)
		}
		top = m.ID
		if _, err := json.Marshal(m); err != nil {
			t.Errorf("message %d cannot be shown: %v", m.Seq, err)
		}
	}
	for i := range jumps {
		want = append(want, fmt.Sprint("text ", i), fmt.Sprint("echo text ", i))
	}
	if want = slices.Insert(want, 1, "event WELCOME"); !slices.Equal(texts, want) {
		t.Errorf("it went %q, want %q", texts, want)
	}
}
