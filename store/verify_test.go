package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each kind of damage is found, by its rule, in a copy that is whole otherwise.
func TestVerifyFindsWhatCannotBe(t *testing.T) {
	b := reopen(t, toHelper, "sqlite:"+filepath.Join(t.TempDir(), "store.db"))
	b.works(b.echo)
	id := b.hear(heard("5", "1", "one"))[0].Conversation
	b.hear(heard("6", "1", "one"))
	b.quiet(id, 3)
	whole := filepath.Join(t.TempDir(), "whole.db")
	if err := Backup(t.Context(), b.url, whole); err != nil {
		t.Fatal(err)
	}
	if got := rulesBroken(t, whole); len(got) != 0 {
		t.Fatalf("the whole copy breaks %q", got)
	}
	for damage, rule := range map[string]string{
		`UPDATE message SET content = '{' WHERE seq = 1`:                                  "every message can be read",
		`UPDATE message SET metadata = '{"x":1e999}' WHERE seq = 1`:                       "every message can be read",
		`UPDATE message SET options = '[7]' WHERE seq = 2`:                                "every message can be read",
		`UPDATE message SET status = 'lost' WHERE seq = 1`:                                "every message has a status and a turn that there are",
		`UPDATE message SET turn = 'lost' WHERE seq = 1`:                                  "every message has a status and a turn that there are",
		`DELETE FROM conversation WHERE id = (SELECT min(id) FROM conversation)`:          "every message has its conversation",
		`UPDATE conversation SET owner_id = 'other'`:                                      "the conversation's owner is that of its newest assignment",
		`UPDATE conversation SET status = 'open', owner_type = 'agent', owner_id = 'ann'`: "each agent's open conversations are counted",
		`UPDATE conversation SET present = 0`:                                             "who writes has one present conversation",
		`DELETE FROM log WHERE seq < 3`:                                                   "the event log is dense",
		`UPDATE delivery SET items = 'x' WHERE id = (SELECT min(id) FROM delivery)`:       "every item of a delivery has a fate that holds",
	} {
		spoiled := filepath.Join(t.TempDir(), "spoiled.db")
		copyOf(t, whole, spoiled)
		pool, err := sql.Open("sqlite", spoiled)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec(damage); err != nil {
			t.Fatalf("%s: %v", damage, err)
		}
		if err := pool.Close(); err != nil {
			t.Fatal(err)
		}
		if got := rulesBroken(t, spoiled); !strings.Contains(strings.Join(got, "\n"), rule) {
			t.Errorf("%s: broken are %q", damage, got)
		}
	}
}

func rulesBroken(t *testing.T, path string) []string {
	t.Helper()
	r, err := Verify(context.Background(), "sqlite:"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range r.Findings {
		rules = append(rules, f.Rule)
	}
	return rules
}

func copyOf(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
