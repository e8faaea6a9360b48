package telegram

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"causeway/core"
)

// content is what a message says, or nil and why it says nothing. The order
// minds fields that stand beside others for the sake of old clients: an
// animation is a document too, a venue a location. Bot API, "Message".
func (m message) content() (core.Content, string) {
	if media := m.media(); media != nil {
		media.Caption = m.Caption
		if m.Sticker != nil {
			media.Caption = m.Sticker.Emoji // the nearest thing to words
		}
		return *media, ""
	}
	switch {
	case m.Venue != nil:
		l := m.Venue.Location
		return core.Location{Latitude: l.Latitude, Longitude: l.Longitude, Name: m.Venue.Title, Address: m.Venue.Address}, ""
	case m.Location != nil:
		return core.Location{Latitude: m.Location.Latitude, Longitude: m.Location.Longitude}, ""
	case m.Contact != nil:
		c := m.Contact
		card := core.AddressCard{Name: strings.TrimSpace(c.FirstName + " " + c.LastName), VCard: c.VCard}
		if c.PhoneNumber != "" {
			card.Phones = []string{phone(c.PhoneNumber)}
		}
		return core.Contacts{Contacts: []core.AddressCard{card}}, ""
	case m.Text != "":
		return core.Text{Body: m.Text}, ""
	}
	what := unknown(m.fields, envelope)
	if service[what] {
		return nil, "a service message: " + what
	}
	return core.Unsupported{What: what, Text: words(m.fields[what], m.Caption)}, ""
}

// media is the file of a message, if it has one.
func (m message) media() *core.Media {
	switch {
	case m.Animation != nil:
		f := m.Animation
		return &core.Media{Media: core.Video, Ref: f.FileID, MIME: f.MimeType, Name: f.FileName, Size: f.FileSize}
	case len(m.Photo) > 0:
		f := m.Photo[len(m.Photo)-1] // sizes ascend
		return &core.Media{Media: core.Image, Ref: f.FileID, MIME: "image/jpeg", Size: int64(f.FileSize)}
	case m.Video != nil:
		f := m.Video
		return &core.Media{Media: core.Video, Ref: f.FileID, MIME: f.MimeType, Name: f.FileName, Size: f.FileSize}
	case m.VideoNote != nil:
		return &core.Media{Media: core.Video, Ref: m.VideoNote.FileID, MIME: "video/mp4", Size: int64(m.VideoNote.FileSize)}
	case m.Voice != nil:
		return &core.Media{Media: core.Voice, Ref: m.Voice.FileID, MIME: m.Voice.MimeType, Size: m.Voice.FileSize}
	case m.Audio != nil:
		f := m.Audio
		return &core.Media{Media: core.Audio, Ref: f.FileID, MIME: f.MimeType, Name: f.FileName, Size: f.FileSize}
	case m.Document != nil:
		f := m.Document
		return &core.Media{Media: core.File, Ref: f.FileID, MIME: f.MimeType, Name: f.FileName, Size: f.FileSize}
	case m.Sticker != nil:
		return &core.Media{Media: core.Sticker, Ref: m.Sticker.FileID, MIME: stickerMIME(m.Sticker.IsAnimated, m.Sticker.IsVideo), Size: int64(m.Sticker.FileSize)}
	}
	return nil
}

// stickerMIME: Bot API, "Sticker".
func stickerMIME(animated, video bool) string {
	switch {
	case animated:
		return "application/x-tgsticker"
	case video:
		return "video/webm"
	}
	return "image/webp"
}

// set makes a set of words.
func set(words ...string) map[string]bool {
	all := map[string]bool{}
	for _, w := range words {
		all[w] = true
	}
	return all
}

// envelope are the fields of a message that say nothing by themselves.
var envelope = set("message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count",
	"sender_business_bot", "sender_tag", "receiver_user", "ephemeral_message_id", "date", "business_connection_id", "chat",
	"forward_origin", "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
	"reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot", "edit_date", "has_protected_content", "is_from_offline",
	"is_paid_post", "media_group_id", "author_signature", "paid_star_count", "entities", "link_preview_options",
	"suggested_post_info", "effect_id", "caption", "caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup",
	"forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name", "forward_date")

// service are the messages that Telegram writes about a chat.
var service = set("new_chat_members", "new_chat_member", "new_chat_participant", "left_chat_member", "left_chat_participant",
	"new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created",
	"message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id", "pinned_message", "connected_website",
	"write_access_allowed", "proximity_alert_triggered", "boost_added", "chat_background_set", "direct_message_price_changed",
	"forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
	"general_forum_topic_unhidden", "giveaway_created", "giveaway_completed", "paid_message_price_changed", "chat_owner_left",
	"chat_owner_changed", "community_chat_added", "community_chat_joined", "community_chat_removed", "video_chat_scheduled",
	"video_chat_started", "video_chat_ended", "video_chat_participants_invited", "managed_bot_created", "poll_option_added",
	"poll_option_deleted", "checklist_tasks_done", "checklist_tasks_added")

// unknown is the first field, by name, that is none of those known.
func unknown(fields map[string]json.RawMessage, known map[string]bool) string {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !known[name] {
			return name
		}
	}
	return "nothing"
}

// maxWords bounds what is kept of a message that cannot be shown, in bytes.
const maxWords = 4096

// worded are the fields whose values a person wrote or was shown.
var worded = set("text", "question", "title", "description", "data", "button_text", "emoji", "value", "first_name", "last_name", "username")

// words gathers what can be read of a value of any shape, a line each.
func words(raw json.RawMessage, first string) string {
	lines := []string{}
	if first != "" {
		lines = append(lines, first)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	gather(d, "", &lines)
	text := strings.Join(lines, "\n")
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "") + "…"
	}
	return text
}

// gather walks one JSON value in its own order. Its depth was bounded when the
// body was read.
func gather(d *json.Decoder, field string, lines *[]string) {
	token, err := d.Token()
	if err != nil {
		return
	}
	switch v := token.(type) {
	case json.Delim:
		for d.More() {
			name := field
			if v == '{' {
				key, err := d.Token()
				if err != nil {
					return
				}
				name, _ = key.(string)
			}
			gather(d, name, lines)
		}
		_, _ = d.Token()
	case string:
		if worded[field] && v != "" {
			*lines = append(*lines, v)
		}
	case json.Number:
		if worded[field] {
			*lines = append(*lines, v.String())
		}
	}
}
