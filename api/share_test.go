package api

import (
	"fmt"
	"testing"

	"causeway/core"
)

func TestPlacesAreShared(t *testing.T) {
	const places = 120
	s := newShare(places)
	var leaves []func()
	flood := func(id core.ChannelID) (in int) {
		for {
			leave, ok := s.enter(id)
			if !ok {
				return in
			}
			leaves = append(leaves, leave)
			in++
		}
	}
	for i, want := range []int{60, 30, 15, 8, 4, 2, 1, 0} { // half of what is free, rounded up
		if got := flood(core.ChannelID(fmt.Sprint(i))); got != want {
			t.Errorf("flooded channel %d has %d places, want %d", i, got, want)
		}
	}
	for _, leave := range leaves {
		leave()
	}
	if s.free != places || len(s.in) != 0 {
		t.Errorf("%d places are free, %v hold some", s.free, s.in)
	}
}
