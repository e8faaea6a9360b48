package media_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"causeway/core"
	"causeway/media"
)

func open(t *testing.T, dir string, o media.Options) *media.Folder {
	t.Helper()
	f, err := media.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func file(content string) core.OpenFile {
	return core.OpenFile{Body: io.NopCloser(strings.NewReader(content)), Size: -1}
}

func read(t *testing.T, f *media.Folder, id int64) string {
	t.Helper()
	body, size, at, err := f.OpenFile(id)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil || int64(len(data)) != size || time.Since(at).Abs() > time.Hour {
		t.Fatalf("read %d bytes of %d, kept at %s: %v", len(data), size, at, err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// names are all files in the folder but its own.
func names(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != ".key" && d.Name() != ".lock" {
			all = append(all, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "media")
	f := open(t, dir, media.Options{})
	kept, err := f.Keep(t.Context(), 42, core.OpenFile{Body: io.NopCloser(strings.NewReader("%PDF-1.7 …")), MIME: "image/png"})
	if err != nil || kept != (core.Kept{MIME: "application/pdf", Size: 12}) {
		t.Fatalf("got %+v, %v", kept, err)
	}
	if got := read(t, f, 42); got != "%PDF-1.7 …" {
		t.Errorf("got %q", got)
	}
	for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, ".key"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	again, err := f.Keep(t.Context(), 42, core.OpenFile{Body: io.NopCloser(iotest.ErrReader(errors.New("not to be read"))), Size: -1})
	if err != nil || again != kept {
		t.Errorf("a second time: got %+v, %v", again, err)
	}
	if err := f.Remove(42); err != nil {
		t.Error(err)
	}
	if err := f.Remove(42); err != nil {
		t.Error("removing what is not there:", err)
	}
	if _, _, _, err := f.OpenFile(42); !errors.Is(err, core.ErrNotFound) {
		t.Errorf("after Remove: %v", err)
	}
	for _, id := range []int64{0, -1} {
		if _, err := f.Keep(t.Context(), id, file("x")); !errors.Is(err, core.ErrInvalid) {
			t.Errorf("id %d: %v", id, err)
		}
	}
}

// TestRefused is all that can go wrong: each leaves nothing behind, and the
// same id can be kept afterwards.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir, media.Options{MaxSize: 10})
	broken := errors.New("connection reset")
	expired := &core.Fault{Kind: core.Permanent, Code: "gone"}
	ended, end := context.WithCancel(t.Context())
	end()
	reader := func(content string, err error) io.ReadCloser {
		return io.NopCloser(io.MultiReader(strings.NewReader(content), iotest.ErrReader(err)))
	}
	for name, test := range map[string]struct {
		ctx  context.Context
		body core.OpenFile
		kind core.FaultKind
		is   error
	}{
		"too large":        {t.Context(), core.OpenFile{Body: io.NopCloser(strings.NewReader("12345678901")), Size: -1}, core.Permanent, nil},
		"too large at 1":   {t.Context(), core.OpenFile{Body: io.NopCloser(iotest.OneByteReader(strings.NewReader("12345678901")))}, core.Permanent, nil},
		"said to be large": {t.Context(), core.OpenFile{Body: reader("", broken), Size: 11}, core.Permanent, nil},
		"breaks off":       {t.Context(), core.OpenFile{Body: reader("123", broken), Size: -1}, core.Temporary, broken},
		"cut short":        {t.Context(), core.OpenFile{Body: reader("123", io.ErrUnexpectedEOF), Size: -1}, core.Temporary, io.ErrUnexpectedEOF},
		"a fault":          {t.Context(), core.OpenFile{Body: reader("123", expired), Size: -1}, core.Permanent, expired},
		"given up":         {ended, file("123"), core.Temporary, context.Canceled},
	} {
		kept, err := f.Keep(test.ctx, 7, test.body)
		if err == nil || core.FaultOf(err).Kind != test.kind || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s: got %+v, %v", name, kept, err)
		}
		if left := names(t, dir); len(left) > 0 {
			t.Errorf("%s leaves %v", name, left)
		}
	}
	if _, err := f.Keep(t.Context(), 7, file("1234567890")); err != nil {
		t.Error("as large as may be:", err)
	}
	if _, err := f.Keep(t.Context(), 8, file("")); err != nil {
		t.Error("empty:", err)
	}
}

func TestSameFileTwiceAtOnce(t *testing.T) {
	dir := t.TempDir()
	folders := []*media.Folder{open(t, dir, media.Options{}), open(t, dir, media.Options{})}
	content := strings.Repeat("one and the same ", 10_000)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			kept, err := folders[i%2].Keep(t.Context(), 5, core.OpenFile{Body: io.NopCloser(iotest.HalfReader(strings.NewReader(content)))})
			if err != nil || kept.Size != int64(len(content)) {
				t.Errorf("got %+v, %v", kept, err)
			}
		})
	}
	all.Wait()
	if got := read(t, folders[0], 5); got != content {
		t.Errorf("got %d bytes", len(got))
	}
	if left := names(t, dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

// TestWaiting: whoever waits for the same file to be kept can give up.
func TestWaiting(t *testing.T) {
	f := open(t, t.TempDir(), media.Options{})
	slow, feed := io.Pipe()
	first := make(chan error)
	go func() {
		_, err := f.Keep(t.Context(), 5, core.OpenFile{Body: slow})
		first <- err
	}()
	fmt.Fprint(feed, "begun") // Keep is reading now
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := f.Keep(ctx, 5, file("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	feed.Close()
	if err := <-first; err != nil || read(t, f, 5) != "begun" {
		t.Errorf("the first: %v", err)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	f, err := media.Open(dir, media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Keep(t.Context(), 1, file("kept")); err != nil {
		t.Fatal(err)
	}
	orphan := filepath.Join(dir, "00", ".part-abc")
	leave := func() {
		if err := errors.Join(os.MkdirAll(filepath.Dir(orphan), 0o700), os.WriteFile(orphan, []byte("half"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	open(t, dir, media.Options{}).Close()
	if left := names(t, dir); len(left) != 2 {
		t.Errorf("what another process may still write was swept: %v", left)
	}
	open(t, dir, media.Options{ReadOnly: true}).Close()
	open(t, dir, media.Options{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }}).Close()
	if left := names(t, dir); len(left) != 1 {
		t.Errorf("what is too old was not swept: %v", left)
	}
	leave()
	f.Close()
	g := open(t, dir, media.Options{})
	if left := names(t, dir); len(left) != 1 || read(t, g, 1) != "kept" {
		t.Errorf("alone, not swept: %v", left)
	}
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir, media.Options{})
	want := map[int64]int64{}
	for i := int64(1); i <= 50; i++ {
		id := i << 13
		want[id] = i
		if _, err := f.Keep(t.Context(), id, core.OpenFile{Body: io.NopCloser(bytes.NewReader(make([]byte, i)))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "77"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	reader := open(t, dir, media.Options{ReadOnly: true})
	for got, err := range reader.List() {
		if err != nil || want[got.ID] != got.Size {
			t.Errorf("got %+v, %v", got, err)
		}
		delete(want, got.ID)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
	for range reader.List() {
		break
	}
	if shards, _ := filepath.Glob(filepath.Join(dir, "??")); len(shards) < 20 {
		t.Errorf("50 files in %d folders", len(shards))
	}
}

// TestNoWayOut: the folder follows no link out of itself.
func TestNoWayOut(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, dir, media.Options{})
	if _, err := f.Keep(t.Context(), 9, file("x")); err != nil {
		t.Fatal(err)
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "??", "9"))
	if err := errors.Join(os.Remove(kept[0]), os.Symlink(filepath.Join(outside, "secret"), kept[0])); err != nil {
		t.Fatal(err)
	}
	if body, _, _, err := f.OpenFile(9); err == nil {
		body.Close()
		t.Error("a link out of the folder was followed")
	}
	if err := errors.Join(os.Remove(kept[0]), os.Remove(filepath.Dir(kept[0])), os.Symlink(outside, filepath.Dir(kept[0]))); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Keep(t.Context(), 9, file("x")); err == nil {
		t.Error("a file was kept outside the folder")
	}
	if left := names(t, outside); len(left) != 1 {
		t.Errorf("written outside: %v", left)
	}
}

func TestReadOnly(t *testing.T) {
	if _, err := media.Open(filepath.Join(t.TempDir(), "none"), media.Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	f := open(t, dir, media.Options{ReadOnly: true})
	if _, err := f.Keep(t.Context(), 1, file("x")); err == nil {
		t.Error("a file was kept")
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("made: %v", entries)
	}
}
