package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// idle is one message at a time: how soon the bot is called, and what memory a
// server with nothing to do takes.
func (b *bench) idle() error {
	w, err := b.world(b.stubs.url)
	if err != nil {
		return err
	}
	if _, err := w.open(10); err != nil {
		return err
	}
	memory := w.memory("VmRSS")
	if err := w.meet(true); err != nil {
		return err
	}
	l, err := w.connect(b.ctx, 1)
	if err != nil {
		return err
	}
	defer l.close()
	var called []time.Duration
	n := 60
	if b.o.quick {
		n = 20
	}
	for i := range n {
		if err := until(b.ctx, time.Now().Add(100*time.Millisecond)); err != nil {
			return err
		}
		p := person(i % w.crowd)
		at := time.Now()
		if err := w.exchange(l, p, true); err != nil {
			return err
		}
		called = append(called, time.Unix(0, b.stubs.people[p].called.Load()).Sub(at))
	}
	slices.Sort(called)
	s := sample{took: called}
	b.report.figure("idle: webhook to bot, p50", "3 ms", short(s.at(.5)))
	b.report.figure("memory idle", "60 MB", megabytes(memory))
	return w.close()
}

// dead is the accept while neither bot nor provider can be reached.
func (b *bench) dead() error {
	w, err := b.world(deadURL)
	if err != nil {
		return err
	}
	if _, err := w.open(accepting); err != nil {
		return err
	}
	if err := w.meet(false); err != nil {
		return err
	}
	t := b.report.table("Every downstream dead", append([]string{"server"}, sampleHead...)...)
	s, err := w.paced(b.ctx, 1000, 2*b.o.span)
	if err != nil {
		return err
	}
	b.out.say("1,000 a second with everything dead: p99 %s", short(s.at(.99)))
	t.row(append([]string{"b at 1,000/s"}, s.cells(64, "")...)...)
	b.report.figure("p99 of accept at 1,000/s, everything dead", "5 ms", short(s.at(.99)))
	if s, err = b.alone(w, 64, false); err != nil {
		return err
	}
	t.row(append([]string{"b"}, s.cells(64, "of alive "+ratio(s.rate(), b.accepted[64]))...)...)
	return w.close()
}

// waiting is conversations whose bots take a second to answer.
func (b *bench) waiting() error {
	w, err := b.world(b.stubs.url)
	if err != nil {
		return err
	}
	crowd := 2000
	if b.o.quick {
		crowd = 500
	}
	if _, err := w.open(crowd); err != nil {
		return err
	}
	if err := w.meet(true); err != nil {
		return err
	}
	b.stubs.delay.Store(int64(time.Second))
	defer b.stubs.delay.Store(0)
	s, err := w.closed(b.ctx, crowd, max(b.o.span*2, 4*time.Second), true)
	if err != nil {
		return err
	}
	b.out.say("%d people with bots of a second: %.0f turns/s", crowd, s.rate())
	t := b.report.table("Bots that take a second", append([]string{"server"}, sampleHead...)...)
	t.row(append([]string{"d"}, s.cells(crowd, fmt.Sprintf("of ideal %.2f", s.rate()/float64(crowd)))...)...)
	b.report.figure(fmt.Sprintf("memory with %d waiting", crowd), "350 MB", megabytes(s.peak))
	return w.close()
}

// slowSync is what a flush to a cheap disk takes.
const slowSync = 4 * time.Millisecond

