package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"

	"causeway/connectors/kit"
	"causeway/core"
)

// files changes the files in a message: copies of them, for a native call may
// be made again.
func (m *message) files(change func(core.MediaType, file) (file, error)) error {
	type slot struct {
		at **file
		as core.MediaType
	}
	slots := []slot{{&m.Image, core.Image}, {&m.Video, core.Video}, {&m.Audio, core.Audio}, {&m.Document, core.File}, {&m.Sticker, core.Sticker}}
	if m.Interactive != nil && m.Interactive.Header != nil {
		i, above := *m.Interactive, *m.Interactive.Header
		i.Header, m.Interactive = &above, &i
		slots = append(slots, slot{&above.Image, core.Image}, slot{&above.Video, core.Video}, slot{&above.Document, core.File})
	}
	for _, s := range slots {
		if *s.at == nil {
			continue
		}
		f, err := change(s.as, **s.at)
		if err != nil {
			return err
		}
		*s.at = &f
	}
	return nil
}

// needsUpload reports whether a file in it stands where Meta cannot fetch it.
// Files in the components of a template are the author's own affair.
func (m *message) needsUpload() bool {
	needs := false
	_ = m.files(func(_ core.MediaType, f file) (file, error) {
		needs = needs || !fetchable(f.Link)
		return f, nil
	})
	return needs
}

// uploaded is m with the files in it that Meta cannot fetch given to Meta, and
// named by their ids, which live 30 days (Meta's page "Media", upload). A
// failure of it is never Ambiguous: a file that was given twice does no harm.
func (n *number) uploaded(ctx context.Context, m message) (message, error) {
	err := m.files(func(as core.MediaType, f file) (file, error) {
		if fetchable(f.Link) {
			return f, nil
		}
		id, err := n.upload(ctx, as, f)
		f.ID, f.Link = id, ""
		return f, harmless(err, "the file could not be given to WhatsApp; it is tried again")
	})
	return m, err
}

func (n *number) upload(ctx context.Context, as core.MediaType, f file) (string, error) {
	src, err := n.load(ctx, f.Link, mostBytes(as))
	if err != nil {
		return "", err
	}
	defer src.body.Close() //nolint:errcheck // read only
	req, err := n.form(ctx, src, src.sort(f))
	if err != nil {
		return "", &core.Fault{Kind: core.Permanent, Code: "upload", Message: "the file cannot be written into a form", Err: err}
	}
	return n.give(req)
}

// form is the call of an upload, of a length that is told beforehand; of the
// file in it no copy is made.
func (n *number) form(ctx context.Context, src *source, sort string) (*http.Request, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part := textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="` + src.name() + `"`},
		"Content-Type":        {sort},
	}
	for _, field := range [][2]string{{"messaging_product", "whatsapp"}, {"type", sort}} {
		if err := w.WriteField(field[0], field[1]); err != nil {
			return nil, err
		}
	}
	if _, err := w.CreatePart(part); err != nil {
		return nil, err
	}
	before := b.Len()
	if err := w.Close(); err != nil {
		return nil, err
	}
	whole := io.MultiReader(bytes.NewReader(b.Bytes()[:before]), src.body, bytes.NewReader(b.Bytes()[before:]))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.media, whole)
	if err != nil {
		return nil, err
	}
	req.Header = n.key.Clone()
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.ContentLength = int64(b.Len()) + src.size
	return req, nil
}

// give makes the call of an upload and reads the file's id.
func (n *number) give(req *http.Request) (string, error) {
	resp, err := n.client.Do(req)
	if err != nil {
		return "", kit.NoAnswer(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", kit.NoAnswer(err)
	}
	a := kit.Answer{Status: resp.StatusCode, Header: resp.Header, Body: data, At: n.env.Time()}
	if !a.OK() {
		if f := n.sort(a); f != nil {
			return "", f
		}
		return "", kit.Sort(a, n.secrets...)
	}
	var answer struct {
		ID loose `json:"id"`
	}
	if json.Unmarshal(data, &answer) != nil || answer.ID == "" {
		return "", &core.Fault{Kind: core.Temporary, Code: "no_media_id", Message: "the provider took the file, but its answer names no id"}
	}
	return string(answer.ID), nil
}
