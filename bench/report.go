package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// progress tells whoever waits what is going on.
type progress struct{ to io.Writer }

func (p *progress) say(format string, args ...any) {
	_, _ = fmt.Fprintf(p.to, time.Now().Format("15:04:05 ")+format+"\n", args...) // nobody may be looking
}

// report is what was measured: tables, and the figures with their goals.
type report struct {
	tables  []*table
	figures table
}

type table struct {
	title string
	head  []string
	rows  [][]string
}

func (r *report) table(title string, head ...string) *table {
	t := &table{title: title, head: head}
	r.tables = append(r.tables, t)
	return t
}

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// figure is one of the figures to reach.
func (r *report) figure(what, goal, got string) {
	if r.figures.head == nil {
		r.figures = table{title: "Figures", head: []string{"figure", "goal", "measured"}}
	}
	r.figures.row(what, goal, got)
}

func (r *report) all() []*table {
	if len(r.figures.rows) == 0 {
		return r.tables
	}
	return append(slices.Clone(r.tables), &r.figures)
}

func (r *report) text(to io.Writer) {
	for _, t := range r.all() {
		_, _ = fmt.Fprintf(to, "\n%s\n", t.title) // a terminal that is gone cannot be told so
		w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
		for _, row := range append([][]string{t.head}, t.rows...) {
			_, _ = fmt.Fprintln(w, "  "+strings.Join(row, "\t"))
		}
		_ = w.Flush()
	}
}

func (r *report) markdown(to io.Writer) {
	for _, t := range r.all() {
		_, _ = fmt.Fprintf(to, "\n**%s**\n\n| %s |\n|%s\n", t.title, strings.Join(t.head, " | "), strings.Repeat("---|", len(t.head)))
		for _, row := range t.rows {
			_, _ = fmt.Fprintf(to, "| %s |\n", strings.Join(row, " | "))
		}
	}
}

// The columns of a table of samples.
var sampleHead = []string{"at once", "rate/s", "p50", "p99", "CPU each", "generator and stubs", "allocated each", "memory at most", "commits each", "ratio"}

// cells are a sample's columns after its name.
func (s sample) cells(level int, ratio string) []string {
	commits := ""
	if s.commits > 0 {
		commits = fmt.Sprintf("%.2f", s.commits/float64(max(s.seen, 1)))
	}
	return []string{
		fmt.Sprint(level), whole(s.rate()), short(s.at(.5)), short(s.at(.99)), short(s.each(s.cpu)), short(s.each(s.loadCPU)),
		fmt.Sprintf("%.1f KB", s.alloc/1024/float64(max(s.seen, 1))), megabytes(s.peak), commits, ratio,
	}
}

// median is the sample with the middle rate.
func median(all []sample) sample {
	slices.SortFunc(all, func(a, b sample) int { return int(a.rate() - b.rate()) })
	return all[len(all)/2]
}

func whole(f float64) string { return fmt.Sprintf("%.0f", f) }

func ratio(a, b float64) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", a/b)
}

// compare is the ratio of two rates, and the one that the processor time of all
// that took part would give: it hardly changes when others use the machine too.
func compare(ours, theirs sample) string {
	all := func(s sample) float64 { return float64(s.each(s.cpu + s.loadCPU)) }
	return fmt.Sprintf("%s, by CPU %s", ratio(ours.rate(), theirs.rate()), ratio(all(theirs), all(ours)))
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/(1<<20)) }

// short is a time with three digits or so.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.0f µs", d.Seconds()*1e6)
}
