package kommunicate

import (
	"encoding/json"
	"fmt"
	"maps"

	"causeway/core"
)

// chatContext is KM_CHAT_CONTEXT: what the conversation, the message and the
// tapped button carry, later ones over earlier ones, and what is known here
// over all of them.
func chatContext(t core.Turn, said core.Content, carried core.Metadata) (map[string]any, error) {
	conv := t.Conversation
	ctx := map[string]any{}
	if conv.Contact.Language != "" {
		ctx["kmUserLocale"] = conv.Contact.Language
		ctx["kmUserLanguageCode"] = conv.Contact.Language
	}
	copyBut(keyContext, ctx, conv.Metadata)
	maps.Copy(ctx, contextIn(conv.Metadata))
	maps.Copy(ctx, conv.Terms.Context)
	copyBut(keyContext, ctx, conv.Terms.MessageMetadata)
	maps.Copy(ctx, contextIn(conv.Terms.MessageMetadata))
	if t.Event != nil {
		copyBut(keyContext, ctx, t.Event.Data)
	}
	maps.Copy(ctx, contextIn(carried))
	for _, ours := range []string{"attachments", "selection", "content", "formData", "formMsgKey", "actionResponse"} {
		delete(ctx, ours) // only we tell what came
	}
	if pick, ok := said.(core.Selection); ok {
		maps.Copy(ctx, contextIn(pick.Metadata))
		ctx["selection"] = map[string]any{"id": pick.ID, "title": pick.Title}
		if pick.Language != "" {
			ctx["kmUserLanguageCode"] = pick.Language
		}
	}
	if form, ok := said.(core.FormAnswer); ok && form.ToBot {
		ctx["formData"], ctx["formMsgKey"] = formData(form), core.KeyOf(form.Of)
	}
	files := attachments(said)
	for _, m := range t.With {
		if _, album := said.(core.Album); !album {
			files = append(files, attachments(m.Content)...)
		}
	}
	if first := t.Message; len(t.With) > 0 && len(files) > 0 && first != nil {
		if _, text := said.(core.Text); text {
			files = append(attachments(first.Content), files...)
		}
	}
	if len(files) > 0 {
		ctx["attachments"] = files
	}
	if err := putContent(ctx, said); err != nil {
		return nil, err
	}
	ctx["channel"] = string(conv.Channel)
	ctx["kind"] = conv.Kind
	ctx["messageSource"] = t.Source
	return ctx, nil
}

// copyBut copies all of from but one key.
func copyBut(left string, to map[string]any, from core.Metadata) {
	for key, value := range from {
		if key != left {
			to[key] = value
		}
	}
}

// contextIn is the KM_CHAT_CONTEXT in m, whether as an object or as its string.
func contextIn(m core.Metadata) map[string]any {
	switch v := unwrap(m[keyContext]).(type) {
	case map[string]any:
		return v
	case core.Metadata:
		return v
	}
	return nil
}

// attachment is a file or a place, as in "Send attachments to AI agent".
type attachment struct {
	Type    string         `json:"type"`
	Payload map[string]any `json:"payload"`
}

func attachments(c core.Content) []attachment {
	switch c := c.(type) {
	case core.Media:
		return []attachment{fileOf(c)}
	case core.Album:
		var files []attachment
		for _, m := range c.Items {
			files = append(files, fileOf(m))
		}
		return files
	case core.Location:
		at := map[string]any{"lat": c.Latitude, "lon": c.Longitude}
		if c.Name != "" {
			at["name"] = c.Name
		}
		if c.Address != "" {
			at["address"] = c.Address
		}
		return []attachment{{Type: "location", Payload: at}}
	case core.Text, core.Contacts, core.Choices, core.List, core.Cards, core.Template,
		core.Selection, core.Reaction, core.Order, core.Edited, core.Deleted, core.Unsupported:
	}
	return nil
}

func fileOf(m core.Media) attachment {
	mime := m.MIME
	if mime == "" {
		mime = guessed(m.Media)
	}
	payload := map[string]any{"name": m.Name, "url": m.URL, "size": m.Size}
	if m.Missing != "" {
		payload["error"] = m.Missing
	}
	return attachment{Type: mime, Payload: payload}
}

// guessed is what a bot can tell the sort of a file by if nobody said more.
func guessed(m core.MediaType) string {
	switch m {
	case core.Image:
		return "image/*"
	case core.Video:
		return "video/*"
	case core.Audio, core.Voice:
		return "audio/*"
	case core.Sticker:
		return "image/webp"
	case core.File:
	}
	return "application/octet-stream"
}

// putContent adds what the fields of the body cannot say.
func putContent(ctx map[string]any, c core.Content) error {
	switch c.(type) {
	case core.Contacts, core.Reaction, core.Order, core.Edited, core.Deleted, core.Unsupported:
		raw, err := core.MarshalContent(c)
		if err != nil {
			return fmt.Errorf("write the content: %w", err)
		}
		ctx["content"] = json.RawMessage(raw)
	case core.Text, core.Media, core.Album, core.Location, core.Choices, core.List, core.Cards,
		core.Form, core.FormAnswer, core.Template, core.Selection:
	}
	return nil
}
