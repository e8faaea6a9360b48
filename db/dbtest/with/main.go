// Command with runs a command beside a PostgreSQL server that it starts in a temporary folder, and removes after it:
//
//	go run ./db/dbtest/with go test ./store
//
// The command finds the server's address in CAUSEWAY_TEST_POSTGRES, and so the tests run on it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"causeway/db/dbtest"
)

// missing is the exit status where there is no PostgreSQL.
const missing = 69

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
	}
	os.Exit(code) //nolint:forbidigo // this is main
}

func run(args []string) (code int, err error) {
	if len(args) == 0 {
		return 2, errors.New("name the command to run")
	}
	// An interrupt is for the command; the server goes when that has ended.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM)
	c, err := dbtest.Start()
	if errors.Is(err, dbtest.ErrMissing) {
		return missing, err
	}
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	cmd := exec.CommandContext(context.Background(), args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), dbtest.Server+"="+c.URL("postgres"))
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		return exit.ExitCode(), nil
	} else if err != nil {
		return 1, err
	}
	return 0, nil
}
