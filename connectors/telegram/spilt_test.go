package telegram

import (
	"errors"
	"fmt"
	"testing"

	"causeway/core"
	"causeway/egress"
)

// A file that turns out too large while it is read goes as a link; any other
// that breaks off is tried again.
func TestSpilt(t *testing.T) {
	large := fmt.Errorf("read: %w", &egress.Error{Sent: true, Err: egress.ErrTooLarge})
	if v := spilt(large); v.cure != cureLarge || v.fault.Kind != core.Permanent {
		t.Errorf("too large: %+v", v)
	}
	if v := spilt(errors.New("cut")); v.cure != noCure || v.fault.Kind != core.Temporary {
		t.Errorf("cut: %+v", v)
	}
}
