package main_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/db/dbtest"
)

// A store that was killed in the middle of work moves to PostgreSQL whole: verify
// finds nothing, each row is as it was, what was begun is ended there, and the log goes on.
func TestMigrateMovesAStoreToPostgreSQL(t *testing.T) {
	t.Parallel()
	pg := dbtest.Own(t)
	w := newTalking(t)
	w.onFiles()
	w.begin()
	w.must(adminKey, "PUT", "agents/"+ben+"/availability", map[string]string{"status": "online"}, nil)
	z := w.zoe()
	z.Say("\\N \\. 'it''s' \"so\"\t{}\r\n\u00e4 \u2028 \U0001F469\u200D\U0001F4BB")
	z.SendPhoto([]byte("a picture"), "look")
	pause(2 * time.Second)
	to := pg.Database(t)
	if r := run(t, w.env(), "migrate", "-from", "sqlite:"+w.db(), "-to", to); r.code != 1 || !strings.Contains(r.err, "another process") {
		t.Errorf("migrate of a store that is served: %+v", r)
	}
	w.bridge.kill()
	r := run(t, w.env(), "migrate", "-from", "sqlite:"+w.db(), "-to", to)
	if r.code != 0 {
		t.Fatalf("migrate: %+v", r)
	}
	t.Log(r.out)
	sameRows(t, w.db(), to)
	if r := run(t, w.env(), "migrate", "-from", "sqlite:"+w.db(), "-to", to); r.code != 1 || !strings.Contains(r.err, "not empty") {
		t.Errorf("migrate onto a store: %+v", r)
	}
	w.store = to
	w.config["store"] = fmt.Sprintf("{url: %q}", to)
	w.write()
	w.accounted()
	w.start()
	pause(time.Second)
	t.Log(w.settled())
	w.accounted()
	if r := run(t, w.env(), "backup", "-config", w.file(), w.dir+"/copy.db"); r.code != 1 || !strings.Contains(r.err, "pg_dump") {
		t.Errorf("backup of PostgreSQL: %+v", r)
	}
	if _, err := os.Stat(w.dir + "/copy.db"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("backup left a file: %v", err)
	}
}

// sameRows expects that a file and a database have the same rows in each table. Of
// lanes, what a dead process had differs; verify looks at them.
func sameRows(t *testing.T, path, address string) {
	t.Helper()
	file, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	database, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	tables := rowsOf(t, file, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' AND name NOT IN ('lane', 'session')`)
	filled := 0
	for _, table := range tables {
		was, is := rowsOf(t, file, "SELECT * FROM "+table), rowsOf(t, database, "SELECT * FROM "+table)
		sameTexts(t, "rows of "+table, is, was)
		if len(was) > 0 {
			filled++
		}
	}
	if filled < 14 {
		t.Errorf("%d of %d tables have rows", filled, len(tables))
	}
}

// rowsOf are the rows of an answer, each as one text, sorted.
func rowsOf(t *testing.T, d *sql.DB, query string) []string {
	t.Helper()
	rows, err := d.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, dst, texts := make([]any, len(columns)), make([]any, len(columns)), make([]string, len(columns))
		for i := range values {
			dst[i] = &values[i]
		}
		if err := rows.Scan(dst...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			texts[i] = fmt.Sprint(v)
		}
		all = append(all, strings.Join(texts, " | "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
