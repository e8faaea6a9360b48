package kit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"

	"causeway/core"
	"causeway/egress"
)

// Fetchable reports whether a provider can fetch a file from link, as far as the
// link shows: it takes https alone, and knows no host of ours that is not public.
func Fetchable(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, end) {
			return false
		}
	}
	return strings.Contains(host, ".")
}

// File is a file that is to be given to a provider, of a known size.
type File struct {
	Body io.ReadCloser
	Size int64
	mime string // as its host says
	at   *url.URL
}

// maxHops is how many addresses are asked for a file that has moved.
const maxHops = 4

// Load opens the file at link, through the guard: an address that is not public
// must be let through by the operator, as must each that it leads to. A file
// larger than limit, which is what the taker takes of its sort, is a Permanent
// fault. The caller closes its body.
func (e Env) Load(ctx context.Context, link string, limit int64, taker string) (*File, error) {
	client := e.HTTP.Limited(0, limit)
	for range maxHops {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil || (req.URL.Scheme != "http" && req.URL.Scheme != "https") {
			return nil, &core.Fault{Kind: core.Permanent, Code: "media_address", Message: "the file's address cannot be read"}
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, unloaded(err, limit, taker)
		}
		if resp.StatusCode == http.StatusOK {
			return sized(resp, limit, taker)
		}
		resp.Body.Close() //nolint:errcheck // not read
		next, err := resp.Location()
		if resp.StatusCode/100 != 3 || err != nil {
			return nil, unloadedFor(resp.StatusCode)
		}
		link = next.String()
	}
	return nil, &core.Fault{Kind: core.Permanent, Code: "media_moved", Message: "the file's address leads from one to the next without end"}
}

// sized reads the file beforehand where its host does not tell how long it is.
func sized(resp *http.Response, limit int64, taker string) (*File, error) {
	f := &File{Body: resp.Body, mime: resp.Header.Get("Content-Type"), Size: resp.ContentLength, at: resp.Request.URL}
	switch {
	case f.Size > limit:
		resp.Body.Close() //nolint:errcheck // not read
		return nil, tooLarge(limit, taker)
	case f.Size >= 0:
		return f, nil
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, unloaded(err, limit, taker)
	}
	f.Body, f.Size = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return f, nil
}

func tooLarge(limit int64, taker string) *core.Fault {
	return &core.Fault{
		Kind: core.Permanent, Code: "media_too_large",
		Message: fmt.Sprintf("the file is larger than the %d kB that %s takes of its sort", limit>>10, taker),
	}
}

func unloaded(err error, limit int64, taker string) *core.Fault {
	if errors.Is(err, egress.ErrTooLarge) {
		return tooLarge(limit, taker)
	}
	f := NoAnswer(err)
	if f.Kind != core.Permanent {
		f.Kind, f.Message = core.Temporary, "the file to be sent could not be loaded"
	}
	return f
}

// unloadedFor sorts an answer of the file's host, whose state is not the
// channel's.
func unloadedFor(status int) *core.Fault {
	f := Sort(Answer{Status: status})
	f.Code, f.Message = "media_"+f.Code, fmt.Sprintf("the file to be sent could not be loaded: its address answered %d", status)
	switch f.Kind {
	case core.ChannelBroken:
		f.Kind = core.Permanent
	case core.RateLimited:
		f.Kind = core.Temporary
	case core.Temporary, core.Permanent, core.WindowClosed, core.Ambiguous:
	}
	return f
}

// sniffed is how many bytes tell the sort of a file.
const sniffed = 512

// Type is the file's MIME type: as its host says, else as its author said, else
// as the end of its name tells by byEnd, else as its first bytes do. proper are
// the provider's names of sorts that have others. It is called before Body is read.
func (f *File) Type(author string, proper, byEnd map[string]string) string {
	for _, said := range []string{f.mime, author} {
		sort, _, _ := strings.Cut(said, ";")
		if sort = strings.ToLower(strings.TrimSpace(sort)); sort != "" && sort != "application/octet-stream" {
			if name := proper[sort]; name != "" {
				return name
			}
			return sort
		}
	}
	if sort, known := byEnd[strings.ToLower(path.Ext(f.at.Path))]; known {
		return sort
	}
	r := bufio.NewReaderSize(f.Body, sniffed)
	first, _ := r.Peek(sniffed) // an error comes again when it is read
	f.Body = struct {
		io.Reader
		io.Closer
	}{r, f.Body}
	sort, _, _ := strings.Cut(http.DetectContentType(first), ";")
	return sort
}

var endForm = regexp.MustCompile(`^\.[A-Za-z0-9]{1,8}$`)

// Name is what the file is called on the way; contacts do not see it.
func (f *File) Name() string {
	if end := path.Ext(f.at.Path); endForm.MatchString(end) {
		return "file" + end
	}
	return "file"
}
