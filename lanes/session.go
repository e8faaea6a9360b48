package lanes

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"causeway/db"

	"github.com/sirupsen/logrus"
)

// beater keeps our session alive and takes lanes away from dead ones.
func (l *Lanes) beater(ctx context.Context) {
	tick := time.NewTicker(l.o.Heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := l.beat(ctx); err != nil && ctx.Err() == nil {
			l.log.WithError(err).Warn("heartbeat failed")
			continue
		}
		n, err := l.reap(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			l.log.WithError(err).Warn("looking for dead sessions failed")
		case n > 0:
			l.log.WithFields(logrus.Fields{"lanes": n}).Info("took over lanes of dead sessions")
			l.wake()
		}
	}
}

// boot begins our session. Where nobody else can be writing, every other session is dead and its lanes are free.
func (l *Lanes) boot(ctx context.Context) error {
	if l.solo {
		err := l.d.Do(ctx, 0, func(tx *db.Tx) error {
			if _, err := tx.Exec(`UPDATE lane SET owner = NULL, due_at = abs(due_at), epoch = epoch + 1 WHERE owner IS NOT NULL`); err != nil {
				return err
			}
			_, err := tx.Exec(`DELETE FROM session`)
			return err
		})
		if err != nil {
			return err
		}
	}
	return l.beat(ctx)
}

func (l *Lanes) beat(ctx context.Context) error {
	now := l.o.Now()
	err := l.d.Do(ctx, 0, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO session(id, addr, slot, alive_until) VALUES($1, $2, $3, $4)
			ON CONFLICT(id) DO UPDATE SET alive_until = excluded.alive_until`, l.me, db.Clean(l.o.Addr), l.o.Slot, ms(now.Add(l.o.TTL)))
		return err
	})
	if err == nil {
		l.mu.Lock()
		l.lastBeat = now
		l.mu.Unlock()
	}
	return err
}

// reap frees the lanes of sessions that have not beaten for their TTL; the epoch moves on, so that what a frozen
// process still stores for them finds no row.
func (l *Lanes) reap(ctx context.Context) (lanes int64, err error) {
	now := ms(l.o.Now())
	err = l.d.Row(ctx, `SELECT 1 FROM session WHERE alive_until < $1`, []any{now}, new(int))
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	err = l.d.Do(ctx, 0, func(tx *db.Tx) error {
		var err error
		if lanes, err = tx.Exec(`UPDATE lane SET owner = NULL, due_at = abs(due_at), epoch = epoch + 1 WHERE id IN (SELECT id FROM lane
			WHERE owner IN (SELECT id FROM session WHERE alive_until < $1)`+l.d.SkipLocked()+`)`, now); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM session WHERE alive_until < $1 AND NOT EXISTS (SELECT 1 FROM lane WHERE owner = session.id)`, now)
		return err
	})
	return lanes, err
}

// staleLocked tells that others may already take our session for dead. l.mu is held.
func (l *Lanes) staleLocked() bool {
	return !l.solo && l.o.Now().Sub(l.lastBeat) > l.o.TTL*2/3
}
