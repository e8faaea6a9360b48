package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"causeway/core"
)

// Code names an error for programs. A code never changes its meaning.
type Code string

// The codes.
const (
	CodeUnverified       Code = "unverified"         // a webhook call is not proven
	CodeUnreadable       Code = "unreadable"         // a body is no JSON, or no form
	CodeUnauthorized     Code = "unauthorized"       // no key, or a wrong one
	CodeForbidden        Code = "forbidden"          // the key may not do that
	CodeNotFound         Code = "not_found"          //
	CodeMethodNotAllowed Code = "method_not_allowed" //
	CodeTimeout          Code = "timeout"            // the body came too slowly
	CodeNotOwner         Code = "not_owner"          // a bot may act only where it owns
	CodeStaleOwner       Code = "stale_owner"        // the owner changed since If-Match was read
	CodeTooLarge         Code = "too_large"          //
	CodeUnsupported      Code = "unsupported_type"   // the body is of a type that is not read
	CodeInvalid          Code = "invalid"            // the detail says what is wrong
	CodeAsRequired       Code = "as_required"        // an admin key must say who speaks
	CodeUnknownAgent     Code = "unknown_agent"      //
	CodeUnknownOwner     Code = "unknown_owner"      // neither an agent nor a bot
	CodeUnknownTeam      Code = "unknown_team"       //
	CodeUnknownChannel   Code = "unknown_channel"    //
	CodeUnknownEvent     Code = "unknown_event"      // the log has no such seq: it is of another log
	CodePending          Code = "media_pending"      // a file is still being fetched
	CodeBusy             Code = "busy"               // come again in Retry-After seconds
	CodeNotStored        Code = "not_stored"         // the disk fails or is full; come again in Retry-After seconds
	CodeNotReady         Code = "not_ready"          //
	CodeInternal         Code = "internal"           // our fault; the log says more
)

// codes is the one table of errors: the status of each code, and after how many
// seconds to come again.
var codes = map[Code]struct {
	status, retry int
	title         string
}{
	CodeUnverified:       {401, 0, "The call is not signed by the provider"},
	CodeUnreadable:       {400, 0, "The body cannot be read"},
	CodeUnauthorized:     {401, 0, "A key is needed"},
	CodeForbidden:        {403, 0, "The key does not allow this"},
	CodeNotFound:         {404, 0, "Not found"},
	CodeMethodNotAllowed: {405, 0, "The method is not allowed here"},
	CodeTimeout:          {408, 0, "The request took too long"},
	CodeNotOwner:         {409, 0, "The conversation is not owned by the bot"},
	CodeStaleOwner:       {409, 0, "The owner has changed"},
	CodeTooLarge:         {413, 0, "The body is too large"},
	CodeUnsupported:      {415, 0, "The type of the body is not supported"},
	CodeInvalid:          {422, 0, "The request is invalid"},
	CodeAsRequired:       {422, 0, "The sender is not named"},
	CodeUnknownAgent:     {422, 0, "There is no such agent"},
	CodeUnknownOwner:     {422, 0, "There is no such agent or bot"},
	CodeUnknownTeam:      {422, 0, "There is no such team"},
	CodeUnknownChannel:   {422, 0, "There is no such channel"},
	CodeUnknownEvent:     {422, 0, "There is no such event"},
	CodePending:          {404, 5, "The file is not here yet"},
	CodeBusy:             {503, 5, "Busy"},
	CodeNotStored:        {503, 5, "It cannot be stored now"},
	CodeNotReady:         {503, 5, "Not ready"},
	CodeInternal:         {500, 0, "Something went wrong"},
}

// causes sorts the errors of engine and store. The first that matches counts.
var causes = []struct {
	is     error
	code   Code
	detail string
}{
	{core.ErrUnverified, CodeUnverified, "the call could not be verified"},
	{core.ErrUnreadable, CodeUnreadable, "the body is neither JSON nor a form"},
	{core.ErrNotFound, CodeNotFound, "there is no such thing, or it is not for this key"},
	{core.ErrStale, CodeStaleOwner, "the conversation's owner has changed; read it again"},
	{core.ErrNotOwner, CodeNotOwner, "the bot does not own the conversation"},
	{core.ErrBusy, CodeBusy, "more work waits than can be taken on; come again shortly"},
	{core.ErrStore, CodeNotStored, "it cannot be stored now; come again shortly"}, // the store logs why, once
	{context.DeadlineExceeded, CodeBusy, "it took too long; come again shortly"},
}

// Problem is an error as it is answered: problem details of RFC 9457 with a code
// for programs.
type Problem struct {
	Type   string `json:"type" doc:"A name for the code, as a URI."`
	Title  string `json:"title" doc:"What the code means."`
	Status int    `json:"status" doc:"The HTTP status."`
	Detail string `json:"detail" doc:"What is wrong this time."`
	Code   Code   `json:"code" doc:"For programs; never changes its meaning."`

	cause error
}

func problem(code Code, detail string) *Problem {
	c := codes[code]
	return &Problem{Type: "urn:causeway:problem:" + string(code), Title: c.title, Status: c.status, Detail: detail, Code: code}
}

// invalid is the problem of a request that makes no sense.
func invalid(format string, args ...any) *Problem {
	return problem(CodeInvalid, fmt.Sprintf(format, args...))
}

// problemOf sorts any error. What is not known is our fault, and is told only to
// the log.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	for _, c := range causes {
		if errors.Is(err, c.is) {
			return problem(c.code, c.detail)
		}
	}
	var away interface{ Unavailable() bool }
	if errors.As(err, &away) && away.Unavailable() {
		return problem(CodeNotStored, "the database cannot be reached now; come again shortly")
	}
	if errors.Is(err, core.ErrInvalid) {
		return problem(CodeInvalid, strings.TrimPrefix(strings.TrimSuffix(err.Error(), ": "+core.ErrInvalid.Error()), "say: "))
	}
	p = problem(CodeInternal, "the log says more")
	p.cause = err
	return p
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if retry := codes[p.Code].retry; retry > 0 {
		h.Set("Retry-After", strconv.Itoa(retry))
	}
	if p.Code == CodeUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="causeway"`)
	}
	return h
}

const problemType = "application/problem+json"

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

// asProblem turns huma's own errors into ours: the first few places that are
// wrong, without the values that were sent.
func asProblem(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code := CodeInvalid
	for c, known := range codes {
		if known.status == m.Status && slices.Contains([]Code{CodeUnreadable, CodeTimeout, CodeTooLarge, CodeUnsupported, CodeInternal}, c) {
			code = c
		}
	}
	detail := []string{m.Detail}
	for i, e := range m.Errors {
		if i == 10 || code == CodeInternal {
			break
		}
		message := e.Message
		if message == validation.MsgExpectedMatchExactlyOneSchema {
			message = "is of no form that is taken here; /openapi.json lists them"
		}
		detail = append(detail, strings.TrimPrefix(e.Location+": "+message, ": "))
	}
	return problem(code, strings.Join(detail, "; ")), nil
}
