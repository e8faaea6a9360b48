package kommunicate

import (
	"strings"

	"causeway/core"
)

// mostSuggested is how many suggestions are shown at once, as in the widget.
const mostSuggested = 8

// aided reads what helps the contact to type: KM_AUTO_SUGGESTION, whose
// suggestions are shown to pick from, and KM_FIELD, which is a form of one field.
// It is nil where there is neither, or where it cannot be shown; then the text
// stands alone, with a notice.
func (r *reader) aided(m rich) core.Content {
	if field := m.meta.object(keyField); field != nil {
		return r.inputField(m, field)
	}
	r.unread(m.meta, keyField)
	if !m.meta.has(keySuggestion) {
		return nil
	}
	source := m.meta.object(keySuggestion)
	list := source.list("source")
	if list == nil {
		r.note("has suggestions from an address, which are not shown; what is typed is taken as it is")
		return nil
	}
	if len(list) > mostSuggested {
		r.note("has %d suggestions; the first %d are shown", len(list), mostSuggested)
		list = list[:mostSuggested]
	}
	c := core.Choices{Body: m.text, Format: m.format}
	for _, item := range r.items(list, "searchKey") {
		title := item.text("searchKey", "name", "message")
		if strings.TrimSpace(title) == "" {
			continue
		}
		b := core.Button{Type: core.Reply, Title: title, Message: item.text("message", "name")}
		if more := item.object("metadata"); len(more) > 0 {
			b.Metadata = core.Metadata{"suggestMessageMetadata": map[string]any(more)}
		}
		c.Buttons = append(c.Buttons, b)
	}
	if len(c.Buttons) == 0 {
		return nil
	}
	return c
}

// inputField reads KM_FIELD, "Custom input field".
func (r *reader) inputField(m rich, field object) core.Content {
	check := field.object("validation")
	name := field.text("field", "label")
	if name == "" {
		r.note("has %s without a field", keyField)
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
	if m.text != "" { // the text asks, and the label only names
		f.Label, m.text = m.text, ""
	}
	form := core.Form{Fields: []core.Field{f}, Submit: core.FormSubmit{Plain: true, Event: m.meta.object(keyReplyMetadata).text(keyTrigger)}}
	if field.object("action").flag("updateUserDetails", false) {
		form.Submit.Save = save
	}
	return form
}
