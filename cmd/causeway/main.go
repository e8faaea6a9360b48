// Command causeway is the bridge: it joins messaging channels to one chat core.
// Each command has a file; server.go ties packages together. It decides nothing
// itself about messages, and knows no provider's wire, no SQL and no rule.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// version is set by the linker for releases.
var version = "dev"

// command is one thing that the program does.
type command struct {
	name, args, about string
	run               func(ctx context.Context, std streams, args []string) error
}

// streams are the program's input and outputs.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func commands() []command {
	return []command{
		{"serve", "-config F", "serve the channels of a config", serve},
		{"demo", "[-exit] [-addr HOST:PORT] [-v]", "try everything against simulated providers, without a config", demo},
		{"check", "-config F [-fix]", "check a config, its store and each provider's credentials", check},
		{"render", "[-channel KIND]… [-strict] < FILE", "show what a message becomes on each kind of channel; nothing is sent", render},
		{"verify", "-config F [-json]", "account for every delivery, beside a running server or without", verify},
		{"backup", "-config F OUT", "copy the store to a file, beside a running server or without", backup},
		{"migrate", "-from sqlite:PATH -to postgres://USER:PASSWORD@HOST/DATABASE", "move a stopped store to PostgreSQL", migrate},
		{"healthy", "[-url URL]", "ask a running server whether it takes on work", healthy},
		{"example", "", "print a config with every key explained", example},
		{"version", "", "print the version", showVersion},
	}
}

// What ends the program when everything has been said: with status 1 for a
// failure, 2 for a command that makes no sense.
var (
	errReported = errors.New("reported")
	errNonsense = errors.New("nonsense")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, streams{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run does what args say and returns the exit status: 0, 1 for a failure, 2 for
// a command that makes no sense.
func run(ctx context.Context, std streams, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(std.out)
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, std, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errNonsense):
			return 2
		case !errors.Is(err, errReported):
			fmt.Fprintf(std.err, "causeway %s: %v\n", c.name, err)
		}
		return 1
	}
	fmt.Fprintf(std.err, "causeway: there is no command %q\n\n", args[0])
	usage(std.err)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Causeway joins messaging channels to one chat core.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %s\n      %s\n", c.form(), c.about)
	}
}

// form is how the command is written.
func (c command) form() string { return strings.TrimSpace("causeway " + c.name + " " + c.args) }

// flags makes a command's flag set, which tells of mistakes on std.err.
func flags(std streams, name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(std.err)
	f.Usage = func() {
		fmt.Fprintf(std.err, "It is written: %s\n", formOf(name))
		f.PrintDefaults()
	}
	return f
}

func formOf(name string) string {
	for _, c := range commands() {
		if c.name == name {
			return c.form()
		}
	}
	return ""
}

// parse reads a command's flags, behind which stand at most so many operands. Its
// error ends the command, and has been told of.
func parse(f *flag.FlagSet, args []string, operands int) error {
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return errNonsense
	case f.NArg() > operands:
		return nonsense(f, fmt.Sprintf("%q is too much", f.Arg(operands)))
	}
	return nil
}

// nonsense tells what makes no sense in a command.
func nonsense(f *flag.FlagSet, what string) error {
	fmt.Fprintf(f.Output(), "causeway %s: %s; it is written: %s\n", f.Name(), what, formOf(f.Name()))
	return errNonsense
}

func showVersion(_ context.Context, std streams, args []string) error {
	if err := parse(flags(std, "version"), args, 0); err != nil {
		return err
	}
	_, err := fmt.Fprintln(std.out, "causeway", version)
	return err
}
