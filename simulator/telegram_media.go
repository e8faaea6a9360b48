package simulator

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif"  // sizes of pictures
	_ "image/jpeg" // sizes of pictures
	_ "image/png"  // sizes of pictures
	"net/http"
	"path"
	"strings"
)

// fileKind is how Telegram treats one sort of file.
type fileKind struct {
	prefix  string // of its file_id
	folder  string
	mime    string // if nothing better is known
	accepts string // what the Content-Type of a fetched URL begins with; several are split by |
	byURL   int    // most bytes by URL (Bot API, Sending files)
}

var fileKinds = map[string]fileKind{
	"photo":      {"AgAC", "photos", "image/jpeg", "image/", 5 << 20},
	"video":      {"BAAC", "videos", "video/mp4", "video/", 20 << 20},
	"audio":      {"CQAC", "music", "audio/mpeg", "audio/", 20 << 20},
	"voice":      {"AwAC", "voice", "audio/ogg", "audio/ogg|application/ogg", 20 << 20},
	"document":   {"BQAC", "documents", "application/octet-stream", "application/pdf|application/zip|image/gif", 20 << 20},
	"animation":  {"CgAC", "animations", "video/mp4", "image/gif|video/mp4", 20 << 20},
	"sticker":    {"CAAC", "stickers", "image/webp", "image/webp", 20 << 20},
	"video_note": {"DQAC", "video_notes", "video/mp4", "", 0},
}

// sendFile makes the method that sends one kind of file.
func (b *Bot) sendFile(kind string) method {
	name := "send" + strings.ToUpper(kind[:1]) + kind[1:]
	if kind == "video_note" {
		name = "sendVideoNote"
	}
	return func(ctx context.Context, p params) (any, *refusal) {
		d := draft{method: name, body: obj{}}
		if hasCaption(obj{kind: true}) {
			if r := caption(p, &d); r != nil {
				return nil, r
			}
		}
		f, address, r := b.resolve(ctx, kind, p.values[kind], kind, p)
		if r != nil {
			return nil, r
		}
		b.attach(&d, f, address)
		return b.one(p, d)
	}
}

// resolve finds the file that a parameter means: an upload, a file_id or a URL
// (Bot API, Sending files).
func (b *Bot) resolve(ctx context.Context, kind, value, part string, p params) (*blob, string, *refusal) {
	if name, ok := strings.CutPrefix(value, "attach://"); ok {
		part = name
	}
	if up, ok := p.files[part]; ok {
		f, r := b.uploaded(kind, up)
		return f, "", r
	}
	switch {
	case value == "" || strings.HasPrefix(value, "attach://"):
		return nil, "", bad("there is no %s in the request", strings.ReplaceAll(kind, "_", " "))
	case strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://"):
		f, r := b.fetched(ctx, kind, value)
		return f, value, r
	}
	f, ok := b.s.files.find(b.opt.Username, value)
	if !ok {
		return nil, "", bad("wrong file identifier/HTTP URL specified")
	}
	if f.kind != kind {
		return nil, "", bad("can't use file of type %s as %s", title(f.kind), title(kind))
	}
	return f, "", nil
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (b *Bot) uploaded(kind string, up upload) (*blob, *refusal) {
	if len(up.data) == 0 {
		return nil, bad("file must be non-empty")
	}
	if kind == "photo" {
		if len(up.data) > maxTelegramPhoto {
			return nil, bad("file is too big")
		}
		if !strings.HasPrefix(http.DetectContentType(up.data), "image/") {
			return nil, bad("IMAGE_PROCESS_FAILED")
		}
		if w, h := dimensions(up.data); w+h > 10000 || w > 20*h || h > 20*w {
			return nil, bad("PHOTO_INVALID_DIMENSIONS")
		}
	}
	return b.keep(kind, up), nil
}

// fetched loads a URL as Telegram's server would, in its words if it cannot.
func (b *Bot) fetched(ctx context.Context, kind, address string) (*blob, *refusal) {
	k := fileKinds[kind]
	if k.byURL == 0 {
		return nil, bad("wrong file identifier/HTTP URL specified")
	}
	got, err := b.s.fetch(ctx, address, k.byURL)
	if err != nil {
		return nil, bad("failed to get HTTP URL content")
	}
	mime, _, _ := strings.Cut(got.Type, ";")
	for _, want := range strings.Split(k.accepts, "|") {
		if strings.HasPrefix(mime, want) {
			return b.keep(kind, upload{name: path.Base(address), mime: mime, data: got.Data}), nil
		}
	}
	return nil, bad("wrong type of the web page content")
}

// keep stores a file under a new file_id.
func (b *Bot) keep(kind string, up upload) *blob {
	n := b.fileSeq.Add(1)
	k := fileKinds[kind]
	mime, _, _ := strings.Cut(up.mime, ";")
	if mime == "" || mime == "application/octet-stream" {
		if mime, _, _ = strings.Cut(http.DetectContentType(up.data), ";"); mime == "application/octet-stream" || mime == "text/plain" {
			mime = k.mime
		}
	}
	if kind == "photo" {
		mime = "image/jpeg" // Telegram converts; the name is lost
	}
	id := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d/%d/%d", b.id, b.s.now().UnixNano(), n))
	f := &blob{
		id: k.prefix + "AgI" + id, unique: "AQAD" + id[len(id)-12:], account: b.opt.Username, kind: kind, name: up.name, mime: mime, data: up.data,
		path: fmt.Sprintf("%s/file_%d%s", k.folder, n, path.Ext(up.name)),
	}
	b.s.files.put(f)
	return f
}

// attach puts a file into a draft: for Telegram's message and for the screen.
func (b *Bot) attach(d *draft, f *blob, address string) {
	kind := f.kind
	d.body[kind] = b.fileObject(f)
	if kind == "animation" {
		d.body["document"] = fileFields(f) // for older clients (Bot API, Message: animation)
	}
	d.shown.Media = &Media{Kind: kind, ID: f.id, URL: address, MIME: f.mime, Name: f.name, Size: len(f.data), Data: f.data}
}

func fileFields(f *blob) obj {
	o := obj{"file_id": f.id, "file_unique_id": f.unique, "file_size": len(f.data), "mime_type": f.mime}
	if f.name != "" {
		o["file_name"] = f.name
	}
	return o
}

// fileObject is a file as messages carry it (Bot API, PhotoSize and following).
func (b *Bot) fileObject(f *blob) any {
	o := fileFields(f)
	switch f.kind {
	case "photo":
		w, h := dimensions(f.data)
		small := b.keep("photo", upload{data: smallest})
		return []obj{
			{"file_id": small.id, "file_unique_id": small.unique, "file_size": len(smallest), "width": 1, "height": 1},
			{"file_id": f.id, "file_unique_id": f.unique, "file_size": len(f.data), "width": w, "height": h},
		}
	case "video", "animation":
		o["width"], o["height"], o["duration"] = 320, 240, 3
	case "audio":
		o["duration"] = 3
	case "voice":
		delete(o, "file_name")
		o["duration"] = 3
	case "video_note":
		o["length"], o["duration"] = 240, 3
		delete(o, "mime_type")
		delete(o, "file_name")
	case "sticker":
		w, h := dimensions(f.data)
		delete(o, "mime_type")
		delete(o, "file_name")
		o["type"], o["width"], o["height"], o["is_animated"], o["is_video"], o["emoji"] = "regular", w, h, false, false, "👍"
	}
	return o
}

// dimensions reads a picture's size; what cannot be read is 512 × 512.
func dimensions(data []byte) (w, h int) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 512, 512
	}
	return c.Width, c.Height
}

