package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Server is the environment variable with the address of a throw-away server, as the command with sets it. Where it
// is set, [URL] gives databases of that server.
const Server = "CAUSEWAY_TEST_POSTGRES"

// IsPostgres tells whether this run of the tests is on PostgreSQL.
func IsPostgres() bool { return os.Getenv(Server) != "" }

// URL is the address of an empty store of the test's own: a SQLite file, or a database of the [Server].
func URL(t testing.TB) string {
	t.Helper()
	if IsPostgres() {
		return database(t, os.Getenv(Server))
	}
	return "sqlite:" + filepath.Join(t.TempDir(), "store.db")
}

// Postgres is the address of an empty database of the test's own, also where other tests run on SQLite. Without
// PostgreSQL on the machine the test is skipped.
func Postgres(t testing.TB) string {
	t.Helper()
	if IsPostgres() {
		return database(t, os.Getenv(Server))
	}
	c := Own(t)
	return database(t, c.URL("postgres"))
}

// Own is a cluster of the test's own, to be killed and restarted. Without PostgreSQL on the machine the test is
// skipped.
func Own(t testing.TB) *Cluster {
	t.Helper()
	c, err := Start()
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if n := strings.Count(c.Log(), "deadlock detected"); n > 0 || t.Failed() {
			t.Logf("the server ended %d deadlocks; its log ends so:\n%s", n, c.Log()[max(0, len(c.Log())-4000):])
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// Database makes an empty database in the cluster.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	return database(t, c.URL("postgres"))
}

// database is an empty one; it goes with its cluster.
func database(t testing.TB, server string) string {
	t.Helper()
	name := fmt.Sprintf("t%d_%d", os.Getpid(), time.Now().UnixNano())
	address, err := Create(context.Background(), server, strings.ToLower(name))
	if err != nil {
		t.Fatal(err)
	}
	return address
}
