package kommunicate

import (
	"html"
	"strings"

	"causeway/core"
)

// mostSuggested is how many suggestions are shown at once, as in the widget.
const mostSuggested = 8

// aided reads what helps the contact to type: KM_AUTO_SUGGESTION, whose
// suggestions are shown to pick from, and KM_FIELD, which is a form of one field.
// It says which of them it read. It is nil where there is neither, or where it
// cannot be shown; then the text stands alone, with a notice.
func (r *reader) aided(m rich) (core.Content, string) {
	if field := m.meta.object(keyField); field != nil {
		r.strangers(namesOf[keyField], field)
		if c := r.inputField(m, field); c != nil {
			if suggested := m.meta[keySuggestion]; !nothing(suggested) {
				r.note("has %s beside %s, which was left out: %s", keySuggestion, keyField, shortly(suggested))
			}
			return c, keyField
		}
	}
	r.unread(m.meta, keyField)
	if !m.meta.has(keySuggestion) {
		return nil, ""
	}
	return r.suggestions(m, m.meta.object(keySuggestion))
}

// suggestions reads KM_AUTO_SUGGESTION, "Autosuggestions". Without any that can
// be shown it is the text, unless a template has it.
func (r *reader) suggestions(m rich, source object) (core.Content, string) {
	r.strangers(namesOf[keySuggestion], source)
	list := source.list("source")
	if list == nil {
		r.note("has suggestions from an address, which are not shown; what is typed is taken as it is")
	}
	if len(list) > mostSuggested {
		r.note("has %d suggestions; the first %d are shown, and not these: %s", len(list), mostSuggested, shortly(list[mostSuggested:]))
		list = list[:mostSuggested]
	}
	c := r.suggested(list)
	hint := source.text("placeholder")
	switch {
	case len(c.Buttons) == 0 && m.meta.has(keyTemplate):
		if hint != "" {
			r.note("has a hint of what to type, which was left out: %s", shortly(hint))
		}
		return nil, ""
	case hint != "":
		m.text, m.format = join(m.text, m.format, hinted(hint), core.Plain)
	}
	if c.Body, c.Format = m.text, m.format; len(c.Buttons) > 0 {
		return c, keySuggestion
	}
	if strings.TrimSpace(m.text) == "" {
		return nil, ""
	}
	return core.Text{Body: m.text, Format: m.format}, keySuggestion
}

// hinted is what the box to type in says before anything is typed.
func hinted(placeholder string) string { return "(" + placeholder + ")" }

// unhinted is a message without the hint that was put below it: its
// KM_AUTO_SUGGESTION stands in the metadata as it came.
func (w *written) unhinted() {
	placeholder := object(w.Metadata).object(keySuggestion).text("placeholder")
	if placeholder == "" {
		return
	}
	hint := hinted(placeholder)
	for _, below := range []string{"\n" + hint, "<br>" + html.EscapeString(hint)} {
		w.Message = strings.TrimSuffix(w.Message, below)
	}
	if w.Message == hint {
		w.Message = ""
	}
}

func (r *reader) suggested(list []any) core.Choices {
	var c core.Choices
	for _, item := range r.items(list, "searchKey") {
		title := item.text("searchKey", "name", "message")
		if strings.TrimSpace(title) == "" {
			if !nothing(map[string]any(item)) {
				r.note("has a suggestion without a name, which was left out: %s", shortly(item))
			}
			continue
		}
		b := core.Button{Type: core.Reply, Title: title, Message: item.text("message", "name")}
		if more := item.object("metadata"); len(more) > 0 {
			b.Metadata = core.Metadata{"suggestMessageMetadata": map[string]any(more)}
		}
		c.Buttons = append(c.Buttons, b)
	}
	return c
}

// inputField reads KM_FIELD, "Custom input field". The text asks; a label that
// says more than it does stands below.
func (r *reader) inputField(m rich, field object) core.Content {
	check := field.object("validation")
	r.unread(field, "validation")
	name := field.text("field", "label")
	if name == "" {
		r.note("has %s without a field, which was left out: %s", keyField, shortly(field))
		return nil
	}
	f := core.Field{
		Type: core.TextField, Name: name, Label: field.text("label"), Placeholder: field.text("placeholder"),
		Pattern: check.text("regex"), Error: check.text("errorText"),
	}
	save := name
	switch strings.ToUpper(field.text("fieldType")) {
	case "EMAIL":
		f.Type, save = core.EmailField, "email"
	case "NAME":
		save = "name"
	case "PHONE_NUMBER":
		save = "phone"
	}
	reply := m.meta.object(keyReplyMetadata)
	form := core.Form{Fields: []core.Field{f}, Submit: core.FormSubmit{Plain: true, Event: reply.text(keyTrigger), Metadata: reply.without(keyTrigger)}}
	asks := &form.Fields[0].Label
	switch {
	case m.format != core.Plain: // its marks are for a text of its own
		form.Body, form.Format = m.text, m.format
	case m.text != "" && strings.Contains(strings.ToLower(m.text), strings.ToLower(*asks)):
		*asks = m.text
	case m.text != "":
		*asks = m.text + "\n" + *asks
	}
	if field.object("action").flag("updateUserDetails", false) {
		form.Submit.Save = save
	}
	return form
}
