package core_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"causeway/core"
)

// spelling is a kind whose calls spell out what they were made of.
func spelling(caps core.Capabilities) core.Kind {
	return core.Kind{
		Name: "spelling", Example: "somebody", Capabilities: caps,
		Render: func(o core.Outgoing) ([]core.Payload, error) {
			spelt := []string{string(o.To), o.Ref, core.PlainText(o.Content)}
			if c, ok := o.Content.(core.Choices); ok {
				for _, b := range c.Buttons {
					spelt = append(spelt, b.Token)
				}
			}
			return []core.Payload{{Op: string(o.Content.Type()), Body: strings.Join(spelt, "|")}}, nil
		},
	}
}

func spelt(r core.Rendering) []string {
	var all []string
	for _, p := range r.Payloads {
		body, _ := p.Body.(string)
		all = append(all, p.Op+" "+body)
	}
	return all
}

func preview(t *testing.T, k core.Kind, say ...core.Saying) core.Rendering {
	t.Helper()
	first, err := core.Preview(k, say, "Please choose")
	if err != nil {
		t.Fatal(err)
	}
	again, err := core.Preview(k, say, "Please choose")
	if err != nil || !reflect.DeepEqual(first, again) {
		t.Fatalf("not the same twice: %+v, %v", again, err)
	}
	return first
}

func TestPreview(t *testing.T) {
	yes := core.Button{Type: core.Reply, Title: "Yes"}
	r := preview(t, spelling(strict), core.Saying{Content: core.Text{Body: "Well?"}}, core.Saying{Content: core.Choices{Buttons: []core.Button{yes}}},
		core.Saying{Content: core.Text{Body: "for agents"}, Private: true},
		core.Saying{Content: core.Choices{Body: "Which?", Buttons: []core.Button{yes, {Type: core.Reply, Title: strings.Repeat("long ", 30)}}}})
	if got := spelt(r); len(got) != 2 || got[0] != "choices somebody|rs.0|Well?|rs.0" || !strings.HasPrefix(got[1], "choices somebody|ru.0|Which?") {
		t.Errorf("%q", got)
	}
	paths := map[string]core.Severity{}
	for _, n := range r.Notes {
		paths[n.Path] = n.Severity
	}
	if wanted := map[string]core.Severity{"[1].body": core.Same, "[3].buttons[1].title": core.Degraded}; !reflect.DeepEqual(paths, wanted) || r.Score != 95 {
		t.Errorf("%+v, score %d", r.Notes, r.Score)
	}
}

// All questions of a form are seen, not only the first.
func TestPreviewOfAForm(t *testing.T) {
	form := core.Form{Body: "Details", Fields: []core.Field{
		{Type: core.TextField, Name: "name", Label: "Name"},
		{Type: core.HiddenField, Name: "lead", Value: "7"},
		{Type: core.RadioField, Name: "size", Label: "Size", Options: []core.FieldOption{{Label: "S", Value: "s"}, {Label: "L", Value: "l"}}},
		{Type: core.DateField, Name: "day", Label: "Day"},
	}}
	r := preview(t, spelling(words), core.Saying{Content: form})
	got := strings.Join(spelt(r), "\n")
	for _, part := range []string{"Details", "Name", "Size\n\n1. S\n2. L", "Day"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not shown in\n%s", part, got)
		}
	}
	if strings.Count(got, "Name") != 1 {
		t.Errorf("asked twice:\n%s", got)
	}
	numbered := false
	for _, n := range r.Notes {
		numbered = numbered || n.Path == "fields[2].buttons" && n.Rule == "numbered"
	}
	if !numbered || r.Score != 95 {
		t.Errorf("%+v, score %d", r.Notes, r.Score)
	}
}

func TestPreviewOfNothing(t *testing.T) {
	r := preview(t, spelling(words))
	if r.Payloads == nil || r.Notes == nil || r.Score != 100 {
		t.Errorf("%+v", r)
	}
	k := spelling(words)
	k.Render = func(core.Outgoing) ([]core.Payload, error) { return nil, errors.New("no") }
	if r, err := core.Preview(k, []core.Saying{{Content: core.Text{Body: "x"}}}, ""); err == nil || r.Payloads != nil {
		t.Errorf("%+v, %v", r, err)
	}
}
