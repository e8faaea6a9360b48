package main_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"causeway/db/dbtest"
)

// A store that was killed in the middle of work moves to PostgreSQL whole: verify
// finds nothing, what was begun is ended there, and the log goes on.
func TestMigrateMovesAStoreToPostgreSQL(t *testing.T) {
	t.Parallel()
	pg := dbtest.Own(t)
	w := newTalking(t)
	w.onFiles()
	w.begin()
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
