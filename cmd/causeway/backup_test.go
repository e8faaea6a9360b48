package main_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// report is what verify -json prints.
type report struct {
	Deliveries, Items, Conversations, Messages int
	LogEntries                                 int `json:"log_entries"`
	Findings                                   []struct{ Rule, ID, Text string }
}

// verify runs verify -json on the world's config, with another store.
func (w *world) verify(db string) (report, result) {
	w.t.Helper()
	file := db + ".yaml"
	text, err := os.ReadFile(w.file())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), w.db(), db, 1)), 0o600); err != nil {
		w.t.Fatal(err)
	}
	r := run(w.t, w.env(), "verify", "-json", "-config", file)
	var got report
	if err := json.Unmarshal([]byte(r.out), &got); err != nil {
		w.t.Fatalf("%v: %+v", err, r)
	}
	return got, r
}

// talked is a world with a little of everything in its store.
func talked(t *testing.T) *world {
	w := newWorld(t)
	w.hire("helper", nil)
	w.start()
	for _, who := range w.both() {
		who.Say("hello")
		sees(t, who, "re: hello")
	}
	w.zoe().SendPhoto(picture(t, 1), "a photo")
	sees(t, w.zoe(), "re: a photo")
	conv := w.conversation("tg", "Zoë", nil)
	w.message(conv.ID, "the photo", func(m entry) bool { return m.Text == "a photo" && m.Content.Size > 0 })
	for _, c := range append(w.conversations("tg"), w.conversations("wa")...) {
		eventually(t, "all is sent", func() error {
			for _, m := range w.messages(c.ID) {
				if m.Status == "queued" || m.Status == "sending" {
					return fmt.Errorf("%+v", m)
				}
			}
			return nil
		})
	}
	if err := w.sim.WaitDelivered(soon(t)); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestBackup copies the store of a running server, again and again while people
// write; each copy is whole.
func TestBackup(t *testing.T) {
	t.Parallel()
	w := talked(t)
	stop := w.crowd()
	last := report{}
	for i := range 3 {
		copied := filepath.Join(w.dir, fmt.Sprintf("copy%d.db", i))
		if r := run(t, w.env(), "backup", "-config", w.file(), copied); r.code != 0 || !strings.Contains(r.out, copied) {
			t.Fatalf("backup: %+v", r)
		}
		got, r := w.verify(copied)
		if r.code != 0 || len(got.Findings) != 0 || got.Messages < last.Messages || got.LogEntries < last.LogEntries || got.Items < got.Deliveries {
			t.Errorf("copy %d: %+v %s, before %+v", i, got, r.err, last)
		}
		last = got
		if r := run(t, w.env(), "backup", "-config", w.file(), copied); r.code != 1 || !strings.Contains(r.err, "already") {
			t.Errorf("over a copy: %+v", r)
		}
	}
	stop()
	if got, r := w.verify(w.db()); r.code != 0 { // beside the server that serves it
		t.Errorf("beside the server: %+v %s", got, r.err)
	}
	if last.Conversations < 2 || last.Messages < 6 {
		t.Errorf("the last copy is %+v", last)
	}
	// A copy serves as well as what it was made of.
	w.bridge.stop()
	w.config["store"] = fmt.Sprintf("{url: %q}", "sqlite:"+filepath.Join(w.dir, "copy0.db"))
	w.start()
	w.zoe().Say("after the restore")
	sees(t, w.zoe(), "re: after the restore")
	w.lena().Say("here too")
	sees(t, w.lena(), "re: here too")
}

// TestVerifyFindsDamage spoils copies of a store, each in one way.
func TestVerifyFindsDamage(t *testing.T) {
	t.Parallel()
	w := talked(t)
	w.bridge.stop()
	whole := filepath.Join(w.dir, "whole.db")
	if r := run(t, w.env(), "backup", "-config", w.file(), whole); r.code != 0 {
		t.Fatalf("backup: %+v", r)
	}
	if got, r := w.verify(whole); r.code != 0 || len(got.Findings) != 0 {
		t.Fatalf("the whole copy: %+v %s", got, r.err)
	}
	for _, c := range []struct{ name, damage, finding string }{
		{"an event is missing", `DELETE FROM log WHERE seq = 7`, "the event log is dense"},
		{"the newest event is missing", `DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)`, "the event log is dense"},
		{"a message is missing", `DELETE FROM message WHERE id = (SELECT id FROM message WHERE direction = 'in' LIMIT 1)`, "a conversation's messages are numbered without gaps"},
		{"a delivery is missing", `DELETE FROM delivery WHERE items LIKE '%"fate":"message"%'`, "deliveries and inbound messages name each other"},
		{"a message that nobody sends", `UPDATE message SET status = 'queued' WHERE direction = 'out'`, "an outgoing message that waits has its task"},
		{"a turn that nobody hands over", `UPDATE message SET turn = 'pending' WHERE direction = 'in'`, "a pending turn of a message has its task"},
		{"a fate that is none", `UPDATE delivery SET items = replace(items, '"message"', '"lost"')`, "every item of a delivery has a fate that holds"},
		{"a lane that nobody runs", `UPDATE lane SET tail = tail + 1, due_at = NULL, owner = NULL WHERE id LIKE 'send:%'`, "a lane's tasks are those between head and tail"},
		{"a file without a row", `DELETE FROM media`, "each kept file has its row, and each row its file"},
		{"a contact is missing", `DELETE FROM contact`, "every conversation has its contact and identity"},
		{"an owner without a decision", `UPDATE conversation SET owner_epoch = owner_epoch + 1`, "the conversation's owner is that of its newest assignment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w.in(t)
			spoiled := filepath.Join(t.TempDir(), "spoiled.db")
			copyFile(t, whole, spoiled)
			spoil(t, spoiled, c.damage)
			got, r := w.verify(spoiled)
			found := false
			for _, f := range got.Findings {
				found = found || f.Rule == c.finding
			}
			if r.code != 1 || !found {
				t.Errorf("exit %d, findings %+v", r.code, got.Findings)
			}
		})
	}
	t.Run("as text", func(t *testing.T) {
		spoil(t, whole, `DELETE FROM contact`)
		if r := run(t, w.env(), "verify", "-config", whole+".yaml"); r.code != 1 || !strings.Contains(r.out, "WRONG  every conversation has its contact") || !strings.Contains(r.out, "findings") {
			t.Errorf("%+v", r)
		}
	})
	t.Run("no database", func(t *testing.T) {
		garbage := filepath.Join(t.TempDir(), "garbage.db")
		if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(w.file())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(garbage+".yaml", []byte(strings.Replace(string(text), w.db(), garbage, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := run(t, w.env(), "verify", "-config", garbage+".yaml"); r.code != 1 || r.err == "" {
			t.Errorf("garbage: %+v", r)
		}
	})
}

// spoil edits a store behind the program's back.
func spoil(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := db.Exec(statement)
	if err != nil {
		t.Fatal(errors.Join(err, db.Close()))
	}
	if n, err := changed.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s changed %d rows: %v", statement, n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
