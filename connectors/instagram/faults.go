package instagram

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
)

// failure is an error as Meta answers it. Here the subcode matters.
type failure struct {
	Code      loose  `json:"code"`
	Subcode   loose  `json:"error_subcode"`
	Message   string `json:"message"`
	UserTitle string `json:"error_user_title"`
	UserText  string `json:"error_user_msg"`
	Transient bool   `json:"is_transient"`
}

// readFailure finds the error in an answer, and leaves empty what it cannot read.
func readFailure(body []byte, secrets []core.Secret) failure {
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	_ = json.Unmarshal(body, &answer)
	return failureOf(answer.Error, secrets)
}

func failureOf(raw json.RawMessage, secrets []core.Secret) failure {
	var f failure
	_ = json.Unmarshal(raw, &f)
	for _, s := range []*string{&f.Message, &f.UserTitle, &f.UserText} {
		*s = kit.Excerpt([]byte(*s), secrets...)
	}
	return f
}

// name is the code with its subcode, as Meta's pages write them.
func (f failure) name() string {
	if f.Subcode == "" || f.Subcode == "0" {
		return string(f.Code)
	}
	return string(f.Code) + "/" + string(f.Subcode)
}

// text is Meta's own words, the clearest of them.
func (f failure) text() string {
	for _, s := range []string{f.UserText, f.UserTitle, f.Message} {
		if s != "" {
			return s
		}
	}
	return "no reason given"
}

// sort sorts an answer that is no success by the codes in its JSON. The HTTP
// status counts only where the code is not known. It is nil for an answer
// without a code.
func (a *account) sort(answer kit.Answer) *core.Fault {
	failed := readFailure(answer.Body, a.secrets)
	if failed.Code == "" {
		return nil
	}
	f := failed.sorted()
	if f == nil {
		f = failed.unknown(answer)
	}
	if f.Kind == core.RateLimited {
		f.After = max(f.After, kit.RetryAfter(answer.Header, answer.At), regain(answer))
	}
	return f
}

// sorted is nil for a code that is in no table.
func (f failure) sorted() *core.Fault {
	code, err := strconv.Atoi(string(f.Code))
	if err != nil {
		return nil
	}
	sub, _ := strconv.Atoi(string(f.Subcode))
	for _, r := range faults {
		if !r.stands(code, sub) {
			continue
		}
		fault := &core.Fault{Kind: r.kind, Code: f.name(), Message: r.means, After: r.after, Scope: r.scope(), Link: page, Err: errors.New(f.text())}
		if r.kind == core.Permanent {
			fault.Message += " (" + f.text() + ")"
		}
		return fault
	}
	return nil
}

// unknown sorts by the status; an unknown code alone stops no channel.
func (f failure) unknown(answer kit.Answer) *core.Fault {
	fault := kit.Sort(answer)
	fault.Code, fault.Message, fault.Link = f.name(), f.text(), page
	switch {
	case f.Transient:
		fault.Kind = core.Temporary
	case fault.Kind == core.ChannelBroken:
		fault.Kind = core.Permanent
	}
	return fault
}

// regain is how long Meta says that calls are throttled: its page "Rate limits",
// header X-Business-Use-Case-Usage, in minutes.
func regain(answer kit.Answer) time.Duration {
	var usage map[string][]struct {
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(answer.Header.Get("X-Business-Use-Case-Usage")), &usage) != nil {
		return 0
	}
	var longest time.Duration
	for _, uses := range usage {
		for _, use := range uses {
			longest = max(longest, kit.Wait(use.Minutes*time.Minute.Seconds()))
		}
	}
	return longest
}
