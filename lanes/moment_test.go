package lanes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"causeway/db"
)

// moment is a world as it was.
type moment struct {
	rows        map[string][][]any
	now         time.Time
	ref         int64
	want        map[string][]int64
	open, fails map[string]int
	lost        map[string]bool
	nodes       []*node
	runs        [][]held
	beats       []beat
}

// beat is what a node knows by itself.
type beat struct {
	me      int64
	busy    int
	last    time.Time
	running map[string]int
	paused  map[string]string
}

var tables = map[string]int{"session": 4, "lane": 13, "task": 8, "pause": 4, "ran": 5}

func (w *world) save(t tester) moment {
	m := moment{rows: map[string][][]any{}, now: w.now, ref: w.ref, want: maps.Clone(w.want), open: maps.Clone(w.open), fails: maps.Clone(w.fails), lost: maps.Clone(w.lost)}
	for table, columns := range tables {
		rows, err := w.d.Rows(context.Background(), `SELECT * FROM `+table+` ORDER BY 1, 2`)
		must(t, err)
		for rows.Next() {
			row := make([]any, columns)
			into := make([]any, columns)
			for i := range row {
				into[i] = &row[i]
			}
			must(t, rows.Scan(into...))
			m.rows[table] = append(m.rows[table], row)
		}
		must(t, rows.Close())
	}
	m.nodes = slices.Clone(w.nodes)
	for _, n := range w.nodes {
		var runs []held
		for _, h := range n.runs {
			r := *h.r
			runs = append(runs, held{&r, h.begun})
		}
		m.runs = append(m.runs, runs)
		m.beats = append(m.beats, beat{n.l.me, n.l.busy, n.l.lastBeat, maps.Clone(n.l.running), maps.Clone(n.l.paused)})
	}
	return m
}

func (w *world) restore(t tester, m moment) {
	must(t, w.d.Do(context.Background(), 0, func(tx *db.Tx) error {
		for _, table := range slices.Sorted(maps.Keys(tables)) {
			if _, err := tx.Exec(`DELETE FROM ` + table); err != nil {
				return err
			}
			var places []string
			for i := range tables[table] {
				places = append(places, fmt.Sprint("$", i+1))
			}
			for _, row := range m.rows[table] {
				if _, err := tx.Exec(`INSERT INTO `+table+` VALUES(`+strings.Join(places, ", ")+`)`, row...); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	w.now, w.ref, w.want, w.open, w.fails, w.lost = m.now, m.ref, maps.Clone(m.want), maps.Clone(m.open), maps.Clone(m.fails), maps.Clone(m.lost)
	w.nodes = slices.Clone(m.nodes)
	for i, n := range w.nodes {
		n.runs = nil
		for _, h := range m.runs[i] {
			r := *h.r
			n.runs = append(n.runs, &held{&r, h.begun})
		}
		b := m.beats[i]
		n.l.me, n.l.busy, n.l.lastBeat, n.l.running, n.l.paused = b.me, b.busy, b.last, maps.Clone(b.running), maps.Clone(b.paused)
	}
}
