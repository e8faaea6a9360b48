package main_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const pageSize = 4096

// TestTorturePages tears pages of a store: half of one is zeros, garbage, or
// another page's. The program does not serve what it cannot read, and says in
// words what is wrong and what to do.
func TestTorturePages(t *testing.T) {
	t.Parallel()
	w := talked(t)
	w.bridge.stop()
	whole, err := os.ReadFile(w.db())
	if err != nil {
		t.Fatal(err)
	}
	w.data = filepath.Join(w.dir, "torn") // what is torn is not held to any promise
	if err := os.Mkdir(w.data, 0o700); err != nil {
		t.Fatal(err)
	}
	w.config["store"] = fmt.Sprintf("{url: %q}", "sqlite:"+w.db())
	w.write()
	t.Cleanup(func() { w.data = t.TempDir() })
	pages := len(whole) / pageSize
	var refused, found, harmless int
	for n := range amount(400, 40, 12) {
		torn := bytes.Clone(whole)
		page := rand.IntN(pages)
		if n < 2 {
			page = n // the header, and the first page of all
		}
		tear(torn, page, pages)
		if err := os.WriteFile(w.db(), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		checked := run(t, w.env(), "verify", "-config", w.file())
		b := launch(w)
		served := b.comesUp()
		if served {
			b.kill()
		}
		text := logOf(t, w)
		switch {
		case !served:
			refused++
			if !strings.Contains(text, w.db()) || !strings.Contains(text, "corrupt") && !strings.Contains(text, "no database of ours") && !strings.Contains(text, "not a database") ||
				!strings.Contains(text, "restore the last backup") || strings.Contains(text, "goroutine ") {
				t.Errorf("page %d: it says\n%s", page, text)
			}
			if checked.code != 1 {
				t.Errorf("page %d is refused, and verify finds nothing: %+v", page, checked)
			}
		case checked.code == 1:
			found++
		default:
			harmless++ // it was empty, or text that nobody can tell from other text
		}
	}
	t.Logf("torn pages: %d refused at the start with a clear message, %d named by verify, %d without effect", refused, found, harmless)
	if refused < harmless {
		t.Error("too few are noticed")
	}
}

// tear spoils one half of a page.
func tear(file []byte, page, pages int) {
	half := file[page*pageSize:][:pageSize][rand.IntN(2)*pageSize/2:][:pageSize/2]
	if page == 0 {
		half = file[:pageSize/2]
	}
	switch rand.IntN(3) {
	case 0:
		clear(half)
	case 1:
		for i := range half {
			half[i] = byte(rand.IntN(256))
		}
	default:
		copy(half, file[rand.IntN(pages)*pageSize:])
	}
}

// comesUp waits until the program serves or has ended, and says which.
func (b *bridge) comesUp() bool {
	b.w.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		select {
		case <-b.ended:
			return false
		case <-time.After(2 * time.Millisecond):
		}
		if a, err := b.w.do("GET", "/readyz", nil); err == nil && a.status == 200 {
			return true
		}
	}
	b.w.t.Fatal("it neither serves nor ends")
	return false
}

// logOf takes the log away, and returns it.
func logOf(t *testing.T, w *world) string {
	t.Helper()
	text := w.log()
	if err := os.Remove(filepath.Join(w.dir, "log")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return text
}
