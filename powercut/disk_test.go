//go:build linux

package powercut_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"causeway/powercut"
)

// mounted is a disk at a path, for as long as the test runs.
type mounted struct {
	*powercut.Disk
	t    *testing.T
	dir  string
	away func() error
}

func mount(t *testing.T, room int) *mounted {
	t.Helper()
	m := &mounted{Disk: powercut.New(room), t: t, dir: t.TempDir()}
	var err error
	if m.away, err = m.Mount(m.dir); err != nil {
		t.Skipf("it cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { m.must(m.away()) })
	return m
}

func (m *mounted) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// cut is a cut of the power and its return.
func (m *mounted) cut(left powercut.After) {
	m.t.Helper()
	m.Cut(left)
	if err := os.WriteFile(filepath.Join(m.dir, "dead"), nil, 0o600); err == nil {
		m.t.Error("a disk without power takes files")
	}
	m.must(m.away())
	m.Restore()
	var err error
	m.away, err = m.Mount(m.dir)
	m.must(err)
}

// put writes to a file, and syncs it and its folder as asked.
func (m *mounted) put(name, text string, sync, syncDir bool) error {
	m.t.Helper()
	f, err := os.OpenFile(filepath.Join(m.dir, name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	m.must(err)
	_, err = f.WriteString(text)
	if sync {
		err = errors.Join(err, f.Sync())
	}
	m.must(f.Close())
	if syncDir {
		d, e := os.Open(m.dir)
		m.must(e)
		m.must(errors.Join(d.Sync(), d.Close()))
	}
	return err
}

func (m *mounted) has(name, want string) {
	m.t.Helper()
	got, err := os.ReadFile(filepath.Join(m.dir, name))
	if string(got) != want || want != "" && err != nil {
		m.t.Errorf("%s has %q (%v), want %q", name, got, err, want)
	}
}

func TestACutForgetsWhatWasNotSynced(t *testing.T) {
	m := mount(t, 1<<20)
	m.must(m.put("synced", "one", true, true))
	m.must(m.put("named", "", false, true))
	m.must(m.put("named", "two", false, false))
	m.must(m.put("nameless", "three", true, false))
	m.must(m.put("synced", "four", false, false)) // is cut to nothing first
	m.must(os.Rename(filepath.Join(m.dir, "named"), filepath.Join(m.dir, "renamed")))
	m.has("renamed", "two")
	m.cut(powercut.Nothing)
	m.has("synced", "one")
	m.has("named", "")
	m.has("nameless", "")
	if _, err := os.Stat(filepath.Join(m.dir, "named")); err != nil {
		t.Error("a name that was synced is gone")
	}
	for _, name := range []string{"nameless", "renamed", "dead"} {
		if _, err := os.Stat(filepath.Join(m.dir, name)); err == nil {
			t.Errorf("the name %s was not synced and is there", name)
		}
	}
}

// After a failed sync the data can be read, and a later sync does not save it.
func TestAFailedSyncIsAsTheKernelsIs(t *testing.T) {
	m := mount(t, 1<<20)
	m.must(m.put("a", "old", true, true))
	m.FailSyncs(1)
	if err := m.put("a", "new", true, false); !errors.Is(err, syscall.EIO) {
		t.Errorf("the sync: %v", err)
	}
	f, err := os.OpenFile(filepath.Join(m.dir, "a"), os.O_RDWR, 0)
	m.must(err)
	m.must(errors.Join(f.Sync(), f.Close()))
	m.has("a", "new")
	m.cut(powercut.Nothing)
	m.has("a", "old")
}

func TestPiecesAreLeft(t *testing.T) {
	m := mount(t, 1<<20)
	seen := map[byte]bool{}
	zeros, ones := string(make([]byte, 8192)), ""
	for len(ones) < 8192 {
		ones += "1"
	}
	m.must(m.put("a", zeros, true, true))
	f, err := os.OpenFile(filepath.Join(m.dir, "a"), os.O_RDWR, 0)
	m.must(err)
	_, err = f.WriteString(ones)
	m.must(errors.Join(err, f.Close()))
	m.cut(powercut.Pieces)
	got, err := os.ReadFile(filepath.Join(m.dir, "a"))
	m.must(err)
	for _, b := range got {
		seen[b] = true
	}
	if len(got) != 8192 || len(seen) != 2 {
		t.Errorf("%d bytes of %d sorts", len(got), len(seen))
	}
}

func TestAFullDisk(t *testing.T) {
	m := mount(t, 10)
	m.must(m.put("a", "12345678", true, true))
	if err := m.put("b", "12345678", false, false); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	m.must(os.Remove(filepath.Join(m.dir, "a")))
	m.must(m.put("b", "12345678", false, false))
	if n := m.Held(); n != 8 {
		t.Errorf("%d bytes held", n)
	}
}
