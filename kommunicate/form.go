package kommunicate

import (
	"maps"
	"strings"

	"causeway/core"
)

// Keys and words of template 12, "Form".
const (
	toBotPlatform = "postBackToBotPlatform"
	keyPostBack   = "postBackToKommunicate"
	keyAsMessage  = "postFormDataAsMessage"
)

// form reads template 12, in its flat and its nested layout. A field is
// delivered under its name, where its type has one, else under its label.
func (r *reader) form(m rich) core.Content {
	f := core.Form{Body: m.text, Format: m.format}
	var submit object
	for _, item := range r.items(m.payload, "label") {
		data := item.object("data")
		if data == nil {
			data = item
		}
		kind := item.text("type")
		if kind == "" {
			kind = data.text("type")
		}
		if strings.EqualFold(kind, "submit") {
			if submit != nil {
				r.note("has more than one button for its form; the last one counts, and this one was left out: %s", shortly(submit))
			}
			f.Submit, submit = r.formSubmit(data, m.meta), data
			continue
		}
		if field, ok := r.field(strings.ToLower(kind), data); ok {
			f.Fields = append(f.Fields, field)
		}
	}
	if len(f.Fields) == 0 && submit == nil {
		return nil
	}
	if submit == nil {
		f.Submit = r.formSubmit(nil, m.meta)
	}
	return f
}

func (r *reader) field(kind string, data object) (core.Field, bool) {
	check := data.object("validation")
	r.unread(data, "validation")
	f := core.Field{
		Type: core.FieldType(kind), Label: data.text("label", "title"), Placeholder: data.text("placeholder"),
		Pattern: check.text("regex"), Error: check.text("errorText"),
	}
	if f.Type == "" {
		f.Type = core.TextField
	}
	switch f.Type {
	case core.HiddenField, core.RadioField, core.CheckboxField, core.DropdownField, core.LongField:
		f.Name = data.text("name", "label", "title")
	default:
		f.Name = data.text("label", "name", "title")
	}
	if f.Name == "" {
		r.note("has a form field without a label, which was left out: %s", shortly(data))
		return f, false
	}
	if f.Type == core.HiddenField {
		f.Value = data.text("value")
		return f, true
	}
	for _, o := range r.items(data["options"], "label") {
		option := core.FieldOption{
			Label: o.text("label", "value"), Value: o.text("value"), Selected: o.flag("selected", false), Disabled: o.flag("disabled", false),
		}
		if !o.has("value") {
			option.Value = option.Label
		}
		f.Options = append(f.Options, option)
	}
	switch f.Type {
	case core.RadioField, core.CheckboxField, core.DropdownField:
		if len(f.Options) == 0 {
			r.note("has the form field %q without options; it takes text", f.Name)
			f.Type = core.TextField
		}
	default:
	}
	return f, true
}

// formSubmit reads the button, whose action may stand in it, flat on it, or
// beside the payload.
func (r *reader) formSubmit(data, beside object) core.FormSubmit {
	action := data.object("action")
	text := func(key string) string {
		for _, o := range []object{action, data} {
			if s := o.text(key); s != "" {
				return s
			}
		}
		return beside.text(r.takes(key))
	}
	flag := func(key string) bool {
		return action.flag(key, false) || data.flag(key, false) || beside.flag(key, false)
	}
	s := core.FormSubmit{Label: data.text("name", "label"), Message: action.text("message")}
	if s.Message == "" {
		s.Message = data.text("message")
	}
	request := text(keyRequestType)
	s.ToBot = request == toBotPlatform
	s.JSON = request == "json" || request == "application/json"
	if address := text(keyFormAction); strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		s.URL = address
	} else if address != "" {
		r.note("has a form whose address %q is neither http nor https; it is not posted", address)
	}
	s.InText, s.Shown = flag(keyAsMessage), flag(keyPostBack)
	metadata := core.Metadata{}
	for _, o := range []object{data, action} {
		maps.Copy(metadata, o.object("metadata"))
		maps.Copy(metadata, o.object(keyReplyMetadata))
	}
	if len(metadata) > 0 {
		s.Metadata = metadata
	}
	return s
}

// formData is what a bot finds of a form: values under their names, those of a
// checkbox as a list.
func formData(a core.FormAnswer) map[string]any {
	data := map[string]any{}
	for _, one := range a.Answers {
		switch {
		case one.Many:
			data[one.Name] = append([]string{}, one.Values...)
		default:
			data[one.Name] = strings.Join(one.Values, ", ")
		}
	}
	return data
}

// form writes template 12 as ReadMessage reads it.
func (w *written) form(f core.Form) {
	if f.Submit.Plain && len(f.Fields) == 1 { // its KM_FIELD stands in the metadata as it came
		named := object(w.Metadata).object(keyField).text("label")
		if asks := f.Fields[0].Label; asks != named {
			w.Message = strings.TrimSuffix(asks, "\n"+named)
		}
		return
	}
	var payload []any
	for _, field := range f.Fields {
		data := map[string]any{}
		put := func(key, value string) {
			if value != "" {
				data[key] = value
			}
		}
		switch field.Type {
		case core.HiddenField:
			put("name", field.Name)
			data["value"] = field.Value
		case core.RadioField, core.CheckboxField, core.DropdownField, core.LongField:
			put("title", field.Label)
			put("name", field.Name)
		default:
			put("label", field.Name)
		}
		put("placeholder", field.Placeholder)
		if field.Pattern != "" || field.Error != "" {
			data["validation"] = map[string]any{"regex": field.Pattern, "errorText": field.Error}
		}
		var options []any
		for _, o := range field.Options {
			option := map[string]any{"label": o.Label, "value": o.Value}
			if o.Selected {
				option["selected"] = true
			}
			if o.Disabled {
				option["disabled"] = true
			}
			options = append(options, option)
		}
		if options != nil {
			data["options"] = options
		}
		payload = append(payload, map[string]any{"type": string(field.Type), "data": data})
	}
	w.template("12", append(payload, submitField(f.Submit)))
}

func submitField(s core.FormSubmit) map[string]any {
	request := ""
	switch {
	case s.ToBot:
		request = toBotPlatform
	case s.JSON:
		request = "json"
	}
	action := map[string]any{
		"message": s.Message, keyRequestType: request, keyFormAction: s.URL, keyPostBack: s.Shown, keyAsMessage: s.InText,
	}
	if len(s.Metadata) > 0 {
		action["metadata"] = s.Metadata
	}
	return map[string]any{"type": "submit", "data": map[string]any{"type": "submit", "name": s.Label, "action": action}}
}
