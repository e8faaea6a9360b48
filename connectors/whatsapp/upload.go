package whatsapp

import (
	"context"
	"slices"

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
	if m.Interactive != nil && len(m.Interactive.Action.Cards) > 0 {
		i := *m.Interactive
		i.Action.Cards, m.Interactive = slices.Clone(i.Action.Cards), &i
		for n := range i.Action.Cards {
			above := *i.Action.Cards[n].Header
			i.Action.Cards[n].Header = &above
			slots = append(slots, slot{&above.Image, core.Image})
		}
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
		needs = needs || !kit.Fetchable(f.Link)
		return f, nil
	})
	return needs
}

// uploaded is m with the files in it that Meta cannot fetch given to Meta, and
// named by their ids, which live 30 days (Meta's page "Media", upload). A
// failure of it is never Ambiguous: a file that was given twice does no harm.
func (n *number) uploaded(ctx context.Context, m message) (message, error) {
	err := m.files(func(as core.MediaType, f file) (file, error) {
		if kit.Fetchable(f.Link) {
			return f, nil
		}
		id, err := n.upload(ctx, as, f)
		f.ID, f.Link = id, ""
		return f, kit.Harmless(err, "the file could not be given to WhatsApp; it is tried again")
	})
	return m, err
}

// mostBytes is the largest file of a type; a sticker that moves may be larger
// than one that does not.
func mostBytes(as core.MediaType) int64 {
	if as == core.Sticker {
		return 500 << 10
	}
	return capabilities().Media[as].Max
}

// upload gives a file to Meta and returns its id there.
func (n *number) upload(ctx context.Context, as core.MediaType, f file) (string, error) {
	src, err := n.env.Load(ctx, f.Link, mostBytes(as), "WhatsApp")
	if err != nil {
		return "", err
	}
	defer src.Body.Close() //nolint:errcheck // read only
	sort := src.Type(f.mime, proper, named)
	req, err := src.Form(ctx, n.media, "file", sort, [2]string{"messaging_product", "whatsapp"}, [2]string{"type", sort})
	if err != nil {
		return "", err
	}
	return n.env.Upload(n.client, req, n.key, "id", n.sort, n.secrets...)
}
