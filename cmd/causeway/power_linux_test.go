package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/powercut"
)

// outlet is a disk in memory whose power can be cut, mounted while the test runs.
type outlet struct {
	*powercut.Disk
	t    *testing.T
	dir  string
	away func() error
}

// diskRoom is more than any of these tests writes.
const diskRoom = 1 << 30

// plugIn mounts a disk; it comes before newWorld, so that it is unmounted after
// the world has ended.
func plugIn(t *testing.T) *outlet {
	t.Helper()
	o := &outlet{Disk: powercut.New(diskRoom), t: t, dir: t.TempDir()}
	var err error
	if o.away, err = o.Mount(o.dir); err != nil {
		t.Skipf("a disk whose power can be cut cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := o.away(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// cut takes the power from the bridge and its disk, and gives it back to the disk.
func (o *outlet) cut(w *world, left powercut.After) {
	o.t.Helper()
	o.Cut(left) // no sync ends from now on, so that nothing more is answered
	w.bridge.kill()
	if err := o.away(); err != nil {
		o.t.Fatal(err)
	}
	o.Restore()
	var err error
	if o.away, err = o.Mount(o.dir); err != nil {
		o.t.Fatal(err)
	}
}

// failSyncs lets syncs fail, and returns when one has.
func (o *outlet) failSyncs(n int) {
	o.t.Helper()
	_, before := o.Syncs()
	o.FailSyncs(n)
	eventually(o.t, "a sync fails", func() error {
		if _, failed := o.Syncs(); failed == before {
			return errors.New("none has")
		}
		return nil
	})
}

// TestTorturePower cuts the power again and again while people talk: what was
// not synced is gone, or there in pieces. Then nothing may be lost all the same.
func TestTorturePower(t *testing.T) {
	t.Parallel()
	worlds, cuts := amount(20, 1, 1), amount(100, 10, 4)
	var sum tally
	sum.tell(t, "power cuts")
	for i := range worlds {
		t.Run(fmt.Sprint("world ", i+1), func(t *testing.T) {
			t.Parallel()
			disk := plugIn(t)
			w := newTalking(t)
			w.livesAt(disk.dir)
			w.begin()
			for n := range cuts {
				pause(20*time.Millisecond + time.Duration(rand.IntN(200))*time.Millisecond)
				disk.cut(w.world, powercut.After(n%2))
				w.accounted()
				w.start()
			}
			f := w.settled()
			w.accounted()
			f.cycles, f.verified = cuts, cuts+1
			sum.add(f)
		})
	}
}

// TestTortureSync lets syncs fail, kills the bridge and cuts the power. A kernel
// tells once that a sync failed and takes the data for written: whoever trusts
// what can be read afterwards loses it, and all that was appended to it.
func TestTortureSync(t *testing.T) {
	t.Parallel()
	worlds, cycles := amount(20, 1, 1), amount(100, 8, 4)
	var sum tally
	sum.tell(t, "failed syncs, then kill -9, then a power cut")
	for i := range worlds {
		t.Run(fmt.Sprint("world ", i+1), func(t *testing.T) {
			t.Parallel()
			disk := plugIn(t)
			w := newTalking(t)
			w.livesAt(disk.dir)
			w.begin()
			for n := range cycles {
				pause(time.Duration(20+rand.IntN(100)) * time.Millisecond)
				disk.failSyncs(1 + rand.IntN(3))
				pause(time.Duration(rand.IntN(30)) * time.Millisecond)
				if n%2 == 0 {
					w.bridge.kill() // what it had written can still be read
					disk.FailSyncs(0)
					w.start()
					pause(time.Duration(20+rand.IntN(100)) * time.Millisecond)
				}
				disk.cut(w.world, powercut.After(n/2%2))
				w.accounted()
				w.start()
			}
			f := w.settled()
			w.accounted()
			f.cycles, f.verified = cycles, cycles+1
			sum.add(f)
		})
	}
}

// TestTorturePowerControl shows that the cuts are real: the same program with
// synchronous=NORMAL, which does not sync each commit, loses what it answered 200
// to. With FULL, as it is built, nothing of it is lost.
func TestTorturePowerControl(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program anew")
	}
	t.Parallel()
	cuts := amount(50, 3, 0)
	for _, c := range []struct {
		name, program string
		loses         bool
	}{{"FULL", plain, false}, {"NORMAL", normal(t), true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			disk := plugIn(t)
			w := newWorld(t)
			w.program = c.program
			w.livesAt(disk.dir)
			answered, lost := 0, 0
			for n := range cuts {
				w.start()
				told := w.toldUntil(n, func() { disk.cut(w, powercut.Nothing) })
				w.start()
				answered += len(told)
				lost += len(told) - w.count(told)
				w.bridge.stop()
			}
			t.Logf("synchronous=%s: %d cuts, %d webhooks answered 200, %d of them lost", c.name, cuts, answered, lost)
			if c.loses != (lost > 0) || answered == 0 {
				t.Errorf("%d of %d lost", lost, answered)
			}
		})
	}
}

// toldUntil posts texts side by side until the cut, which comes when some are
// answered, and returns those that were answered 200.
func (w *world) toldUntil(round int, cut func()) map[string]bool {
	told := map[string]bool{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 100_000 {
				text := fmt.Sprintf("%d of %d in round %d", n, i, round)
				a, err := w.postTelegram("tg", telegramText(1+(round*8+i)*100_000+n, 100+i, text))
				if err != nil || a.status != 200 {
					return
				}
				mu.Lock()
				told[text] = true
				mu.Unlock()
			}
		})
	}
	eventually(w.t, "some webhooks are answered", func() error {
		mu.Lock()
		defer mu.Unlock()
		if len(told) < 20 {
			return fmt.Errorf("%d are", len(told))
		}
		return nil
	})
	pause(time.Duration(rand.IntN(100)) * time.Millisecond)
	cut()
	all.Wait()
	return told
}

// count says how many of the texts are stored.
func (w *world) count(texts map[string]bool) int {
	n := 0
	for _, c := range w.conversations("tg") {
		for _, m := range w.messages(c.ID) {
			if texts[m.Text] {
				n++
			}
		}
	}
	return n
}

// normal builds the program with synchronous=NORMAL, from a source that is
// changed for this build alone.
func normal(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source, err := filepath.Abs("../../db/sqlite.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	changed := string(text)
	for _, c := range [][2]string{{"synchronous(FULL)", "synchronous(NORMAL)"}, {"sync != 2", "sync != 1"}} {
		if strings.Count(changed, c[0]) != 1 {
			t.Fatalf("db/sqlite.go has not one %q", c[0])
		}
		changed = strings.Replace(changed, c[0], c[1], 1)
	}
	other := filepath.Join(dir, "sqlite.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: other}})
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string][]byte{other: []byte(changed), other + ".json": overlay} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "causeway-normal")
	build("-overlay", other+".json", "-o", path)
	return path
}
