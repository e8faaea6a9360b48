package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"causeway/core"
)

func (b *border) mediaRoutes() {
	if b.Files == nil {
		return
	}
	register(b, huma.Operation{
		OperationID: "read-media", Method: http.MethodGet, Path: "/media/{id}", Tags: []string{"media"},
		Summary:     "Read a file that a contact sent",
		Description: "By the address in the message, which is signed and holds for a while, or with a key.",
		Responses:   answers(http.StatusOK, "The file; ranges are served", map[string]*huma.Schema{"*/*": {}}),
	}, byAnyKey|bySignature, b.readMedia)
}

type mediaInput struct {
	ID      int64  `path:"id" minimum:"1" maximum:"9007199254740991"`
	Expires string `query:"expires" maxLength:"20"`
	Sig     string `query:"sig" maxLength:"100"`
}

func (b *border) readMedia(ctx context.Context, in *mediaInput) (*streamed, error) {
	if in.Sig != "" {
		if err := b.Files.Verify(in.ID, in.Expires, in.Sig, b.Now()); err != nil {
			return nil, problem(CodeForbidden, "the address is not ours, or has expired")
		}
	}
	m, err := b.Store.Media(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Sig == "" && callerOf(ctx).Role == BotRole {
		of, err := b.Store.Message(ctx, m.Message)
		if err != nil {
			return nil, err
		}
		if _, err := b.visible(ctx, of.Conversation); err != nil {
			return nil, err
		}
	}
	file, _, at, err := b.Files.OpenFile(in.ID)
	switch {
	case errors.Is(err, core.ErrNotFound) && m.State == "pending":
		return nil, problem(CodePending, "the file is still being fetched from the channel")
	case errors.Is(err, core.ErrNotFound):
		return nil, problem(CodeNotFound, "there is no such file, or it could not be fetched")
	case err != nil:
		return nil, fmt.Errorf("open a file: %w", err)
	}
	return &streamed{func(hc huma.Context) {
		defer file.Close()
		c := humagin.Unwrap(hc)
		b.sayFile(c.Writer.Header(), m.MIME, m.Name)
		http.ServeContent(&patient{c.Writer}, c.Request, "", at, file)
	}}, nil
}

// sayFile sets the headers of a file that a stranger sent.
func (b *border) sayFile(h http.Header, mimeType, name string) {
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", "attachment")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // pages elsewhere show it
	h.Del("X-Frame-Options")                              // the policy above says it
	if b.FileHeaders != nil {
		for name, values := range b.FileHeaders(mimeType, name) {
			h[name] = values
		}
	}
	h.Set("Cache-Control", "no-store")
}

// patient gives each write of a long answer its own time.
type patient struct{ http.ResponseWriter }

func (p *patient) Write(data []byte) (int, error) {
	_ = http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(answerTime))
	return p.ResponseWriter.Write(data)
}

// Unwrap is for http.ResponseController.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }
