package whatsapp

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

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// fetchable reports whether Meta can fetch a file from link, as far as the link
// shows: it takes https alone, and knows no host of ours that is not public.
func fetchable(link string) bool {
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

// mostBytes is the largest file of a type; a sticker that moves may be larger
// than one that does not.
func mostBytes(as core.MediaType) int64 {
	if as == core.Sticker {
		return 500 << 10
	}
	return capabilities().Media[as].Max
}

// source is a file that is to be uploaded, of a known size.
type source struct {
	body io.ReadCloser
	mime string // as its host says
	size int64
	at   *url.URL
}

// maxHops is how many addresses are asked for a file that has moved.
const maxHops = 4

// load opens the file at link, through the guard: an address that is not public
// must be let through by the operator, as must each that it leads to. A file
// larger than limit is a Permanent fault.
func (n *number) load(ctx context.Context, link string, limit int64) (*source, error) {
	client := n.env.HTTP.Limited(0, limit)
	for range maxHops {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil || (req.URL.Scheme != "http" && req.URL.Scheme != "https") {
			return nil, &core.Fault{Kind: core.Permanent, Code: "media_address", Message: "the file's address cannot be read"}
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, unloaded(err, limit)
		}
		if resp.StatusCode == http.StatusOK {
			return sized(resp, limit)
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
func sized(resp *http.Response, limit int64) (*source, error) {
	s := &source{body: resp.Body, mime: resp.Header.Get("Content-Type"), size: resp.ContentLength, at: resp.Request.URL}
	switch {
	case s.size > limit:
		resp.Body.Close() //nolint:errcheck // not read
		return nil, tooLarge(limit)
	case s.size >= 0:
		return s, nil
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, unloaded(err, limit)
	}
	s.body, s.size = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return s, nil
}

func tooLarge(limit int64) *core.Fault {
	return &core.Fault{
		Kind: core.Permanent, Code: "media_too_large",
		Message: fmt.Sprintf("the file is larger than the %d kB that WhatsApp takes of its sort", limit>>10),
	}
}

func unloaded(err error, limit int64) *core.Fault {
	if errors.Is(err, egress.ErrTooLarge) {
		return tooLarge(limit)
	}
	f := kit.NoAnswer(err)
	if f.Kind != core.Permanent {
		f.Kind, f.Message = core.Temporary, "the file to be sent could not be loaded"
	}
	return f
}

// unloadedFor sorts an answer of the file's host, whose state is not the
// channel's.
func unloadedFor(status int) *core.Fault {
	f := kit.Sort(kit.Answer{Status: status})
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

// sort is the file's MIME type: as its host says, else as its author, else as
// its name, else as its first bytes.
func (s *source) sort(f file) string {
	for _, said := range []string{s.mime, f.mime} {
		sort, _, _ := strings.Cut(said, ";")
		if sort = strings.ToLower(strings.TrimSpace(sort)); sort != "" && sort != "application/octet-stream" {
			return or(proper[sort], sort)
		}
	}
	if sort, known := named[strings.ToLower(path.Ext(s.at.Path))]; known {
		return sort
	}
	r := bufio.NewReaderSize(s.body, sniffed)
	first, _ := r.Peek(sniffed) // an error comes again when it is read
	s.body = struct {
		io.Reader
		io.Closer
	}{r, s.body}
	sort, _, _ := strings.Cut(http.DetectContentType(first), ";")
	return sort
}

var endForm = regexp.MustCompile(`^\.[A-Za-z0-9]{1,8}$`)

// name is what the file is called on the way; contacts do not see it.
func (s *source) name() string {
	if end := path.Ext(s.at.Path); endForm.MatchString(end) {
		return "file" + end
	}
	return "file"
}
