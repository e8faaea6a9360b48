package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each kind of damage is found, by its rule and the id of what is wrong, in a
// copy that is whole otherwise.
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
	for _, c := range []struct{ damage, rule, id string }{ // id: a query before the damage
		{`UPDATE message SET content = '{' WHERE seq = 1`, "every message can be read", `SELECT id FROM message WHERE seq = 1`},
		{`UPDATE message SET metadata = '{"x":1e999}' WHERE seq = 1`, "every message can be read", `SELECT id FROM message WHERE seq = 1`},
		{`UPDATE message SET options = '[7]' WHERE seq = 2`, "every message can be read", `SELECT id FROM message WHERE seq = 2`},
		{`UPDATE message SET status = 'lost' WHERE seq = 1`, "every message has a status and a turn that there are", `SELECT id FROM message WHERE seq = 1`},
		{`UPDATE message SET turn = 'lost' WHERE seq = 1`, "every message has a status and a turn that there are", `SELECT id FROM message WHERE seq = 1`},
		{`UPDATE message SET turn = 'pending' WHERE seq = 1`, "a pending turn of a message has its task", `SELECT id FROM message WHERE seq = 1`},
		{`UPDATE message SET status = 'queued' WHERE direction = 'out'`, "an outgoing message that waits has its task", `SELECT min(id) FROM message WHERE direction = 'out'`},
		{`UPDATE message SET status = 'delivered' WHERE direction = 'out'`, "the event log tells each message's status", `SELECT min(id) FROM message WHERE direction = 'out'`},
		{`UPDATE log SET data = replace(data, '"sent"', '"received"') WHERE type = 'message.updated'`, "no message's status goes back", `SELECT min(id) FROM message WHERE direction = 'out'`},
		{`UPDATE log SET data = '{' WHERE seq = (SELECT min(seq) FROM log WHERE type = 'message.created')`, "every event can be read", `SELECT min(seq) FROM log WHERE type = 'message.created'`},
		{`DELETE FROM message WHERE seq = 1`, "a conversation's messages are numbered without gaps", `SELECT conversation_id FROM message WHERE seq = 1`},
		{`DELETE FROM conversation WHERE id = (SELECT min(id) FROM conversation)`, "every message has its conversation", `SELECT min(id) FROM message`},
		{`DELETE FROM identity`, "every conversation has its contact and identity", `SELECT id FROM conversation`},
		{`UPDATE conversation SET owner_id = 'other'`, "the conversation's owner is that of its newest assignment", `SELECT id FROM conversation`},
		{`UPDATE conversation SET owner_epoch = owner_epoch + 1`, "the conversation's owner is that of its newest assignment", `SELECT id FROM conversation`},
		{`UPDATE conversation SET status = 'open', owner_type = 'agent', owner_id = 'ann'`, "each agent's open conversations are counted", `SELECT ''`},
		{`INSERT INTO waiting SELECT id, 'all', id, 0 FROM conversation`, "who has a place in the queue waits, and has no agent", `SELECT id FROM conversation`},
		{`UPDATE conversation SET present = 0`, "who writes has one present conversation", `SELECT id FROM identity`},
		{`UPDATE call SET n = 7`, "a call's message was sent at least as far", `SELECT min(message_id) FROM call`},
		{`DELETE FROM log WHERE seq < 3`, "the event log is dense", `SELECT max(seq) FROM log`},
		{`UPDATE delivery SET items = 'x' WHERE id = (SELECT min(id) FROM delivery)`, "every item of a delivery has a fate that holds", `SELECT min(id) FROM delivery`},
		{`UPDATE delivery SET items = '[]' WHERE id = (SELECT min(id) FROM delivery)`, "every item of a delivery has a fate that holds", `SELECT min(id) FROM delivery`},
		{`UPDATE delivery SET items = replace(items, '"message"', '"lost"')`, "every item of a delivery has a fate that holds", `SELECT min(id) FROM delivery`},
		{`DELETE FROM delivery WHERE id = (SELECT min(id) FROM delivery)`, "deliveries and inbound messages name each other", `SELECT min(id) FROM message WHERE direction = 'in'`},
		{`INSERT INTO media(id, conversation_id, message_id, channel, ref, mime, name, size, state, fault, created_at)
			VALUES(77, 1, 1, 'tg', '', '', '', 5, 'kept', '', 0)`, "each kept file has its row, and each row its file", `SELECT 77`},
		{`INSERT INTO media(id, conversation_id, message_id, channel, ref, mime, name, size, state, fault, created_at)
			VALUES(88, 1, 1, 'tg', '', '', '', 5, 'pending', '', 0)`, "a file that is being fetched has its task", `SELECT 88`},
		{`INSERT INTO task(lane_id, seq, what, ref, due_at, starts, started_at, created_at) VALUES('send:1', 1, 1, 99, 0, 0, 0, 0)`, "every task has its row", `SELECT 99`},
		{`UPDATE lane SET tail = tail + 1 WHERE id LIKE 'send:%'`, "a lane's tasks are those between head and tail", `SELECT tail + 1 FROM lane WHERE id LIKE 'send:%'`},
		{`UPDATE lane SET tail = tail + 1, due_at = NULL, owner = NULL WHERE id LIKE 'send:%'`, "a lane with tasks is due, owned or parked", `SELECT tail + 1 FROM lane WHERE id LIKE 'send:%'`},
	} {
		spoiled := filepath.Join(t.TempDir(), "spoiled.db")
		copyOf(t, whole, spoiled)
		pool, err := sql.Open("sqlite", spoiled)
		if err != nil {
			t.Fatal(err)
		}
		var id string
		if err := pool.QueryRow(c.id).Scan(&id); err != nil {
			t.Fatalf("%s: %v", c.id, err)
		}
		if _, err := pool.Exec(c.damage); err != nil {
			t.Fatalf("%s: %v", c.damage, err)
		}
		if err := pool.Close(); err != nil {
			t.Fatal(err)
		}
		if got := rulesBroken(t, spoiled); !slices.Contains(got, c.rule+": "+id) {
			t.Errorf("%s: %q is not among\n%s", c.damage, c.rule+": "+id, strings.Join(got, "\n"))
		}
	}
}

func rulesBroken(t *testing.T, path string) []string {
	t.Helper()
	r, err := Verify(context.Background(), "sqlite:"+path, func() (map[int64]int64, error) { return map[int64]int64{}, nil })
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range r.Findings {
		rules = append(rules, f.Rule+": "+f.ID)
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
