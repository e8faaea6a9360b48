package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// skewSource gives the program a clock that is wrong by SKEW. It is laid over the
// program's sources for one build; the program itself knows nothing of it.
const skewSource = `package main

import (
	"os"
	"time"
)

var skew, _ = time.ParseDuration(os.Getenv("SKEW"))

func skewedNow() time.Time { return time.Now().Add(skew) }
`

// skewed is the program built with a clock that can be wrong: main hands all of it
// its clock.
var skewed = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(filepath.Dir(plain), "skewed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		return "", err
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	laid := map[string]string{filepath.Join(here, "skew.go"): filepath.Join(dir, "skew.go")}
	texts := map[string]string{"skew.go": skewSource}
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), "time.Now") {
			laid[filepath.Join(here, name)] = filepath.Join(dir, name)
			texts[name] = strings.ReplaceAll(string(text), "time.Now", "skewedNow")
		}
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": laid})
	if err != nil {
		return "", err
	}
	file, to := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "causeway")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-overlay", file, "-o", to, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build with a wrong clock: %w\n%s", err, out)
	}
	return to, nil
})

// TestTortureClocks has nodes whose clocks are hours apart, one of which dies and
// comes back. Times are the database's everywhere, and so is what is signed.
func TestTortureClocks(t *testing.T) {
	t.Parallel()
	to, err := skewed()
	if err != nil {
		t.Fatal(err)
	}
	var sum tally
	sum.tell(t, "nodes whose clocks are hours apart")
	w := newNodes(t, 2)
	for i, by := range []string{"7h", "-5h"} {
		w.all[i].program, w.all[i].more = to, []string{"SKEW=" + by}
	}
	began := time.Now()
	w.begin()
	cycles := amount(40, 3, 2)
	for n := range cycles {
		pause(time.Second)
		w.all[n%2].bridge.kill()
		pause(time.Duration(n%3) * 3 * time.Second) // sometimes long enough to be taken for dead
		w.restart(n % 2)
	}
	f := w.settled()
	for _, one := range w.all {
		for _, c := range append(one.conversations("tg"), one.conversations("wa")...) {
			for _, m := range one.messages(c.ID) {
				if m.CreatedAt.Before(began.Add(-time.Minute)) || m.CreatedAt.After(time.Now().Add(time.Minute)) {
					t.Fatalf("a message of now is of %s", m.CreatedAt)
				}
			}
		}
	}
	f.cycles, f.verified = cycles, 1
	sum.add(f)
}
