package whatsapp

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"causeway/connectors/kit"
	"causeway/core"
)

// failure is an error as the provider writes it, in an answer and in a webhook.
type failure struct {
	Code    loose  `json:"code"`
	Title   string `json:"title"`
	Message string `json:"message"`
	Data    struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// readFailure takes what it can read, and leaves the rest empty.
func readFailure(raw json.RawMessage) failure {
	var f failure
	_ = json.Unmarshal(raw, &f)
	return f
}

// failures is errors as metadata.
func failures(raws []json.RawMessage) []any {
	all := make([]any, 0, len(raws))
	for _, raw := range raws {
		f := readFailure(raw)
		all = append(all, object{"code": string(f.Code), "text": f.text()})
	}
	return all
}

// text is the provider's own words, the fullest of them.
func (f failure) text() string {
	for _, s := range []string{f.Data.Details, f.Message, f.Title} {
		if s != "" {
			return s
		}
	}
	return "no reason given"
}

func (f failure) String() string { return "error " + string(f.Code) + ": " + kit.Quoted(f.text()) }

// without is f with the secrets taken out: some errors repeat the token.
func (f failure) without(secrets []core.Secret) failure {
	for _, s := range []*string{&f.Title, &f.Message, &f.Data.Details} {
		*s = kit.Excerpt([]byte(*s), secrets...)
	}
	return f
}

// sorted is nil for a code that is not in the table.
func (f failure) sorted(codes kit.Table) *core.Fault {
	code, err := strconv.Atoi(string(f.Code))
	if err != nil {
		return nil
	}
	known := codes.Fault(code, strings.Join([]string{f.Title, f.Message, f.Data.Details}, "\n"))
	if known == nil {
		return nil
	}
	known.Err = errors.New(f.text())
	if known.Kind == core.Permanent && f.Data.Details != "" {
		known.Message += " (" + f.Data.Details + ")"
	}
	return known
}

// late is told of a failure that another try might mend: the provider had taken
// the message, and nobody sends it again by itself.
const late = "; it is not sent again by itself"

// fault sorts the error of a message that was taken and failed later.
func (f failure) fault(codes kit.Table) *core.Fault {
	f = f.without(nil)
	if known := f.sorted(codes); known != nil {
		if known.Kind == core.Temporary || known.Kind == core.RateLimited {
			known.Message += late
		}
		return known
	}
	code := string(f.Code)
	if code == "" {
		code = "failed"
	}
	return &core.Fault{Kind: core.Permanent, Code: code, Message: f.text(), Link: codesPage}
}
