package lanes

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/db"
)

// unparkChunk is how many lanes come back at once when a scope works again.
const unparkChunk = 500

// PauseScope stops all lanes of the scope until the given time, within tx; a pause that lasts longer stays.
func (l *Lanes) PauseScope(tx *db.Tx, scope string, until time.Time, reason string) error {
	if scope == "" {
		return errors.New("pause a scope: it has no name")
	}
	_, err := tx.Exec(`INSERT INTO pause(scope, until, reason, probe) VALUES($1, $2, $3, NULL)
		ON CONFLICT(scope) DO UPDATE SET probe = NULL, reason = excluded.reason,
			until = CASE WHEN pause.until > excluded.until THEN pause.until ELSE excluded.until END`, scope, ms(until), db.Clean(reason))
	if err != nil {
		return fmt.Errorf("pause %s: %w", scope, err)
	}
	tx.After(func() { l.remember(scope, "") })
	return nil
}

// ResumeScope ends a pause whatever time it has left, within tx; its lanes follow in the order of their times.
func (l *Lanes) ResumeScope(tx *db.Tx, scope string) error {
	return l.resume(tx, scope, `DELETE FROM pause WHERE scope = $1`)
}

func (l *Lanes) resume(tx *db.Tx, scope, query string, more ...any) error {
	n, err := tx.Exec(query, append([]any{scope}, more...)...)
	if err != nil {
		return fmt.Errorf("resume %s: %w", scope, err)
	}
	if n > 0 {
		tx.After(func() { l.forget(scope); l.wake() })
	}
	return nil
}

// storePause stores what r's outcome says about its scope. A probe that neither resumes nor goes on gives up being it.
func (l *Lanes) storePause(tx *db.Tx, r *run, res Result, keep bool, now int64) error {
	if p := res.Pause; p != nil && p.For > 0 {
		if scope := cmp.Or(p.Scope, r.lane.Scope); scope != "" {
			if err := l.PauseScope(tx, scope, time.UnixMilli(now).Add(p.For), p.Reason); err != nil {
				return err
			}
		}
	}
	probe, paused := l.pausedBy(r.lane.Scope)
	if !paused {
		return nil
	}
	if res.Resume && res.Pause == nil {
		if err := l.resume(tx, r.lane.Scope, `DELETE FROM pause WHERE scope = $1 AND until <= $2`, now); err != nil {
			return err
		}
	}
	if probe != r.lane.ID || keep {
		return nil
	}
	n, err := tx.Exec(`UPDATE pause SET probe = NULL WHERE scope = $1 AND probe = $2`, r.lane.Scope, r.lane.ID)
	if n > 0 {
		tx.After(func() { l.remember(r.lane.Scope, ""); l.wake() })
	}
	return err
}

// sweep makes the lanes agree with the pauses; it tells whether more is left to do at once. Lanes are parked only
// beside a row in pause and come back when it is gone, so none can be stranded.
func (l *Lanes) sweep(ctx context.Context) (more bool, err error) {
	pauses, err := l.loadPauses(ctx)
	if err != nil {
		return false, err
	}
	scopes, err := l.parkedScopes(ctx)
	if err != nil || len(pauses)+len(scopes) == 0 {
		return false, err
	}
	err = l.d.Do(ctx, 0, func(tx *db.Tx) error {
		more = false
		for _, s := range scopes {
			n, err := tx.Exec(`WITH chunk AS MATERIALIZED (SELECT id FROM lane WHERE parked = $1
				AND NOT EXISTS (SELECT 1 FROM pause WHERE scope = $1) ORDER BY due_at LIMIT $2`+l.d.SkipLocked()+`)
				UPDATE lane SET parked = NULL WHERE id IN (SELECT id FROM chunk)`, s, unparkChunk)
			if err != nil {
				return err
			}
			more = more || n == unparkChunk
		}
		for _, p := range pauses {
			if err := l.sweepPause(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}

type pauseRow struct {
	scope, reason string
	until         int64
	probe         sql.NullString
}

// sweepPause parks what is due in the scope and, when the pause has passed, sends the oldest due lane as the probe.
func (l *Lanes) sweepPause(tx *db.Tx, p pauseRow) error {
	now := ms(l.o.Now())
	err := tx.Row(`SELECT until, probe FROM pause WHERE scope = $1`+l.d.RowLock(), []any{p.scope}, &p.until, &p.probe)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE lane SET parked = scope WHERE id IN (SELECT id FROM lane WHERE kind IN (`+l.inKinds+`) AND due_at <= $1
		AND owner IS NULL AND parked IS NULL AND scope = $2 AND id <> $3`+l.d.SkipLocked()+`)`, now, p.scope, p.probe.String); err != nil {
		return err
	}
	if p.until > now {
		return nil
	}
	if p.probe.Valid {
		err := tx.Row(`SELECT 1 FROM lane WHERE id = $1 AND parked IS NULL AND due_at IS NOT NULL`, []any{p.probe.String}, new(int))
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return l.sendProbe(tx, p.scope, now)
}

// sendProbe un-parks one lane that is due; if none is parked at all, the pause is over.
func (l *Lanes) sendProbe(tx *db.Tx, scope string, now int64) error {
	var probe sql.NullString
	err := tx.Row(`SELECT id FROM lane WHERE parked = $1 AND due_at <= $2 AND kind IN (`+l.inKinds+`) ORDER BY due_at LIMIT 1`+l.d.SkipLocked(), []any{scope, now}, &probe)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if !probe.Valid {
		return l.resume(tx, scope, `DELETE FROM pause WHERE scope = $1 AND NOT EXISTS (SELECT 1 FROM lane WHERE parked = $1)`)
	}
	if _, err := tx.Exec(`UPDATE lane SET parked = NULL WHERE id = $1`, probe.String); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE pause SET probe = $1 WHERE scope = $2`, probe.String, scope)
	tx.After(func() { l.remember(scope, probe.String) })
	return err
}

// loadPauses reads the pause table and, unless something changed meanwhile, remembers it.
func (l *Lanes) loadPauses(ctx context.Context) (pauses []pauseRow, err error) {
	l.mu.Lock()
	gen := l.pauseGen
	l.mu.Unlock()
	rows, err := l.d.Rows(ctx, `SELECT scope, until, reason, probe FROM pause ORDER BY scope`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	known := map[string]string{}
	for rows.Next() {
		var p pauseRow
		if err := rows.Scan(&p.scope, &p.until, &p.reason, &p.probe); err != nil {
			return nil, err
		}
		pauses = append(pauses, p)
		known[p.scope] = p.probe.String
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if gen == l.pauseGen {
		l.paused = known
	}
	return pauses, rows.Err()
}

// parkedScopes finds each scope with one step in the index, however many lanes it has parked.
func (l *Lanes) parkedScopes(ctx context.Context) (scopes []string, err error) {
	for last := ""; ; {
		var s sql.NullString
		if err := l.d.Row(ctx, `SELECT min(parked) FROM lane WHERE parked > $1`, []any{last}, &s); err != nil || !s.Valid {
			return scopes, err
		}
		last = s.String
		scopes = append(scopes, last)
	}
}

func (l *Lanes) pausedBy(scope string) (probe string, paused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	probe, paused = l.paused[scope]
	return probe, paused
}

func (l *Lanes) remember(scope, probe string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pauseGen++
	l.paused[scope] = probe
}

func (l *Lanes) forget(scope string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pauseGen++
	delete(l.paused, scope)
}
