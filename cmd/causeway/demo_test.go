package main_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// steps are what the demo's script shows, in order, on each channel.
var steps = []string{
	"Hello", "Here is what I can do", "[Today's dishes]", "Plum cake", "[Order]", "Noted: ", "[Talk to a person]", "fetch somebody",
	"the conversation is Ann's", "this is Ann", "What became of it", "owner Ann", "agent  Hello, this is Ann",
}

func TestDemo(t *testing.T) {
	t.Parallel()
	r := run(t, environment(), "demo", "-exit", "-addr", "127.0.0.1:0")
	if r.code != 0 || strings.Contains(r.out, "FAILED") {
		t.Fatalf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	rest := r.out
	for _, step := range append(append([]string{"\nTelegram\n"}, steps...), append(append([]string{"\nWhatsApp\n"}, steps...), "all is accounted for")...) {
		_, after, found := strings.Cut(rest, step)
		if !found {
			t.Fatalf("after the steps before it, %q is missing:\n%s", step, r.out)
		}
		rest = after
	}
	for _, line := range []string{"sent ", "delivered ", "cards_as_messages", "link_text"} {
		if !strings.Contains(r.out, line) {
			t.Errorf("%q is missing:\n%s", line, r.out)
		}
	}
}

// TestDemoInterrupted: a script that could not be played to its end is a
// failure, and leaves nothing behind.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, out := startDemo(t, dir, "-exit")
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the code says how it ended
	if code := c.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(rest), "FAILED") {
		t.Errorf("exit %d\n%s%s", code, line, rest)
	}
	empty(t, dir)
}

func TestDemoServesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, out := startDemo(t, dir)
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "It serves on") {
	}
	if !strings.HasPrefix(lines.Text(), "Every step went well.") {
		t.Errorf("got %q", lines.Text())
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	empty(t, dir)
}

// startDemo starts the demo with dir for its temporary folder.
func startDemo(t *testing.T, dir string, args ...string) (*exec.Cmd, io.Reader) {
	t.Helper()
	c := exec.Command(program, append([]string{"demo", "-addr", "127.0.0.1:0"}, args...)...)
	c.Env = environment("TMPDIR=" + dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(30*time.Second, func() { _ = c.Process.Kill() })
	t.Cleanup(func() { stop.Stop() })
	return c, out
}

func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
