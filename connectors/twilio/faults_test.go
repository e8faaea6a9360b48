package twilio_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"

	"causeway/connectors/twilio"
	"causeway/core"
)

// What each of Twilio's codes has us do.
var codes = map[core.FaultKind][]int{
	core.ChannelBroken: {20003, 20005, 20403, 21212, 21603, 21606, 21659, 21660, 21701, 21709, 30002, 63001, 63002, 63007, 63008, 63020, 63051},
	core.RateLimited:   {20429, 21611, 63017, 63018, 63038},
	core.WindowClosed:  {63016},
	core.Temporary:     {20500, 30001, 30003, 30008, 30017, 30022, 30023, 30027, 63009, 63010, 63012, 63022, 63023, 63025},
	core.Permanent: {
		20404, 21211, 21214, 21217, 21408, 21602, 21604, 21609, 21610, 21612, 21614, 21617, 21619, 21620, 21623, 21654, 21655, 21656,
		30004, 30005, 30006, 30007, 30032, 30034, 30036, 63003, 63005, 63006, 63013, 63014, 63015, 63019, 63021, 63024, 63026, 63027,
		63028, 63029, 63030, 63031, 63032, 63033, 63034, 63037, 63040, 63041, 63042, 63049, 92005, 92006, 92007, 92008,
	},
}

// A code means the same in an answer and in a report, whatever the status.
func TestCodes(t *testing.T) {
	code := 0
	f := newFake(t)
	f.on("POST "+accounts+"/Messages.json", func(*http.Request) any { return failed{400, code} })
	k := twilio.SMS(env())
	c, hello := f.open(t, k, nil), render(t, k, core.Text{Body: "x"})
	for kind, all := range codes {
		for _, code = range all {
			_, err := c.Send(context.Background(), hello)
			sent := core.FaultOf(err)
			form := text("", "MessageStatus", "failed", "ErrorCode", strconv.Itoa(code), "From", "+15550000000")
			r, ok := heard(t, c, hook, form).Items[0].Event.(core.Reported)
			if !ok || r.Fault == nil || sent == nil {
				t.Fatalf("%d: sent %v, reported %+v", code, sent, r)
			}
			for _, fault := range []*core.Fault{sent, r.Fault} {
				if fault.Kind != kind || fault.Code != strconv.Itoa(code) || len(fault.Message) < 15 {
					t.Errorf("%d is %+v, want %s", code, fault, kind)
				}
				if kind == core.RateLimited && fault.After <= 0 {
					t.Errorf("%d tells no time to wait", code)
				}
			}
			if (sent.Scope == core.OneContact) != (code == 63018) {
				t.Errorf("%d binds: %v", code, sent.Scope)
			}
		}
	}
}
