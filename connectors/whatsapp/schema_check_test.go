package whatsapp

import (
	"os"
	"strings"
	"testing"

	"causeway/core"
)

// The check itself must be able to fail.
func TestSchemaRefuses(t *testing.T) {
	spec, err := os.ReadFile("../../../shared/specs/" + subject().Spec)
	if err != nil {
		t.Skipf("there is no published schema here: %v", err)
	}
	check, err := validator(spec)
	if err != nil {
		t.Fatal(err)
	}
	base := message{Product: "whatsapp", RecipientType: "individual", To: "+4915112345678"}
	buttons := func(n int, title string) *choice {
		ch := &choice{Type: "button", Body: words{"x"}}
		for range n {
			ch.Action.Buttons = append(ch.Action.Buttons, button{Type: "reply", Reply: &row{ID: "i", Title: title}})
		}
		return ch
	}
	good := base
	good.Type, good.Text = "text", &text{Body: "x"}
	if err := check(core.Payload{Body: good}); err != nil {
		t.Errorf("a good body is refused: %v", err)
	}
	for name, spoil := range map[string]func(*message){
		"no address":    func(m *message) { m.To = "" },
		"another type":  func(m *message) { m.Type = "hologram" },
		"a long text":   func(m *message) { m.Text = &text{Body: strings.Repeat("x", 4097)} },
		"no text":       func(m *message) { m.Text = nil },
		"a member more": func(m *message) { m.Sticker = &file{Link: "x"} },
		"a bad user id": func(m *message) { m.To, m.Recipient = "", "lena" },
		"four buttons":  func(m *message) { m.Type, m.Text, m.Interactive = "interactive", nil, buttons(4, "x") },
		"a long title": func(m *message) {
			m.Type, m.Text, m.Interactive = "interactive", nil, buttons(1, strings.Repeat("x", 21))
		},
		"no buttons":     func(m *message) { m.Type, m.Text, m.Interactive = "interactive", nil, buttons(0, "") },
		"a long ref":     func(m *message) { m.Ref = strings.Repeat("r", 513) },
		"an empty file":  func(m *message) { m.Type, m.Text, m.Sticker = "sticker", nil, &file{Caption: "x"} },
		"no group there": func(m *message) { m.RecipientType = "crowd" },
	} {
		m := good
		spoil(&m)
		if err := check(core.Payload{Body: m}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
