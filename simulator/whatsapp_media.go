package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lookasidePath is where media URLs point; at Meta it is another host.
const lookasidePath = "/lookaside/whatsapp_business/attachments/"

// urlLives is how long a media URL works (Cloud API, Media: five minutes).
const urlLives = 5 * time.Minute

// waKinds are the files that each kind of message takes (Cloud API, Media:
// Supported media types). A document takes any type in practice.
var waKinds = map[string]struct {
	types []string
	most  int
}{
	"audio":    {[]string{"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}, 16 << 20},
	"document": {nil, 100 << 20},
	"image":    {[]string{"image/jpeg", "image/png"}, 5 << 20},
	"sticker":  {[]string{"image/webp"}, 500 << 10},
	"video":    {[]string{"video/mp4", "video/3gp", "video/3gpp"}, 16 << 20},
}

// fits checks a file against the kind of message it is sent as.
func fits(kind, mimeType string, size int) *graphError {
	k := waKinds[kind]
	base, _, _ := strings.Cut(mimeType, ";")
	if k.types != nil && !slices.Contains(k.types, strings.TrimSpace(base)) {
		return graph(http.StatusBadRequest, 131053, "%s is not a supported type of %s", mimeType, kind)
	}
	if size > k.most {
		return graph(http.StatusBadRequest, 131053, "%s file is larger than %d bytes", kind, k.most)
	}
	return nil
}

// upload is POST /<number>/media (Cloud API, Media: Upload).
func (n *Number) upload(g *graphCall) answer {
	_, p, err := mime.ParseMediaType(g.kind)
	if err != nil || p["boundary"] == "" {
		return schema("The parameter file is required.").answer()
	}
	form, err := multipart.NewReader(bytes.NewReader(g.body), p["boundary"]).ReadForm(maxGraphBody)
	if err != nil {
		return schema("The multipart body could not be read.").answer()
	}
	defer form.RemoveAll() //nolint:errcheck // temporary files
	if v := form.Value["messaging_product"]; len(v) == 0 || v[0] != "whatsapp" {
		return schema("The parameter messaging_product is required.").answer()
	}
	files := form.File["file"]
	if len(files) != 1 {
		return schema("The parameter file is required.").answer()
	}
	kind := files[0].Header.Get("Content-Type")
	if v := form.Value["type"]; len(v) > 0 && v[0] != "" && (kind == "" || kind == "application/octet-stream") {
		kind = v[0]
	}
	f, err := files[0].Open()
	if err != nil {
		return schema("The file could not be read.").answer()
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil || len(data) == 0 {
		return schema("The file is empty.").answer()
	}
	if e := fits(familyOf(kind), kind, len(data)); e != nil {
		return e.answer()
	}
	b := n.store(familyOf(kind), files[0].Filename, kind, data)
	return jsonAnswer(http.StatusOK, obj{"id": b.id})
}

// familyOf is the kind of message that a file of this type is for.
func familyOf(mimeType string) string {
	family, _, _ := strings.Cut(mimeType, "/")
	switch {
	case mimeType == "image/webp":
		return "sticker"
	case family == "image" || family == "video" || family == "audio":
		return family
	}
	return "document"
}

func (n *Number) store(kind, name, mimeType string, data []byte) *blob {
	id := n.digits()
	b := &blob{id: id, path: id, account: n.opt.PhoneNumberID, kind: kind, name: name, mime: mimeType, data: data}
	n.s.files.put(b)
	return b
}

// digits makes an id such as Meta's media ids.
func (n *Number) digits() string {
	return fmt.Sprintf("%d%05d", n.s.now().UnixMilli()%1e11, n.seq.Add(1)%1e5)
}

func (n *Number) mediaURL(b *blob) string {
	until := strconv.FormatInt(n.s.now().Add(urlLives).Unix(), 10)
	return n.s.URL() + lookasidePath + "?mid=" + b.id + "&ext=" + until + "&hash=" + stamp(n.opt.AppSecret, b.id+until)
}

// mediaInfo is GET /<media id>; its sha256 is hex, a webhook's is base64.
func (n *Number) mediaInfo(g *graphCall) answer {
	b, ok := n.s.files.find(n.opt.PhoneNumberID, g.id)
	if !ok {
		return unknownNode(g.id).answer()
	}
	sum := sha256.Sum256(b.data)
	return jsonAnswer(http.StatusOK, obj{
		"messaging_product": "whatsapp", "url": n.mediaURL(b), "mime_type": b.mime, "sha256": hex.EncodeToString(sum[:]),
		"file_size": strconv.Itoa(len(b.data)), "id": b.id,
	})
}

func (n *Number) mediaDelete(g *graphCall) answer {
	n.s.files.drop(g.id)
	return succeeded()
}

// download serves a media URL to who has the token, for five minutes.
func (c *whatsappCloud) download(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	id, until := q.Get("mid"), q.Get("ext")
	c.mu.Lock()
	numbers := make([]*Number, 0, len(c.numbers))
	for _, n := range c.numbers {
		numbers = append(numbers, n)
	}
	c.mu.Unlock()
	for _, n := range numbers {
		b, ok := c.s.files.find(n.opt.PhoneNumberID, id)
		if !ok {
			continue
		}
		end, _ := strconv.ParseInt(until, 10, 64)
		switch {
		case r.Header.Get("Authorization") != "Bearer "+n.opt.AccessToken:
			badToken().answer().write(w)
		case q.Get("hash") != stamp(n.opt.AppSecret, id+until) || c.s.now().Unix() > end:
			http.NotFound(w, r)
		default:
			answer{status: http.StatusOK, header: http.Header{"Content-Type": {b.mime}}, body: b.data}.write(w)
		}
		return
	}
	http.NotFound(w, r)
}

// inbound is a file as a webhook tells it.
func (n *Number) inbound(b *blob) obj {
	sum := sha256.Sum256(b.data)
	return obj{"mime_type": b.mime, "sha256": base64.StdEncoding.EncodeToString(sum[:]), "id": b.id, "url": n.mediaURL(b)}
}
