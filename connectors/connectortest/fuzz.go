package connectortest

import (
	"errors"
	"reflect"
	"testing"

	"causeway/core"
)

// FuzzReceive hands changed bodies, properly proven, to Receive: it must not
// panic, must keep what is JSON, and must be the same twice.
func FuzzReceive(f *testing.F, s Subject) {
	for _, path := range fixtures(f, "receive") {
		in := fixture[call](f, path)
		f.Add(in.Request.plain(f).Body)
	}
	set := s.with(f, nil)
	c := s.open(f, pure(f), set)
	f.Fuzz(func(t *testing.T, body []byte) {
		r := s.proven(jsonCall(string(body)), set)
		d, err := c.Receive(r)
		if err != nil {
			if !errors.Is(err, core.ErrUnreadable) {
				t.Fatalf("receive: %v", err)
			}
			return
		}
		if len(d.Items) == 0 {
			t.Error("the call was dropped without a fate")
		}
		sound(t, d)
		shown(t, d.Items)
		if again, err := c.Receive(r); err != nil || !reflect.DeepEqual(d, again) {
			t.Errorf("Receive is not the same twice (%v)", err)
		}
	})
}
