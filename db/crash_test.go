package db

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// This test binary is also the process that is killed: the variable names its part and file.
const childPart = "CAUSEWAY_DB_TEST_CHILD"

func TestMain(m *testing.M) {
	if part, path, ok := strings.Cut(os.Getenv(childPart), " "); ok {
		if err := map[string]func(string) error{"acks": childAcks, "faults": childFaults}[part](path); err != nil {
			fmt.Println("ERROR", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func child(part, path string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childPart+"="+part+" "+path)
	c.Stderr = os.Stderr
	return c
}

// childAcks inserts from many goroutines and prints each number after its Do, until it is killed.
func childAcks(path string) error {
	d, err := Open(context.Background(), "sqlite:"+path, Options{Migrations: schema()})
	if err != nil {
		return err
	}
	base := int64(0)
	if err := d.Row(context.Background(), `SELECT coalesce(max(id), 0) FROM t`, nil, &base); err != nil {
		return err
	}
	next := atomic.Int64{}
	next.Store(base)
	var out sync.Mutex
	failed := make(chan error)
	for range 16 {
		go func() {
			for {
				id := next.Add(1)
				if err := d.Do(context.Background(), id, insert(id)); err != nil {
					failed <- err
					return
				}
				out.Lock()
				fmt.Println("ACK", id)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

func TestWhatIsAnsweredSurvivesKill9(t *testing.T) {
	cycles := 30
	if testing.Short() {
		cycles = 5
	}
	path := filepath.Join(t.TempDir(), "test.db")
	acked := map[int64]bool{}
	for range cycles {
		killOnce(t, path, acked)
		d, err := Open(context.Background(), "sqlite:"+path, Options{Migrations: schema()}) // checks the file
		if err != nil {
			t.Fatal(err)
		}
		rows, err := d.Rows(context.Background(), `SELECT id FROM t`)
		if err != nil {
			t.Fatal(err)
		}
		stored := map[int64]bool{}
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			stored[id] = true
		}
		if err := errors.Join(rows.Err(), rows.Close(), d.Close()); err != nil {
			t.Fatal(err)
		}
		for id := range acked {
			if !stored[id] {
				t.Fatalf("%d was answered and is not there", id)
			}
		}
	}
	t.Logf("%d kills, %d answered, 0 lost", cycles, len(acked))
}

// killOnce runs the child until it has answered a while, kills it, and adds what it answered to acked.
func killOnce(t *testing.T, path string, acked map[int64]bool) {
	t.Helper()
	c := child("acks", path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	first := true
	for lines.Scan() {
		if first {
			first = false
			time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { _ = c.Process.Kill() })
		}
		number, ok := strings.CutPrefix(lines.Text(), "ACK ")
		id, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil {
			t.Fatalf("child: %s", lines.Text())
		}
		acked[id] = true
	}
	_ = c.Wait()
	if first {
		t.Fatal("the child answered nothing")
	}
}

// childFaults makes writes fail with EFBIG, which SQLite reports as a disk I/O error, and then lets them pass again.
func childFaults(path string) error {
	signal.Ignore(unix.SIGXFSZ)
	d, err := Open(context.Background(), "sqlite:"+path, Options{Migrations: schema()})
	if err != nil {
		return err
	}
	if err := d.Do(context.Background(), 1, insert(1)); err != nil {
		return err
	}
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	for i := range int64(3) {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 4096, Max: old.Max}); err != nil {
			return err
		}
		if err := d.Do(context.Background(), 2, insert(2)); !errors.Is(err, ErrCommit) {
			return fmt.Errorf("on a faulty disk: %w", err)
		}
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
			return err
		}
		if err := d.Do(context.Background(), 10+i, insert(10+i)); err != nil {
			return fmt.Errorf("on a healthy disk again: %w", err)
		}
	}
	var n int
	if err := d.Row(context.Background(), `SELECT count(*) FROM t`, nil, &n); err != nil || n != 4 {
		return fmt.Errorf("%d rows: %w", n, err)
	}
	return d.Close()
}

func TestAfterADiskErrorTheWriterWorksAgain(t *testing.T) {
	out, err := child("faults", filepath.Join(t.TempDir(), "test.db")).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
