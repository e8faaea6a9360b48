package store

import (
	"context"
	"fmt"
	"time"

	"causeway/core"
	"causeway/db"
	"causeway/lanes"
)

const (
	laneTimer    = "timer"
	upkeepLane   = "timer:upkeep"
	upkeepEvery  = time.Minute
	upkeepAtOnce = 500 // rows in one go, so that nobody waits long behind it
	earlyKept    = 8 * 24 * time.Hour
)

// armUpkeep starts the timer lane, once for ever: it arms itself again.
func (s *Store) armUpkeep(ctx context.Context) error {
	return s.do(ctx, 0, func(t *tx) error { return t.armOnce(lanes.Lane{ID: upkeepLane, Kind: laneTimer}, 0) })
}

// workTimer is the desk's work, or drops what is older than it is to be kept, and
// ends what waited too long. What is left over is for the next time.
func (s *Store) workTimer(ctx context.Context, task lanes.Task) lanes.Result {
	if task.Lane == deskLane {
		return s.workDesk(ctx)
	}
	return lanes.Result{
		Next: lanes.Again, After: upkeepEvery,
		Commit: s.commit(func(t *tx) error {
			if err := t.forgetDialogues(); err != nil {
				return err
			}
			if err := t.dropDeliveries(); err != nil {
				return err
			}
			if err := t.dropPaces(); err != nil {
				return err
			}
			return t.expireHeld()
		}),
	}
}

func (t *tx) dropDeliveries() error {
	if t.s.o.Retention <= 0 {
		return nil
	}
	before := t.now - t.s.o.Retention.Milliseconds()
	n, err := t.Exec(`DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE at < $1 ORDER BY at LIMIT $2)`, before, upkeepAtOnce)
	if err != nil {
		return fmt.Errorf("drop deliveries: %w", err)
	}
	if n > 0 {
		if _, err := t.Exec(`UPDATE kept_since SET at = $1 WHERE id = 1 AND at < $1`, before); err != nil {
			return fmt.Errorf("drop deliveries: %w", err)
		}
	}
	if _, err := t.Exec(`DELETE FROM early WHERE at < $1`, t.now-earlyKept.Milliseconds()); err != nil {
		return fmt.Errorf("drop early reports: %w", err)
	}
	return nil
}

// expireHeld fails messages that were held longer than an outgoing message may wait.
func (t *tx) expireHeld() error {
	if t.s.o.TTL <= 0 {
		return nil
	}
	rows, err := t.Rows(`SELECT id, conversation_id FROM message WHERE status = 'held' AND created_at < $1 LIMIT $2`, t.now-t.s.o.TTL.Milliseconds(), upkeepAtOnce)
	if err != nil {
		return fmt.Errorf("expire held messages: %w", err)
	}
	type held struct {
		id core.MessageID
		c  core.ConversationID
	}
	old, err := collect(rows, func(scan func(...any) error) (h held, err error) {
		err = scan(&h.id, &h.c)
		return h, err
	})
	if err != nil {
		return fmt.Errorf("expire held messages: %w", err)
	}
	fault := &core.Fault{Kind: core.WindowClosed, Code: "expired", Message: "the contact did not write within outbound_ttl"}
	for _, h := range old {
		if err := t.setMessage(h.c, h.id, core.Failed, fault); err != nil {
			return err
		}
	}
	return nil
}

// keptSince is since when the ledger is whole, 0 for ever.
func keptSince(ctx context.Context, read db.Reader) (at int64, err error) {
	err = read.Row(ctx, `SELECT at FROM kept_since WHERE id = 1`, nil, &at)
	return at, err
}
