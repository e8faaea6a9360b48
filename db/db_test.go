package db

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"causeway/db/dbtest"
)

func schema(files ...string) fstest.MapFS {
	m := fstest.MapFS{"1_t.sql": {Data: []byte("-- +goose Up\nCREATE TABLE t(id BIGINT PRIMARY KEY, s TEXT NOT NULL DEFAULT '');")}}
	for i, f := range files {
		m[string(rune('2'+i))+"_more.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + f)}
	}
	return m
}

// openTest opens an empty database of the engine that the tests run on.
func openTest(t testing.TB, o Options) *DB {
	t.Helper()
	return openURL(t, dbtest.URL(t), o)
}

// openFile opens a new file, for what is of SQLite alone.
func openFile(t testing.TB, o Options) *DB {
	t.Helper()
	return openPath(t, filepath.Join(t.TempDir(), "test.db"), o)
}

func openPath(t testing.TB, path string, o Options) *DB {
	t.Helper()
	return openURL(t, "sqlite:"+path, o)
}

func openURL(t testing.TB, url string, o Options) *DB {
	t.Helper()
	o.Writers = 4
	if o.Migrations == nil {
		o.Migrations = schema()
	}
	d, err := Open(context.Background(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func insert(id int64) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := tx.Exec(`INSERT INTO t(id) VALUES($1)`, id)
		return err
	}
}

func count(t testing.TB, r Reader) (n int) {
	t.Helper()
	if err := r.Row(context.Background(), `SELECT count(*) FROM t`, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSecondOpenIsRefusedAndNamesThePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	first := openPath(t, path, Options{})
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		_, err := Open(context.Background(), "sqlite:"+p, Options{})
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), path) {
			t.Fatalf("second Open of %s: %v", p, err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Open(context.Background(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	d := openFile(t, Options{})
	if err := d.Do(context.Background(), 1, insert(1)); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(d.Path() + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", info.Name(), info.Mode())
		}
	}
}

func TestWhatIsNoDatabaseIsRefusedInWords(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	corrupt := filepath.Join(dir, "corrupt.db")
	damage(t, corrupt)
	for _, c := range []struct{ url, want string }{
		{"sqlite:" + text, "not a database of ours"},
		{"sqlite:" + corrupt, "corrupt"},
		{"sqlite:" + filepath.Join(dir, "none", "x.db"), "its folder"},
		{"mysql://x/y", "sqlite:PATH"},
		{"postgres://h:p%zz/y", "no address of PostgreSQL"},
		{"sqlite:", "sqlite:PATH"},
	} {
		_, err := Open(context.Background(), c.url, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Open(%s) = %v, want %q", c.url, err, c.want)
		}
	}
	if _, err := OpenReadOnly(context.Background(), "sqlite:"+filepath.Join(dir, "absent.db"), Options{}); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading an absent file: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "absent.db")); err == nil {
		t.Error("OpenReadOnly made a file")
	}
}

// damage makes a database whose table is overwritten in the middle.
func damage(t *testing.T, path string) {
	t.Helper()
	d := openPath(t, path, Options{})
	for i := range int64(2000) {
		if err := d.Do(context.Background(), i, func(tx *Tx) error {
			_, err := tx.Exec(`INSERT INTO t(id, s) VALUES($1, $2)`, i, strings.Repeat("x", 200))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("\xff", 40000)), 4096*10); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestMigrationsGoForwardOnly(t *testing.T) {
	url := dbtest.URL(t)
	old := openURL(t, url, Options{})
	if err := old.Do(context.Background(), 1, insert(1)); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	newer := openURL(t, url, Options{Migrations: schema("CREATE TABLE u(id BIGINT PRIMARY KEY);")})
	if n := count(t, newer); n != 1 {
		t.Fatalf("%d rows after the migration", n)
	}
	if err := newer.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), url, Options{Migrations: schema()}); err == nil || !strings.Contains(err.Error(), "use the newer program") {
		t.Fatalf("older program: %v", err)
	}
	if _, err := Open(context.Background(), url, Options{Migrations: schema("CREATE TABLE u(id BIGINT PRIMARY KEY);", "CREATE BROKEN;")}); err == nil {
		t.Fatal("a broken migration passed")
	}
}

func TestReadingBesideAServer(t *testing.T) {
	d := openFile(t, Options{})
	if err := d.Do(context.Background(), 1, insert(1)); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReadOnly(context.Background(), "sqlite:"+d.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, r); n != 1 {
		t.Errorf("%d rows seen beside", n)
	}
	if err := d.Do(context.Background(), 1, insert(2)); err != nil {
		t.Fatal(err)
	}
	if n := count(t, r); n != 2 {
		t.Errorf("%d rows seen beside, later", n)
	}
	if err := r.Do(context.Background(), 1, insert(3)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Do = %v", err)
	}
	if _, err := r.Rows(context.Background(), `DELETE FROM t RETURNING id`); err == nil {
		t.Error("a read deleted rows")
	}
	if r.Exclusive() || !d.Exclusive() {
		t.Error("who is alone?")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := Open(context.Background(), "sqlite:"+d.Path(), Options{Beside: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Do(context.Background(), 1, insert(3)); err != nil {
		t.Errorf("a write beside: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, d); n != 3 {
		t.Errorf("%d rows in the end", n)
	}
}

func TestBackup(t *testing.T) {
	d := openFile(t, Options{})
	for i := range int64(100) {
		if err := d.Do(context.Background(), i, insert(i)); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "it's a backup?.db")
	r, err := OpenReadOnly(context.Background(), "sqlite:"+d.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if err := r.Backup(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	if n := count(t, openPath(t, out, Options{})); n != 100 {
		t.Errorf("%d rows in the backup", n)
	}
	if err := d.Backup(context.Background(), out); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("onto a file: %v", err)
	}
	if err := d.Backup(context.Background(), d.Path()); err == nil {
		t.Error("onto itself")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	gone := filepath.Join(t.TempDir(), "cancelled.db")
	if err := d.Backup(ctx, gone); err == nil {
		t.Error("a cancelled backup succeeded")
	}
	if _, err := os.Stat(gone); err == nil {
		t.Error("a cancelled backup left a file")
	}
}

func TestDamage(t *testing.T) {
	d := openFile(t, Options{})
	for i := range int64(2000) {
		if err := d.Do(context.Background(), i, insert(i)); err != nil {
			t.Fatal(err)
		}
	}
	if damage, err := d.Damage(context.Background()); err != nil || len(damage) != 0 {
		t.Errorf("a whole file: %q, %v", damage, err)
	}
	out := filepath.Join(t.TempDir(), "spoiled.db")
	if err := d.Backup(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[len(data)-3000:], strings.Repeat("x", 2000)) // within the last page
	if err := os.WriteFile(out, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReadOnly(context.Background(), "sqlite:"+out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if damage, err := r.Damage(context.Background()); err != nil || len(damage) == 0 {
		t.Errorf("a spoiled file: %q, %v", damage, err)
	}
}

func TestSnapshotSeesOneMoment(t *testing.T) {
	d := openTest(t, Options{})
	err := d.Snapshot(context.Background(), func(r Reader) error {
		if n := count(t, r); n != 0 {
			t.Errorf("%d rows at first", n)
		}
		if err := d.Do(context.Background(), 1, insert(1)); err != nil {
			return err
		}
		if n := count(t, r); n != 0 {
			t.Errorf("%d rows in the same moment", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows after", n)
	}
}

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		v    string
		want bool
	}{{"3.51.2", true}, {"3.51.3", false}, {"3.51.10", false}, {"3.6.20", true}, {"3.60", false}, {"4", false}, {"", true}} {
		if older(c.v, minSQLite) != c.want {
			t.Errorf("older(%q) is not %v", c.v, c.want)
		}
	}
}
