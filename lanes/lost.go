package lanes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"causeway/db"
)

// A commit that had no answer may be stored all the same. What it took is then ours in the database, and nothing here
// runs it; no other node takes it from us, because we are alive. So after a failure we look what we own and do not
// run. What is seen so twice, a heartbeat apart, is let go of. On SQLite nothing of it is needed: the next commit
// takes the place of one that failed.

// doubtful is for how long after a failure is looked: a server that we lost may be at the commit still.
const doubtful = 30 * time.Second

// ownedOnly is what of the database's lanes is ours and not run here.
type ownedOnly struct {
	failed int64     // transactions that had failed at the last look
	until  time.Time // when to look no more
	epochs map[string]int64
}

// letGoOfLost is called once a heartbeat.
func (l *Lanes) letGoOfLost(ctx context.Context) error {
	if failed := l.d.Stats().Failed; failed != l.lost.failed {
		l.lost.failed, l.lost.until = failed, l.o.Now().Add(doubtful)
	}
	if l.o.Now().After(l.lost.until) {
		l.lost.epochs = nil
		return nil
	}
	me := l.session()
	found, err := l.ownedOnly(ctx, me)
	if err != nil {
		return fmt.Errorf("look for lanes that nothing runs: %w", err)
	}
	var errs []error
	for id, epoch := range found {
		if was, seen := l.lost.epochs[id]; seen && was == epoch {
			errs = append(errs, l.giveBack(ctx, id, me, epoch))
		}
	}
	l.lost.epochs = found
	return errors.Join(errs...)
}

func (l *Lanes) ownedOnly(ctx context.Context, me int64) (map[string]int64, error) {
	rows, err := l.d.Rows(ctx, `SELECT id, epoch FROM lane WHERE owner = $1`, me)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err below tells what matters
	found := map[string]int64{}
	for rows.Next() {
		var id string
		var epoch int64
		if err := rows.Scan(&id, &epoch); err != nil {
			return nil, err
		}
		found[id] = epoch
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for id := range l.at {
		delete(found, id)
	}
	return found, rows.Err()
}

// giveBack lets go of a lane of which no task was begun since the epoch.
func (l *Lanes) giveBack(ctx context.Context, id string, owner, epoch int64) error {
	return l.d.Do(ctx, 0, func(tx *db.Tx) error {
		n, err := tx.Exec(releaseSQL, id, owner, epoch)
		if err != nil || n == 0 {
			return err
		}
		tx.After(func() {
			l.log.WithField("lane", id).Info("a commit without an answer had taken the lane; it is let go of")
			l.wake()
		})
		_, err = tx.Exec(`UPDATE task SET starts = starts - 1 WHERE lane_id = $1 AND seq = (SELECT min(seq) FROM task WHERE lane_id = $1) AND starts > 0`, id)
		return err
	})
}
