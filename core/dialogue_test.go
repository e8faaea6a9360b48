package core

import (
	"fmt"
	"strings"
	"testing"
)

var booking = Form{
	Body: "Your booking",
	Fields: []Field{
		{Type: HiddenField, Name: "lead", Value: "42"},
		{Type: TextField, Name: "Name", Pattern: "[A-Za-z]{2,}", Error: "Two letters at least."},
		{Type: RadioField, Name: "plan", Label: "Which plan?", Options: []FieldOption{{Label: "Basic", Value: "b"}, {Label: "Größer", Value: "g"}}},
		{Type: CheckboxField, Name: "extras", Label: "Extras?", Options: []FieldOption{{Label: "Tea", Value: "t"}, {Label: "Milk", Value: "m"}, {Label: "Sugar", Value: "s"}}},
		{Type: SecretField, Name: "Pin"},
		{Type: DateField, Name: "Day"},
	},
	Submit: FormSubmit{Label: "Send", Message: "Done!", ToBot: true, InText: true, URL: "https://ex.com"},
}

var formTexts = FormTexts{Invalid: "That does not fit.", Cancel: "cancel", Back: "back"}

// converse answers a form and returns what was asked, and how it ended.
func converse(f Form, answers ...Content) (asked []string, last Step) {
	d := f.Begin(7)
	for _, a := range answers {
		last = f.Hear(d, a, formTexts)
		for _, c := range last.Ask {
			asked = append(asked, PlainText(c))
		}
		d = last.Next
	}
	return asked, last
}

func said(text string) Content { return Text{Body: text} }

func TestAFormIsAskedFieldByField(t *testing.T) {
	asked, last := converse(booking, said("Zoë Okafor"), Selection{ID: "field-2-option-1", Title: "Größer"}, said("tea, 3"), said("1234"), said("2026-12-24"))
	want := "Which plan?|Extras?\n1. Tea\n2. Milk\n3. Sugar\n(1, 2 … / 0)|Pin|Day\n(YYYY-MM-DD)"
	if got := strings.Join(asked, "|"); got != want {
		t.Errorf("asked %q", got)
	}
	if last.Done == nil {
		t.Fatalf("it is not done: %+v", last)
	}
	if got := last.Done.Lines(); got != "Name : Zoë Okafor\nplan : g\nextras : t, s\nDay : 2026-12-24" {
		t.Errorf("lines are %q", got)
	}
	if got := last.Done.Message; got != "Done!\n"+last.Done.Lines() {
		t.Errorf("message is %q", got)
	}
	for _, a := range last.Done.Masked().Answers {
		if a.Secret && a.Values[0] != Mask {
			t.Errorf("the secret shows: %v", a)
		}
	}
	s := booking.Submission(*last.Done)
	if s.Data["Pin"] != "1234" || s.Data["lead"] != "42" || strings.Join(s.Lists["extras"], ",") != "t,s" || s.URL != "https://ex.com" {
		t.Errorf("submission is %+v", s)
	}
}

func TestAnAnswerThatDoesNotFitIsAskedForAgain(t *testing.T) {
	asked, last := converse(booking, said("1"), said("??"), said("Zoë"))
	if got := strings.Join(asked, "|"); got != "Two letters at least.|Name|Two letters at least.|Name|Which plan?" || last.Next.Wrong != 0 {
		t.Errorf("asked %q, %+v", got, last)
	}
	if _, last = converse(booking, said("1"), said("2"), said("3")); last.Ended != "invalid" {
		t.Errorf("after three it is %+v", last)
	}
	if _, last = converse(booking, said(" CANCEL. ")); last.Ended != "cancelled" {
		t.Errorf("cancel is %+v", last)
	}
	if _, last = converse(booking, Media{Media: Image}); last.Next.Wrong != 1 {
		t.Errorf("a picture is %+v", last)
	}
}

