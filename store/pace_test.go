package store

import (
	"testing"
	"time"

	"causeway/core"
	"causeway/db/dbtest"
	"causeway/routing"
)

// Two nodes give out the places of one rate, and count one row of faults.
func TestNodesCountTogether(t *testing.T) {
	url := dbtest.Postgres(t)
	nodes := []core.Shared{reopen(t, routing.Config{}, url).Shared(), reopen(t, routing.Config{}, url).Shared()}
	rate := core.Rate{Every: time.Hour, Burst: 4, PairEvery: 2 * time.Hour, PairBurst: 3}
	for i, want := range []struct {
		to               core.Address
		channel, contact time.Duration // in hours, rounded
	}{{"a", 0, 0}, {"a", 0, 0}, {"a", 0, 0}, {"a", 0, 2}, {"b", 0, 0}, {"b", 1, 0}, {"a", 1, 2}} {
		channel, contact, err := nodes[i%2].Place(t.Context(), "c", core.Reservation{To: want.to, Rate: rate, Patience: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if channel.Round(time.Hour) != want.channel*time.Hour || contact.Round(time.Hour) != want.contact*time.Hour {
			t.Errorf("place %d waits %s for the channel and %s for %s, want %d h and %d h", i+1, channel, contact, want.to, want.channel, want.contact)
		}
	}
	for i := range 6 {
		if n, err := nodes[i%2].Failed(t.Context(), "c"); err != nil || n != i+1 {
			t.Errorf("fault %d is counted as %d, %v", i+1, n, err)
		}
	}
	nodes[0].(shared).works("c")
	if n, err := nodes[1].Failed(t.Context(), "c"); err != nil || n != 1 {
		t.Errorf("the first fault after a success is counted as %d, %v", n, err)
	}
	if channel, _, err := nodes[1].Place(t.Context(), "c", core.Reservation{To: "b", Rate: rate, Patience: 3 * time.Hour}); err != nil || channel.Round(time.Hour) != time.Hour {
		t.Errorf("who has patience waits %s, %v", channel, err)
	}
}

func TestWhereOneProcessWritesNothingIsCountedTogether(t *testing.T) {
	if s := reopen(t, routing.Config{}, "sqlite:"+t.TempDir()+"/store.db"); s.Shared() != nil {
		t.Error("it counts in the database")
	}
}
