// Command bench measures Causeway beside bare programs that answer the same
// calls and keep nothing, in one run, with one load generator and the same
// payloads. It prints ratios, because a lone rate tells more of the machine than
// of the program. It knows Causeway only from outside: config, HTTP, processes.
//
// The method and what was measured are in docs/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options say what is measured and for how long.
type options struct {
	quick   bool
	program string // built if empty
	span    time.Duration
	rounds  int
	levels  []int
	stored  int
	people  int // conversations of the filled store
	only    map[string]bool
	page    string // a file for the tables in Markdown
	server  string // the address of a throw-away PostgreSQL server, "" for none
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "bare" {
		fail(bare(os.Args[2], os.Stdin, os.Stdout))
		return
	}
	o, err := parse(os.Args[1:])
	fail(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = measure(ctx, o, os.Stdout, os.Stderr)
	stop()
	fail(err)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	o := options{only: map[string]bool{}}
	var levels, only string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "less of everything, in under a minute")
	f.StringVar(&o.program, "program", "", "a built causeway; built from this source if empty")
	f.DurationVar(&o.span, "time", 3*time.Second, "how long each round measures")
	f.IntVar(&o.rounds, "rounds", 3, "rounds of each row; the median counts")
	f.StringVar(&levels, "levels", "1,16,64,256", "calls at once")
	f.IntVar(&o.stored, "stored", 1_000_000, "messages in the filled store, in a million conversations")
	f.StringVar(&only, "only", "", "of accept,turn,nodes,idle,dead,waiting,slow,stored; all if empty")
	f.StringVar(&o.page, "md", "", "a file for the tables in Markdown")
	f.StringVar(&o.server, "postgres", os.Getenv("CAUSEWAY_TEST_POSTGRES"), "the address of a throw-away PostgreSQL server, for the part nodes")
	if err := f.Parse(args); err != nil {
		return o, fmt.Errorf("flags: %w", err)
	}
	o.people = min(1_000_000, o.stored)
	if o.quick {
		o.span, o.rounds, levels = time.Second, 1, "1,64"
		o.stored, o.people = 20_000, 5_000
	}
	for level := range strings.SplitSeq(levels, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(level))
		if err != nil || n < 1 || n > mostPeople {
			return o, fmt.Errorf("flags: a level is a number from 1 to %d, not %q", mostPeople, level)
		}
		o.levels = append(o.levels, n)
	}
	for name := range strings.SplitSeq(only, ",") {
		if name != "" {
			o.only[name] = true
		}
	}
	return o, nil
}

func (o options) wants(part string) bool { return len(o.only) == 0 || o.only[part] }

// measure runs the parts one after another and prints what each found at once.
func measure(ctx context.Context, o options, out, progress io.Writer) error {
	b, err := newBench(ctx, o, progress)
	if err != nil {
		return err
	}
	defer b.close()
	for _, part := range []struct {
		name string
		run  func() error
	}{
		{"accept", b.accepts}, {"turn", b.turns}, {"nodes", b.nodes}, {"idle", b.idle}, {"dead", b.dead}, {"waiting", b.waiting}, {"slow", b.slow}, {"stored", b.stored},
	} {
		if !o.wants(part.name) || ctx.Err() != nil {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	b.report.text(out)
	if o.page == "" {
		return ctx.Err()
	}
	page := &strings.Builder{}
	b.report.markdown(page)
	if err := os.WriteFile(o.page, []byte(page.String()), 0o600); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return ctx.Err()
}