// slow is accept and turn on a disk that takes 4 ms to flush: strace delays the
// system calls. It is left out where there is no strace.
func (b *bench) slow() error {
	tracer, err := exec.LookPath("strace")
	if err != nil {
		b.out.say("no strace: no slow disk")
		return nil
	}
	t := b.report.table("Flushes that take 4 ms longer", append([]string{"server"}, sampleHead...)...)
	for _, level := range b.o.levels {
		if level < 64 {
			continue
		}
		for _, row := range []struct {
			name  string
			whole bool
			fast  float64
		}{{"b", false, b.accepted[level]}, {"d", true, b.turned[level]}} {
			w, err := b.world(b.stubs.url)
			if err != nil {
				return err
			}
			w.injected = []string{
				tracer, "-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
				"-e", fmt.Sprintf("inject=fsync,fdatasync:delay_exit=%d", slowSync.Microseconds()),
			}
			if err := b.slowRow(w, t, row.name, level, row.whole, row.fast); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) slowRow(w *world, t *table, name string, level int, whole bool, fast float64) error {
	release := func() {}
	if !whole {
		release = b.stubs.hold()
	}
	defer func() { release() }()
	if _, err := w.open(accepting); err != nil {
		return err
	}
	if err := w.meet(whole); err != nil {
		return err
	}
	s, err := b.alone(w, level, whole)
	if err != nil {
		return err
	}
	t.row(append([]string{name}, s.cells(level, "of fast "+ratio(s.rate(), fast))...)...)
	release()
	return w.close()
}

// stored is accept and turn with many messages stored, by people who are among a
// million, and a start on such a store.
func (b *bench) stored() error {
	w, err := b.world(b.stubs.url)
	if err != nil {
		return err
	}
	if _, err := w.open(1); err != nil { // makes the schema
		return err
	}
	if err := w.halt(); err != nil {
		return err
	}
	b.out.say("filling a store with %d messages in %d conversations", b.o.stored, b.o.people)
	began := time.Now()
	args := []string{"-store", w.db(), "-messages", fmt.Sprint(b.o.stored), "-conversations", fmt.Sprint(b.o.people)}
	for _, n := range numbers {
		args = append(args, n.channel+"="+n.bot)
	}
	if text, err := exec.CommandContext(b.ctx, b.fill, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("fill: %w\n%s", err, text)
	}
	b.out.say("filled in %s", short(time.Since(began)))
	t := b.report.table(fmt.Sprintf("%d messages in %d conversations stored", b.o.stored, b.o.people), append([]string{"server"}, sampleHead...)...)
	for _, row := range []struct {
		name  string
		whole bool
		empty map[int]float64
	}{{"d", true, b.turned}, {"b", false, b.accepted}} {
		if err := b.storedRow(w, t, row.name, row.whole, row.empty[64]); err != nil {
			return err
		}
	}
	if err := b.restart(w); err != nil {
		return err
	}
	if b.o.stored > verifiable {
		return os.RemoveAll(w.dir)
	}
	return w.verify()
}

// verifiable is how many stored messages are accounted for in reasonable time.
const verifiable = 100_000

func (b *bench) storedRow(w *world, t *table, name string, whole bool, empty float64) error {
	release := func() {}
	if !whole {
		release = b.stubs.hold()
	}
	defer func() { release() }()
	if _, err := w.open(accepting); err != nil {
		return err
	}
	if err := w.meet(whole); err != nil {
		return err
	}
	s, err := b.alone(w, 64, whole)
	if err != nil {
		return err
	}
	t.row(append([]string{name}, s.cells(64, "of empty "+ratio(s.rate(), empty))...)...)
	b.report.figure(name+" at 64 with "+fmt.Sprint(b.o.stored)+" stored", "0.9 of empty", ratio(s.rate(), empty))
	w.kill()
	return nil
}

// restart is kill -9 under load, and the time until the server is ready again.
func (b *bench) restart(w *world) error {
	var took []string
	for range 3 {
		d, err := w.open(1)
		if err != nil {
			return err
		}
		took = append(took, short(d))
		w.kill()
	}
	b.report.figure(fmt.Sprintf("restart to ready after kill -9, %d conversations", b.o.people), "300 ms", strings.Join(took, ", "))
	return nil
}

// halt stops the server and keeps its store.
func (w *world) halt() error { return w.stop() }