func TestBackAsksTheLastQuestionAgain(t *testing.T) {
	asked, last := converse(booking, said("Zoë"), said("back"), said("Zoe"), said("2"), said("0"))
	if got := strings.Join(asked, "|"); !strings.HasPrefix(got, "Which plan?|Name|Which plan?|Extras?") {
		t.Errorf("asked %q", got)
	}
	if len(last.Next.Answers) != 3 || last.Next.Answers[0].Values[0] != "Zoe" || len(last.Next.Answers[2].Values) != 0 {
		t.Errorf("answers are %+v", last.Next.Answers)
	}
	if !last.Next.Secret {
		t.Error("the pin may be kept in clear")
	}
	if _, last = converse(booking, said("back")); last.Next.At != 1 {
		t.Errorf("back at the first question is %+v", last)
	}
}

func TestFieldsCheckWhatABrowserWould(t *testing.T) {
	for _, tt := range []struct {
		field Field
		text  string
		ok    bool
	}{
		{Field{Type: EmailField}, "a@b.c", true},
		{Field{Type: EmailField}, "a b", false},
		{Field{Type: EmailField}, "Ann <a@b.c>", false},
		{Field{Type: NumberField}, "3,5", true},
		{Field{Type: NumberField}, "-.5e3", true},
		{Field{Type: NumberField}, "three", false},
		{Field{Type: NumberField}, "NaN", false},
		{Field{Type: NumberField}, "0x1p4", false},
		{Field{Type: NumberField}, ".", false},
		{Field{Type: TimeField}, "09:30", true},
		{Field{Type: TimeField}, "25:00", false},
		{Field{Type: MomentField}, "2026-12-24 18:00", true},
		{Field{Type: "tel"}, "anything", true},
		{Field{Type: TextField, Pattern: "(?=x)"}, "RE2 cannot read it", true},
		{Field{Type: TextField, Pattern: "b"}, "abc", true},
		{Field{Type: TextField, Pattern: "^b"}, "abc", false},
		{Field{Type: DropdownField, Options: []FieldOption{{Label: "Select", Disabled: true}, {Label: "Oslo", Value: "oslo"}}}, "1", true},
		{Field{Type: DropdownField, Options: []FieldOption{{Label: "Select", Disabled: true}, {Label: "Oslo", Value: "oslo"}}}, "two", false},
		{Field{Type: DropdownField, Options: []FieldOption{{Label: "Select", Disabled: true}, {Label: "Oslo", Value: "oslo"}}}, "select", false},
		{Field{Type: DropdownField, Error: "Choose", Options: []FieldOption{{Label: "Select"}, {Label: "Oslo", Value: "oslo"}}}, "select", false},
		{Field{Type: DropdownField, Error: "Choose", Options: []FieldOption{{Label: "Select"}, {Label: "Oslo", Value: "oslo"}}}, "one", true},
		{Field{Type: DropdownField, Options: []FieldOption{{Label: "Anywhere"}, {Label: "Oslo", Value: "oslo"}}}, "anywhere", true},
		{Field{Type: RadioField, Options: []FieldOption{{Label: "Oslo", Value: "oslo"}}}, "field-1", false},
		{Field{Type: RadioField, Options: []FieldOption{{Label: "Anywhere"}, {Label: "Oslo", Value: "oslo"}}}, "", false},
		{Field{Type: DropdownField, Options: []FieldOption{{Label: "Oslo", Value: "oslo"}}}, "OSLO", true},
	} {
		if _, ok := tt.field.read(Text{Body: tt.text}); ok != tt.ok {
			t.Errorf("%s %q: %v", tt.field.Type, tt.text, ok)
		}
	}
}

