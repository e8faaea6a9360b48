package kommunicate

import "causeway/core"

// forms is template 12. It is asked field by field.
func (s shaper) forms(shapes []picks) schema {
	asked := []any{s.line(), s.lines(), s.several()}
	types := append(typedFields(), string(core.LongField), string(core.CheckboxField))
	for _, p := range shapes {
		asked = append(asked, s.oneOf(p))
	}
	if len(shapes) > 0 {
		types = append(types, string(core.RadioField), string(core.DropdownField))
	}
	items := schema{"anyOf": append(asked, hiddenField(), formButton())}
	payload := arrayOf(1, maxItems, items)
	payload["contains"] = schema{"type": "object", "properties": schema{"type": schema{"enum": types}}, "required": []any{"type"}, "additionalProperties": true}
	payload["allOf"] = []any{schema{ // one button at the most
		"contains":    schema{"type": "object", "properties": schema{"type": schema{"const": "submit"}}, "required": []any{"type"}, "additionalProperties": true},
		"minContains": 0, "maxContains": 1,
	}}
	return templated("A form, asked field by field.", "12", text("", mostText), payload)
}

// formButton is the button of a form, which says how it is delivered.
func formButton() schema {
	flag := schema{"type": "boolean"}
	action := objectOf("", schema{
		"message":      wording("What the contact says with it.", mostSaid),
		keyFormAction:  schema{"anyOf": []any{address(0), schema{"const": ""}}},
		keyRequestType: schema{"enum": []any{"json", "application/json", toBotPlatform}, "description": "Where and how the answers go."},
		keyPostBack:    flag, keyAsMessage: flag,
	})
	return formField("submit", schema{"type": schema{"const": "submit"}, "name": text("", mostName), "action": action}, "name")
}

// formField is one item of a form.
func formField(sort any, data schema, required ...string) schema {
	kind := schema{"const": sort}
	if all, several := sort.([]any); several {
		kind = schema{"enum": all}
	}
	return objectOf("", schema{"type": kind, "data": objectOf("", data, required...)}, "type", "data")
}

func hiddenField() schema {
	return formField("hidden", schema{"name": wording("", mostName), "value": text("", mostSaid)}, "name", "value")
}

// checked is how an answer that is typed is checked.
func checked() schema {
	return objectOf("", schema{"regex": expression("The answer matches it somewhere."), "errorText": errorText()})
}

func errorText() schema { return text("Said to an answer that does not fit.", mostSaid) }

// typedFields are the types of field that take a line.
func typedFields() []any {
	var types []any
	for _, t := range []core.FieldType{
		core.TextField, core.SecretField, core.EmailField, core.NumberField, core.DateField, core.TimeField, core.MomentField,
	} {
		types = append(types, string(t))
	}
	return types
}

func (s shaper) line() schema {
	return formField(typedFields(), schema{
		"label": wording("Asked, and the key of the answer.", mostName), "placeholder": text("", mostName), "validation": checked(),
	}, "label")
}

func (s shaper) lines() schema {
	return formField("textarea", schema{
		"title": wording("Asked.", mostName), "name": wording("The key of the answer.", mostName), "placeholder": text("", mostName),
		"validation": checked(), "rows": schema{"type": "integer"}, "cols": schema{"type": "integer"},
	}, "title", "name")
}

// several is a field of which several options may be picked; it is asked in words.
func (s shaper) several() schema {
	return formField("checkbox", formOptions(mostOptions, wording("", mostName)), "title", "name", "options")
}

// oneOf is a field of which one option is picked, by a button.
func (s shaper) oneOf(p picks) schema {
	return formField([]any{"radio", "dropdown"}, formOptions(min(p.most, mostOptions), s.title("", p.long)), "title", "name", "options")
}

const mostOptions = 50

func formOptions(most int, label schema) schema {
	flag := schema{"type": "boolean"}
	option := objectOf("", schema{"label": label, "value": wording("", mostName), "selected": flag}, "label", "value")
	heading := objectOf("Cannot be picked.", schema{
		"label": text("", mostName), "value": schema{"const": ""}, "selected": flag, "disabled": schema{"const": true},
	}, "label", "disabled")
	options := arrayOf(1, most, schema{"anyOf": []any{option, heading}})
	// One at least can be picked.
	options["contains"] = schema{
		"type": "object", "properties": schema{"value": schema{"type": "string", "minLength": 1}}, "required": []any{"value"}, "additionalProperties": true,
	}
	return schema{
		"title": wording("Asked.", mostName), "name": wording("The key of the answer.", mostName),
		"options": options, "validation": objectOf("", schema{"errorText": errorText()}),
	}
}
