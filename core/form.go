package core

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// Form asks for several things. No channel shows it as a whole: it is asked
// field by field, each answer is checked, and then it is delivered as Submit
// says.
type Form struct {
	Body   string     `json:"body,omitempty"`
	Format Format     `json:"format,omitempty"`
	Fields []Field    `json:"fields"`
	Submit FormSubmit `json:"submit"`
}

// Field is one thing that a Form asks for.
type Field struct {
	Type        FieldType     `json:"type"`
	Name        string        `json:"name"` // its key in what is delivered
	Label       string        `json:"label,omitempty"`
	Placeholder string        `json:"placeholder,omitempty"`
	Value       string        `json:"value,omitempty"`   // of a hidden field
	Options     []FieldOption `json:"options,omitempty"` // of radio, dropdown and checkbox
	// Pattern is a JavaScript regular expression that the answer must match
	// somewhere. What RE2 cannot read is not checked.
	Pattern string `json:"pattern,omitempty"`
	Error   string `json:"error,omitempty"` // what is said to an answer that does not fit
}

// FieldOption is one answer that can be picked.
type FieldOption struct {
	Label    string `json:"label"`
	Value    string `json:"value"`
	Selected bool   `json:"selected,omitempty"`
	Disabled bool   `json:"disabled,omitempty"` // it cannot be picked: "Select a city"
}

// FieldType says what a field takes. Any type that is not known takes text.
type FieldType string

// The types of field.
const (
	TextField     FieldType = "text"
	LongField     FieldType = "textarea"
	SecretField   FieldType = "password"
	HiddenField   FieldType = "hidden"
	EmailField    FieldType = "email"
	NumberField   FieldType = "number"
	DateField     FieldType = "date"
	TimeField     FieldType = "time"
	MomentField   FieldType = "datetime-local"
	RadioField    FieldType = "radio"
	DropdownField FieldType = "dropdown"
	CheckboxField FieldType = "checkbox"
)

// FormSubmit says how a form is delivered.
type FormSubmit struct {
	Label   string `json:"label,omitempty"`
	Message string `json:"message,omitempty"` // what the contact says with it; the label if empty
	URL     string `json:"url,omitempty"`     // posted to, if it is set
	JSON    bool   `json:"json,omitempty"`    // as JSON, else form-urlencoded
	ToBot   bool   `json:"to_bot,omitempty"`  // the bot is given the answers
	InText  bool   `json:"in_text,omitempty"` // the answers stand in what the contact says
	Shown   bool   `json:"shown,omitempty"`   // the answers become a line of the conversation
	// Plain: the contact says the answer itself, as if nothing had been a form.
	Plain bool `json:"plain,omitempty"`
	// Save is what the answer becomes of the contact: name, email, phone, or a key
	// of the metadata. Event is what the bot hears with it.
	Save     string   `json:"save,omitempty"`
	Event    string   `json:"event,omitempty"`
	Metadata Metadata `json:"metadata,omitempty"` // of what the contact says
}

// FormAnswer is a form that was answered whole. Inbound only. Secret answers are
// masked wherever it is kept, and whole where it is delivered.
type FormAnswer struct {
	Of       MessageID  `json:"of"` // the message that asked
	Message  string     `json:"message"`
	Answers  []Answered `json:"answers"`
	ToBot    bool       `json:"to_bot,omitempty"`
	Metadata Metadata   `json:"metadata,omitempty"`
	Event    string     `json:"event,omitempty"` // what the bot hears with it
}

// Answered is the answer to one field; several values where several were picked.
type Answered struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	Many   bool     `json:"many,omitempty"` // a checkbox, whose answer is a list
	Secret bool     `json:"secret,omitempty"`
	Hidden bool     `json:"hidden,omitempty"`
}

// Type implements Content.
func (Form) Type() ContentType       { return TypeForm }
func (FormAnswer) Type() ContentType { return TypeFormAnswer }

// The types of content of forms, as in the "type" field.
const (
	TypeForm       ContentType = "form"
	TypeFormAnswer ContentType = "form_answer"
)

// Mask stands where a secret was.
const Mask = "••••••"

// Masked is the answer without its secrets.
func (a FormAnswer) Masked() FormAnswer {
	answers := make([]Answered, len(a.Answers))
	for i, one := range a.Answers {
		if one.Secret {
			one.Values = []string{Mask}
		}
		answers[i] = one
	}
	a.Answers = answers
	return a
}

// Patch is what the answer changes of the contact, nil for nothing.
func (f Form) Patch(a FormAnswer) *ContactPatch {
	if f.Submit.Save == "" || len(a.Answers) == 0 {
		return nil
	}
	value := strings.Join(a.Answers[0].Values, ", ")
	switch f.Submit.Save {
	case "name":
		return &ContactPatch{Name: &value}
	case "email":
		return &ContactPatch{Email: &value}
	case "phone":
		return &ContactPatch{Phone: &value}
	}
	return &ContactPatch{Metadata: Metadata{f.Submit.Save: value}}
}

// Lines lists the answers as "name : value", without secret and hidden ones.
func (a FormAnswer) Lines() string {
	var all []string
	for _, one := range a.Answers {
		if !one.Secret && !one.Hidden {
			all = append(all, one.Name+" : "+strings.Join(one.Values, ", "))
		}
	}
	return strings.Join(all, "\n")
}

// Title is what a field is called.
func (f Field) Title() string {
	if f.Label != "" {
		return f.Label
	}
	return f.Name
}

// picks reports whether the field's answer is one of its options.
func (f Field) picks() bool { return f.Type == RadioField || f.Type == DropdownField }

// regex is the field's pattern; ok is false if there is one that RE2 cannot read.
func (f Field) regex() (r *regexp.Regexp, ok bool) {
	if f.Pattern == "" || len(f.Pattern) > 1000 {
		return nil, f.Pattern == ""
	}
	r, err := regexp.Compile(f.Pattern)
	return r, err == nil
}

// read checks an answer and returns its values.
func (f Field) read(c Content) (values []string, ok bool) {
	said, id := strings.TrimSpace(PlainText(c)), ""
	switch c := c.(type) {
	case Text:
	case Selection:
		id = c.ID
	default:
		return nil, false
	}
	switch {
	case f.picks():
		v, ok := f.option(said, id)
		return []string{v}, ok
	case f.Type == CheckboxField:
		return f.several(said, id)
	}
	if said == "" || !f.typed(said) {
		return nil, false
	}
	if r, ok := f.regex(); ok && r != nil && !r.MatchString(said) {
		return nil, false
	}
	return []string{said}, true
}

// typed checks what a browser's input field would check.
func (f Field) typed(said string) bool {
	var err error
	switch f.Type {
	case EmailField:
		var address *mail.Address
		if address, err = mail.ParseAddress(said); err == nil {
			return address.Address == said // and no name beside it
		}
	case NumberField:
		return decimal.MatchString(said)
	case DateField:
		_, err = time.Parse(time.DateOnly, said)
	case TimeField:
		_, err = time.Parse("15:04", said)
	case MomentField:
		if _, err = time.Parse("2006-01-02 15:04", said); err != nil {
			_, err = time.Parse("2006-01-02T15:04", said)
		}
	default:
	}
	return err == nil
}

// decimal is a number as people write it.
var decimal = regexp.MustCompile(`^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]{1,3})?$`)