func TestAFormWithNothingToAskShowsItsButton(t *testing.T) {
	if step := (Form{}).Hear((Form{}).Begin(1), Selection{ID: submitID}, formTexts); step.Done == nil || step.Done.Message != "OK" {
		t.Errorf("a form of nothing is %+v", step)
	}
	f := Form{Body: "Ready?", Fields: []Field{{Type: HiddenField, Name: "a", Value: "1"}}, Submit: FormSubmit{Label: "Go"}}
	c, ok := f.Ask(f.Begin(1).At).(Choices)
	if !ok || c.Body != "Ready?" || c.Buttons[0].Title != "Go" {
		t.Errorf("it shows %+v", c)
	}
	if step := f.Hear(f.Begin(1), Selection{ID: submitID, Title: "Go"}, formTexts); step.Done == nil || step.Done.Answers[0].Values[0] != "1" {
		t.Errorf("a tap is %+v", step)
	}
}

func TestFitShowsTheFirstQuestionAndNotesTheRest(t *testing.T) {
	fitted := Fit([]Saying{{Content: booking}}, Capabilities{Text: 1000}, FitOptions{})
	if len(fitted) != 1 || len(fitted[0].Parts) != 2 || PlainText(fitted[0].Parts[1]) != "Name" || Score(fitted[0].Notes) != 100 {
		t.Errorf("fitted is %+v", fitted)
	}
	picked := Form{Fields: []Field{{Type: RadioField, Name: "x", Options: []FieldOption{{Label: "Select", Selected: true, Disabled: true}, {Label: "A", Selected: true}, {Label: "B"}}}}}
	if got := fmt.Sprint(Fit([]Saying{{Content: picked}}, Capabilities{Text: 1000}, FitOptions{})[0].Notes); !strings.Contains(got, "{fields[0].options not_selected A  same}") {
		t.Errorf("notes are %s", got)
	}
	bad := Form{Fields: []Field{{Type: TextField, Name: "x", Pattern: "(?!a)"}}}
	notes := Fit([]Saying{{Content: bad}}, Capabilities{Text: 1000}, FitOptions{})[0].Notes
	found := false
	for _, n := range notes {
		found = found || n.Rule == "regex_unchecked"
	}
	if !found {
		t.Errorf("notes are %+v", notes)
	}
}

