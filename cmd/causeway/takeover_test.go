package main_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"
)

// takeovers measures for how long the work of nodes that die stands still: until
// each lane that the dead one had is another's, or has nothing to do.
type takeovers struct {
	t    *testing.T
	pool *sql.DB
	wg   sync.WaitGroup

	mu            sync.Mutex
	calm, other   time.Duration // the longest without another fault meanwhile, and with
	calms, others int
}

func (w *nodes) takeovers() *takeovers {
	w.t.Helper()
	pool, err := sql.Open("pgx", w.store)
	if err != nil {
		w.t.Fatal(err)
	}
	k := &takeovers{t: w.t, pool: pool}
	w.t.Cleanup(func() {
		k.wg.Wait()
		_ = pool.Close()
		w.t.Log(k)
	})
	return k
}

// died begins to measure for the node that was this process and was killed just now. What it returns is
// closed when the node's work is taken over, or that cannot be seen. calm tells that
// no fault follows before.
func (k *takeovers) died(pid int, calm bool) <-chan struct{} {
	k.t.Helper()
	at, over := time.Now(), make(chan struct{})
	lanes, err := k.held(pid)
	if err != nil {
		k.t.Fatal(err)
	}
	k.wg.Go(func() {
		defer close(over)
		for len(lanes) > 0 {
			tick()
			if !k.standing(lanes) {
				return // the database is away, which says nothing of nodes
			}
			if len(lanes) == 0 {
				k.took(time.Since(at), calm)
			}
		}
	})
	return over
}

// held are the lanes of a dead node, with its session.
func (k *takeovers) held(pid int) (map[string]int64, error) {
	rows, err := k.query(`SELECT l.id, l.owner FROM lane l JOIN session s ON l.owner = s.id WHERE s.addr LIKE $1`,
		fmt.Sprintf("%%(process %d)", pid))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	lanes := map[string]int64{}
	for rows.Next() {
		var id string
		var session int64
		if err := rows.Scan(&id, &session); err != nil {
			return nil, err
		}
		lanes[id] = session
	}
	return lanes, rows.Err()
}

// standing takes those lanes out that go on; false if they cannot be seen.
func (k *takeovers) standing(lanes map[string]int64) bool {
	rows, err := k.query(`SELECT id, COALESCE(owner, 0) FROM lane WHERE id = ANY($1)
		AND (owner IS NOT NULL OR parked IS NULL AND due_at <= CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT))`, slices.Collect(maps.Keys(lanes)))
	if err != nil {
		return false
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	still := map[string]bool{}
	for rows.Next() {
		var id string
		var owner int64
		if err := rows.Scan(&id, &owner); err != nil {
			return false
		}
		still[id] = owner == 0 || owner == lanes[id]
	}
	maps.DeleteFunc(lanes, func(id string, _ int64) bool { return !still[id] })
	return rows.Err() == nil
}

// query asks again on another connection if one broke when the database was restarted.
func (k *takeovers) query(text string, args ...any) (rows *sql.Rows, err error) {
	for range 5 {
		if rows, err = k.pool.QueryContext(context.Background(), text, args...); err == nil {
			break
		}
	}
	return rows, err
}

func (k *takeovers) took(d time.Duration, calm bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if calm {
		k.calms, k.calm = k.calms+1, max(k.calm, d)
	} else {
		k.others, k.other = k.others+1, max(k.other, d)
	}
}

func (k *takeovers) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return fmt.Sprintf("work of a dead node stood still for %s at the most over %d kills, with more faults in that time; for %s over %d without",
		k.other.Round(10*time.Millisecond), k.others, k.calm.Round(10*time.Millisecond), k.calms)
}
