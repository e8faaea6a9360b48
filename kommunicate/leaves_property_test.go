package kommunicate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"causeway/core"

	"pgregory.net/rapid"
)

// Whatever a bot writes, in whichever spelling: each word of it is in what was
// read, or a notice names it.
func TestEachLeafIsReadOrTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{T: t}
		body, err := json.Marshal([]any{w.message()})
		if err != nil {
			t.Fatal(err)
		}
		a, err := ReadAnswer(body)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(a.Notices, "\n")
		for _, s := range a.Say {
			raw, err := core.MarshalContent(s.Content)
			if err != nil {
				t.Fatal(err)
			}
			got += string(raw) + fmt.Sprint(s.Metadata)
		}
		if len(a.Notices) > maxNotices {
			return // of very many the rest is summed up
		}
		for i := range w.n {
			if word := fmt.Sprintf("q%dq", i+1); !strings.Contains(got, word) {
				t.Fatalf("%s is lost in silence\nwritten %s\nread %s", word, body, got)
			}
		}
	})
}

// writer writes messages in Kommunicate's form, all words of which differ.
type writer struct {
	*rapid.T
	n int
}

func (w *writer) one(of ...string) string { return rapid.SampledFrom(of).Draw(w.T, of[0]) }

func (w *writer) seldom(label string) bool { return rapid.IntRange(0, 7).Draw(w.T, label) == 7 }

func (w *writer) word() string {
	w.n++
	return fmt.Sprintf("q%dq", w.n)
}

func (w *writer) address() string {
	return w.one("https://ex.com/", "http://ex.com/", "https://ex.com/", "app:", "nothing ", "javascript:") + w.word()
}

func (w *writer) sometimes(o map[string]any, names ...string) {
	for _, name := range names {
		if rapid.Bool().Draw(w.T, name) {
			o[name] = w.word()
		}
	}
	if w.seldom("a slip") {
		o[w.one("tilte", "Label", "hint", "colour")] = w.word()
	}
	if o[names[0]] == nil && w.seldom("no text") {
		o[names[0]] = []any{w.word()}
	}
}

// maybeText is v, or the JSON of v as a string.
func (w *writer) maybeText(v any) any {
	if !w.seldom("as a string") {
		return v
	}
	raw, err := json.Marshal(v)
	if err != nil {
		w.Fatal(err)
	}
	return string(raw)
}

func (w *writer) some(most int, make func() map[string]any) []any {
	all := []any{}
	for range rapid.IntRange(0, most).Draw(w.T, "some") {
		all = append(all, make())
	}
	return all
}

func (w *writer) message() map[string]any {
	meta := map[string]any{}
	m := map[string]any{"metadata": meta}
	w.sometimes(m, "message")
	if w.seldom("html") {
		m["messageType"] = "html"
	}
	id := w.one("3", "6", "7", "8", "9", "10", "11", "12", "13", "14", "99")
	payload := w.payload(id)
	meta[keyTemplate], meta[keyPayload] = id, w.maybeText(payload)
	if w.seldom("posted") {
		w.posted(meta)
	}
	if w.seldom("field") {
		field := map[string]any{"validation": map[string]any{"regex": w.word(), "errorText": w.word()}, "fieldType": w.one("EMAIL", "x")}
		w.sometimes(field, "field", "label", "placeholder")
		meta[keyField] = w.maybeText(field)
	}
	if w.seldom("suggestion") {
		meta[keySuggestion] = map[string]any{"placeholder": w.word(), "source": w.some(3, func() map[string]any {
			item := map[string]any{}
			w.sometimes(item, "searchKey", "message")
			return item
		})}
	}
	if w.seldom("file") {
		m["fileMeta"] = map[string]any{"url": w.address(), "name": w.word()}
	}
	return m
}

func (w *writer) posted(o map[string]any) {
	o[keyFormAction], o[keyFormData] = w.address(), w.maybeText(map[string]any{w.word(): w.word()})
	o[keyRequestType] = w.one("json", toBot, "")
}

func (w *writer) payload(id string) any {
	switch id {
	case "7":
		p := map[string]any{"elements": w.some(3, func() map[string]any {
			item := map[string]any{"action": w.action()}
			w.sometimes(item, "title", "description")
			if w.seldom("article") {
				item["articleId"], item["source"] = w.word(), w.word()
			}
			w.picture(item, "imgSrc")
			return item
		}), "buttons": w.some(2, w.button)}
		w.sometimes(p, "headerText")
		w.picture(p, "headerImgSrc")
		return p
	case "8":
		p := map[string]any{"buttons": w.some(2, w.button)}
		w.sometimes(p, "title", "description", "buttonLabel")
		return p
	case "9", "14":
		return w.some(3, func() map[string]any {
			item := map[string]any{"url": w.address()}
			w.sometimes(item, "caption")
			return item
		})
	case "10":
		return w.some(2, w.card)
	case "12":
		return w.some(4, w.field)
	}
	return w.some(3, w.button)
}

func (w *writer) picture(o map[string]any, name string) {
	if rapid.Bool().Draw(w.T, name) {
		o[name] = w.address()
	}
}

func (w *writer) action() any {
	a := map[string]any{"type": w.one("link", "quick_reply", "quickReply", "submit", "")}
	switch a["type"] {
	case "link":
		a["url"] = w.address()
		a["openLinkInNewTab"] = w.one("true", "false")
	case "submit":
		w.posted(a)
		fallthrough
	default:
		w.sometimes(a, "message")
		if w.seldom("carries") {
			a["replyMetadata"] = w.maybeText(map[string]any{w.word(): w.word()})
		}
	}
	return w.maybeText(a)
}

func (w *writer) button() map[string]any { return w.buttonOf(w.action()) }

func (w *writer) buttonOf(action any) map[string]any {
	b := map[string]any{"action": action}
	w.sometimes(b, w.one("name", "title"), "description", "id")
	return b
}

func (w *writer) card() map[string]any {
	header := map[string]any{}
	w.sometimes(header, "overlayText")
	w.picture(header, "imgSrc")
	c := map[string]any{"header": header, "buttons": w.some(2, func() map[string]any {
		return w.buttonOf(map[string]any{"type": "quickReply", "payload": map[string]any{"title": w.word()}})
	})}
	w.sometimes(c, "title", "titleExt", "subtitle", "description")
	w.picture(c, "url")
	return c
}

func (w *writer) field() map[string]any {
	kind := w.one("text", "password", "textarea", "hidden", "radio", "checkbox", "dropdown", "date", "submit")
	data := map[string]any{}
	switch kind {
	case "submit":
		data["action"] = map[string]any{"message": w.word(), keyFormAction: w.address(), keyRequestType: w.one("json", toBot)}
		w.sometimes(data, "name")
	case "hidden":
		w.sometimes(data, "name", "value")
	case "radio", "checkbox", "dropdown":
		w.sometimes(data, "title", "name")
		data["options"] = w.some(3, func() map[string]any { return map[string]any{"label": w.word(), "value": w.word()} })
	default:
		data["validation"] = map[string]any{"regex": w.word(), "errorText": w.word()}
		w.sometimes(data, "label", "placeholder")
	}
	if w.seldom("flat") {
		data["type"] = kind
		return data
	}
	return map[string]any{"type": kind, "data": data}
}
