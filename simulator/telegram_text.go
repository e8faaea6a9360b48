package simulator

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxText    = 4096 // Bot API, sendMessage: "1-4096 characters after entities parsing"
	maxCaption = 1024 // Bot API, sendPhoto: "0-1024 characters after entities parsing"
)

// units counts UTF-16 code units, as Telegram's offsets do.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// richText reads a text parameter as parse_mode or the entities parameter say.
func richText(p params, name, entitiesName string) (string, []Entity, *refusal) {
	raw := p.values[name]
	if !utf8.ValidString(raw) {
		return "", nil, bad("strings must be encoded in UTF-8")
	}
	var text string
	var entities []Entity
	var r *refusal
	switch mode := strings.ToLower(p.values["parse_mode"]); mode {
	case "":
		text = raw
		if p.values[entitiesName] != "" && !p.json(entitiesName, &entities) {
			return "", nil, bad("can't parse entities JSON object")
		}
		for _, e := range entities {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > units(raw) {
				return "", nil, bad("entity beginning or end lies outside of the text")
			}
		}
	case "html":
		text, entities, r = parseHTML(raw)
	case "markdownv2":
		text, entities, r = parseMarkdown(raw)
	case "markdown":
		text, entities, r = parseOldMarkdown(raw)
	default:
		return "", nil, bad("unsupported parse_mode")
	}
	if r != nil {
		return "", nil, r
	}
	text, entities = trim(text, entities)
	return text, entities, nil
}

// trim cuts the white space around a text, as Telegram does, and moves its
// entities along.
func trim(text string, entities []Entity) (string, []Entity) {
	left := strings.TrimLeft(text, " \t\r\n")
	cut := units(text) - units(left)
	text = strings.TrimRight(left, " \t\r\n")
	size := units(text)
	var kept []Entity
	for _, e := range entities {
		from, to := max(e.Offset-cut, 0), min(e.Offset-cut+e.Length, size)
		if from < to {
			e.Offset, e.Length = from, to-from
			kept = append(kept, e)
		}
	}
	sortEntities(kept)
	return text, kept
}

func sortEntities(list []Entity) {
	slices.SortStableFunc(list, func(a, b Entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
}

// found are the entities that Telegram finds by itself in any text.
var found = []struct {
	kind string
	at   *regexp.Regexp
}{
	{"bot_command", regexp.MustCompile(`(?:^|\s)(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)},
	{"mention", regexp.MustCompile(`(?:^|[^\w@])(@[A-Za-z0-9_]{4,32})`)},
	{"hashtag", regexp.MustCompile(`(?:^|\s)(#[\pL\pN_]+)`)},
	{"url", regexp.MustCompile(`()(https?://[^\s<>"]+[^\s<>".,;:!?)])`)},
	{"email", regexp.MustCompile(`(?:^|[^\w.])([\w.+-]+@[\w-]+\.[\w.-]*\w)`)},
}

// withFound adds the entities that Telegram finds by itself, where none is yet.
func withFound(text string, entities []Entity) []Entity {
	taken := slices.Clone(entities)
	for _, f := range found {
		for _, at := range f.at.FindAllStringSubmatchIndex(text, -1) {
			from, to := at[len(at)-2], at[len(at)-1]
			e := Entity{Type: f.kind, Offset: units(text[:from]), Length: units(text[from:to])}
			free := !slices.ContainsFunc(taken, func(o Entity) bool { return e.Offset < o.Offset+o.Length && o.Offset < e.Offset+e.Length })
			if free {
				taken = append(taken, e)
			}
		}
	}
	sortEntities(taken)
	return taken
}

// wire is the entity as the Bot API writes it (Bot API, MessageEntity).
func (e Entity) wire() obj {
	o := obj{"type": e.Type, "offset": e.Offset, "length": e.Length}
	if e.URL != "" {
		o["url"] = e.URL
	}
	if e.Language != "" {
		o["language"] = e.Language
	}
	if e.EmojiID != "" {
		o["custom_emoji_id"] = e.EmojiID
	}
	if e.UserID != 0 {
		o["user"] = obj{"id": e.UserID, "is_bot": false, "first_name": "?"}
	}
	return o
}

func wireEntities(list []Entity) []obj {
	out := make([]obj, len(list))
	for i, e := range list {
		out[i] = e.wire()
	}
	return out
}

// linked makes the entity of a link; a tg://user link is a mention, and what is
// no link Telegram understands becomes plain text.
func linked(address string, offset, length int) (Entity, bool) {
	e := Entity{Type: "text_link", Offset: offset, Length: length, URL: address}
	if id, ok := strings.CutPrefix(address, "tg://user?id="); ok {
		e.Type, e.URL = "text_mention", ""
		for _, r := range id {
			if r < '0' || r > '9' {
				return e, false
			}
			e.UserID = e.UserID*10 + int64(r-'0')
		}
		return e, e.UserID != 0 && length > 0
	}
	ok := strings.HasPrefix(address, "tg://") || buttonURL(address)
	return e, ok && length > 0
}
