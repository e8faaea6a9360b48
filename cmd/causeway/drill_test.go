package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRestoreDrill does what the operator's manual says, word for word: backs up
// beside a running server, loses everything, and restores.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(manual), "## Backup, and the drill\n")
	blocks := strings.Split(chapter, "```")
	if len(blocks) < 4 {
		t.Fatal("the manual has no drill")
	}
	backup, restore := strings.TrimPrefix(blocks[1], "sh\n"), strings.TrimPrefix(blocks[3], "sh\n")
	restore, _, serves := strings.Cut(restore, "causeway serve -config causeway.yaml")
	if !serves || !strings.Contains(backup, "causeway backup") {
		t.Fatalf("the drill is not as expected:\n%s\n%s", backup, restore)
	}
	w := talked(t)
	w.shell(backup)
	before := w.messages(w.conversation("tg", "Zoë", nil).ID)
	stop := w.crowd() // what comes after the backup is lost with the disk
	sees(t, w.tg.Person(telegramUser(0)), "re: n")
	stop()
	w.bridge.stop()
	if err := os.WriteFile(w.db(), []byte("the disk is broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := w.shell(restore); !strings.Contains(out, "all is accounted for") {
		t.Errorf("the drill says\n%s", out)
	}
	w.start()
	after := w.messages(w.conversation("tg", "Zoë", nil).ID)
	if brief(after) != brief(before) {
		t.Errorf("restored are%s\nbefore were%s", brief(after), brief(before))
	}
	w.zoe().Say("after the drill")
	sees(t, w.zoe(), "re: after the drill")
}

// shell runs lines of the manual in the world's folder.
func (w *world) shell(lines string) string {
	w.t.Helper()
	bin := w.t.TempDir()
	if err := os.Symlink(w.program, filepath.Join(bin, "causeway")); err != nil {
		w.t.Fatal(err)
	}
	c := exec.Command("sh", "-euc", lines)
	c.Dir, c.Env = w.dir, append(w.env(), "PATH="+bin+":"+os.Getenv("PATH"))
	out, err := c.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s\n%v\n%s", lines, err, out)
	}
	return string(out)
}
