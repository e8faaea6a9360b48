package main_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"causeway/db/dbtest"
)

// The settings and the drill of docs/operations.md, on nodes at which people talk:
// the tables are set, a dump is taken beside the nodes, and what is restored from
// it is accounted for.
func TestDrillOnPostgres(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"psql", "pg_dump", "pg_restore"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	w := newNodes(t, 2)
	w.begin()
	pause(time.Second)
	tool := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	manual, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(manual), "```sql\n")
	settings, _, ok := strings.Cut(rest, "```")
	if !ok || !strings.Contains(settings, "ALTER TABLE lane") {
		t.Fatal("the manual has no settings")
	}
	tool("psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", w.store, "-c", settings)

	dump := filepath.Join(t.TempDir(), "backup.dump")
	tool("pg_dump", "--format=custom", "--file="+dump, w.store)
	drill, err := dbtest.Create(t.Context(), w.pg.URL("postgres"), "causeway_drill")
	if err != nil {
		t.Fatal(err)
	}
	tool("pg_restore", "--no-owner", "--dbname="+drill, dump)
	restored := *w.world
	restored.dir, restored.config = t.TempDir(), maps.Clone(w.config)
	restored.config["store"] = fmt.Sprintf("{url: %q}", drill)
	restored.write()
	restored.accounted()

	for _, query := range []string{"SELECT addr, slot, alive_until FROM session", "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'lane'"} { // as "What to watch" has them
		tool("psql", "-X", "-v", "ON_ERROR_STOP=1", "-d", w.store, "-c", query)
	}
	t.Log(w.settled())
}
