package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// before builds the program as it was before its newest migration, out of the
// repository's history. Where there is none, the test is skipped.
func before(t *testing.T) string {
	t.Helper()
	git := func(args ...string) []byte {
		c := exec.Command("git", append([]string{"-c", "safe.directory=*", "-C", "../.."}, args...)...)
		out, err := c.Output()
		if err != nil {
			t.Skipf("no history: git %s: %v", strings.Join(args, " "), err)
		}
		return out
	}
	files, err := filepath.Glob("../../store/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no migrations", err)
	}
	commit := "HEAD" // which does not have it yet
	if made := strings.TrimSpace(string(git("log", "-1", "--format=%H", "--diff-filter=A", "--", "store/migrations/"+filepath.Base(slices.Max(files))))); made != "" {
		commit = made + "^"
	}
	dir := t.TempDir()
	unpack := exec.Command("tar", "-x", "-C", dir)
	unpack.Stdin = bytes.NewReader(git("archive", commit))
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Skipf("the old sources are not to be had: %v\n%s", err, out)
	}
	old := filepath.Join(t.TempDir(), "causeway-before")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", old, "./cmd/causeway")
	build.Dir, build.Env = dir, append(os.Environ(), "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program of before: %v\n%s", err, out)
	}
	return old
}

// TestTortureUpgrade replaces two nodes of the version before the newest migration,
// one after the other, while people talk: old and new work side by side on the new
// schema. An old one that is started after that is refused.
func TestTortureUpgrade(t *testing.T) {
	t.Parallel()
	old := before(t)
	var sum tally
	sum.tell(t, "a rolling upgrade")
	w := newNodes(t, 2)
	w.config["store"] = fmt.Sprintf("{url: %q}", w.store) // what the old version knows
	for _, one := range w.all {
		one.program = old
	}
	w.begin()
	pause(time.Second)
	for i, one := range w.all {
		one.bridge.stop()
		one.program = plain
		w.restart(i)
		if i == 0 && !strings.Contains(one.log(), "schema migrated") {
			t.Error("the new version has migrated nothing")
		}
		pause(3 * time.Second) // side by side, and then the new ones alone
		w.accounted()
	}
	c := exec.Command(old, "serve", "-config", w.all[0].file())
	c.Env = w.env()
	if out, err := c.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("use the newer program")) {
		t.Errorf("an old version that is started now: %v\n%s", err, out)
	}
	f := w.settled()
	f.cycles, f.verified = 2, 3
	sum.add(f)
}
