// Command causeway is the bridge: it joins messaging channels to one chat core.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
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
		{"demo", "[-exit] [-addr HOST:PORT]", "try everything against simulated providers, without a config", demo},
		{"check", "-config F [-fix]", "check a config, its store and each provider's credentials", check},
		{"render", "[-channel KIND]… [-strict] < FILE", "show what a message becomes on each kind of channel; nothing is sent", render},
		{"verify", "-config F [-json]", "account for every delivery, beside a running server or without", verify},
		{"backup", "-config F OUT", "copy the store to a file, beside a running server or without", backup},
		{"migrate", "-from sqlite:PATH -to postgres://…", "move a stopped store to PostgreSQL", migrate},
		{"healthy", "[-url URL]", "ask a running server whether it takes on work", healthy},
		{"example", "", "print a config with every key explained", example},
		{"version", "", "print the version", showVersion},
	}
}

// errReported ends the program with status 1; everything has been said.
var errReported = errors.New("")

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
		case err == nil:
			return 0
		case errors.Is(err, flag.ErrHelp):
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
		fmt.Fprintf(w, "  causeway %-34s %s\n", c.name+" "+c.args, c.about)
	}
}

// flags makes a command's flag set, which tells of mistakes on std.err.
func flags(std streams, name string) *flag.FlagSet {
	f := flag.NewFlagSet("causeway "+name, flag.ContinueOnError)
	f.SetOutput(std.err)
	return f
}

func showVersion(_ context.Context, std streams, _ []string) error {
	_, err := fmt.Fprintln(std.out, "causeway", version)
	return err
}
