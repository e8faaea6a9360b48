package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Standby is a second cluster of the test's own, which follows primary, and for which that waits at each COMMIT.
func (c *Cluster) Standby(t testing.TB) *Cluster {
	t.Helper()
	s, err := empty(c.bin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the second server's log ends so:\n%s", s.Log()[max(0, len(s.Log())-4000):])
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Follow(c); err != nil {
		t.Fatal(err)
	}
	return s
}

// Follow makes c, which does not run, a synchronous standby of primary. What c had is gone. It returns when primary
// waits for it.
func (c *Cluster) Follow(primary *Cluster) error {
	if err := os.RemoveAll(c.data()); err != nil {
		return err
	}
	from := fmt.Sprintf("host=%s user=causeway application_name=%s", primary.dir, c.name())
	copied := c.command("pg_basebackup", "-D", c.data(), "-d", from, "-R", "-X", "stream", "-c", "fast")
	if out, err := copied.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %w\n%s", err, out)
	}
	if err := c.Restart(); err != nil {
		return err
	}
	if err := primary.run(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ("`+c.name()+`")'`, `SELECT pg_reload_conf()`); err != nil {
		return err
	}
	return primary.waitsFor()
}

// waitsFor returns when c has a standby for which it waits at each COMMIT.
func (c *Cluster) waitsFor() error {
	return c.on(func(ctx context.Context, pool *sql.DB) error {
		for {
			var follow int
			err := pool.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'`).Scan(&follow)
			if err != nil {
				return fmt.Errorf("ask who follows: %w", err)
			}
			if follow > 0 {
				return nil
			}
			<-time.After(20 * time.Millisecond)
		}
	})
}

// Stall has c, which follows a primary, receive nothing more until it is killed: the primary takes it for there.
func (c *Cluster) Stall() error {
	return c.on(func(ctx context.Context, pool *sql.DB) error {
		var receiver int
		if err := pool.QueryRowContext(ctx, `SELECT pid FROM pg_stat_wal_receiver`).Scan(&receiver); err != nil {
			return fmt.Errorf("ask what receives: %w", err)
		}
		return syscall.Kill(receiver, syscall.SIGSTOP)
	})
}

// Promote makes c, which follows a primary that is dead, the primary, and has it wait for nobody until another one
// follows it.
func (c *Cluster) Promote() error {
	return c.run(`SELECT pg_promote()`, `ALTER SYSTEM SET synchronous_standby_names = ''`, `SELECT pg_reload_conf()`)
}

// Either is address, which is of a database of c, with both servers' places, those of other first.
func (c *Cluster) Either(address string, other *Cluster) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.RawQuery = url.Values{"host": {other.dir + "," + c.dir}}.Encode()
	return u.String(), nil
}

// name is by what a primary knows c.
func (c *Cluster) name() string { return strings.ToLower(filepath.Base(c.dir)) }

// run runs statements, one by one, on a connection of their own.
func (c *Cluster) run(statements ...string) error {
	return c.on(func(ctx context.Context, pool *sql.DB) error {
		for _, s := range statements {
			if _, err := pool.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
}
