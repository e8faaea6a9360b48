package instagram

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf16"

	"causeway/core"
)

// within checks a native call against the limits of Meta's pages "Send API",
// "Quick replies", "Generic template", "Button template" and "Send Messages",
// which no schema tells. It reads the JSON, not our types.
func within(f form) func(core.Payload) error {
	most := 2000
	size := func(s string) int { return len(utf16.Encode([]rune(s))) }
	if f.sort == "" {
		most, size = 1000, func(s string) int { return len(s) }
	}
	return func(p core.Payload) error {
		data, err := json.Marshal(p.Body)
		if err != nil {
			return err
		}
		var m limited
		if err := json.Unmarshal(data, &m); err != nil {
			return err
		}
		l := limits{}
		l.that(p.Op == "messages", "op %s", p.Op)
		l.that(m.Recipient.ID != "", "no recipient")
		l.that(m.Type == f.sort && m.Tag == "" || m.Type == "MESSAGE_TAG" && m.Tag == "HUMAN_AGENT", "messaging_type %q, tag %q", m.Type, m.Tag)
		l.that(f.echoes || m.Message.Metadata == "", "metadata %q", m.Message.Metadata)
		l.that(len(m.Message.Metadata) <= 1000, "metadata is long")
		l.that(size(m.Message.Text) <= most, "text of %d", size(m.Message.Text))
		l.message(m.Message, f.sort != "")
		return errors.Join(l...)
	}
}

type limited struct {
	Recipient struct{ ID string }
	Type      string `json:"messaging_type"`
	Tag       string
	Message   limitedMessage
}

type limitedMessage struct {
	Text         string
	Metadata     string
	Attachment   *limitedAttachment
	Attachments  []limitedAttachment
	QuickReplies []struct {
		Type    string `json:"content_type"`
		Title   string
		Payload string
	} `json:"quick_replies"`
}

type limitedAttachment struct {
	Type    string
	Payload struct {
		URL      string
		Template string `json:"template_type"`
		Text     string
		Buttons  []limitedButton
		Elements []struct {
			Title, Subtitle string
			Image           string         `json:"image_url"`
			Action          *limitedButton `json:"default_action"`
			Buttons         []limitedButton
		}
	}
}

type limitedButton struct{ Type, Title, URL, Payload string }

type limits []error

func (l *limits) that(holds bool, format string, args ...any) {
	if !holds {
		*l = append(*l, fmt.Errorf(format, args...))
	}
}

// short: characters as JavaScript counts them, which are never too few.
func (l *limits) short(what, s string, most int) {
	n := len(utf16.Encode([]rune(s)))
	l.that(n <= most, "%s of %d characters, the most is %d", what, n, most)
}

func (l *limits) message(m limitedMessage, messenger bool) {
	things := 0
	for _, is := range []bool{m.Text != "", m.Attachment != nil, len(m.Attachments) > 0} {
		if is {
			things++
		}
	}
	l.that(things == 1, "%d things in one message", things)
	l.that(len(m.QuickReplies) == 0 || m.Text != "", "quick replies without text")
	l.that(len(m.QuickReplies) <= 13, "%d quick replies", len(m.QuickReplies))
	for _, q := range m.QuickReplies {
		l.that(q.Type == "text" && q.Title != "" && q.Payload != "" && len(q.Payload) <= 1000, "quick reply %+v", q)
		l.short("quick reply", q.Title, 20)
	}
	if m.Attachment != nil {
		l.attachment(*m.Attachment)
	}
	l.that(len(m.Attachments) == 0 || !messenger && len(m.Attachments) >= 2 && len(m.Attachments) <= 10, "%d attachments", len(m.Attachments))
	for _, a := range m.Attachments {
		l.that(a.Type == "image" && a.Payload.URL != "", "several attachments with a %s", a.Type)
	}
}

func (l *limits) attachment(a limitedAttachment) {
	p := a.Payload
	if a.Type != "template" {
		l.that(p.URL != "" && p.Template == "", "%s with %+v", a.Type, p)
		return
	}
	switch p.Template {
	case "button":
		l.that(p.Text != "" && len(p.Buttons) > 0, "button template without text or buttons")
		l.short("button template", p.Text, 640)
		l.buttons(p.Buttons)
	case "generic":
		l.that(len(p.Elements) >= 1 && len(p.Elements) <= 10, "%d elements", len(p.Elements))
		for _, e := range p.Elements {
			l.that(e.Title != "", "element without title")
			l.that(e.Subtitle != "" || e.Image != "" || len(e.Buttons) > 0, "element of a title alone")
			l.short("title", e.Title, 80)
			l.short("subtitle", e.Subtitle, 80)
			l.buttons(e.Buttons)
			l.that(e.Action == nil || e.Action.Type == "web_url" && e.Action.URL != "" && e.Action.Title == "", "default_action %+v", e.Action)
		}
	default:
		l.that(false, "template %q", p.Template)
	}
}

func (l *limits) buttons(all []limitedButton) {
	l.that(len(all) <= 3, "%d buttons", len(all))
	for _, b := range all {
		link := b.Type == "web_url" && b.URL != "" && b.Payload == ""
		postback := b.Type == "postback" && b.Payload != "" && len(b.Payload) <= 1000 && b.URL == ""
		l.that(link || postback, "button %+v", b)
		l.that(b.Title != "", "button without title")
		l.short("button", b.Title, 20)
	}
}
