package lanes

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"causeway/db"
)

// maxClaim is how many lanes of a kind one transaction claims at most.
const maxClaim = 256

// poller claims lanes that are due and that nobody was woken for: waits that are over, what found no room, what a
// dead process had. It sleeps until the next one is due, at most Options.Poll, or until it is woken.
func (l *Lanes) poller(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-l.kick:
		}
		next, err := l.poll(ctx)
		if err != nil && ctx.Err() == nil {
			l.log.WithError(err).Warn("looking for due lanes failed")
		}
		timer.Reset(next)
	}
}

// poll makes one round and returns when to make the next at the latest.
func (l *Lanes) poll(ctx context.Context) (time.Duration, error) {
	if err := l.followClock(ctx); err != nil {
		return l.o.Poll, err
	}
	more, err := l.sweep(ctx)
	if err != nil {
		return l.o.Poll, err
	}
	now := ms(l.o.Now())
	next := l.o.Poll
	var due []string
	for _, k := range l.kinds {
		if l.freeFor(k) <= 0 {
			continue
		}
		var at sql.NullInt64
		err := l.d.Row(ctx, `SELECT due_at FROM lane WHERE kind = $1 AND due_at IS NOT NULL AND owner IS NULL AND parked IS NULL ORDER BY due_at LIMIT 1`, []any{k}, &at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return l.o.Poll, err
		}
		switch {
		case !at.Valid:
		case at.Int64 <= now:
			due = append(due, k)
		default:
			next = min(next, time.Duration(at.Int64-now)*time.Millisecond)
		}
	}
	if len(due) > 0 {
		full, err := l.claim(ctx, due)
		if err != nil {
			return l.o.Poll, err
		}
		more = more || full
	}
	if more {
		next = 0
	}
	return next, nil
}

// claim takes due lanes of the kinds, the longest due first, as many as there is room for. full tells that there may
// be more to claim at once.
func (l *Lanes) claim(ctx context.Context, kinds []string) (full bool, err error) {
	err = l.d.Do(ctx, 0, func(tx *db.Tx) error {
		full = false
		for _, k := range kinds {
			free := min(l.freeFor(k), maxClaim)
			if free <= 0 {
				continue
			}
			n, err := l.claimKind(tx, k, free)
			if err != nil {
				return err
			}
			full = full || n == maxClaim
		}
		return nil
	})
	return full, err
}

func (l *Lanes) claimKind(tx *db.Tx, kind string, limit int) (int, error) {
	now, me := ms(l.o.Now()), l.session()
	rows, err := tx.Rows(`WITH due AS MATERIALIZED (SELECT id FROM lane WHERE kind = $2 AND due_at <= $3
		AND owner IS NULL AND parked IS NULL ORDER BY due_at LIMIT $4`+l.d.SkipLocked()+`)
		UPDATE lane SET owner = $1, epoch = epoch + 1 WHERE id IN (SELECT id FROM due) RETURNING id, scope, okey, epoch, attempts, due_at`, me, kind, now, limit)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	type taken struct {
		run *run
		due int64
	}
	var got []taken
	for rows.Next() {
		t := taken{run: &run{lane: Lane{Kind: kind}, owner: me}}
		if err := rows.Scan(&t.run.lane.ID, &t.run.lane.Scope, &t.run.lane.Key, &t.run.epoch, &t.run.attempts, &t.due); err != nil {
			return 0, err
		}
		got = append(got, t)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	slices.SortFunc(got, func(a, b taken) int { return cmp.Compare(a.due, b.due) })
	for _, t := range got {
		ok, err := l.begin(tx, t.run, now)
		if err != nil {
			return 0, err
		}
		if ok {
			tx.After(func() { l.launch(t.run) })
		}
	}
	return len(got), nil
}
