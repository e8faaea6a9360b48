package twilio

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// mediaTimeout bounds the whole reading of a file.
const mediaTimeout = 10 * time.Minute

// apiHost matches the hosts of the Messages API, with edge and region. Twilio's
// page "Global Infrastructure".
var apiHost = regexp.MustCompile(`^api(\.[a-z0-9-]+){0,2}\.twilio\.com$`)

// OpenMedia implements core.MediaOpener. ref is the address that Twilio told,
// which sends on to a store of files that wants no credentials. They are shown
// to Twilio's API alone, and for this account's files; any other address is
// called without. Twilio's page "Media Resource".
func (c *Connector) OpenMedia(ctx context.Context, ref string) (core.OpenFile, error) {
	u, err := url.Parse(ref)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_address", Message: "the file's address cannot be read"}
	}
	address, own := c.place(u)
	var header http.Header
	if own {
		header = c.set.header()
	}
	resp, f := c.fetch(ctx, address, header)
	if f == nil && redirects(resp.StatusCode) {
		to, err := resp.Location()
		resp.Body.Close() //nolint:errcheck // not read
		if err != nil || (to.Scheme != "https" && to.Scheme != "http") || to.User != nil {
			return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_address", Message: "the file's address leads nowhere"}
		}
		resp, f = c.fetch(ctx, to.String(), nil)
	}
	if f != nil {
		return core.OpenFile{}, f
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close() //nolint:errcheck // not read
		return core.OpenFile{}, notGiven(resp.StatusCode)
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	name := ""
	if isCard(kind) {
		name = "contact.vcf"
	}
	return core.OpenFile{Body: resp.Body, MIME: kind, Name: name, Size: resp.ContentLength}, nil
}

// place is where a file is read, and whether it is a file of the account at
// Twilio's API. Where another address stands for the API, it does so for files.
func (c *Connector) place(u *url.URL) (string, bool) {
	path := "/2010-04-01/Accounts/" + url.PathEscape(c.set.AccountSID) + "/"
	given := u.EscapedPath()
	if strings.Contains(given, "..") || strings.Contains(strings.ToLower(given), "%2") {
		return u.String(), false
	}
	if u.Scheme == "https" && u.Port() == "" && apiHost.MatchString(u.Hostname()) && strings.HasPrefix(given, path) {
		if c.api == defaultAPI {
			return u.String(), true
		}
		return c.api + u.RequestURI(), true
	}
	own := strings.HasPrefix(u.Scheme+"://"+u.Host+given, c.api+path)
	return u.String(), own
}

func (c *Connector) fetch(ctx context.Context, address string, header http.Header) (*http.Response, *core.Fault) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &core.Fault{Kind: core.Permanent, Code: "media_address", Message: "the file's address cannot be read"}
	}
	if header != nil {
		req.Header = header
	}
	resp, err := c.calls.Limited(mediaTimeout, egress.NoCap).Do(req)
	if err != nil {
		return nil, harmless(kit.NoAnswer(err))
	}
	return resp, nil
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// notGiven sorts an answer that is no file. Right after the webhook a file may
// not be there yet.
func notGiven(status int) *core.Fault {
	f := kit.Sort(kit.Answer{Status: status})
	f.Message = "Twilio answers " + strconv.Itoa(status) + " for the file"
	switch {
	case redirects(status):
		f.Message = "the file's address leads on more than once"
	case status == http.StatusNotFound:
		f.Kind = core.Temporary
	}
	return f
}
