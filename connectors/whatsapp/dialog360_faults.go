package whatsapp

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// dialogCodes are Meta's codes as they come through 360dialog: where Meta speaks
// of a token, the key is 360dialog's affair and the way to mend it another.
var dialogCodes = slices.Concat(kit.Table{
	{Code: 0, Kind: core.ChannelBroken, Means: withdrawn},
	{Code: 190, Kind: core.ChannelBroken, Means: withdrawn},
	{Code: 3, Kind: core.ChannelBroken, Means: withdrawn},
	{Code: 10, Kind: core.ChannelBroken, Means: withdrawn},
	{Code: 131005, Kind: core.ChannelBroken, Means: withdrawn},
	{Code: 200, To: 299, Kind: core.ChannelBroken, Means: withdrawn},
	{Code: 33, Kind: core.ChannelBroken, Means: "the number was deleted: see the 360dialog Hub > Numbers"},
	{Code: 131045, Kind: core.ChannelBroken, Means: unregistered},
	{Code: 133000, To: 133003, Kind: core.ChannelBroken, Means: unregistered},
	{Code: 133005, To: 133015, Kind: core.ChannelBroken, Means: unregistered},
	{Code: 133016, Kind: core.ChannelBroken, Means: "the number was registered too often: wait 72 hours, then register it in the 360dialog Hub"},
	{Code: 100, Text: "object with id", Kind: core.ChannelBroken, Means: "the api_key is of a number that Meta does not know: see the 360dialog Hub > Numbers"},
}.At(codesPage), faults)

const (
	withdrawn    = "360dialog may no longer use the number at Meta: see the 360dialog Hub > Numbers, or ask 360dialog"
	dialogPage   = "https://docs.360dialog.com/docs"
	unregistered = "the number is not registered: see the 360dialog Hub > Numbers, or ask 360dialog"
)

// dialogTexts are 360dialog's own errors, which have no code: by HTTP status and
// text (its page "API errors").
var dialogTexts = kit.Table{
	{Code: 400, Text: "has been disabled", Kind: core.ChannelBroken, Means: "360dialog has disabled the number's API: see the 360dialog Hub > Numbers"},
	{Code: 400, Text: "rate limit", Kind: core.RateLimited, After: time.Minute, Means: "more calls than 360dialog takes"},
	{Code: 400, Text: "payment", Kind: core.ChannelBroken, Means: "360dialog is not paid: see the 360dialog Hub > Billing"},
	{Code: 401, Kind: core.ChannelBroken, Means: "360dialog does not accept the api_key: make a new one in the 360dialog Hub and put it into the config"},
	{Code: 403, Kind: core.ChannelBroken, Means: "360dialog has blocked the number: see the 360dialog Hub > Numbers, or ask 360dialog"},
	{Code: 500, To: 599, Kind: core.Temporary, Means: "360dialog, or WhatsApp behind it, is out of order"},
}.At(dialogPage)

// uncoded sorts an answer that no code of Meta's explains. Its "error" is then a
// text, or there is a "meta" as in the older API.
func uncoded(a kit.Answer) *core.Fault {
	var answer struct {
		Error json.RawMessage `json:"error"`
		Meta  struct {
			Text string `json:"developer_message"`
		} `json:"meta"`
	}
	_ = json.Unmarshal(a.Body, &answer)
	var text string
	if json.Unmarshal(answer.Error, &text) != nil {
		text = readFailure(answer.Error).Message
	}
	f := dialogTexts.Fault(a.Status, text+"\n"+answer.Meta.Text)
	if f == nil {
		return nil
	}
	f.Code = kit.Sort(a).Code
	if f.Kind == core.RateLimited || a.Status == http.StatusServiceUnavailable {
		f.After = max(f.After, kit.RetryAfter(a.Header, a.At))
	}
	return f
}
