// Package main_test drives the built program as others do: an operator with a
// config file and signals, providers with signed webhooks, people with phones,
// bots at a URL, and clients of the REST interface. It knows the protocols and
// nothing of the program's insides, but for the rows that TestVerifyFindsDamage
// spoils.
package main_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the path of the built program. With -race it has the race detector
// in it; plain is without, for the one test that is about time.
var program, plain string

func TestMain(m *testing.M) {
	flag.Parse()
	ownMounts(m)
	// The tests wait for others most of the time, so that more of them fit on
	// few cores than go test believes.
	if err := flag.Set("test.parallel", "8"); err != nil {
		fail(err)
	}
	dir, err := os.MkdirTemp("", "causeway-test-")
	if err != nil {
		fail(err)
	}
	program, plain = filepath.Join(dir, "causeway"), filepath.Join(dir, "causeway")
	build("-o", plain)
	if raced {
		program += "-race"
		build("-race", "-o", program)
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fail(err)
	}
	os.Exit(code)
}

func build(args ...string) {
	// -buildvcs=false: a checkout that belongs to somebody else builds too.
	c := exec.Command("go", append(append([]string{"build", "-buildvcs=false"}, args...), ".")...)
	if out, err := c.CombinedOutput(); err != nil {
		fail(fmt.Errorf("build: %w\n%s", err, out))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// environment is what the program finds there. What tsan does at the end of a
// process would cost a second each time.
func environment(more ...string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(), "GORACE=atexit_sleep_ms=0"}, more...)
}

// result is what a command that ended has left.
type result struct {
	code     int
	out, err string
}

// run runs the program to its end.
func run(t *testing.T, env []string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	c.Env = env
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("causeway %s: %v %v", strings.Join(args, " "), err, ctx.Err())
	}
	return result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// soon ends a wait that should have been over long ago.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually looks until ok returns no error, and fails with the last one.
func eventually(t *testing.T, what string, ok func() error) {
	t.Helper()
	within(t, 30*time.Second, what, ok)
}

func within(t *testing.T, patience time.Duration, what string, ok func() error) {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		err := ok()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s: %v", what, patience, err)
		}
		tick()
	}
}

// tick is how often is looked again.
func tick() { pause(10 * time.Millisecond) }

// pause is for what takes its time in the world outside: people, and the moment
// of a kill. No test waits with it for the bridge.
func pause(d time.Duration) { <-time.After(d) }
