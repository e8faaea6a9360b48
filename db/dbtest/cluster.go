// Package dbtest gives tests a store to work on: a SQLite file, or a database of a PostgreSQL cluster that is started
// for the tests and thrown away after them. It never uses a cluster that it finds running.
package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// ErrMissing: the machine has no PostgreSQL, or none that may be started.
var ErrMissing = errors.New("PostgreSQL is not installed")

// startTime is for a server to accept connections, also after a crash.
const startTime = 30 * time.Second

// Cluster is a PostgreSQL server of our own in a temporary folder, reached by a socket in it.
type Cluster struct {
	dir, bin string
	as       *syscall.Credential // PostgreSQL refuses to run as root
	server   *exec.Cmd
	ended    chan struct{}
}

// Start makes a cluster and starts its server. It promises what a good server promises: fsync is on.
func Start() (_ *Cluster, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c, err := empty(bin)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	init := c.command("initdb", "-D", c.data(), "-U", "causeway", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return c, c.Restart()
}

// empty is a cluster's folder with nothing in it.
func empty(bin string) (*Cluster, error) {
	base := ""
	if _, err := os.Stat("/dev/shm"); err == nil {
		base = "/dev/shm" // memory: what is tested is order, not the disk
	}
	c := &Cluster{bin: bin}
	var err error
	if c.dir, err = os.MkdirTemp(base, "causeway-postgres-"); err != nil {
		return nil, err
	}
	if err := c.drop(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// drop has the cluster belong to a user who is not root.
func (c *Cluster) drop() error {
	if os.Geteuid() != 0 {
		return nil
	}
	who, err := user.Lookup("nobody")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(who.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(who.Gid)
	if err != nil {
		return err
	}
	c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(c.dir, uid, gid)
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), filepath.Join(c.bin, name), args...)
	cmd.Dir, cmd.Env = c.dir, []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	// Its own group: what is meant for the tests must not stop it half. It must not outlive them.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Restart starts the server, after [Start] or Kill, and returns when it takes connections.
func (c *Cluster) Restart() error {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own
	c.server = c.command("postgres", "-D", c.data(), "-c", "listen_addresses=", "-c", "unix_socket_directories="+c.dir,
		"-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "log_min_messages=warning")
	c.server.Stdout, c.server.Stderr = log, log
	if err := c.server.Start(); err != nil {
		return err
	}
	server, ended := c.server, make(chan struct{})
	c.ended = ended
	go func() {
		_ = server.Wait()
		close(ended)
	}()
	return c.await()
}

func (c *Cluster) await() error {
	return c.on(func(ctx context.Context, pool *sql.DB) error {
		for {
			err := pool.PingContext(ctx)
			if err == nil {
				return nil
			}
			select {
			case <-c.ended:
				return fmt.Errorf("the server ended: %s", c.Log())
			case <-ctx.Done():
				return fmt.Errorf("the server does not take connections: %w", err)
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}

// on gives do connections to the server, for as long as a start may take.
func (c *Cluster) on(do func(ctx context.Context, pool *sql.DB) error) error {
	pool, err := sql.Open("pgx", c.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	return do(ctx, pool)
}

// URL is the address of a database in the cluster.
func (c *Cluster) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("causeway"), Path: "/" + database, RawQuery: url.Values{"host": {c.dir}}.Encode()}
	return u.String()
}

// Socket is the path at which the server listens.
func (c *Cluster) Socket() string { return filepath.Join(c.dir, ".s.PGSQL.5432") }

// Log is what the server has logged.
func (c *Cluster) Log() string {
	text, err := os.ReadFile(filepath.Join(c.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Kill crashes the server: its processes end at once, as by kill -9, and are gone when it returns. Each is in a group of
// its own, and would otherwise finish what it is at when the first of them is gone.
func (c *Cluster) Kill() {
	if c.server == nil || c.server.Process == nil {
		return
	}
	first := c.server.Process.Pid
	_ = syscall.Kill(first, syscall.SIGSTOP) // it starts no more
	all := children(first)
	for _, pid := range append(all, first) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-c.ended
	for until := time.Now().Add(startTime); slices.ContainsFunc(all, runs) && time.Now().Before(until); {
		<-time.After(time.Millisecond) // a server does not start while one of them has the memory that they share
	}
}

// children are the processes that pid has started.
func children(pid int) []int {
	list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var all []int
	for _, field := range strings.Fields(string(list)) {
		if child, err := strconv.Atoi(field); err == nil {
			all = append(all, child)
		}
	}
	return all
}

// runs tells that a process is neither gone nor waits to be buried.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

// Close stops the server and removes all of it.
func (c *Cluster) Close() error {
	if c.server != nil && c.server.Process != nil {
		_ = c.server.Process.Signal(syscall.SIGQUIT)
		select {
		case <-c.ended:
		case <-time.After(startTime):
			c.Kill()
		}
	}
	return os.RemoveAll(c.dir)
}

// Create makes an empty database at the server of which address is one database, and returns its address.
func Create(ctx context.Context, address, name string) (string, error) {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer func() { _ = pool.Close() }()
	if _, err := pool.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return "", fmt.Errorf("create a database: %w", err)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// binaries is the folder of the newest PostgreSQL's programs.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // where Debian has them
	if err != nil || len(found) == 0 {
		return "", ErrMissing
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	if _, err := os.Stat(filepath.Join(filepath.Dir(newest), "postgres")); errors.Is(err, fs.ErrNotExist) {
		return "", ErrMissing
	}
	return filepath.Dir(newest), nil
}
