package kommunicate

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"

	"causeway/core"
)

// written is a message in Kommunicate's form.
type written struct {
	Message     string         `json:"message"`
	MessageType string         `json:"messageType,omitempty"`
	ContentType int            `json:"contentType,omitempty"`
	FileMeta    map[string]any `json:"fileMeta,omitempty"`
	Metadata    map[string]any `json:"metadata,omitempty"`
}

// WriteMessage writes a message in Kommunicate's form: ReadMessage reads back
// what templates 3, 6 to 12 and 14, files, locations and text can say. Other
// headers, footers and pictures of choices than those of template 8 have no place
// there: header and footer become lines of the text, the picture is lost. Any
// other content is its plain text. It fails only for metadata that is no JSON.
func WriteMessage(m core.Message) ([]byte, error) {
	w := written{Message: core.PlainText(m.Content), Metadata: map[string]any{}}
	maps.Copy(w.Metadata, m.Metadata)
	w.content(m.Content)
	w.unhinted()
	body, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("write a message: %w", err)
	}
	return body, nil
}

func (w *written) content(c core.Content) {
	switch c := c.(type) {
	case core.Text:
		w.Message = c.Body
		w.formatted(c.Format)
	case core.Media:
		w.media(c)
	case core.Album:
		w.album(c)
	case core.Location:
		w.location(c)
	case core.Choices:
		if w.dialog(c) {
			return
		}
		w.Message, c.Format = join(c.Header, core.Plain, c.Body, c.Format)
		w.Message, c.Format = join(w.Message, c.Format, c.Footer, core.Plain)
		w.formatted(c.Format)
		w.choices(c.Buttons)
	case core.List:
		w.Message = c.Body
		w.formatted(c.Format)
		w.list(c)
	case core.Cards:
		w.Message = c.Body
		w.formatted(c.Format)
		w.cards(c)
	case core.Form:
		w.Message = c.Body
		w.formatted(c.Format)
		w.form(c)
	case core.Contacts, core.FormAnswer, core.Template, core.Selection, core.Reaction, core.Order, core.Edited,
		core.Deleted, core.Unsupported:
	}
}

func (w *written) formatted(f core.Format) {
	if f == core.HTML {
		w.MessageType = "html"
	}
}

func (w *written) template(id string, payload any) {
	w.Metadata[keyContentType] = richMessage
	w.Metadata[keyTemplate] = id
	w.Metadata[keyPayload] = payload
}

func (w *written) media(m core.Media) {
	w.Message = m.Caption
	w.formatted(m.Format)
	switch m.Media {
	case core.Image:
		w.Message = ""
		w.files("9", m.Format, m)
	case core.Video:
		w.Message = ""
		w.files("14", m.Format, m)
	case core.Audio, core.Voice, core.File, core.Sticker:
		w.ContentType = mediaType(m.Media)
		w.FileMeta = map[string]any{"url": m.URL, "name": m.Name, "contentType": m.MIME, "size": m.Size}
	}
}

// album is template 9 or 14 if its files are all images or all videos; others
// are named by their captions alone.
func (w *written) album(a core.Album) {
	same := len(a.Items) > 0
	for _, m := range a.Items {
		same = same && m.Media == a.Items[0].Media
	}
	switch {
	case same && a.Items[0].Media == core.Image:
		w.Message = ""
		w.files("9", a.Items[0].Format, a.Items...)
	case same && a.Items[0].Media == core.Video:
		w.Message = ""
		w.files("14", a.Items[0].Format, a.Items...)
	}
}

// files writes captions into the payload. There they have no format, so that
// the first one goes into the message if it has one.
func (w *written) files(id string, format core.Format, files ...core.Media) {
	var payload []any
	for i, m := range files {
		item := map[string]any{"url": m.URL}
		switch {
		case i == 0 && format == core.HTML:
			w.Message = m.Caption
		default:
			put(item, "caption", m.Caption)
		}
		if m.Media == core.Video {
			put(item, "type", m.MIME)
		}
		payload = append(payload, item)
	}
	w.formatted(format)
	w.template(id, payload)
}

func (w *written) location(l core.Location) {
	at := map[string]any{"lat": l.Latitude, "lon": l.Longitude}
	put(at, "name", l.Name)
	put(at, "address", l.Address)
	if text, err := json.Marshal(at); err == nil {
		w.Message, w.ContentType = string(text), typeLocation
	}
}

// pages are template 14 again, if that is what all links came from.
func (w *written) pages(buttons []core.Button) bool {
	if len(buttons) == 0 {
		return false
	}
	var payload []any
	for _, b := range buttons {
		film, ok := b.Metadata[keyVideo].(map[string]any)
		if !ok || b.Type != core.Link {
			return false
		}
		payload = append(payload, film)
	}
	w.template("14", payload)
	return true
}

// choices are template 6 for replies alone, 3 for links alone, else 11.
func (w *written) choices(buttons []core.Button) {
	if object(w.Metadata).object(keySuggestion).list("source") != nil || w.pages(buttons) {
		return
	}
	kinds := map[core.ButtonType]int{}
	for _, b := range buttons {
		kinds[b.Type]++
	}
	var payload []any
	id := "11"
	for _, b := range buttons {
		switch {
		case kinds[core.Reply] == len(buttons):
			id = "6"
			payload = append(payload, suggested(b))
		case kinds[core.Link] == len(buttons):
			id = "3"
			payload = append(payload, linked(b))
		case len(buttons) == 1:
			id = "3"
			payload = append(payload, w.submitted(b))
		default:
			payload = append(payload, mixed(b))
		}
	}
	w.template(id, payload)
}

func (w *written) list(l core.List) {
	var elements, buttons []any
	for _, i := range l.Items {
		item := map[string]any{"title": i.Button.Title, "action": acting(i.Button, "text")}
		put(item, "imgSrc", i.Image)
		if i.Format == core.Plain {
			i.Button.Description = html.EscapeString(i.Button.Description)
		}
		put(item, "description", i.Button.Description)
		put(item, "id", i.Button.ID)
		elements = append(elements, item)
	}
	for _, b := range l.Buttons {
		buttons = append(buttons, map[string]any{"name": b.Title, "action": acting(b, "text")})
	}
	payload := map[string]any{"elements": elements}
	put(payload, "headerImgSrc", l.Image)
	put(payload, "headerText", l.Header)
	if len(buttons) > 0 {
		payload["buttons"] = buttons
	}
	w.template("7", payload)
}

func (w *written) cards(c core.Cards) {
	var payload []any
	for _, card := range c.Cards {
		item := map[string]any{}
		put(item, "title", card.Title)
		put(item, "titleExt", card.Extra)
		put(item, "subtitle", card.Subtitle)
		put(item, "description", card.Description)
		put(item, "url", card.URL)
		header := map[string]any{}
		put(header, "imgSrc", card.Image)
		put(header, "overlayText", card.Overlay)
		if len(header) > 0 {
			item["header"] = header
		}
		if len(card.Buttons) > 0 {
			var buttons []any
			for _, b := range card.Buttons {
				buttons = append(buttons, onCard(b))
			}
			item["buttons"] = buttons
		}
		payload = append(payload, item)
	}
	w.template("10", payload)
}

func put(m map[string]any, key, value string) {
	if value != "" {
		m[key] = value
	}
}
