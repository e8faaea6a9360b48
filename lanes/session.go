package lanes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"causeway/db"

	"github.com/sirupsen/logrus"
)

// joinLock is the key under which nodes take slots one after another.
const joinLock = 0x6361757365776179 // "causeway"

// Join begins this node's session, if it has none: what it runs from now on is its own until it has not beaten for
// Options.TTL. Where nodes share the database it takes a slot for ids that no other living node has, and tells
// Options.OnSlot before it makes its first id. Run does all of this; call it earlier to make ids before.
func (l *Lanes) Join(ctx context.Context) error {
	if l.session() != 0 {
		return nil
	}
	if err := l.d.Sync(ctx); err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	return l.join(ctx)
}

func (l *Lanes) join(ctx context.Context) error {
	var me int64
	now := l.o.Now()
	err := l.d.Do(ctx, 0, func(tx *db.Tx) error {
		slot := l.o.Slot
		if l.d.Shared() {
			var err error
			if slot, err = freeSlot(tx); err != nil {
				return err
			}
		}
		if l.o.OnSlot != nil {
			l.o.OnSlot(slot)
		}
		if me = l.o.NewID(); me == 0 { // which is none
			me = l.o.NewID()
		}
		l.nextIs(me)
		_, err := tx.Exec(`INSERT INTO session(id, addr, slot, alive_until) VALUES($1, $2, $3, $4)`, me, db.Clean(l.o.Addr), slot, ms(now.Add(l.o.TTL)))
		return err
	})
	if err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	l.begun(me, now)
	return nil
}

// freeSlot is the lowest slot that no session has. A session that has ended keeps its slot until its lanes are taken
// over, and from then on its node stores nothing (see Guard): so no two nodes store ids of one slot.
func freeSlot(tx *db.Tx) (int, error) {
	if err := tx.Lock(joinLock); err != nil {
		return 0, err
	}
	rows, err := tx.Rows(`SELECT slot FROM session`)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	var taken [db.Slots]bool
	for rows.Next() {
		var slot int
		if err := rows.Scan(&slot); err != nil {
			return 0, err
		}
		taken[slot%db.Slots] = true
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for slot, used := range taken {
		if !used {
			return slot, nil
		}
	}
	return 0, fmt.Errorf("%d nodes share this store already", db.Slots)
}

// Guard fails tx if others have taken this node for dead: it is to be the last thing of every transaction where nodes
// share the database. Who froze and wakes up stores nothing before it has begun anew.
func (l *Lanes) Guard(tx *db.Tx) error {
	l.mu.Lock()
	me, next, left := l.me, l.next, l.left
	l.mu.Unlock()
	if !l.d.Shared() || me == 0 || left {
		return nil
	}
	err := tx.Row(`SELECT 1 FROM session WHERE id = $1 OR id = $2`, []any{me, next}, new(int))
	if errors.Is(err, sql.ErrNoRows) {
		select {
		case l.late <- struct{}{}:
		default:
		}
		return fmt.Errorf("%w: this node was taken for dead", db.ErrCommit)
	}
	return err
}

// beater keeps our session alive and takes lanes away from dead ones.
func (l *Lanes) beater(ctx context.Context) {
	tick := time.NewTicker(l.o.Heartbeat)
	defer tick.Stop()
	var ends <-chan time.Time // of a session, before the next tick
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-l.late:
		case <-ends:
		}
		ends = nil
		if err := l.beat(ctx); err != nil {
			if ctx.Err() == nil {
				l.log.WithError(err).Warn("heartbeat failed")
			}
			l.patience = l.o.Now().Add(l.o.TTL)
			continue
		}
		if l.o.Now().Before(l.patience) {
			continue // the database was away for the others too: they get their chance to beat
		}
		if err := l.letGoOfLost(ctx); err != nil && ctx.Err() == nil {
			l.log.WithError(err).Warn("lanes that a commit without an answer took wait longer")
		}
		n, err := l.reap(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			l.log.WithError(err).Warn("looking for dead sessions failed")
		case n > 0:
			l.log.WithFields(logrus.Fields{"lanes": n}).Info("took over lanes of dead sessions")
			l.wake()
		}
		ends = l.nextEnd(ctx)
	}
}