// A form of a date is told also where the author says something else of it.
func TestHints(t *testing.T) {
	for want, f := range map[string]Field{
		"":                                {Type: TextField},
		"(Your name)":                     {Type: TextField, Placeholder: "Your name"},
		"(YYYY-MM-DD)":                    {Type: DateField},
		"(of arrival) (YYYY-MM-DD)":       {Type: DateField, Placeholder: "of arrival"},
		"(hh:mm)":                         {Type: TimeField, Placeholder: "hh:mm"},
		"(dd/mm/yyyy) (YYYY-MM-DD HH:MM)": {Type: MomentField, Placeholder: "dd/mm/yyyy"},
	} {
		if got := f.hint(); got != want {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

// Fields of one name do not take each other's place.
func TestFieldsOfOneName(t *testing.T) {
	f := Form{Fields: []Field{
		{Type: TextField, Name: "Name"}, {Type: HiddenField, Name: "Name", Value: "h"}, {Type: TextField, Name: "Name (2)"}, {Type: TextField, Name: "Name"},
	}, Submit: FormSubmit{URL: "https://ex.com"}}
	_, last := converse(f, said("a"), said("b"), said("c"))
	if got := fmt.Sprint(f.Submission(*last.Done).Data); got != "map[Name:a Name (2):h Name (2) (2):b Name (3):c]" {
		t.Errorf("delivered %s", got)
	}
}

// TestATapOnAnotherQuestionIsNoAnswer: people tap twice, and old buttons stay.
func TestATapOnAnotherQuestionIsNoAnswer(t *testing.T) {
	yesNo := []FieldOption{{Label: "Yes", Value: "y"}, {Label: "No", Value: "n"}}
	f := Form{Fields: []Field{
		{Type: RadioField, Name: "a", Options: yesNo}, {Type: RadioField, Name: "b", Options: yesNo}, {Type: SecretField, Name: "Pin"},
	}}
	tap := func(i int) Selection {
		return Selection{ID: f.Ask(i).(Choices).Buttons[0].ID, Title: "Yes", Of: 9}
	}
	asked, last := converse(f, tap(0), tap(0))
	if strings.Join(asked, "|") != "b\n[Yes]\n[No]|b\n[Yes]\n[No]" && len(last.Next.Answers) != 1 || last.Next.At != 1 {
		t.Errorf("a second tap is %+v, asked %q", last, asked)
	}
	if _, last = converse(f, tap(0), tap(1), tap(1)); last.Done != nil || last.Next.At != 2 || !last.Next.Secret {
		t.Errorf("a tap where a secret is asked is %+v", last)
	}
	old := tap(0)
	old.Of = 6 // before the form
	if _, last = converse(f, old); last.Next.At != 0 {
		t.Errorf("a tap on an earlier form is %+v", last)
	}
}

func TestWhatHasNothingToDoWithAFormLeavesIt(t *testing.T) {
	button := Form{Fields: []Field{{Type: HiddenField, Name: "a", Value: "1"}}, Submit: FormSubmit{Label: "Go"}}
	for _, tt := range []struct {
		name   string
		form   Form
		said   Content
		leaves bool
	}{
		{"an old button", booking, Selection{ID: "menu", Title: "Menu"}, true},
		{"words", booking, said("Zoë"), false},
		{"a picture", booking, Media{Media: Image}, false},
		{"a tap on an earlier question", booking, Selection{ID: "field-0-option-1"}, false},
		{"words where a button is to be tapped", button, said("what is this?"), true},
		{"the button", button, Selection{ID: submitID, Title: "Go"}, false},
		{"the word that ends it", button, said("Cancel!"), false},
	} {
		if got := tt.form.Leaves(tt.form.Begin(7), tt.said, formTexts); got != tt.leaves {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// Labels may have in them what stands between two of them.
func TestSeveralAreTold(t *testing.T) {
	f := Field{Type: CheckboxField, Options: []FieldOption{
		{Label: "Tea", Value: "t"}, {Label: "Tea and milk", Value: "tm"}, {Label: "Milk, cold", Value: "mc"}, {Label: "Crème & sugar", Value: "cs"},
		{Label: "All of it", Value: "t"}, {Label: "Select", Disabled: true}, {Label: "12 cakes", Value: "12"}, {Label: "Nothing", Value: ""},
	}}
	for said, want := range map[string]string{
		"tea":                    "t",
		"Tea and milk":           "tm",
		"tea, milk, cold":        "t mc",
		"tea and milk, cold":     "tm",
		"creme & sugar and tea":  "cs t",
		"1, 3":                   "t mc",
		"1 3":                    "t mc",
		"1. 3.":                  "t mc",
		"1;1,1":                  "t",
		"tea, all of it":         "t t",
		"6":                      "12",
		"12":                     "12",
		"12 cakes\ntea and milk": "12 tm",
		"two":                    "tm",
		"0":                      "",
		"nothing":                "",
	} {
		values, ok := f.several(said, "")
		if got := strings.Join(values, " "); !ok && said != "tea and milk, cold" || ok && got != want {
			t.Errorf("%q: %q, %v", said, got, ok)
		}
	}
	for _, said := range []string{"", ", ,", "teapot", "tea and coffee", "13", "1 13", "and", "select"} {
		if values, ok := f.several(said, ""); ok {
			t.Errorf("%q: %q", said, values)
		}
	}
}

// What stands on a button is what a number means; where options are counted, the
// count is.
func TestNumbersAsLabels(t *testing.T) {
	options := []FieldOption{{Label: "3", Value: "three"}, {Label: "2", Value: "two"}, {Label: "1", Value: "one"}}
	if v, ok := (Field{Type: RadioField, Options: options}).option("1", ""); v != "one" || !ok {
		t.Errorf("a button: %q", v)
	}
	if v, ok := (Field{Type: CheckboxField, Options: options}).several("1, 3", ""); strings.Join(v, " ") != "three one" || !ok {
		t.Errorf("counted: %q", v)
	}
}
