package main_test

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

const insideOwnMounts = "CAUSEWAY_TEST_OWN_MOUNTS"

// ownMounts runs the tests again in a process of their own, where what they
// mount is seen by nobody else and goes with them, whatever ends them. Where
// that is not allowed, it does nothing.
func ownMounts(*testing.M) {
	if os.Getenv(insideOwnMounts) != "" || os.Geteuid() != 0 {
		return
	}
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), insideOwnMounts+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return
	}
	err := c.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		os.Exit(0)
	case errors.As(err, &exit) && exit.Exited():
		os.Exit(exit.ExitCode())
	}
	os.Exit(2)
}
