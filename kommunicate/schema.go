package kommunicate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"causeway/core"
)

// Schema is a JSON Schema (draft 2020-12) of what a bot may answer so that a
// channel with these capabilities shows all of it as it is meant: what validates
// is read without a notice, and Fit changes nothing of it for the worse. The
// converse does not hold; much else is shown well too. What no schema can tell,
// such as the size of a file or of the whole answer, stands in descriptions.
//
// It is plain enough for language models' structured output: anyOf, no
// references, no properties beside those that are listed. title names the channel.
func Schema(title string, caps core.Capabilities) map[string]any {
	s := shaper{caps: caps}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "A bot's answer on " + title,
		"description": fmt.Sprintf("The messages of one answer, in order; at most %d KB in all. "+
			"Lengths are counted in %s; the lengths and patterns here hold them to what %s shows whole.", MaxBody>>10, units[caps.Unit], title),
		"type": "array", "minItems": 1, "maxItems": MaxMessages,
		"items": map[string]any{"anyOf": s.messages()},
		// One answer gives a conversation away once.
		"contains":    handsOver(),
		"minContains": 0, "maxContains": 1,
	}
}

var units = map[core.Unit]string{core.Runes: "characters", core.UTF16: "UTF-16 units", core.Bytes: "bytes of UTF-8"}

// shaper writes the schemas of one channel.
type shaper struct{ caps core.Capabilities }

type schema = map[string]any

// messages are the shapes of a message. A template is left out where the channel
// has no form for it.
func (s shaper) messages() []any {
	all := []any{s.text(), s.action(), s.handOff(), s.inputField()}
	if most := s.htmlRoom(s.caps.Text); most > 0 {
		all = append(all, s.html(most))
	}
	all = append(all, s.links())
	shapes := s.picks()
	if len(shapes) > 0 {
		all = append(all, s.submit(shapes), s.list(shapes))
		for _, p := range shapes {
			all = append(all, s.replies(p), s.mixed(p), s.suggestions(p))
		}
		all = append(append(all, s.htmlReplies(shapes)...), s.dialog(shapes)...)
	}
	all = append(all, s.files()...)
	return append(all, s.cards(), s.forms(shapes))
}

// mostText bounds texts that have no limit of the channel's, in characters.
const mostText = 10000

// picks are the forms in which replies are shown as buttons or rows: how many,
// and how long their titles may be. One that allows no more than another is left
// out.
func (s shaper) picks() []picks {
	var all []picks
	if b := s.caps.Buttons; b.Max > 0 {
		all = append(all, picks{most: b.Max, title: b.Title, long: b.Title})
	}
	if l := s.caps.List; l.Max > 0 {
		p := picks{most: l.Max, title: l.Title, long: l.Title}
		if l.Title > 0 {
			p.long = max(l.Title, l.Description) // the description holds what the title cannot
		}
		all = append(all, p)
	}
	if len(all) == 2 {
		switch {
		case all[0].within(all[1]):
			all = all[1:]
		case all[1].within(all[0]):
			all = all[:1]
		}
	}
	return all
}

// picks is one form for replies. A length of 0 is no limit.
type picks struct{ most, title, long int }

func (p picks) within(q picks) bool {
	shorter := func(a, b int) bool { return b == 0 || a > 0 && a <= b }
	return p.most <= q.most && shorter(p.title, q.title) && shorter(p.long, q.long)
}

func (s shaper) text() schema {
	return messageOf("Plain text. "+s.splits(), schema{"message": wording("", mostText)}, "message")
}

// messageOf is a schema of a message.
func messageOf(description string, properties schema, required ...string) schema {
	properties["platform"] = schema{"const": "kommunicate"}
	return objectOf(description, properties, required...)
}

const mostName = 200

// splits says what becomes of long text.
func (s shaper) splits() string {
	if s.caps.Text <= 0 {
		return ""
	}
	return fmt.Sprintf("A message holds %d %s; what is longer becomes several.", s.caps.Text, units[s.caps.Unit])
}

func (s shaper) html(most int) schema {
	return messageOf("HTML: b, i, u, s, code, pre, a, ul, ol, li, br, p. Scripts, styles and what is typed into are left out.",
		schema{"message": wording("", most), "messageType": schema{"const": "html"}}, "message", "messageType")
}

// htmlRoom is how many characters of HTML stay within the limits of the channel,
// whatever they are: Fit counts up to three units for each mark, so that a
// character may count four in any unit.
func (s shaper) htmlRoom(limits ...int) int {
	most := mostText
	if !slices.Contains(s.caps.Formats, core.HTML) {
		return most // it is made plain, of any length
	}
	for _, limit := range limits {
		if limit > 0 {
			most = min(most, limit/4)
		}
	}
	return most
}

// templated is a message with a template.
func templated(description, id string, message, payload schema, more ...schema) schema {
	meta := schema{
		keyContentType: schema{"const": richMessage}, keyTemplate: schema{"const": id}, keyPayload: payload,
	}
	required := []string{keyTemplate, keyPayload}
	for _, m := range more {
		maps.Copy(meta, m)
	}
	if meta[keyFormAction] != nil {
		required = append(required, keyFormAction)
	}
	return messageOf(description, schema{"message": message, "metadata": objectOf("", meta, required...)}, "metadata")
}

