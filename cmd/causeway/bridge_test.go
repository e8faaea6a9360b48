package main_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// bridge is a running causeway serve.
type bridge struct {
	w     *world
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone
}

// startBridge starts the program and returns when it is ready.
func startBridge(w *world) *bridge {
	w.t.Helper()
	b := launch(w)
	b.ready()
	return b
}

// launch starts the program.
func launch(w *world) *bridge {
	w.t.Helper()
	log, err := os.OpenFile(filepath.Join(w.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	line := append(slices.Clone(w.under), w.program, "serve", "-config", w.file())
	b := &bridge{w: w, cmd: exec.Command(line[0], line[1:]...), ended: make(chan struct{})}
	b.cmd.Env, b.cmd.Stdout, b.cmd.Stderr = w.env(), log, log
	// It must not outlive a test binary that was killed.
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := b.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		_ = b.cmd.Wait() // ProcessState says how it ended
		_ = log.Close()
		close(b.ended)
	}()
	return b
}

func (b *bridge) ready() {
	b.w.t.Helper()
	end := time.Now().Add(30 * time.Second)
	for {
		resp, err := http.Get(b.w.url + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
			err = fmt.Errorf("readyz: %s", resp.Status)
		}
		select {
		case <-b.ended:
			b.w.bridge = nil
			b.w.t.Fatalf("serve ended with %v:\n%s", b.cmd.ProcessState, b.w.log())
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(end) {
			b.w.t.Fatalf("serve is not ready: %v", err)
		}
	}
}

// kill ends it as kill -9 does, if nobody has done so before.
func (b *bridge) kill() {
	b.w.t.Helper()
	if err := b.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		b.w.t.Fatal(err)
	}
	<-b.ended
	b.w.bridge = nil
}

// stop ends it as a service manager does, and expects it to obey.
func (b *bridge) stop() {
	b.w.t.Helper()
	b.w.bridge = nil
	b.signal(syscall.SIGTERM)
	select {
	case <-b.ended:
		if code := b.cmd.ProcessState.ExitCode(); code != 0 {
			b.w.t.Errorf("serve ended with %v", b.cmd.ProcessState)
		}
	case <-time.After(15 * time.Second):
		b.w.t.Error("serve did not end")
		_ = b.cmd.Process.Kill()
		<-b.ended
	}
}

func (b *bridge) signal(s os.Signal) {
	b.w.t.Helper()
	if err := b.cmd.Process.Signal(s); err != nil {
		b.w.t.Fatal(err)
	}
}
