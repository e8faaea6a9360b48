package bots

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"causeway/core"
	"causeway/egress"
)

func fault(kind core.FaultKind, code, message string, err error) *core.Fault {
	return &core.Fault{Kind: kind, Code: code, Message: message, Err: err}
}

// broken sorts a call that brought no whole answer. ctx is the caller's, limited
// the same with the bot's time-out.
func (w *webhook) broken(ctx, limited context.Context, err error) *core.Fault {
	err = withoutURL(err)
	switch {
	case ctx.Err() != nil:
		return fault(core.Temporary, "shutdown", "it was not waited for, as we are stopping", err)
	case errors.Is(err, egress.ErrForbidden):
		return fault(core.Permanent, "forbidden", "its address is neither public nor allowed by egress.allow_private", err)
	case limited.Err() != nil, timedOut(err) && egress.Sent(err):
		return fault(core.Permanent, "timeout", fmt.Sprintf("it did not answer within %s", w.Timeout), err)
	case !egress.Sent(err):
		return fault(core.Temporary, "unreachable", "it could not be reached", err)
	default:
		return fault(core.Temporary, "connection", "it broke off the connection before it had answered", err)
	}
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &n) && n.Timeout())
}

// refused sorts a status that is no success; nil for one that is.
func (w *webhook) refused(resp *http.Response) *core.Fault {
	code := "http_" + strconv.Itoa(resp.StatusCode)
	var f *core.Fault
	switch s := resp.StatusCode; {
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusTooManyRequests:
		f = fault(core.Temporary, code, "it has too much to do (status 429)", nil)
	case s >= 500:
		f = fault(core.Temporary, code, fmt.Sprintf("it failed with status %d", s), nil)
	case s >= 300 && s < 400:
		return fault(core.Permanent, "redirect", fmt.Sprintf("it sent us elsewhere (status %d); its url must be the final one", s), nil)
	default:
		return fault(core.Permanent, code, fmt.Sprintf("it refused the call with status %d", s), nil)
	}
	f.After = retryAfter(resp.Header.Get("Retry-After"), w.Now())
	return f
}

// retryAfter reads seconds or a date (RFC 9110, "Retry-After"); 0 for neither.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestWait)
}
