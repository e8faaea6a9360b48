package simulator

import (
	"fmt"
	"net/http"
)

// graphError is an error of the Graph API (Cloud API, Error Codes).
type graphError struct {
	http    int
	code    int
	subcode int
	kind    string // OAuthException if empty
	title   string
	details string
}

// graphTitles are the titles of the codes that the simulator answers.
var graphTitles = map[int]string{
	1: "An unknown error occurred", 4: "Application request limit reached", 100: "Invalid parameter", 190: "Invalid OAuth access token - Cannot parse access token",
	130429: "Rate limit hit", 131000: "Something went wrong", 131008: "Required parameter is missing", 131009: "Parameter value is not valid",
	131021: "Recipient cannot be sender", 131026: "Message undeliverable", 131047: "Re-engagement message", 131051: "Unsupported message type",
	131053: "Media upload error", 131056: "(Business Account, Consumer Account) pair rate limit hit",
	80007: "Rate limit issues", 132000: "Number of parameters does not match the expected number of params", 132001: "Template name does not exist in the translation",
}

func graph(status, code int, format string, a ...any) *graphError {
	return &graphError{http: status, code: code, title: graphTitles[code], details: fmt.Sprintf(format, a...)}
}

func invalid(format string, a ...any) *graphError {
	return graph(http.StatusBadRequest, 131009, format, a...)
}

func missing(name string) *graphError {
	return graph(http.StatusBadRequest, 131008, "The parameter %s is required.", name)
}

// schema is an error of the Graph API itself, before WhatsApp sees the call.
func schema(format string, a ...any) *graphError {
	return &graphError{http: http.StatusBadRequest, code: 100, title: fmt.Sprintf(format, a...)}
}

func badToken() *graphError {
	return &graphError{http: http.StatusUnauthorized, code: 190, title: graphTitles[190]}
}

func unknownNode(id string) *graphError {
	return &graphError{http: http.StatusBadRequest, code: 100, subcode: 33, kind: "GraphMethodException", title: fmt.Sprintf(
		"Unsupported request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation", id)}
}

func unknownPath() *graphError {
	return &graphError{http: http.StatusBadRequest, code: 2500, title: "Unknown path components"}
}

func (e *graphError) answer() answer {
	kind := e.kind
	if kind == "" {
		kind = "OAuthException"
	}
	o := obj{"message": fmt.Sprintf("(#%d) %s", e.code, e.title), "type": kind, "code": e.code, "fbtrace_id": "AsimulatedTrace"}
	if e.subcode != 0 {
		o["error_subcode"] = e.subcode
	}
	if e.details != "" {
		o["error_data"] = obj{"messaging_product": "whatsapp", "details": e.details}
	}
	a := jsonAnswer(e.http, obj{"error": o})
	a.problem = fmt.Sprintf("%d %s: %s", e.code, e.title, e.details)
	return a
}

// webhook is the error as a failed status carries it.
func (e *graphError) webhook() obj {
	return obj{
		"code": e.code, "title": e.title, "message": e.title, "error_data": obj{"details": e.details},
		"href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
	}
}

// graphRefusal is an error of the code, with the status that nearly all have.
func graphRefusal(code int) answer {
	return graph(http.StatusBadRequest, code, "Asked for by a fault.").answer()
}

// graphFailure words a fault: throttling has HTTP status 400 at Meta.
func graphFailure(status, _ int) answer {
	switch status {
	case http.StatusTooManyRequests:
		return graph(http.StatusBadRequest, 130429, "Message failed to send because there were too many messages sent from this phone number in a short period of time.").answer()
	case http.StatusUnauthorized:
		return badToken().answer()
	default:
		return graph(status, 131000, "Message failed to send due to an unknown error.").answer()
	}
}