// nextEnd tells of the end of a session that has missed its heartbeats, so that it is noticed at once; nil if none ends
// before the next tick.
func (l *Lanes) nextEnd(ctx context.Context) <-chan time.Time {
	now := l.o.Now()
	var end int64
	err := l.d.Row(ctx, `SELECT alive_until FROM session WHERE alive_until >= $1 AND alive_until < $2 ORDER BY alive_until LIMIT 1`,
		[]any{ms(now), ms(now.Add(l.o.Heartbeat))}, &end)
	if err != nil {
		return nil // there is none, or the next heartbeat says what is wrong
	}
	return time.After(time.Duration(end+1-ms(now)) * time.Millisecond)
}

// bootPatiently boots and reads the pauses. A database that is shared may be away just now, and comes back.
func (l *Lanes) bootPatiently(ctx context.Context) error {
	for {
		err := l.boot(ctx)
		if err == nil {
			_, err = l.loadPauses(ctx)
		}
		if err == nil || l.solo || !errors.Is(err, db.ErrCommit) && !errors.Is(err, db.ErrAway) {
			return err
		}
		l.log.WithError(err).Warn("the lanes do not start yet")
		select {
		case <-ctx.Done():
			return err
		case <-time.After(l.o.Heartbeat):
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
			_, err := tx.Exec(`DELETE FROM session WHERE id <> $1`, l.session())
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := l.Join(ctx); err != nil {
		return err
	}
	return l.beat(ctx)
}

// beat prolongs our session, or begins another if it was taken from us: what we ran is others' then.
func (l *Lanes) beat(ctx context.Context) error {
	if err := l.d.Sync(ctx); err != nil {
		return err
	}
	now, me, gone := l.o.Now(), l.session(), false
	err := l.d.Do(ctx, 0, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE session SET alive_until = $2 WHERE id = $1`, me, ms(now.Add(l.o.TTL)))
		gone = n == 0
		return err
	})
	if gone && (err == nil || errors.Is(err, db.ErrCommit)) { // Guard refuses what finds no session
		l.log.Warn("this node was taken for dead; it begins anew")
		return l.join(ctx)
	}
	if err == nil {
		l.begun(me, now)
	}
	return err
}

// Leave ends the session at the end of the process, after Run: its slot is free for another node. Nothing may be
// stored after it. If the database does not answer, others find the session dead.
func (l *Lanes) Leave(ctx context.Context) error {
	if !l.d.Shared() || l.session() == 0 {
		return nil
	}
	l.mu.Lock()
	l.left = true
	l.mu.Unlock()
	err := l.d.Do(ctx, 0, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM session WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM lane WHERE owner = $1)`, l.session())
		return err
	})
	if err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	return nil
}

// session is the id of our session, 0 for none.
func (l *Lanes) session() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.me
}

func (l *Lanes) nextIs(me int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = me
}

func (l *Lanes) begun(me int64, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.me, l.lastBeat = me, at
}

const ofTheDead = `(SELECT id FROM session WHERE alive_until < $1)`

// reap frees the lanes of sessions that have not beaten for their TTL; the epoch moves on, so that what a frozen
// process still stores for them finds no row. A session goes when it has no lane any more: those that a transaction
// of the frozen process holds are left out until the database has ended that.
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
		if lanes, err = tx.Exec(`WITH theirs AS MATERIALIZED (SELECT id FROM lane WHERE owner IN `+ofTheDead+l.d.SkipLocked()+`)
			UPDATE lane SET owner = NULL, due_at = abs(due_at), epoch = epoch + 1 WHERE id IN (SELECT id FROM theirs)`, now); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM session WHERE alive_until < $1 AND NOT EXISTS (SELECT 1 FROM lane WHERE owner = session.id)`, now)
		return err
	})
	return lanes, err
}

// Late tells that this node has not reached the database for so long that others may already take it for dead. It never
// is where nobody else can be writing, or before a session has begun.
func (l *Lanes) Late() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.me != 0 && !l.left && l.staleLocked()
}

// staleLocked tells that others may already take our session for dead. l.mu is held.
func (l *Lanes) staleLocked() bool {
	return !l.solo && l.o.Now().Sub(l.lastBeat) > l.o.TTL*2/3
}
