package kommunicate

import (
	"fmt"
	"strings"

	"causeway/core"
)

// list is template 7. Rows have pictures where they are shown as cards.
func (s shaper) list(shapes []picks) schema {
	payload := schema{"headerText": text("", mostSaid)}
	if s.has(core.Image) {
		payload["headerImgSrc"] = address(0)
	}
	var ways []any
	for _, p := range shapes {
		own := schema{"elements": arrayOf(1, min(p.most, maxItems), s.row(p))}
		for name, property := range payload {
			own[name] = property
		}
		if len(shapes) == 1 {
			// What does not go into the list with the rows is a menu of its own.
			own["buttons"] = arrayOf(1, min(p.most, maxItems), schema{"anyOf": []any{
				objectOf("", schema{"name": s.title("", p.title), "action": quickReply()}, "name", "action"),
				objectOf("", schema{"name": s.title("", s.linkTitle()), "action": linkAction()}, "name", "action"),
			}})
		}
		ways = append(ways, objectOf("", own, "elements"))
	}
	return templated("A list. "+s.splits(), "7", text("", mostText), anyOf(ways))
}

// row is an item of a list.
func (s shaper) row(p picks) schema {
	row := func(title int, action schema) schema {
		properties := schema{"title": s.title("", title), "description": text("Under the title.", mostSaid), "action": action}
		if s.caps.List.Max <= 0 && s.caps.Cards > 0 && s.has(core.Image) {
			properties["imgSrc"] = address(0)
		}
		return objectOf("", properties, "title", "action")
	}
	return schema{"anyOf": []any{row(p.title, quickReply()), row(s.linkTitle(), linkAction())}}
}

func quickReply() schema {
	properties := reply("text")
	properties["type"] = schema{"const": "quick_reply"}
	return objectOf("", properties, "type")
}

func linkAction() schema {
	return objectOf("", opening(schema{"type": schema{"const": "link"}, "url": address(0)}), "type", "url")
}

// dialog is template 8: an answer with a question whether it helped. Its text is
// HTML, all of which may stand above the buttons.
func (s shaper) dialog(shapes []picks) []any {
	const parts, between = 4, 8 // characters
	most := s.htmlRoom(s.caps.Text, s.caps.Buttons.Body, s.caps.List.Body) - between
	if most < parts {
		return nil
	}
	var ways []any
	for _, p := range shapes {
		button := schema{"name": s.title("", p.long), keyReplyMetadata: anything("")}
		ways = append(ways, objectOf("", schema{
			"title": wording("", most/parts), "description": wording("HTML.", most/2), "buttonLabel": wording("", most/parts),
			"buttons": arrayOf(1, min(p.most, maxItems), objectOf("", button, "name")),
		}, "description", "buttons"))
	}
	return []any{templated("An answer, and buttons that say whether it helped.", "8", schema{"const": ""}, anyOf(ways))}
}

// cards is template 10.
func (s shaper) cards() schema {
	header := schema{"overlayText": text("", mostName)}
	if s.has(core.Image) {
		header["imgSrc"] = address(0)
	}
	properties := schema{
		"title": wording("", mostName), "titleExt": text("Beside the title, such as a rating.", mostName), "subtitle": text("", mostSaid),
		"description": text("", mostSaid), "header": objectOf(s.about(core.Image), header), "url": address(s.linkTitle()),
	}
	shapes := s.picks()
	if len(shapes) == 0 {
		properties["buttons"] = arrayOf(0, maxItems, s.cardLink())
		return templated(s.row10(), "10", text("", mostText), arrayOf(1, maxItems, objectOf("", properties, "title")))
	}
	var ways []any
	for _, p := range shapes {
		ways = append(ways, arrayOf(0, min(p.most, maxItems), schema{"anyOf": []any{
			s.cardReply(p), s.cardLink(), s.cardSubmit(p),
		}}))
	}
	properties["buttons"] = anyOf(ways)
	return templated(s.row10(), "10", text("", mostText), arrayOf(1, maxItems, objectOf("", properties, "title")))
}

// row10 says how cards are shown.
func (s shaper) row10() string {
	if s.caps.Cards > 0 {
		return fmt.Sprintf("Cards, in rows of up to %d.", s.caps.Cards)
	}
	return "Cards, each a message."
}

func (s shaper) cardReply(p picks) schema {
	inner := reply("message")
	inner["title"] = wording("What a tap says, if there is no message.", mostSaid)
	return s.cardButton(p.long, "quickReply", objectOf("", inner))
}

func (s shaper) cardLink() schema {
	return s.cardButton(s.linkTitle(), "link", objectOf("", schema{"url": address(0)}, "url"))
}

func (s shaper) cardSubmit(p picks) schema {
	inner := posted()
	inner["replyText"] = wording("What the contact says by it.", mostSaid)
	inner["text"] = wording("", mostSaid)
	return s.cardButton(p.long, "submit", objectOf("", inner, keyFormAction))
}

func (s shaper) cardButton(title int, sort string, payload schema) schema {
	action := objectOf("", opening(schema{"type": schema{"const": sort}, "payload": payload}), "type", "payload")
	return objectOf("", schema{"name": s.title("", title), "action": action}, "name", "action")
}

// files are templates 9 and 14.
func (s shaper) files() []any {
	var all []any
	if s.has(core.Image) {
		item := objectOf("", schema{"url": address(0), "caption": text("", mostSaid)}, "url")
		all = append(all, templated("Pictures. "+s.about(core.Image), "9", text("", mostText), arrayOf(1, maxItems, item)))
	}
	if s.has(core.Video) {
		item := objectOf("", schema{"url": address(0), "caption": text("", mostSaid), "type": s.mime(core.Video)}, "url")
		all = append(all, templated("Films. "+s.about(core.Video), "14", text("", mostText), arrayOf(1, maxItems, item)))
	}
	page := objectOf("", schema{
		"url": address(0), "source": wording("Whose page it is, such as youtube.", mostName), "caption": s.title("", s.linkTitle()),
		"type": s.mime(core.Video),
	}, "url", "caption")
	pages := arrayOf(1, maxItems, page)
	pages["contains"] = schema{"type": "object", "required": []any{"source"}, "additionalProperties": true} // without any, they are films
	return append(all, templated("Links to pages with films; one at least has a source.", "14", s.body(), pages))
}

// mime is the MIME type of a file that the channel shows as m.
func (s shaper) mime(m core.MediaType) schema {
	var taken []any
	for _, t := range s.caps.Media[m].MIME {
		if strings.Contains(t, "/") { // the others are ends of names
			taken = append(taken, t)
		}
	}
	if len(taken) == 0 {
		return text("The MIME type, such as video/mp4.", mostName)
	}
	return described(schema{"enum": taken}, "The MIME type.")
}

// has reports whether the channel shows a type of media.
func (s shaper) has(m core.MediaType) bool {
	_, ok := s.caps.Media[m]
	return ok
}

// about says what files of a type the channel takes.
func (s shaper) about(m core.MediaType) string {
	medium := s.caps.Media[m]
	var some []string
	if len(medium.MIME) > 0 {
		some = append(some, strings.Join(medium.MIME, " or "))
	}
	if medium.Max > 0 {
		some = append(some, fmt.Sprintf("at most %d KB", medium.Max>>10))
	}
	return strings.Join(some, ", ")
}

// anyOf is one of several schemas.
func anyOf(ways []any) schema {
	if only, ok := ways[0].(schema); ok && len(ways) == 1 {
		return only
	}
	return schema{"anyOf": ways}
}
