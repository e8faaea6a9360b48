package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"causeway/core"
)

// A form with a secret in it that nobody goes on with is given up, and the bot is
// told; one without waits as long as it takes.
func TestASecretDoesNotWaitForEver(t *testing.T) {
	form := core.Form{Fields: []core.Field{{Type: core.TextField, Name: "Name"}, {Type: core.SecretField, Name: "Pin"}, {Type: core.TextField, Name: "Town"}}}
	heardBy, posted := make(chan core.Turn, 9), make(chan core.Submission, 9)
	b := open(t, toHelper)
	b.works(b.asking(form, heardBy, posted))
	id := b.hear(heard("5", "1", "hi"))[0].Conversation
	b.rest()
	later := func(hours time.Duration) {
		t.Helper()
		if err := b.do(t.Context(), 0, func(t *tx) error {
			t.now += (hours * time.Hour).Milliseconds()
			return t.forgetDialogues()
		}); err != nil {
			t.Fatal(err)
		}
		b.rest()
	}
	dialogue := func() (text string) {
		t.Helper()
		if err := b.DB().Row(context.Background(), `SELECT dialogue FROM conversation WHERE id = $1`, []any{int64(id)}, &text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	later(1000)
	if dialogue() == "" {
		t.Fatal("a form without a secret was given up")
	}
	b.hear(heard("5", "2", "Zoë"))
	b.rest()
	b.hear(heard("5", "3", canary))
	b.rest()
	later(23)
	if text := dialogue(); !strings.Contains(text, canary) {
		t.Fatalf("the dialogue is %q", text)
	}
	later(25)
	if text := dialogue(); text != "" {
		t.Errorf("the dialogue is %q", text)
	}
	var last core.Turn
	for len(heardBy) > 0 {
		last = <-heardBy
	}
	if last.Event == nil || last.Event.Name != core.FormEndedEvent || last.Event.Data["reason"] != core.EndedExpired {
		t.Errorf("the bot heard %+v", last)
	}
	b.kept(canary)
}
