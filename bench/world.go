package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// bench is a run of the whole.
type bench struct {
	ctx     context.Context
	o       options
	out     *progress
	dir     string // scratch
	program string
	fill    string // the program that fills a store
	stubs   *stubs
	report  report
	worlds  int
	runs    uint64

	accepted, turned map[int]float64 // rates on an empty store, by level
}

func newBench(ctx context.Context, o options, log interface{ Write([]byte) (int, error) }) (_ *bench, err error) {
	b := &bench{ctx: ctx, o: o, out: &progress{log}, program: o.program, accepted: map[int]float64{}, turned: map[int]float64{}}
	if b.dir, err = os.MkdirTemp("", "causeway-bench-"); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.program == "" {
		b.program = filepath.Join(b.dir, "causeway")
		if err := b.build(b.program, "./cmd/causeway"); err != nil {
			return nil, err
		}
	}
	if b.o.wants("stored") {
		b.fill = filepath.Join(b.dir, "fill")
		if err := b.build(b.fill, "./bench/fill"); err != nil {
			return nil, err
		}
	}
	b.stubs, err = startStubs()
	return b, err
}

func (b *bench) build(to, from string) error {
	b.out.say("building %s", from)
	cmd := exec.CommandContext(b.ctx, "go", "build", "-o", to, from)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", from, err, text)
	}
	return nil
}

func (b *bench) close() {
	if b.stubs != nil {
		b.stubs.close()
	}
	_ = os.RemoveAll(b.dir)
}

func (b *bench) nextRun() uint64 {
	b.runs++
	return b.runs
}

// world is a config and the store behind it.
type world struct {
	b     *bench
	dir   string
	addrs []string // of its nodes
	store string
	*target
	server   func() time.Duration // see target.under
	injected []string             // a program that runs ours, with its arguments
}

// deadURL is where nobody listens.
const deadURL = "http://127.0.0.1:1"

// world makes a config whose bots and provider are at downstream.
func (b *bench) world(downstream string) (*world, error) { return b.worldOf(downstream, "", 1) }

// worldOf is world for some nodes on a PostgreSQL database, or for one on a file.
func (b *bench) worldOf(downstream, database string, nodes int) (*world, error) {
	b.worlds++
	w := &world{b: b, dir: filepath.Join(b.dir, fmt.Sprint("world", b.worlds)), store: database}
	if database == "" {
		w.store = "sqlite:" + w.db()
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	for i := range nodes {
		l, err := (&net.ListenConfig{}).Listen(b.ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a port: %w", err)
		}
		w.addrs = append(w.addrs, l.Addr().String())
		if err := errors.Join(l.Close(), os.WriteFile(w.config(i), []byte(w.text(i, downstream)), 0o600)); err != nil {
			return nil, fmt.Errorf("write the config: %w", err)
		}
	}
	return w, nil
}

// text is the config of a node.
func (w *world) text(node int, downstream string) string {
	text := &strings.Builder{}
	fmt.Fprintf(text, "app_id: acme\nserver: {listen: %q}\nstore: {url: %q}\nmedia: {url: %q}\n", w.addrs[node], w.store, "file:"+filepath.Join(w.dir, "media"))
	fmt.Fprintf(text, "egress: {allow_private: [\"127.0.0.0/8\"]}\nagents: [{id: ann, name: Ann}]\nchannels:\n")
	for _, n := range numbers {
		fmt.Fprintf(text, "  - {id: %s, kind: whatsapp-cloud, phone_number_id: %q, access_token: %s, app_secret: %s, verify_token: %s, api_url: %q}\n",
			n.channel, n.id, accessToken, appSecret, verifyWord, downstream+"/graph")
	}
	fmt.Fprintf(text, "bots:\n")
	for _, n := range numbers {
		fmt.Fprintf(text, "  - {id: %s, name: %s, url: %q, timeout: 2m}\n", n.bot, n.bot, downstream+"/bot")
	}
	fmt.Fprintf(text, "routing:\n  default_agent: ann\n  channels:\n")
	for _, n := range numbers {
		fmt.Fprintf(text, "    - {channel: %s, bot: %s}\n", n.channel, n.bot)
	}
	return text.String()
}

func (w *world) db() string { return filepath.Join(w.dir, "causeway.db") }
func (w *world) config(node int) string {
	return filepath.Join(w.dir, fmt.Sprintf("causeway%d.yaml", node))
}

// open starts the nodes and says how long the last took to be ready.
func (w *world) open(crowd int) (took time.Duration, err error) {
	w.b.stubs.forget()
	var nodes []*child
	for i := range w.addrs {
		var c *child
		if c, took, err = w.node(i); err != nil {
			return 0, err
		}
		nodes = append(nodes, c)
	}
	w.target = newTarget(nodes[0], w.b.stubs, w.b.nextRun(), 0, crowd)
	w.more, w.under = nodes[1:], w.server
	return took, nil
}

func (w *world) node(i int) (*child, time.Duration, error) {
	log, err := os.OpenFile(filepath.Join(w.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("open the log: %w", err)
	}
	defer func() { _ = log.Close() }() // the process has its own
	args := append(append([]string{}, w.injected...), w.b.program, "serve", "-config", w.config(i))
	c := &child{addr: w.addrs[i], cmd: exec.CommandContext(w.b.ctx, args[0], args[1:]...)}
	c.cmd.Stdout, c.cmd.Stderr = log, log
	began := time.Now()
	if err := c.start(); err != nil {
		return nil, 0, err
	}
	go c.reap()
	took, err := c.ready(w.b.ctx, began)
	if err != nil {
		text, _ := os.ReadFile(filepath.Join(w.dir, "log"))
		return nil, 0, fmt.Errorf("%w\n%s", err, text)
	}
	return c, took, nil
}

// meet has everybody say something once, so that they are known.
func (w *world) meet(whole bool) error {
	_, err := w.each(min(64, w.crowd), whole)
	return err
}

// each has every person say something once, at most level at a time.
func (w *world) each(level int, whole bool) (time.Duration, error) {
	began := time.Now()
	l, err := w.connect(w.b.ctx, level)
	if err != nil {
		return 0, err
	}
	defer l.close()
	next := make(chan person)
	errs := make(chan error, level)
	for range level {
		go func() {
			var err error
			for p := range next {
				if err == nil {
					err = w.exchange(l, p, whole)
				}
			}
			errs <- err
		}()
	}
	for i := range w.crowd {
		next <- w.first + person(i)
	}
	close(next)
	var all []error
	for range level {
		all = append(all, <-errs)
	}
	return time.Since(began), errors.Join(all...)
}

// close holds the server to what it promised: as many messages as it answered
// with 200, and a store in which everything is accounted for.
func (w *world) close() error {
	page, err := w.metrics(w.b.ctx)
	if err != nil {
		return err
	}
	kept := metric(page, "causeway_items_total", `fate="message"`)
	if said := w.sent.Load(); int64(kept) != said {
		return fmt.Errorf("%d calls were answered 200, %d messages are kept", said, int64(kept))
	}
	for _, c := range w.all() {
		if err := c.stop(); err != nil {
			return err
		}
	}
	return w.verify()
}

// verify accounts for everything in the store, and removes it.
func (w *world) verify() error {
	text, err := exec.CommandContext(w.b.ctx, w.b.program, "verify", "-config", w.config(0)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("verify: %w\n%s", err, text)
	}
	return os.RemoveAll(w.dir)
}
