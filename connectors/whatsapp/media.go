package whatsapp

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// downloadTimeout bounds the reading of a file; its address lives 5 minutes.
const downloadTimeout = 5 * time.Minute

// mediaIDForm keeps what came from outside from being another path.
var mediaIDForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// OpenMedia implements core.MediaOpener. ref is a media id, which lives 7 days;
// it is turned into an address that lives 5 minutes (Meta's page "Media"). The
// key is shown to the provider's own hosts alone.
func (n *number) OpenMedia(ctx context.Context, ref string) (core.OpenFile, error) {
	if !mediaIDForm.MatchString(ref) {
		return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_id", Message: "this is no media id"}
	}
	file, err := n.locate(ctx, ref)
	if err != nil {
		return core.OpenFile{}, err
	}
	at, ok := n.place(file.URL)
	if !ok {
		return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_host", Message: "the file is on a host that is not the provider's, so it is not loaded"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return core.OpenFile{}, &core.Fault{Kind: core.Permanent, Code: "media_address", Message: "the file's address cannot be read"}
	}
	req.Header = n.key.Clone()
	resp, err := n.client.Limited(downloadTimeout, egress.NoCap).Do(req)
	if err != nil {
		return core.OpenFile{}, kit.Harmless(kit.NoAnswer(err), unread)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close() //nolint:errcheck // not read
		return core.OpenFile{}, n.refused(resp.StatusCode)
	}
	return core.OpenFile{Body: resp.Body, MIME: file.mime(resp), Size: file.size(resp)}, nil
}

// located is where a file is.
type located struct {
	URL  string `json:"url"`
	MIME string `json:"mime_type"`
	Size loose  `json:"file_size"`
}

func (n *number) locate(ctx context.Context, id string) (located, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var file located
	call := kit.Call{Method: http.MethodGet, URL: n.file(id), Header: n.key, Secrets: n.secrets}
	err := n.env.JSON(ctx, n.client, call, &file, func(a kit.Answer) *core.Fault {
		if readAnswer(a.Body).Code == "100" || a.Status == http.StatusNotFound {
			return &core.Fault{Kind: core.Permanent, Code: "media_gone", Message: "the file is no longer kept by WhatsApp: ask the contact to send it again"}
		}
		return n.sort(a)
	})
	if err != nil {
		return located{}, kit.Harmless(err, unread)
	}
	return file, nil
}

func (l located) mime(resp *http.Response) string {
	if l.MIME != "" {
		return l.MIME
	}
	return resp.Header.Get("Content-Type")
}

func (l located) size(resp *http.Response) int64 {
	if resp.ContentLength >= 0 {
		return resp.ContentLength
	}
	if n, err := strconv.ParseInt(string(l.Size), 10, 64); err == nil && n > 0 {
		return n
	}
	return -1
}

const unread = "the file could not be read; it is tried again"

// refused sorts the answer of a file's address. One that has died is asked for
// anew by the next try, where the provider bears that; that the key is good was
// just proven.
func (n *number) refused(status int) *core.Fault {
	f := kit.Sort(kit.Answer{Status: status})
	f.Message = "the file's address answered " + strconv.Itoa(status)
	switch {
	case status == http.StatusNotFound || status == http.StatusGone:
		f.Kind = core.Permanent
		if n.again {
			f.Kind = core.Temporary
		}
	case f.Kind == core.ChannelBroken:
		f.Kind = core.Permanent
	}
	return f
}
