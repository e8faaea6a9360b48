package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// child is a server under measurement: a process of its own, in our process group
// and session. A session for each would be scheduled as a group for each, which
// costs the relay half.
type child struct {
	addr  string
	cmd   *exec.Cmd
	ended chan struct{}
	input io.Closer // ends a bare program
}

// allocated is the metric of the bytes allocated since the start.
const allocated = "go_memstats_alloc_bytes_total"

// ticks are the units of /proc/PID/stat: USER_HZ is 100 on Linux.
const tick = time.Second / 100

// startBare starts this program once more, as a bare one.
func startBare(ctx context.Context, what string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start bare %s: %w", what, err)
	}
	c := &child{cmd: exec.CommandContext(ctx, self, "bare", what)}
	if c.input, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start bare %s: %w", what, err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start bare %s: %w", what, err)
	}
	c.cmd.Stderr = os.Stderr
	if err := c.start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("start bare %s: %w", what, err)
	}
	c.addr = strings.TrimSpace(line)
	go c.reap()
	return c, nil
}

// start lets the process die with us.
func (c *child) start() error {
	c.ended = make(chan struct{})
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.cmd.Path, err)
	}
	return nil
}

func (c *child) reap() {
	_ = c.cmd.Wait() // ProcessState says how it ended
	close(c.ended)
}

// stop ends it as a service manager does.
func (c *child) stop() error {
	if c.input != nil {
		_ = c.input.Close()
	}
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
		return nil
	case <-time.After(20 * time.Second):
		c.kill()
		return errors.New("it did not end when told to")
	}
}

// kill ends it as kill -9 does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// ready waits until it answers /readyz, and says how long that took.
func (c *child) ready(ctx context.Context, began time.Time) (time.Duration, error) {
	for {
		if _, err := c.read(ctx, "/readyz"); err == nil {
			return time.Since(began), nil
		}
		select {
		case <-c.ended:
			return 0, fmt.Errorf("it ended at once: %v", c.cmd.ProcessState)
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
		if time.Since(began) > time.Minute {
			return 0, errors.New("it is not ready after a minute")
		}
	}
}

func (c *child) read(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.addr+path, nil)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("read %s: %s", path, resp.Status)
	}
	return string(body), err
}

// metric is the sum of all series of a name whose labels contain with, on a page
// of metrics.
func metric(page, name, with string) float64 {
	sum := 0.0
	for line := range strings.Lines(page) {
		series, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || !strings.HasPrefix(series, name) || !strings.Contains(series, with) {
			continue
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			sum += v
		}
	}
	return sum
}

// cpu is the time that a process has used, in user and kernel mode.
func cpu(pid int) time.Duration {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ") // the name may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// family is the time that a process, those that it has started and those of them that
// have ended have used.
func family(pid int) time.Duration {
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	var sum time.Duration
	for _, path := range all {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has just ended
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		self := path == filepath.Join("/proc", strconv.Itoa(pid), "stat")
		if len(fields) < 15 || !self && fields[1] != strconv.Itoa(pid) {
			continue
		}
		count := fields[11:13]
		if self {
			count = fields[11:15] // and of children that have ended
		}
		for _, f := range count {
			n, _ := strconv.Atoi(f)
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

// memory is a field of /proc/PID/status, in bytes: VmRSS now, VmHWM at most.
func (c *child) memory(field string) int64 {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// peakNow forgets the memory's peak.
func (c *child) peakNow() {
	_ = os.WriteFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "clear_refs"), []byte("5"), 0) // else it is that since the start
}
