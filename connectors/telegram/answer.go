package telegram

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// chatPause is the longest wait that is taken to bind one chat alone: Telegram
// does not tell its limit of a chat, about one message a second, from that of
// the bot. Bots FAQ, "My bot is hitting limits".
const chatPause = 5 * time.Second

// reply is the shape of every answer. Bot API, "Making requests".
type reply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter float64 `json:"retry_after"`
		MigrateTo  int64   `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// read reads an answer, and sorts it if it is no success.
func (c *Connector) read(a kit.Answer) (reply, *core.Fault) {
	var r reply
	if json.Unmarshal(a.Body, &r) != nil || (!r.OK && r.Code == 0) {
		if a.OK() {
			return reply{}, &core.Fault{Kind: core.Ambiguous, Code: "unreadable_answer", Message: "Telegram answered, and it cannot be read"}
		}
		f := kit.Sort(a, c.set.Token, c.set.Secret)
		if a.Status >= http.StatusInternalServerError {
			f.Message = fmt.Sprintf("Telegram's gateway answers %d", a.Status) // and a page of HTML
		}
		return reply{}, f
	}
	if r.OK {
		return r, nil
	}
	f := faults.Fault(r.Code, r.Description)
	switch {
	case f == nil:
		f = kit.Sort(a, c.set.Token, c.set.Secret)
	case f.Kind == core.RateLimited:
		f.After = max(kit.Wait(r.Parameters.RetryAfter), kit.RetryAfter(a.Header, a.At))
		if f.After <= chatPause {
			f.Scope = core.OneContact
		}
	case hooked(r.Code, r.Description):
		f.Code = codeHooked
	}
	return r, f
}

// judge says what came of a call that sends.
func (c *Connector) judge(a kit.Answer) verdict {
	r, f := c.read(a)
	if f == nil {
		return verdict{id: sentAs(r.Result)}
	}
	if done(r.Code, r.Description) {
		return verdict{}
	}
	v := verdict{fault: f, cure: cureOf(r), moved: r.Parameters.MigrateTo}
	if v.cure != noCure {
		f.Code = string(v.cure)
	}
	if v.cure == cureMoved {
		f.Message = fmt.Sprintf("the group is now %d; write there", v.moved)
	}
	if f.Kind == core.Temporary && !c.set.Resends() && (doubtful(a.Status) || doubtful(r.Code)) {
		f.Kind = core.Ambiguous
	}
	return v
}

// doubtful reports whether Telegram may have sent what it answered so: it failed
// while it sent, or a gateway lost it. Where nothing is to be sent twice, that
// is not tried again; elsewhere Telegram's short failures are sat out.
func doubtful(status int) bool {
	return status == http.StatusInternalServerError || status == http.StatusBadGateway || status == http.StatusGatewayTimeout
}

// sentAs names what was sent: a message, or the first of a group. It is empty
// for a call that sends nothing, and for message 0, which was only scheduled.
func sentAs(result json.RawMessage) core.ProviderID {
	type sent struct {
		ID   int `json:"message_id"`
		Chat struct {
			ID int64 `json:"id"`
		} `json:"chat"`
	}
	var several []sent
	if json.Unmarshal(result, &several) != nil {
		several = make([]sent, 1)
		if json.Unmarshal(result, &several[0]) != nil {
			return ""
		}
	}
	if len(several) == 0 || several[0].ID == 0 {
		return ""
	}
	return providerID(several[0].Chat.ID, several[0].ID)
}