// smallest is the thumbnail of every photo: a PNG of one pixel.
var smallest = []byte("\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc0N\x9b\x09\x00\x02\x02\x013V\x87\xe2T\x00\x00\x00\x00IEND\xaeB`\x82")

// sendMediaGroup sends 2 to 10 files as one album, without buttons (Bot API,
// sendMediaGroup).
func (b *Bot) sendMediaGroup(ctx context.Context, p params) (any, *refusal) {
	var items []struct{ Type, Media, Caption, ParseMode string }
	var raw []map[string]any
	if !p.json("media", &items) || !p.json("media", &raw) {
		return nil, bad("can't parse media JSON object")
	}
	if len(items) < 2 || len(items) > 10 {
		return nil, bad("group send failed: 2 to 10 items expected")
	}
	if p.values["reply_markup"] != "" {
		return nil, bad("sendMediaGroup has no reply_markup")
	}
	album := fmt.Sprintf("%d", b.s.now().UnixNano())
	var drafts []draft
	for i, it := range items {
		alone := it.Type == "document" || it.Type == "audio"
		if it.Type != "photo" && it.Type != "video" && !alone || alone && items[0].Type != it.Type || !alone && (items[0].Type == "document" || items[0].Type == "audio") {
			return nil, bad("can't parse InputMedia: type %q can't be mixed with others", it.Type)
		}
		own := params{values: map[string]string{}, files: p.files}
		for _, k := range []string{"caption", "parse_mode"} {
			own.values[k], _ = raw[i][k].(string)
		}
		if e, ok := raw[i]["caption_entities"]; ok {
			own.values["caption_entities"] = string(jsonAnswer(0, e).body)
		}
		d := draft{method: "sendMediaGroup", body: obj{"media_group_id": album}, shown: Shown{Album: album}}
		if r := caption(own, &d); r != nil {
			return nil, r
		}
		f, address, r := b.resolve(ctx, it.Type, it.Media, "", own)
		if r != nil {
			return nil, r
		}
		b.attach(&d, f, address)
		drafts = append(drafts, d)
	}
	out, r := b.send(p, drafts...)
	if r != nil {
		return nil, r
	}
	return out, nil
}

// getFile serves files up to 20 MB (Bot API, getFile).
func (b *Bot) getFile(_ context.Context, p params) (any, *refusal) {
	f, ok := b.s.files.find(b.opt.Username, p.values["file_id"])
	if !ok {
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	}
	if len(f.data) > 20<<20 {
		return nil, bad("file is too big")
	}
	return obj{"file_id": f.id, "file_unique_id": f.unique, "file_size": len(f.data), "file_path": f.path}, nil
}

// download serves /telegram/file/bot<token>/<file_path>.
func (c *telegramCloud) download(w http.ResponseWriter, r *http.Request) {
	rest := strings.TrimPrefix(r.URL.Path, "/telegram/file/bot")
	token, where, _ := strings.Cut(rest, "/")
	c.mu.Lock()
	b := c.bots[token]
	c.mu.Unlock()
	if b == nil {
		(&refusal{code: http.StatusUnauthorized, text: "Unauthorized"}).answer().write(w)
		return
	}
	f, ok := c.s.files.at(b.opt.Username, where)
	if !ok {
		(&refusal{code: http.StatusNotFound, text: "Not Found"}).answer().write(w)
		return
	}
	answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/octet-stream"}}, body: f.data}.write(w)
}
