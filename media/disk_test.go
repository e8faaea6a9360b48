package media

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"causeway/core"
)

// full is a disk on which there is room for so many bytes.
type full struct {
	to   io.Writer
	room int
}

func (f *full) Write(p []byte) (int, error) {
	n, err := f.to.Write(p[:min(len(p), f.room)])
	f.room -= n
	if err == nil && n < len(p) {
		err = syscall.ENOSPC
	}
	return n, err
}

func TestDiskFull(t *testing.T) {
	f, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.through = func(w io.Writer) io.Writer { return &full{to: w, room: 100} }
	_, err = f.Keep(t.Context(), 3, core.OpenFile{Body: io.NopCloser(strings.NewReader(strings.Repeat("x", 1000)))})
	if fault := core.FaultOf(err); !errors.Is(err, syscall.ENOSPC) || fault.Kind != core.Temporary || fault.Code != "disk" {
		t.Errorf("got %v", err)
	}
	err = fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && name != keyName && name != ".lock" {
			t.Errorf("left: %s", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	f.through = nil
	if _, err := f.Keep(t.Context(), 3, core.OpenFile{Body: io.NopCloser(strings.NewReader("x"))}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