// body is the text of a message with buttons. Without it, the text before is put
// above them where the channel demands one.
func (s shaper) body() schema {
	return text("What is said above the buttons. "+s.splits(), mostText)
}

// links is template 3 with links.
func (s shaper) links() schema {
	l := s.caps.Links
	how := "Links, in the text."
	if l.Max > 0 {
		how = fmt.Sprintf("Links. Up to %d are buttons; of more, each is a line of the text.", l.Max)
	}
	return templated(how, "3", s.body(), arrayOf(1, maxItems, s.link("name", opening(schema{"type": schema{"const": "link"}, "url": address(0)}), "type", "url")))
}

// link is a button that opens an address. where says how it is written.
func (s shaper) link(name string, where schema, required ...string) schema {
	properties := schema{name: s.title("", s.linkTitle())}
	maps.Copy(properties, where)
	return objectOf("Opens an address.", properties, append([]string{name}, required...)...)
}

// opening adds how a browser opens a link.
func opening(link schema) schema {
	link["openLinkInNewTab"] = schema{"type": "boolean"}
	return link
}

// linkTitle is the longest title of a link; 0 if it stands in the text.
func (s shaper) linkTitle() int {
	if s.caps.Links.Max <= 0 {
		return 0
	}
	return s.caps.Links.Title
}

// submit is template 3 with a form to be posted.
func (s shaper) submit(shapes []picks) schema {
	longest := shapes[0]
	item := objectOf("", schema{"name": s.title("", longest.long), "replyText": wording("What the contact says by it.", mostSaid)}, "name")
	return templated("A button that has its form data posted.", "3", s.body(), arrayOf(1, 1, item), posted())
}

const mostSaid = 1000

// posted is what a submit button posts.
func posted() schema {
	return schema{
		keyFormAction:  address(0),
		keyFormData:    schema{"type": "object", "additionalProperties": schema{"type": "string"}},
		keyRequestType: schema{"enum": []any{"json", "application/json"}, "description": "Posted as JSON; without it, as a form."},
	}
}

// reply is what a reply button carries beside its title.
func reply(says string) schema {
	return schema{
		says:             wording("What a tap says for the contact; the title without it.", mostSaid),
		keyReplyMetadata: anything("Comes back with a tap."),
		"updateLanguage": text("The tag of the language in which the bot goes on.", mostName),
	}
}

func (s shaper) suggested(p picks) schema {
	properties := reply("message")
	properties["title"] = s.title("What is shown.", p.long)
	return objectOf("", properties, "title")
}

// replies is template 6.
func (s shaper) replies(p picks) schema {
	return templated("Suggested replies.", "6", s.body(), arrayOf(1, min(p.most, maxItems), s.suggested(p)))
}

// htmlReplies is template 6 under HTML.
func (s shaper) htmlReplies(shapes []picks) []any {
	most := s.htmlRoom(s.caps.Text, s.caps.Buttons.Body, s.caps.List.Body)
	if most <= 0 {
		return nil
	}
	var all []any
	for _, p := range shapes {
		m := templated("Suggested replies under HTML.", "6", wording("", most), arrayOf(1, min(p.most, maxItems), s.suggested(p)))
		properties, _ := m["properties"].(schema)
		properties["messageType"] = schema{"const": "html"}
		m["required"] = []any{"message", "messageType", "metadata"}
		all = append(all, m)
	}
	return all
}

// mixed is templates 11 and 13.
func (s shaper) mixed(p picks) schema {
	entry := func(sort string, title int, action schema, required ...string) schema {
		return objectOf("", schema{
			"type": schema{"const": sort}, "name": s.title("", title), "action": objectOf("", action, required...),
		}, "type", "name", "action")
	}
	pay := posted()
	pay["message"] = wording("What the contact says by it.", mostSaid)
	items := schema{"anyOf": []any{
		entry("suggestedReply", p.long, reply("message")),
		entry("link", s.linkTitle(), opening(schema{"url": address(0)}), "url"),
		entry("submit", p.long, pay, keyFormAction),
	}}
	return templated("Buttons of all sorts.", "11", s.body(), arrayOf(1, min(p.most, maxItems), items))
}

// objectOf is a schema of an object with these properties and no others.
func objectOf(description string, properties schema, required ...string) schema {
	o := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		names := make([]any, len(required))
		for i, name := range required {
			names[i] = name
		}
		o["required"] = names
	}
	return described(o, description)
}

// anything is an object of any names.
func anything(description string) schema {
	return described(schema{"type": "object", "additionalProperties": true}, description)
}

func described(o schema, description string) schema {
	if description = strings.TrimSpace(description); description != "" {
		o["description"] = description
	}
	return o
}

func arrayOf(least, most int, items schema) schema {
	return schema{"type": "array", "minItems": least, "maxItems": most, "items": items}
}
