package lanes

import (
	"context"
	"fmt"
	"time"
)

// Stats is how things stand now.
type Stats struct {
	Kinds  map[string]KindStats
	Pauses []PauseStats
}

// KindStats is one kind of lanes.
type KindStats struct {
	Running int           // on this node
	Due     int           // lanes that could run and wait for room
	Oldest  time.Duration // how long the longest of them has been due
	Waiting int           // lanes whose time has not come
	Tasks   int           // not finished, on all nodes
	Age     time.Duration // since the oldest of them was enqueued
}

// PauseStats is one paused scope.
type PauseStats struct {
	Scope  string
	Reason string
	Until  time.Time
	Parked int // lanes held back
}

// Stats reads the state of the lanes. It counts rows: for metrics and people, not for every request.
func (l *Lanes) Stats(ctx context.Context) (Stats, error) {
	s := Stats{Kinds: map[string]KindStats{}}
	l.mu.Lock()
	for _, k := range l.kinds {
		s.Kinds[k] = KindStats{Running: l.running[k]}
	}
	l.mu.Unlock()
	if err := l.countLanes(ctx, &s); err != nil {
		return s, fmt.Errorf("count the lanes: %w", err)
	}
	if err := l.countTasks(ctx, &s); err != nil {
		return s, fmt.Errorf("count the tasks: %w", err)
	}
	var err error
	if s.Pauses, err = l.Pauses(ctx); err != nil {
		return s, err
	}
	for i := range s.Pauses {
		p := &s.Pauses[i]
		if err := l.d.Row(ctx, `SELECT count(*) FROM lane WHERE parked = $1`, []any{p.Scope}, &p.Parked); err != nil {
			return s, fmt.Errorf("count the parked lanes: %w", err)
		}
	}
	return s, nil
}

// Pauses lists the paused scopes, without counting the lanes that are held back.
func (l *Lanes) Pauses(ctx context.Context) ([]PauseStats, error) {
	found, err := l.loadPauses(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the pauses: %w", err)
	}
	all := make([]PauseStats, len(found))
	for i, p := range found {
		all[i] = PauseStats{Scope: p.scope, Reason: p.reason, Until: time.UnixMilli(p.until)}
	}
	return all, nil
}

func (l *Lanes) countLanes(ctx context.Context, s *Stats) error {
	now := ms(l.o.Now())
	rows, err := l.d.Rows(ctx, `SELECT kind, sum(CASE WHEN due_at <= $1 THEN 1 ELSE 0 END), count(*), min(due_at) FROM lane
		WHERE due_at IS NOT NULL AND owner IS NULL AND parked IS NULL GROUP BY kind`, now)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind string
		var due, all int
		var oldest int64
		if err := rows.Scan(&kind, &due, &all, &oldest); err != nil {
			return err
		}
		k := s.Kinds[kind]
		k.Due, k.Waiting, k.Oldest = due, all-due, time.Duration(max(now-oldest, 0))*time.Millisecond
		s.Kinds[kind] = k
	}
	return rows.Err()
}

func (l *Lanes) countTasks(ctx context.Context, s *Stats) error {
	now := ms(l.o.Now())
	rows, err := l.d.Rows(ctx, `SELECT l.kind, count(*), min(t.created_at) FROM task t JOIN lane l ON l.id = t.lane_id GROUP BY l.kind`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind string
		var tasks int
		var oldest int64
		if err := rows.Scan(&kind, &tasks, &oldest); err != nil {
			return err
		}
		k := s.Kinds[kind]
		k.Tasks, k.Age = tasks, time.Duration(max(now-oldest, 0))*time.Millisecond
		s.Kinds[kind] = k
	}
	return rows.Err()
}

// Idle tells whether nothing runs here and nothing is due; lanes that wait for their time or are parked do not count.
func (l *Lanes) Idle(ctx context.Context) (bool, error) {
	l.mu.Lock()
	busy := l.busy
	l.mu.Unlock()
	if busy > 0 {
		return false, nil
	}
	s, err := l.Stats(ctx)
	if err != nil {
		return false, err
	}
	for _, k := range s.Kinds {
		if k.Due+k.Running > 0 {
			return false, nil
		}
	}
	return true, nil
}
