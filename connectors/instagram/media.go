package instagram

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

const (
	// downloadTimeout bounds the reading of a file.
	downloadTimeout = 5 * time.Minute
	// maxHops bounds how often a file's address may lead to another.
	maxHops = 3
)

// OpenMedia implements core.MediaOpener. ref is the address that the webhook
// named. It needs no key and is told none, is signed by Meta and dies soon
// (Meta's page "Webhook event reference: messages"). Hosts other than Meta's and
// that of api_url are not called, whatever an address leads to.
func (a *account) OpenMedia(ctx context.Context, ref string) (core.OpenFile, error) {
	client := a.client.Limited(downloadTimeout, egress.NoCap)
	for range maxHops {
		if !fetchable(ref, a.api) {
			return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_host", Message: "the file is on a host that is not Meta's, so it is not loaded"}
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, ref, nil)
		if err != nil {
			return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_address", Message: "the file's address cannot be read"}
		}
		resp, err := client.Do(req)
		if err != nil {
			return core.OpenFile{}, unread(kit.NoAnswer(err))
		}
		if resp.StatusCode == http.StatusOK {
			return openFile(resp)
		}
		resp.Body.Close() //nolint:errcheck // not read
		to, err := resp.Location()
		if resp.StatusCode/100 != 3 || err != nil {
			return core.OpenFile{}, refused(resp)
		}
		ref = to.String()
	}
	return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_hops", Message: "the file's address leads from one to another without end"}
}

// openFile refuses a page: what is shared may have the address of a post instead
// of its file.
func openFile(resp *http.Response) (core.OpenFile, error) {
	mime := resp.Header.Get("Content-Type")
	if strings.HasPrefix(strings.ToLower(mime), "text/html") {
		resp.Body.Close() //nolint:errcheck // not read
		return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_page", Message: "the address is that of a page, not of a file"}
	}
	return core.OpenFile{Body: resp.Body, MIME: mime, Size: resp.ContentLength}, nil
}

// refused sorts the answer of a file's address. It does not come back to life.
func refused(resp *http.Response) *core.Fault {
	f := kit.Sort(kit.Answer{Status: resp.StatusCode, Header: resp.Header})
	f.Message = "the file's address answered " + strconv.Itoa(resp.StatusCode)
	if f.Kind == core.ChannelBroken {
		f.Kind = core.Permanent
		f.Message += ": it has died, or the contact took the file back; ask for it again"
	}
	return f
}

// unread makes a call that only reads safe to repeat, whatever became of it.
func unread(err error) error {
	var f *core.Fault
	if !errors.As(err, &f) || f.Kind != core.Ambiguous {
		return err
	}
	again := *f
	again.Kind, again.Message = core.Temporary, "no whole answer came; it is tried again"
	return &again
}
