package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// injected is the command line under which system calls of the program fail as
// told (strace(1), "Tampering"). The program stays our own child: -D.
func injected(how string) []string {
	calls, _, _ := strings.Cut(how, ":")
	return []string{"strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + calls, "-e", "inject=" + how}
}

// needsStrace skips a test where strace is missing or may not trace.
func needsStrace(t *testing.T) {
	t.Helper()
	line := append(injected("fsync:error=EIO:when=1"), "true")
	if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
		t.Skipf("strace cannot be used here: %v %s", err, out)
	}
}

// TestTortureErrno lets writes and syncs of the running program fail, for a
// while and again and again, while people talk. It works on by itself after
// each; in the end nothing is lost.
func TestTortureErrno(t *testing.T) {
	t.Parallel()
	needsStrace(t)
	var sum tally
	sum.tell(t, "failing system calls")
	for _, how := range []string{
		"fsync:error=EIO:when=%d+7",      // every seventh
		"pwrite64:error=ENOSPC:when=%d+", // from then on: nothing can be written
		"pwrite64:error=EIO:when=%d+31",
		"ftruncate,unlink:error=EIO:when=%d+2",
	} {
		name, _, _ := strings.Cut(how, ":when")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTalking(t)
			w.begin()
			cycles := amount(50, 2, 1)
			for range cycles {
				w.bridge.kill()
				w.accounted()
				w.under = injected(fmt.Sprintf(how, 60+rand.IntN(200))) // it comes up before
				w.start()
				pause(time.Duration(200+rand.IntN(400)) * time.Millisecond)
			}
			w.bridge.kill()
			w.accounted()
			w.under = nil
			w.start()
			f := w.settled()
			f.cycles, f.verified = cycles, cycles+1
			sum.add(f)
		})
	}
}

// TestTortureWrites kills the program at the first write of its life, then in
// another life at the second, and so on: no moment is left out.
func TestTortureWrites(t *testing.T) {
	t.Parallel()
	needsStrace(t)
	var sum tally
	sum.tell(t, "killed at each write in turn")
	worlds, most, step := amount(4, 1, 1), amount(300, 60, 60), amount(1, 6, 20)
	for i := range worlds {
		t.Run(fmt.Sprint("world ", i+1), func(t *testing.T) {
			t.Parallel()
			w := newTalking(t)
			w.begin()
			w.bridge.kill()
			cycles := 0
			for n := 1 + i; n <= most; n += step {
				w.under = injected(fmt.Sprintf("pwrite64,fsync,unlink,ftruncate:signal=KILL:when=%d", n))
				b := launch(w.world)
				select {
				case <-b.ended:
					cycles++
				case <-time.After(2 * time.Second): // it had less to write than that
				}
				b.kill()
				w.accounted()
			}
			w.under = nil
			w.start()
			f := w.settled()
			if cycles == 0 {
				t.Error("it was never killed")
			}
			f.cycles, f.verified = cycles, cycles
			sum.add(f)
		})
	}
}

// TestTortureFullDisk fills the disk under the running program and empties it
// again: meanwhile who posts is told to come again, what is stored can be read,
// and afterwards all goes on without a restart.
func TestTortureFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := unix.Mount("causeway", dir, "tmpfs", 0, "size=48m,mode=700"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	w := newTalking(t)
	w.livesAt(dir)
	w.begin()
	process := w.bridge
	rounds := amount(30, 3, 1)
	filler := filepath.Join(dir, "filler")
	for round := range rounds {
		pause(200 * time.Millisecond)
		fill(t, filler)
		within(t, 20*time.Second, "a refusal", func() error {
			a, err := w.postTelegram("tg", telegramText(900_000+round, 7, strings.Repeat("no room ", 500)))
			if err != nil || a.status != 503 || a.header.Get("Retry-After") == "" || a.code() != "not_stored" {
				return fmt.Errorf("%d %s %v", a.status, a.body, err)
			}
			return nil
		})
		if a := w.ask(adminKey, "GET", "conversations", nil); a.status != 200 {
			t.Errorf("reading on a full disk: %d %s", a.status, a.body)
		}
		w.accounted()
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		within(t, 20*time.Second, "it goes on", func() error {
			a, err := w.postTelegram("tg", telegramText(900_000+round, 7, "there is room"))
			if err != nil || a.status != 200 {
				return fmt.Errorf("%d %s %v", a.status, a.body, err)
			}
			return nil
		})
	}
	f := w.settled()
	w.accounted()
	f.cycles, f.verified = rounds, rounds+1
	if w.bridge != process || strings.Count(w.log(), "nothing can be stored") < rounds {
		t.Errorf("it did not run on, or did not say so:\n%s", w.log())
	}
	t.Logf("a full disk that empties again: %s", f)
}

// fill writes a file until there is no room.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	_ = f.Close() // it is full, as it should be
}
