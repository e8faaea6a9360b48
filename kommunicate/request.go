package kommunicate

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"causeway/core"
)

// request is the body of a bot's webhook. Every field is always there.
type request struct {
	BotID          string         `json:"botId"`
	Key            string         `json:"key"`
	From           string         `json:"from"`
	Message        string         `json:"message"`
	GroupID        int64          `json:"groupId"`
	Metadata       map[string]any `json:"metadata"`
	ContentType    int            `json:"contentType"`
	ApplicationKey string         `json:"applicationKey"`
	ApplicationID  string         `json:"applicationId"`
	Source         int            `json:"source"`
	EventName      string         `json:"eventName"`
	CreatedAt      int64          `json:"createdAt"`
}

// Request is the body that a bot is called with, as in "Custom AI Agent
// Integration". The same turn gives the same bytes. It fails only for a turn
// without message and event, or whose metadata is no JSON.
//
// An event's data stands in the metadata and, for bots that read only that, in
// KM_CHAT_CONTEXT.
//
// A tap arrives as its message, with the button's reply metadata in the
// metadata, and its id and title as "selection" in KM_CHAT_CONTEXT. What has no
// form of its own on this wire (contacts, an order, a reaction, an edit) stands
// as "content" there.
func Request(t core.Turn, appID string) ([]byte, error) {
	r := request{
		BotID: t.Bot, From: t.Conversation.Contact.UserID, GroupID: int64(t.Conversation.ID),
		ApplicationKey: appID, ApplicationID: appID, Source: source(t.Source),
	}
	var said core.Content
	var carried core.Metadata
	switch {
	case t.Message != nil:
		said, carried = together(t), t.Message.Metadata
		r.Key, r.CreatedAt = t.Message.Key, millis(t.Message.CreatedAt, t.Message.At)
		r.Message, r.ContentType = words(said)
		r.EventName = core.EventOf(said)
	case t.Event != nil:
		carried = t.Event.Data
		r.Key, r.EventName = t.ID, t.Event.Name
		r.CreatedAt = millis(t.At, t.Conversation.UpdatedAt, t.Conversation.CreatedAt)
	default:
		return nil, errors.New("write a bot's request: the turn has neither message nor event")
	}
	ctx, err := chatContext(t, said, carried)
	if err != nil {
		return nil, fmt.Errorf("write a bot's request: %w", err)
	}
	maps.Copy(ctx, map[string]any{"botId": r.BotID, "from": r.From, "groupId": r.GroupID, "applicationId": appID})
	r.Metadata = metadata(t.Conversation.Terms.MessageMetadata, said, carried, ctx)
	if t.Available != "" {
		response := []any{map[string]any{
			"name": core.ActionAvailability, "payload": map[string]any{"availabilityStatus": t.Available},
		}}
		r.Metadata["actionResponse"], ctx["actionResponse"] = response, response
	}
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write a bot's request: %w", err)
	}
	return body, nil
}

// together is what a turn says: the files of an album as one, or the lines of
// several messages. Files among texts stand in the attachments alone.
func together(t core.Turn) core.Content {
	if len(t.With) == 0 {
		return t.Message.Content
	}
	var album core.Album
	var texts []string
	words := false
	for _, m := range append([]core.Message{*t.Message}, t.With...) {
		switch c := m.Content.(type) {
		case core.Media:
			album.Items = append(album.Items, c)
		case core.Album:
			album.Items = append(album.Items, c.Items...)
		default:
			words = true
		}
		texts = append(texts, core.PlainText(m.Content))
	}
	if !words {
		return album
	}
	return core.Text{Body: strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n")}
}

// words is a content as message and contentType.
func words(c core.Content) (string, int) {
	text := core.PlainText(c)
	switch c := c.(type) {
	case core.Text:
		if c.Format == core.HTML {
			return c.Body, typeHTML
		}
	case core.Media:
		return text, mediaType(c.Media)
	case core.Album:
		return text, typeAttachment
	case core.Location:
		point, err := json.Marshal(map[string]float64{"lat": c.Latitude, "lon": c.Longitude})
		if err == nil {
			text = string(point)
		}
		return text, typeLocation
	case core.Contacts:
		return text, typeContact
	case core.Choices, core.List, core.Cards, core.Form, core.FormAnswer, core.Template, core.Selection, core.Reaction,
		core.Order, core.Edited, core.Deleted, core.Unsupported:
	}
	return text, typeText
}

func mediaType(m core.MediaType) int {
	switch m {
	case core.Audio, core.Voice:
		return typeAudio
	case core.Video:
		return typeVideo
	case core.Image, core.File, core.Sticker:
	}
	return typeAttachment
}

// metadata is what goes with every message, what this one carries, and what a
// tapped button adds, later ones over earlier ones.
func metadata(always core.Metadata, said core.Content, carried core.Metadata, ctx map[string]any) map[string]any {
	m := map[string]any{}
	maps.Copy(m, always)
	maps.Copy(m, carried)
	if pick, ok := said.(core.Selection); ok {
		maps.Copy(m, pick.Metadata)
	}
	if form, ok := said.(core.FormAnswer); ok {
		maps.Copy(m, form.Metadata)
		if form.Event != "" {
			m[keyTrigger] = form.Event
		}
	}
	m[keyContext] = ctx
	return m
}

func source(kind string) int {
	if kind == "WEB" {
		return sourceWeb
	}
	return sourcePlatform
}

// millis is the first time that is set, in ms since 1970; 0 if none is.
func millis(times ...time.Time) int64 {
	for _, t := range times {
		if !t.IsZero() {
			return t.UnixMilli()
		}
	}
	return 0
}
