package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"causeway/connectors/kit"
	"causeway/core"
	"causeway/egress"
)

// By upload, Telegram takes photos up to 10 MB and other files up to 50 MB, and
// files of any kind, where by URL it takes but PDF and ZIP. Bot API, "Sending
// files".
const (
	maxUploadPhoto = 10 << 20
	maxUpload      = 50 << 20
)

// fetchTimeout bounds the whole of reading a file and handing it on.
const fetchTimeout = 50 * time.Second

// ownErrand reports whether a file of the call stands where Telegram will not
// fetch it.
func ownErrand(p core.Payload) bool {
	c, ok := copied(p)
	if !ok {
		return false
	}
	for _, one := range c.group {
		if !kit.Fetchable(*one.url) {
			return true
		}
	}
	return c.address() != "" && !kit.Fetchable(c.address())
}

// cargo is files that are read from their servers while they are sent.
type cargo struct{ files []*haul }

// haul is one of them. It remembers what went wrong: the library may still be
// reading when Telegram has answered.
type haul struct {
	from io.ReadCloser
	mu   sync.Mutex
	err  error
}

// Read implements io.Reader.
func (h *haul) Read(b []byte) (int, error) {
	n, err := h.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		h.mu.Lock()
		h.err = err
		h.mu.Unlock()
	}
	return n, err
}

func (h *haul) failed() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

func (l *cargo) close() {
	for _, f := range l.files {
		_ = f.from.Close() // it was read whole, or the call failed
	}
}

func (l *cargo) err() error {
	for _, f := range l.files {
		if err := f.failed(); err != nil {
			return err
		}
	}
	return nil
}

// load is a call whose files are ours to send: each is asked for, through the
// guard, and read while the call is made. The verdict says why it cannot be.
func (c *Connector) load(ctx context.Context, p core.Payload, l *cargo) (core.Payload, *verdict) {
	call, ok := copied(p)
	if !ok {
		return p, nil
	}
	if address := call.address(); address != "" {
		limit := int64(maxUpload)
		if _, photo := call.body.(*bot.SendPhotoParams); photo {
			limit = maxUploadPhoto
		}
		name, v := c.fetch(ctx, address, limit, l)
		if v != nil {
			return p, v
		}
		*call.file = &models.InputFileUpload{Filename: name, Data: l.files[0]}
	}
	for i, one := range call.group {
		name, v := c.fetch(ctx, *one.url, maxUpload, l)
		if v != nil {
			return p, v
		}
		*one.url, *one.data = fmt.Sprintf("attach://%d-%s", i, unattached.Replace(name)), l.files[i]
	}
	return core.Payload{Op: p.Op, Body: call.body}, nil
}

// unattached keeps a file's name from ending what the library writes it into.
var unattached = strings.NewReplacer(`"`, "", `\`, "", "\r", "", "\n", "", "%", "")

// fetch asks for a file and returns its name.
func (c *Connector) fetch(ctx context.Context, address string, limit int64, l *cargo) (string, *verdict) {
	none := &verdict{cure: cureFetch, fault: &core.Fault{Kind: core.Permanent, Code: string(cureFetch), Message: "the file cannot be fetched"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", none
	}
	resp, err := c.env.HTTP.Limited(fetchTimeout, maxUpload).Do(req) //nolint:bodyclose // haul closes it
	if err != nil {
		none.fault.Err = err
		return "", none
	}
	l.files = append(l.files, &haul{from: resp.Body})
	switch {
	case resp.StatusCode != http.StatusOK:
		none.fault.Message = fmt.Sprintf("the file cannot be fetched: its server answers %d", resp.StatusCode)
		return "", none
	case resp.ContentLength > maxUpload:
		return "", tooLarge()
	case resp.ContentLength > limit:
		v := tooLarge()
		v.cure, v.fault.Code = curePicture, string(curePicture)
		return "", v
	}
	return fileName(resp, req.URL), nil
}

func tooLarge() *verdict {
	return &verdict{cure: cureLarge, fault: &core.Fault{Kind: core.Permanent, Code: string(cureLarge), Message: "the file is too large for Telegram"}}
}

// spilt is the verdict on a call whose file broke off: it was never whole, so
// that Telegram did nothing.
func spilt(err error) verdict {
	if errors.Is(err, egress.ErrTooLarge) {
		return *tooLarge()
	}
	return verdict{fault: &core.Fault{Kind: core.Temporary, Code: "file_broke", Message: "the file broke off while it was read; nothing was sent", Err: err}}
}

// fileName is how the contact sees the file called.
func fileName(resp *http.Response, from *url.URL) string {
	if _, p, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil && p["filename"] != "" {
		return path.Base(p["filename"])
	}
	name := path.Base(from.Path)
	if name == "." || name == "/" {
		return "file"
	}
	return name
}
